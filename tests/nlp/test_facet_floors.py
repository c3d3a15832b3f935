"""Facets reach their floors on labelled lines that nothing is tuned on."""

import hashlib
import json
import tomllib
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pytest

from nlp.facets import find, load_programmes, study_design
from nlp.sentences import read
from nlp.taxonomy import SHIPPED

CASES = Path(__file__).parent / "facets"
PROGRAMMES = load_programmes(SHIPPED / "procurement")
WANTED = {
    "country": "countries", "region": "regions", "sector": "sectors", "programme": "programmes",
    "organisation": "organisations", "buyer": "buyers",
}  # fmt: skip
FLOORS = tomllib.loads((CASES / "floors.toml").read_text("utf-8"))


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]


def f1(pairs: list[tuple[set[Any], set[Any]]]) -> float:
    """Micro-averaged F1 of (found, wanted)."""
    right = sum(len(found & wanted) for found, wanted in pairs)
    return 2.0 * right / sum(len(found) + len(wanted) for found, wanted in pairs)


def found_in(rows: list[dict[str, Any]], kind: str) -> list[set[Hashable]]:
    documents = zip(read(row["text"] for row in rows), rows, strict=True)
    facets = [find(doc, row.get("title", ""), PROGRAMMES) for doc, row in documents]
    if kind == "figure":
        return [{(f.number, f.unit) for f in one if f.kind == kind} for one in facets]
    return [{f.value for f in one if f.kind == kind} for one in facets]


def wanted_in(row: dict[str, Any], kind: str) -> set[Hashable]:
    if kind == "figure":
        return {(round(number, 4), unit) for number, unit in row["figures"]}
    return set(row[WANTED[kind]])


def score(name: str, kind: str) -> float:
    rows = lines(name)
    if kind == "design":
        right = [row for row in rows if study_design(row["text"]) == row["design"]]
        return len(right) / len(rows)
    return f1(list(zip(found_in(rows, kind), (wanted_in(row, kind) for row in rows), strict=True)))


@pytest.mark.parametrize("kind", FLOORS)
def test_held_half_reaches_its_floor(kind: str) -> None:
    assert score(f"{kind}_held", kind) >= FLOORS[kind]["floor"]


@pytest.mark.parametrize("kind", FLOORS)
def test_dev_half_is_no_worse_than_the_floor(kind: str) -> None:
    assert score(f"{kind}_dev", kind) >= FLOORS[kind]["floor"]


@pytest.mark.parametrize("kind", FLOORS)
def test_floor_was_set_on_these_lines(kind: str) -> None:
    digest = hashlib.sha256((CASES / f"{kind}_held.jsonl").read_bytes()).hexdigest()
    assert digest == FLOORS[kind]["held"], "the held lines changed: measure again and set floors.toml anew"


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("country", 150),
        ("sector", 120),
        ("design", 90),
        ("figure", 120),
        ("buyer", 120),
        ("organisation", 120),
        ("programme", 120),
        ("region", 80),
    ],
)
def test_there_are_enough_lines_and_no_line_twice(kind: str, least: int) -> None:
    texts = [row["text"] for half in ("dev", "held") for row in lines(f"{kind}_{half}")]
    assert len(texts) >= least
    assert len(set(texts)) == len(texts)
