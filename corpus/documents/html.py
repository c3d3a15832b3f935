"""Web pages: the main text without navigation, by trafilatura."""

import re
from collections.abc import Iterator

from lxml import etree
from trafilatura import bare_extraction
from trafilatura.settings import Document as Extract

from corpus.documents.document import Block, Document, failed, sections
from corpus.prose import fold, language

# Dates only from the page's own metadata, and no bound that moves with the clock.
DATES = {"extensive_search": False, "original_date": True, "max_date": "2100-12-31"}
LANGUAGE = re.compile(rb"""<html\b[^>]{0,500}?\blang\s*=\s*["']?([A-Za-z]{2})\b""", re.I)


def read(data: bytes) -> Document:
    """The document that an HTML page holds; a page without main text is `empty`."""
    page = bare_extraction(data, include_comments=False, with_metadata=True, date_extraction_params=DATES)
    if not isinstance(page, Extract) or page.body is None:
        return failed("empty", "the page has no main text")
    found = sections(blocks_of(page.body))
    if not found:
        return failed("empty", "the page has no main text")
    said = LANGUAGE.search(data[:4096])
    return Document(
        title=fold(page.title or "") or None,
        authors=tuple(name for part in (page.author or "").split(";") if (name := fold(part))),
        year=int(page.date[:4]) if page.date else None,
        language=language(" ".join(section.text for section in found)) or (said[1].decode().lower() if said else None),
        sections=found,
    )


def blocks_of(body: etree._Element) -> Iterator[Block]:
    """Headings, paragraphs, list items and table rows, in the page's order."""
    for element in body:
        if element.tag == "head":
            yield from block(element, heading=True)
        elif element.tag == "list":
            for item in element.iter("item"):
                yield from block(item, before="• ")
        elif element.tag == "table":
            for row in element.iter("row"):
                cells = [fold(" ".join(cell.itertext())) for cell in row.iter("cell")]
                yield Block("\t".join(cells))
        else:
            yield from block(element)


def block(element: etree._Element, heading: bool = False, before: str = "") -> Iterator[Block]:
    for line_break in element.iter("lb"):
        line_break.tail = " " + (line_break.tail or "")
    text = fold("".join(element.itertext()))
    if text:
        yield Block(before + text, heading=heading)
