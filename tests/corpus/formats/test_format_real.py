"""Real exports: no entry is lost, and what was read can be written for others to read."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
import rispy
from pybtex.database.input.bibtex import Parser
from pylatexenc.latex2text import LatexNodes2Text

from corpus import csl
from corpus.formats import WRITERS, Reading, read

LITERATURE = Path(__file__).parents[3].parent / "shared" / "data" / "literature"
FILES = sorted(path for path in LITERATURE.glob("*/*") if path.suffix in (".bib", ".csv", ".ris", ".txt"))
NAMES = [str(path.relative_to(LITERATURE)) for path in FILES]

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILES, reason="the real exports of ../shared are not here"),
]

# The same search, exported from one database in several formats.
TWINS = [
    ("Lens", ".csv", ".ris"),
    ("Lens", ".csv", ".bib"),
    ("Scopus", ".csv", ".ris"),
    ("Scopus", ".csv", ".bib"),
]
TWINS.append(("Dimensions", ".csv", ".ris"))


@pytest.fixture(scope="module")
def readings() -> dict[str, Reading]:
    return {name: read(path.read_bytes(), path.name) for name, path in zip(NAMES, FILES, strict=True)}


@pytest.fixture(scope="module")
def items(readings: dict[str, Reading]) -> list[dict[str, Any]]:
    everything = [record for found in readings.values() for record in found.records]
    return [record.csl | {"id": f"k{number}"} for number, record in enumerate(everything)]


def counted(path: Path) -> int:
    """How many entries the file has, by a count that shares nothing with the readers."""
    text = path.read_bytes().decode("utf-8-sig")
    if path.suffix == ".csv":
        csv.field_size_limit(1 << 24)
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(row)]
        return len(rows) - (2 if rows[0][0].startswith("About the data") else 1)
    if path.suffix == ".bib":
        return len(re.findall(r"^@(?!comment|string|preamble)\w+\s*\{", text, re.MULTILINE | re.IGNORECASE))
    return len(re.findall(r"^TY  -" if path.suffix == ".ris" else r"^ER$", text, re.MULTILINE))


@pytest.mark.parametrize("name", NAMES)
def test_no_entry_is_lost(name: str, readings: dict[str, Reading]) -> None:
    found = readings[name]
    assert len(found.records) + len(found.broken) == counted(LITERATURE / name) > 0
    assert not found.broken
    assert len({record.key for record in found.records}) == len(found.records)


@pytest.mark.parametrize("name", NAMES)
def test_the_fields_that_matter_are_there(name: str, readings: dict[str, Reading]) -> None:
    found = [record.csl for record in readings[name].records]
    assert all(item["title"] and csl.year(item) for item in found if item["type"] != "patent")
    share = {field: sum(field in item for item in found) / len(found) for field in ("author", "container-title", "DOI")}
    assert share["author"] > 0.9
    assert share["container-title"] > 0.7
    assert share["DOI"] > 0.6


@pytest.mark.parametrize(("source", "one", "other"), TWINS)
def test_one_search_says_the_same_in_each_format(
    source: str, one: str, other: str, readings: dict[str, Reading]
) -> None:
    names = [f"supply-chain-5.0/S1_{source}{suffix}" for suffix in (one, other)]
    pairs = list(zip(*([record.csl for record in readings[name].records] for name in names), strict=True))
    for what in (lambda i: i.get("DOI"), csl.year, lambda i: i["type"]):
        assert all(what(a) == what(b) for a, b in pairs)
    for what in (
        lambda i: csl.title_key(i["title"]),
        lambda i: len(i.get("author", [])),
        lambda i: csl.family_key({"author": i.get("author")}).split()[-1:],
    ):
        assert sum(what(a) != what(b) for a, b in pairs) <= 0.02 * len(pairs)


def written(format: str, items: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    WRITERS[format](items, out)
    return out.getvalue()


def summary(title: str, year: object, doi: str | None, authors: int) -> tuple[str, str, str, int]:
    return " ".join(title.split()), str(year or ""), doi or "", authors


def wanted(items: list[dict[str, Any]]) -> list[tuple[str, str, str, int]]:
    return [summary(i["title"], csl.year(i), i.get("DOI"), len(i.get("author", []))) for i in items]


def test_pybtex_reads_what_was_written(items: list[dict[str, Any]]) -> None:
    parser: Any = Parser
    entries = parser().parse_string(written("bibtex", items)).entries
    decoder: Any = LatexNodes2Text
    plain = decoder().latex_to_text
    found = [
        summary(
            plain(entry.fields["title"]),
            entry.fields.get("year"),
            entry.fields.get("doi"),
            len(entry.persons.get("author", [])),
        )
        for entry in entries.values()
    ]
    assert list(entries) == [item["id"] for item in items]
    assert found == wanted(items)


def test_rispy_reads_what_was_written(items: list[dict[str, Any]]) -> None:
    entries = rispy.loads(written("ris", items))
    assert [summary(e["title"], e.get("year"), e.get("doi"), len(e.get("authors", []))) for e in entries] == wanted(
        items
    )


def test_json_reads_what_was_written(items: list[dict[str, Any]]) -> None:
    entries = json.loads(written("csl-json", items))
    assert wanted(entries) == wanted(items)


def test_csv_and_text_hold_every_item(items: list[dict[str, Any]]) -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", items), newline="")))
    assert [row["key"] for row in rows] == [item["id"] for item in items]
    assert len(re.findall(r"^\S", written("text", items), re.MULTILINE)) == len(items)


@pytest.mark.parametrize("format", ["bibtex", "ris", "csl-json", "csv"])
def test_we_read_what_we_wrote(format: str, items: list[dict[str, Any]]) -> None:
    found = read(written(format, items).encode(), "x")
    assert wanted([record.csl for record in found.records]) == wanted(items)
