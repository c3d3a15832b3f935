"""CSV and TSV: exports of Scopus, Web of Science, Lens and Dimensions, and any table with a column of titles.

Which columns hold what is declared in `dialects`.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from corpus import csl
from corpus.formats.dialects import DIALECTS, PLAIN, Dialect
from corpus.formats.fields import EID, Fields, assemble, people, pick
from corpus.formats.pinpoints import keywords, pinpoints, prepared, reliability
from corpus.formats.reading import Entry
from corpus.records import Item

DELIMITERS = ",\t;"
HEADER_WITHIN = 3
LONGEST_CELL = 1 << 20
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Head:
    """Where a table begins: dialect, delimiter, column names in lower case, the line after the header."""

    dialect: Dialect
    delimiter: str
    columns: list[str]
    line: int


def head(text: str) -> Head | None:
    """The header of the table in `text`, which one or two lines about the export may precede."""
    lines = text.split("\n", HEADER_WITHIN + 20)[: HEADER_WITHIN + 20]
    for delimiter in DELIMITERS:
        reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
        try:
            for row, _ in zip(reader, range(HEADER_WITHIN), strict=False):
                columns = [" ".join(cell.lower().split()) for cell in row]
                if found := next((d for d in DIALECTS if d.signature <= set(columns)), None):
                    return Head(found, delimiter, columns, reader.line_num)
        except csv.Error:
            continue
    return None


def read(text: str) -> Iterator[Entry]:
    """The rows of the table in `text`; a row whose quotes never close costs that row, not those behind it."""
    if not (found := head(text)):
        return
    for row, source in rows(text.split("\n"), found):
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(found.columns) :]) or len(row) == 1 < len(found.columns):
            reason = f"It has {len(row)} cells where the header has {len(found.columns)}."
            yield Entry({}, "", source, reason)
            continue
        fields: dict[str, list[str]] = {}
        for column, cell in zip(found.columns, row, strict=False):
            if cell.strip():
                fields.setdefault(column, []).append(cell)
        item, own = to_item(fields, found.dialect)
        yield Entry(item, own, source)


def rows(lines: list[str], found: Head) -> Iterator[tuple[list[str], str]]:
    """The rows below the header, each with its source; after a fault, reading goes on at the next line."""
    csv.field_size_limit(LONGEST_CELL)
    begin = found.line
    while begin < len(lines):
        reader = csv.reader(numbered(lines, begin), delimiter=found.delimiter, strict=True)
        line = 0
        try:
            for row in reader:
                yield row, lines[begin + line][:1000]
                line = reader.line_num
            return
        except csv.Error:
            begin += line
            yield mended(lines[begin], found), lines[begin][:1000]
            begin += 1


def numbered(lines: list[str], begin: int) -> Iterator[str]:
    """The lines from number `begin` on, without a copy: a damaged table is taken up again at every fault."""
    return (f"{lines[number]}\n" for number in range(begin, len(lines)))


def mended(line: str, found: Head) -> list[str]:
    """The cells of a line with a stray quotation mark, where they are as many as the columns."""
    try:
        row = next(csv.reader([line], delimiter=found.delimiter), [])
    except csv.Error:
        row = []
    return row if len(row) == len(found.columns) else [line]


def to_item(fields: Fields, dialect: Dialect) -> tuple[Item, str]:
    """The item of one row, and the key that the source gives it."""
    values = pick(fields, dialect.columns)
    if dialect is PLAIN:
        values = {name: [unguarded(text) for text in texts] for name, texts in values.items()}
    authors, editors = ([one for text in values.get(role, []) for one in people(text)] for role in ("author", "editor"))
    given = next((text.strip() for text in values.get("type", []) if text.strip() in CSL_TYPES), "")
    values["document-type"] = [text for text in values.get("document-type", []) if text.strip() != given]
    item = assemble(values, given or dialect.kind, authors, editors)
    if given:
        item["type"] = given
    own = next(iter(values.get("id", [])), "").strip()
    if own:
        item["id"] = own
    return item, own or next(iter(EID.findall(item.get("URL", ""))), "")


CSL_TYPES = frozenset(
    "article article-journal article-magazine article-newspaper bill book chapter dataset document entry "
    "entry-dictionary entry-encyclopedia interview legal_case legislation manuscript map motion_picture "
    "pamphlet paper-conference patent post post-weblog regulation report review review-book software speech "
    "standard thesis webpage".split()
)

COLUMNS_WRITTEN = {
    "type": "type",
    "genre": "genre",
    "title": "title",
    "container": "container-title",
    "series": "collection-title",
    "volume": "volume",
    "issue": "issue",
    "number": "number",
    "edition": "edition",
    "pages": "page",
    "publisher": "publisher",
    "place": "publisher-place",
    "doi": "DOI",
    "url": "URL",
    "issn": "ISSN",
    "isbn": "ISBN",
    "language": "language",
    "abstract": "abstract",
    "note": "note",
}
PINPOINT = ("quote", "locator", "section", "tags", "themes", "passage_key")


def write(items: Iterable[Item], out: TextIO) -> None:
    """Write `items` as CSV, one row a pinpoint, one row for an item without any; no cell can be a formula."""
    header = ["key", "authors", "editors", "date", "year", *COLUMNS_WRITTEN, "keywords", *PINPOINT, "reliability"]
    table = csv.DictWriter(out, header, restval="", lineterminator="\n")
    table.writeheader()
    for item in prepared(items):
        row = cells(item)
        for pinpoint in pinpoints(item) or [{}]:
            places = {name: joined(pinpoint.get(name, "")) for name in PINPOINT}
            table.writerow({name: guarded(value) for name, value in (row | places).items()})


def cells(item: Item) -> dict[str, str]:
    date = csl.issued(item)
    people = {
        f"{role}s": "; ".join(csl.inverted(n).replace(";", ",") for n in csl.people(item, role)) for role in ROLES
    }
    given = keywords({**item, "custom": {}})
    return {
        "key": item["id"],
        **people,
        "date": "-".join(f"{part:02}" for part in date),
        "year": "".join(str(year) for year in date[:1]),
        **{column: joined(item.get(name, "")) for column, name in COLUMNS_WRITTEN.items()},
        "keywords": "; ".join(given),
        "reliability": "; ".join(reliability(item)),
    }


ROLES = ("author", "editor")


def joined(value: object) -> str:
    """One line of text; the members of a list stand between semicolons."""
    return "; ".join(map(str, value)) if isinstance(value, list) else " ".join(str(value or "").split())


def guarded(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula; `unguarded` gives it back as it was."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def unguarded(text: str) -> str:
    return re.sub(r"^'(?='*[=+\-@\t\r])", "", text)
