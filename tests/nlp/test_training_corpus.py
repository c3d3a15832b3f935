"""The passages that the tagger learns from: whole, various, labelled by the taxonomy, read twice."""

import gzip
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp import encoder, examples, taxonomy
from nlp.taxonomy import Taxonomy

TRAINING = examples.folder_of(taxonomy.load("procurement"))

# How many passages each corpus must have, how many of each label, countries and sectors.
WANTED = {"procurement": (4000, 20, 60, 25), "social-dialogue": (300, 4, 25, 15)}


@pytest.fixture(scope="module", params=WANTED)
def terms(request: pytest.FixtureRequest) -> Taxonomy:
    return taxonomy.load(request.param)


@pytest.fixture(scope="module")
def rows(terms: Taxonomy) -> list[dict[str, Any]]:
    files = sorted(examples.folder_of(terms).glob("written/*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]


def test_there_are_enough_and_each_has_a_name(terms: Taxonomy, rows: list[dict[str, Any]]) -> None:
    assert len(rows) >= WANTED[terms.name][0]
    assert len({row["id"] for row in rows}) == len(rows)


def test_each_was_labelled_twice(rows: list[dict[str, Any]]) -> None:
    assert [row["id"] for row in rows if "writer" not in row or "reader" not in row] == []
    agreed = [row for row in rows if sorted(row["writer"]) == sorted(row["reader"])]
    assert len(agreed) > len(rows) / 2


def test_labels_are_the_taxonomys_and_themes_imply_tags(terms: Taxonomy, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert set(row["tags"]) <= set(terms.top), row["id"]
        assert set(row["themes"]) <= set(terms.themes), row["id"]
        assert {theme.split("/")[0] for theme in row["themes"]} <= set(row["tags"]), row["id"]


def test_every_tag_theme_register_is_there_and_many_carry_none(terms: Taxonomy, rows: list[dict[str, Any]]) -> None:
    for name in (*terms.top, *terms.themes):
        assert sum(name in row["tags"] or name in row["themes"] for row in rows) >= WANTED[terms.name][1], name
    registers = {"abstract", "report", "evaluation", "company_case", "trade_press", "interview_notes"}
    assert {row["register"] for row in rows} == registers
    assert sum(not row["tags"] for row in rows) > len(rows) / 3


def test_countries_and_sectors_are_many(terms: Taxonomy, rows: list[dict[str, Any]]) -> None:
    assert len({code for row in rows for code in row["countries"]}) >= WANTED[terms.name][2]
    assert len({code for row in rows for code in row["sectors"]}) >= WANTED[terms.name][3]


def test_no_two_passages_share_eight_words(rows: list[dict[str, Any]]) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for row in rows:
        words = re.findall(r"\w+", row["text"].lower())
        for start in range(len(words) - 7):
            assert seen.setdefault(tuple(words[start : start + 8]), row["id"]) == row["id"], words[start : start + 8]


def test_no_two_passages_mean_the_same(rows: list[dict[str, Any]]) -> None:
    vectors = encoder.load().encode([row["text"] for row in rows])
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, 0)
    assert alike.max() <= 0.9


def test_references_to_real_passages_hold_no_text_and_do_not_overlap() -> None:
    lines = [json.loads(line) for line in (TRAINING / "real.jsonl").read_text("utf-8").splitlines()]
    assert {frozenset(line) for line in lines} == {
        frozenset({"id", "doi", "title", "start", "end", "hash", "tags", "themes"})
    }
    assert all(re.fullmatch("[0-9a-f]{16}", line["hash"]) for line in lines)
    by_place = sorted(lines, key=lambda line: (line["title"], line["start"]))
    assert all(a["title"] != b["title"] or a["end"] <= b["start"] for a, b in pairwise(by_place))


@pytest.mark.real
def test_no_reference_is_to_a_document_of_the_gold(shared: Path) -> None:
    abstracts = shared / "data/literature/abstracts.jsonl.gz"
    learned = {one.title for one in examples.read_references(TRAINING / "real.jsonl", abstracts)}
    gold = {one.title for one in examples.read(shared / "gold/dev.jsonl") if one.title}
    with gzip.open(abstracts, "rt", encoding="utf-8") as file:
        titles = [json.loads(line)["title"] for line in file]
    numbers = (shared / "gold/excluded.txt").read_text("utf-8").split("\n")
    excluded = {titles[int(number)] for number in numbers if number.strip() and not number.startswith("#")}
    assert len(excluded) > 200
    assert not learned & (gold | excluded)
