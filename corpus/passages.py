"""Cutting a document's sections into passages of one to six whole sentences."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from corpus.documents.document import REFERENCES, Section
from corpus.prose import fold, kind, words
from corpus.sentences import Span, sentences_by_rule

__all__ = ["Passage", "Splitter", "cut", "left_out", "sentences_by_rule", "whole_text"]

Splitter = Callable[[str], Sequence[Span]]

SEPARATOR = "\n\n"
PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n\s*")
MOST_SENTENCES = 6
FEW_WORDS, TARGET_WORDS, MOST_WORDS = 60, 110, 160


@dataclass(frozen=True, slots=True)
class Passage:
    """One to six sentences; characters count in the document's whole text, pages from 1."""

    section: str | None
    page_first: int | None
    page_last: int | None
    char_start: int
    char_end: int
    text: str
    ordinal: int


@dataclass(frozen=True, slots=True)
class Unit:
    """Sentences that belong together, as a span in the section's text."""

    start: int
    end: int
    sentences: int
    words: int


def whole_text(sections: Sequence[Section]) -> str:
    """The text that a passage's characters count in."""
    return SEPARATOR.join(section.text for section in sections)


def cut(sections: Sequence[Section], sentences: Splitter = sentences_by_rule) -> list[Passage]:
    """The passages of a document's `sections`, in order; what is not prose is left out."""
    passages: list[Passage] = []
    base = 0
    for section in sections:
        for unit in units(section, sentences):
            first, last = pages(section, unit)
            text = fold(section.text[unit.start : unit.end])
            start, end = base + unit.start, base + unit.end
            passages.append(Passage(section.heading, first, last, start, end, text, len(passages)))
        base += len(section.text) + len(SEPARATOR)
    return passages


def left_out(sections: Sequence[Section]) -> Counter[str]:
    """How many paragraphs `cut` leaves out, by what they are."""
    kinds = Counter(judge(section, *span) for section in sections for span in paragraphs(section.text))
    del kinds["prose"]
    return kinds


def judge(section: Section, start: int, end: int) -> str:
    return "references" if section.heading == REFERENCES else kind(section.text[start:end])


def paragraphs(text: str) -> Iterator[Span]:
    """The spans of the paragraphs of `text`, which blank lines set apart."""
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    for found in PARAGRAPH_END.finditer(text, start, end):
        yield start, found.start()
        start = found.end()
    if start < end:
        yield start, end


def units(section: Section, sentences: Splitter) -> Iterator[Unit]:
    """The passages of one section: paragraphs split where long, and joined where short and adjacent."""
    spans = paragraphs(section.text)
    for is_prose, run in groupby(spans, key=lambda span: judge(section, *span) == "prose"):
        if is_prose:
            yield from joined(unit for span in run for unit in split(section.text, span, sentences))


def split(text: str, span: Span, sentences: Splitter) -> list[Unit]:
    """One paragraph as one unit where it fits, else as units of about equal length."""
    start, end = span
    found = [(start + a, start + b) for a, b in sentences(text[start:end])]
    whole = [Unit(a, b, 1, words(text[a:b])) for a, b in found if text[a:b].strip()]
    total = sum(unit.words for unit in whole)
    if total <= MOST_WORDS - 20 and len(whole) <= MOST_SENTENCES:
        return [merge(whole)] if whole else []
    count = max(-(-total // TARGET_WORDS), -(-len(whole) // MOST_SENTENCES))
    target = total / count
    groups: list[list[Unit]] = [[]]
    for unit in whole:
        size = sum(each.words for each in groups[-1])
        full = len(groups[-1]) == MOST_SENTENCES or size + unit.words > MOST_WORDS
        if groups[-1] and (full or size + unit.words / 2 > target):
            groups.append([])
        groups[-1].append(unit)
    return [merge(group) for group in groups]


def joined(found: Iterator[Unit]) -> Iterator[Unit]:
    """Neighbours made one while one of them is short and both fit a passage."""
    current: Unit | None = None
    for unit in found:
        if current is not None and fits(current, unit):
            current = merge([current, unit])
            continue
        if current is not None:
            yield current
        current = unit
    if current is not None:
        yield current


def fits(one: Unit, other: Unit) -> bool:
    total = one.words + other.words
    short = min(one.words, other.words) < FEW_WORDS
    return short and total <= TARGET_WORDS and one.sentences + other.sentences <= MOST_SENTENCES


def merge(group: Sequence[Unit]) -> Unit:
    return Unit(group[0].start, group[-1].end, sum(u.sentences for u in group), sum(u.words for u in group))


def pages(section: Section, unit: Unit) -> tuple[int | None, int | None]:
    """The first and last page that the unit touches, or None where there are no pages."""
    if not section.page_starts:
        return None, None
    offsets = [offset for offset, _ in section.page_starts]
    first = max(bisect_right(offsets, unit.start) - 1, 0)
    last = max(bisect_right(offsets, unit.end - 1), first + 1)
    touched = [page for _, page in section.page_starts[first:last]]
    return min(touched), max(touched)
