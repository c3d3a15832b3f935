"""Web of Science's tagged text (`savedrecs.txt`).

Tags: https://images.webofknowledge.com/WOKRS535R111/help/WOS/hs_wos_fieldtags.html
"""

import re
from collections.abc import Iterator

from corpus.formats.fields import Columns, Fields, assemble, persons, pick
from corpus.formats.reading import Entry
from corpus.records import Item

START = re.compile(r"^PT [A-Z]", re.MULTILINE)
TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*))?$")

TYPES = {"J": "article-journal", "C": "paper-conference", "S": "chapter", "B": "chapter", "P": "patent"}
"""CSL types by publication type; a book's entry is of its chapter unless the document type says otherwise."""

COLUMNS: Columns = {
    "title": ("TI",),
    "container-title": ("SO",),
    "collection-title": ("SE",),
    "date": ("PD", "EA"),
    "year": ("PY", "PD", "EA"),
    "month": ("PD",),
    "volume": ("VL",),
    "issue": ("IS",),
    "number": ("PN",),
    "page-first": ("BP",),
    "page-last": ("EP",),
    "article-number": ("AR",),
    "publisher": ("PU",),
    "publisher-place": ("PI",),
    "event-title": ("CT",),
    "event-place": ("CL",),
    "DOI": ("DI", "D2"),
    "ISSN": ("SN", "EI"),
    "ISBN": ("BN",),
    "abstract": ("AB",),
    "keyword": ("DE", "ID"),
    "language": ("LA",),
    "document-type": ("DT",),
    "access": ("OA",),
    "PMID": ("PM",),
}
LISTS = frozenset({"AU", "AF", "BA", "BF", "BE", "ED", "GP", "CA", "AE"})


def read(text: str) -> Iterator[Entry]:
    """The entries of `text`, from one PT to the next."""
    starts = [match.start() for match in START.finditer(text)]
    for begin, end in zip(starts, [*starts[1:], len(text)], strict=True):
        fields = parse(text[begin:end])
        yield Entry(to_item(fields), fields.get("UT", [""])[0].strip(), text[begin : min(end, begin + 1000)])


def parse(entry: str) -> Fields:
    """The values of one entry by tag: one a line for names, else one in all."""
    fields: dict[str, list[str]] = {}
    tag = ""
    for line in entry.split("\n"):
        if found := TAG.match(line):
            tag = found[1]
        if tag in ("ER", "EF"):
            break
        if line.strip():
            fields.setdefault(tag, []).append(line[3:].strip())
    return {tag: lines if tag in LISTS else [" ".join(lines)] for tag, lines in fields.items()}


def to_item(fields: Fields) -> Item:
    """The item of an entry; also of a row of the tab-delimited export, whose columns bear the same tags."""
    values = pick(fields, COLUMNS)
    kind = TYPES.get(next(iter(fields.get("PT", [""])), "").strip(), "document")
    if kind != "patent":
        values.pop("number", None)
    return assemble(values, kind, authors(fields), persons(fields.get("BE") or fields.get("ED") or []))


def authors(fields: Fields) -> list[dict[str, str]]:
    """Full names where they are complete, else short ones, else the authors of the book, else the body."""
    short, full = fields.get("AU", []), fields.get("AF", [])
    found = persons(full if len(full) >= len(short) else short)
    return (
        found
        or persons(fields.get("BA", []))
        or [{"literal": name} for tag in ("CA", "AE", "GP") for name in fields.get(tag, [])]
    )
