"""RIS, as reference managers and Scopus, Lens and Dimensions write it.

Tags: https://en.wikipedia.org/wiki/RIS_(file_format); what a line is, is left to rispy.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import product
from string import ascii_uppercase, digits
from typing import TextIO

import rispy

from corpus import csl
from corpus.formats.fields import CHATTER, EID, Columns, Fields, assemble, persons, pick
from corpus.formats.pinpoints import keywords, notes, prepared
from corpus.formats.reading import Entry
from corpus.records import Item

START = re.compile(r"^TY {1,2}-", re.MULTILINE)
STANDARD = re.compile(r"^[A-Z][A-Z0-9]  -")
NARROW = re.compile(r"^([A-Z][A-Z0-9]) -", re.MULTILINE)
# Every tag is kept under its own name, each time it comes.
TAGS = {f"{a}{b}": f"{a}{b}" for a, b in product(ascii_uppercase, ascii_uppercase + digits)}

TYPES = {
    "JOUR": "article-journal",
    "CONF": "paper-conference",
    "CHAP": "chapter",
    "BOOK": "book",
    "RPRT": "report",
    "THES": "thesis",
    "ELEC": "webpage",
    "DATA": "dataset",
    "NEWS": "article-newspaper",
    "MGZN": "article-magazine",
    "PAT": "patent",
    "STAND": "standard",
    "COMP": "software",
    "UNPB": "manuscript",
    "STAT": "legislation",
    "GEN": "document",
    "CPAPER": "paper-conference",
    "ECHAP": "chapter",
    "SER": "chapter",
    "EBOOK": "book",
    "EDBOOK": "book",
    "EJOUR": "article-journal",
    "INPR": "article-journal",
    "GOVDOC": "report",
    "BLOG": "webpage",
    "ICOMM": "webpage",
}
"""CSL types by RIS type; of several for one, the first is written."""

COLUMNS: Columns = {
    "title": ("TI", "T1", "CT"),
    "container-title": ("C3", "T2", "JF", "JO", "BT", "JA", "J2"),
    "collection-title": ("T3",),
    "date": ("DA", "Y1"),
    "year": ("PY", "Y1", "DA"),
    "volume": ("VL",),
    "issue": ("IS",),
    "number": ("M1",),
    "edition": ("ET",),
    "page-first": ("SP",),
    "page-last": ("EP",),
    "article-number": ("C7",),
    "publisher": ("PB",),
    "publisher-place": ("CY", "PP"),
    "DOI": ("DO", "M3"),
    "URL": ("UR",),
    "ISSN": ("SN",),
    "abstract": ("AB", "N2"),
    "keyword": ("KW",),
    "language": ("LA",),
    "document-type": ("M3",),
    "note": ("N1",),
    "pdf_url": ("L1",),
}


def read(text: str) -> Iterator[Entry]:
    """The entries of `text`, from one TY to the next, whether or not ER comes between."""
    starts = [match.start() for match in START.finditer(text)]
    for begin, end in zip(starts, [*starts[1:], len(text)], strict=True):
        excerpt = text[begin:end]
        fields = parse(excerpt)
        own = next(iter(EID.findall(" ".join(fields.get("UR", [])))), "") or own_key(fields)
        item = to_item(fields)
        yield Entry(item | ({"id": own_key(fields)} if own_key(fields) else {}), own, excerpt[:1000])


def parse(entry: str) -> Fields:
    """The values of one entry by tag; what a value's further lines say is part of it."""
    if not STANDARD.match(entry):
        entry = NARROW.sub(r"\1  -", entry)
    lines: list[str] = []
    for line in entry.split("\n"):
        if STANDARD.match(line) or not lines:
            lines.append(line)
        else:
            lines[-1] += f" {line.strip()}"
    body = "\n".join([line for line in lines if not line.startswith("ER  -")] + ["ER  - "])
    found = rispy.loads(body, mapping=TAGS, list_tags=list(TAGS), delimiter_tags_mapping={})
    return {tag: [value] if isinstance(value, str) else value for tag, value in found[0].items()}


def own_key(fields: Fields) -> str:
    return next((value for tag in ("ID", "AN") for value in fields.get(tag, []) if value.strip()), "").strip()


def to_item(fields: Fields) -> Item:
    values = pick(fields, COLUMNS)
    values["note"] = [note for note in values.get("note", []) if not CHATTER.match(note)]
    # Where C3 holds the proceedings, T2 holds the conference.
    values |= {"event-title": fields["T2"]} if "C3" in fields and "T2" in fields else {}
    # EndNote keeps DOIs under M3 at times, all others the kind of document.
    values["document-type"] = [kind for kind in values.get("document-type", []) if not csl.doi(kind)]
    kind = TYPES.get(fields["TY"][0].strip().upper(), "document")
    author = persons(fields.get("AU") or fields.get("A1") or [])
    editor = persons(fields.get("ED") or fields.get("A2") or fields.get("A3") or [])
    return assemble(values, kind, author, editor)


def write(items: Iterable[Item], out: TextIO) -> None:
    """Write `items`, one entry each, pinpoints as N1 and their tags as KW."""
    tags = {kind: tag for tag, kind in reversed(TYPES.items())}
    for item in prepared(items):
        out.write(f"TY  - {tags.get(item.get('type', ''), 'GEN')}\n")
        for tag, value in lines(item):
            if flat := " ".join(str(value).split()):
                out.write(f"{tag}  - {flat}\n")
        out.write("ER  - \n\n")


def lines(item: Item) -> Iterator[tuple[str, object]]:
    """The tags and values of `item`, in a fixed order."""
    yield "ID", item["id"]
    yield from (("AU", csl.inverted(name)) for name in csl.people(item))
    yield from (("A2", csl.inverted(name)) for name in csl.people(item, "editor"))
    yield from ((tag, item.get(name, "")) for tag, name in WRITTEN)
    date = csl.issued(item)
    yield from (("PY", year) for year in date[:1])
    yield "DA", "/".join(f"{part:02}" for part in date) + "/" * (3 - len(date)) if date[1:] else ""
    yield from zip(("SP", "EP"), str(item.get("page", "")).split("-", 1), strict=False)
    yield from (("SN", part) for name in ("ISSN", "ISBN") for part in str(item.get(name, "")).split(", "))
    yield from (("KW", word) for word in keywords(item))
    yield from (("N1", note) for note in notes(item))
    yield "L1", item.get("custom", {}).get("pdf_url", "")


WRITTEN = tuple(
    pair.split("=")
    for pair in (
        "TI=title T2=container-title T3=collection-title VL=volume IS=issue M1=number M3=genre ET=edition "
        "PB=publisher CY=publisher-place DO=DOI UR=URL AB=abstract LA=language"
    ).split()
)
