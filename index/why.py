"""Why a passage was found: the words in it that were asked for, and the sentence that is nearest in meaning."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from corpus.sentences import Span, sentences_by_rule
from index.query import Phrase, Query
from index.stems import stems
from nlp.encoder import Encoder, Vectors

WORD = re.compile(r"\w+")

# How many letters of a word no ending reaches.
BEGIN = 2

# Stands for words that nobody asked for, between two that might be.
OTHER = "", (0, 0)


def marks(query: Query, texts: Sequence[str]) -> list[tuple[Span, ...]]:
    """Where each text holds what the query wishes for, endings aside, as (start, end) in order and apart."""
    phrases = {phrase for term in query.wished for phrase in term}
    looks_like = beginning({stem[:BEGIN] for phrase in phrases for stem in phrase})
    words = [list(looks_like.finditer(text)) for text in texts]
    known = stems(one[0].lower() for line in words for one in line)
    found = []
    for text, matches in zip(texts, words, strict=True):
        line: list[tuple[str, Span]] = []
        for before, one in zip([None, *matches], matches, strict=False):
            if before and WORD.search(text, before.end(), one.start()):
                line.append(OTHER)
            line.extend((stem, one.span()) for stem in known[one[0].lower()])
        found.append(joined(text, said(phrases, line)))
    return found


def beginning(letters: set[str]) -> re.Pattern[str]:
    """The words that begin with any of `letters`, or with one that may lose its accent: others need no stemming."""
    begins = "|".join(map(re.escape, sorted(letters)))
    return re.compile(rf"\b(?:{begins}|\w?[^\W\x00-\x7f])\w*" if begins else r"(?!)", re.IGNORECASE)


def said(phrases: set[Phrase], line: Sequence[tuple[str, Span]]) -> Iterable[Span]:
    """The spans of the phrases in a line of stems, by where they begin; the longest of those that begin together."""
    lengths = sorted({len(phrase) for phrase in phrases}, reverse=True)
    line_stems = tuple(stem for stem, _ in line)
    for place in range(len(line)):
        for length in lengths:
            if place + length <= len(line) and line_stems[place : place + length] in phrases:
                yield line[place][1][0], line[place + length - 1][1][1]
                break


def joined(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those made one that overlap or that only spaces part."""
    result: list[Span] = []
    for start, end in spans:
        if result and (start <= result[-1][1] or text[result[-1][1] : start].isspace()):
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def nearest_sentences(encoder: Encoder, vector: Vectors, texts: Sequence[str]) -> list[Span]:
    """The sentence of each text whose meaning is nearest to `vector`, as (start, end)."""
    spans = [sentences_by_rule(text) or [(0, len(text))] for text in texts]
    several = [i for i, found in enumerate(spans) if len(found) > 1]
    cosines = encoder.encode([texts[i][a:b] for i in several for a, b in spans[i]]) @ vector
    result, place = [found[0] for found in spans], 0
    for i in several:
        part = cosines[place : place + len(spans[i])]
        result[i] = spans[i][int(np.argmax(part))]
        place += len(part)
    return result
