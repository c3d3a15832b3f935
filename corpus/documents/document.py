"""What every reader makes of a file: a document of sections, with page numbers where there are pages."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from corpus.prose import is_reference, words

REFERENCES = "References"

OUTCOMES = (
    "extracted",
    "encrypted",
    "empty",
    "scanned",
    "damaged",
    "too_large",
    "timed_out",
    "crashed",
    "unknown_type",
)

REFERENCE_HEADING = re.compile(
    r"(?i)(?:[\dIVX]+[.\s]*)*(?:list of )?(?:references?|bibliography|works cited|literature(?: cited)?|"
    r"references cited|reference list|referencias|bibliograf[ií]a|références|bibliographie|"
    r"literatur(?:verzeichnis)?)(?: and notes| list)?[:.]?"
)
AFTERWORD = re.compile(r"(?i)\W*(?:appendi|annex|acknowledg|about |author|supplement|glossary|anexo|annexe|anhang)")


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of text under one heading; paragraphs stand apart by a blank line.

    `page_starts` holds (offset in `text`, page from 1), in order of offset; empty where there are no pages.
    """

    heading: str | None
    text: str
    page_starts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A file's text, what it says about itself, and the outcome of reading it, one of `OUTCOMES`."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    language: str | None = None
    pages: int | None = None
    sections: tuple[Section, ...] = ()
    outcome: str = "extracted"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a heading, with the pages it lies on as (offset in `text`, page)."""

    text: str
    pages: tuple[tuple[int, int], ...] = ()
    heading: bool = False


def failed(outcome: str, reason: str, pages: int | None = None) -> Document:
    """A document that could not be read."""
    return Document(pages=pages, outcome=outcome, reason=reason)


def name_title(name: str) -> str | None:
    """A title made of a file's name, where there is no better."""
    title = re.sub(r"[\s_]+|%20", " ", PurePosixPath(name).stem).strip()
    return (title if " " in title else title.replace("-", " ")) or None


def sections(blocks: Iterable[Block]) -> tuple[Section, ...]:
    """`blocks` as sections, the reference list under "References"; a heading without text is dropped."""
    parts: list[tuple[str | None, list[Block]]] = [(None, [])]
    for block in blocks:
        if block.heading:
            parts.append((block.text, []))
        else:
            parts[-1][1].append(block)
    return tuple(assemble(heading, held) for heading, held in with_references(parts) if held)


def assemble(heading: str | None, blocks: Sequence[Block]) -> Section:
    text, starts = "", []
    for block in blocks:
        text += "\n\n" if text else ""
        starts += [(len(text) + offset, page) for offset, page in block.pages]
        text += block.text
    turns = [start for i, start in enumerate(starts) if i == 0 or starts[i - 1][1] != start[1]]
    return Section(heading, text, tuple(turns))


def with_references(
    parts: list[tuple[str | None, list[Block]]],
) -> Iterator[tuple[str | None, list[Block]]]:
    """`parts` with each reference list, and what a stray heading split off it, as one part."""
    gathered: list[Block] | None = None
    for heading, blocks in parts:
        if gathered is None and heading and REFERENCE_HEADING.fullmatch(heading) and are_references(blocks, 0.25):
            gathered = list(blocks)
        elif gathered is not None and continues(heading, blocks):
            gathered += blocks
        else:
            if gathered is not None:
                yield REFERENCES, gathered
                gathered = None
            yield heading, blocks
    if gathered is not None:
        yield REFERENCES, gathered


def opens_references(heading: str | None, blocks: Sequence[Block]) -> bool:
    """Whether the heading says that a reference list begins, and a part of the text bears it out."""
    return bool(heading and REFERENCE_HEADING.fullmatch(heading)) and are_references(blocks, 0.25)


def continues(heading: str | None, blocks: Sequence[Block]) -> bool:
    """Whether what follows a reference list is still part of it."""
    return not (heading and AFTERWORD.match(heading)) and (not blocks or are_references(blocks))


def are_references(blocks: Sequence[Block], share: float = 0.5) -> bool:
    """Whether at least `share` of the words stand in entries of a reference list."""
    counts = [(words(block.text), is_reference(block.text)) for block in blocks]
    return bool(counts) and sum(n for n, entry in counts if entry) >= share * sum(n for n, _ in counts)


def retitled(document: Document, name: str) -> Document:
    """`document` with a title from the file's name where it has none."""
    return document if document.title else replace(document, title=name_title(name))
