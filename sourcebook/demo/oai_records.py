"""The records of the OAI-PMH repository, and their XML in Dublin Core."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree.ElementTree import Element, SubElement, register_namespace

from sourcebook.demo.catalogue import Work, holdings

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PREFIX = "oai:sample.example.org:"
FIRST_DAY = date(2025, 1, 1)
SETS = {
    "article-journal": ("articles", "Journal articles"),
    "paper-conference": ("papers", "Conference papers"),
    "chapter": ("chapters", "Chapters"),
    "report": ("reports", "Reports"),
    "webpage": ("cases", "Case studies"),
}
TYPES = {
    "article-journal": "article",
    "paper-conference": "conferenceObject",
    "chapter": "bookPart",
    "report": "report",
    "webpage": "other",
}

for prefix, uri in (("", OAI), ("oai_dc", OAI_DC), ("dc", DC), ("xsi", XSI)):
    register_namespace(prefix, uri)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of the repository; one without a work is deleted."""

    identifier: str
    datestamp: str
    set: str
    work: Work | None


def entries() -> list[Entry]:
    """All records in the order of their datestamps: one was withdrawn and is deleted."""
    kept = [Entry(PREFIX + w.slug, stamp(w.number), SETS[w.type][0], w) for w in holdings("oaipmh")]
    withdrawn = Entry(PREFIX + "withdrawn-draft", stamp(70), "reports", None)
    return [*kept, withdrawn]


def stamp(number: int) -> str:
    return f"{FIRST_DAY + timedelta(days=number)}T06:00:00Z"


def children(parent: Element, pairs: Sequence[tuple[str, str]], namespace: str = OAI) -> None:
    """Add an element for each (name, text) whose text is not empty."""
    for name, text in pairs:
        if text:
            SubElement(parent, f"{{{namespace}}}{name}").text = text


def add_header(parent: Element, entry: Entry) -> None:
    status = {} if entry.work else {"status": "deleted"}
    header = SubElement(parent, f"{{{OAI}}}header", status)
    pairs = (("identifier", entry.identifier), ("datestamp", entry.datestamp), ("setSpec", entry.set))
    children(header, pairs)


def add_record(parent: Element, entry: Entry, base: str) -> None:
    record = SubElement(parent, f"{{{OAI}}}record")
    add_header(record, entry)
    if entry.work:
        metadata = SubElement(record, f"{{{OAI}}}metadata")
        where = {f"{{{XSI}}}schemaLocation": f"{OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd"}
        children(SubElement(metadata, f"{{{OAI_DC}}}dc", where), dublin_core(entry.work, base), DC)


def dublin_core(work: Work, base: str) -> list[tuple[str, str]]:
    """A work as elements of Dublin Core, in their order."""
    issue = work.volume + (f"({work.issue})" if work.issue else "")
    source = ", ".join(filter(None, (work.container, issue, work.pages)))
    return [
        ("title", work.title),
        *(("creator", author.inverted) for author in work.authors),
        *(("subject", word) for word in work.keywords),
        ("description", work.abstract),
        ("publisher", work.publisher),
        ("date", str(work.year or "")),
        ("type", f"info:eu-repo/semantics/{TYPES[work.type]}"),
        ("identifier", work.doi),
        ("identifier", base + work.page if work.page else ""),
        ("source", work.container),
        ("source", source if source != work.container else ""),
        ("language", work.language),
        ("rights", "info:eu-repo/semantics/openAccess"),
        ("rights", "https://creativecommons.org/licenses/by/4.0/"),
    ]
