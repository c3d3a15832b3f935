"""What a number counts: the noun after it, by spaCy's dependencies."""

import re
from functools import cache
from typing import Any

from nlp.facets.files import toml

MODIFIERS = frozenset("amod compound nummod nmod poss det advmod quantmod npadvmod punct case".split())
PRONOUNS = frozenset("them these those it which whom us you who what that this".split())
NEXT_WORD = re.compile(r"\s*([^\W\d_]+)")
OF = re.compile(r"\s+of(?=\s)")
UNFIT = re.compile(r"[\d_]")
REACH = 6


@cache
def nouns(name: str) -> frozenset[str]:
    """One of the word lists of figures.toml."""
    return frozenset(toml("figures.toml")[name])


def is_plural(phrase: str) -> bool:
    """Whether the last word of `phrase` is a plural, roughly."""
    noun = phrase.rpartition(" ")[2].lower()
    return noun in nouns("plurals") or (noun.endswith("s") and not noun.endswith(("ss", "us", "is")))


def noun_after_of(text: str, start: int, doc: Any) -> tuple[str, int]:
    """What stands after " of" at character `start` and where it ends; nothing where there is no "of"."""
    of = OF.match(text, start)
    phrase, end = noun_phrase(text, of.end(), doc) if of else ("", start)
    return (phrase, end) if phrase else ("", start)


def noun_phrase(text: str, start: int, doc: Any) -> tuple[str, int]:
    """The noun that follows character `start`, with its modifiers but no determiners, and where it ends."""
    word = NEXT_WORD.match(text, start)
    while word and word[1].lower() in nouns("determiners"):
        word = NEXT_WORD.match(text, word.end())
    if not word or word[1].lower() in nouns("stops") or word[1].lower() in PRONOUNS:
        return "", start
    last = ended(doc.char_span(word.start(1), word.end(1), alignment_mode="expand")[0])
    end = last.idx + len(last)
    phrase = " ".join(text[word.start(1) : end].split())
    return (phrase, end) if not UNFIT.search(phrase) else ("", start)


def ended(first: Any) -> Any:
    """The last token of the noun phrase that starts with `first`: its head, or the one before a stop word."""
    head = first
    while head.dep_ in MODIFIERS and head.i < head.head.i < first.i + REACH:
        head = head.head
    last = first
    for token in first.doc[first.i + 1 : head.i + 1]:
        if token.lower_ in nouns("stops") or (token.is_punct and token.text not in "-’'"):
            break
        last = token
    return last
