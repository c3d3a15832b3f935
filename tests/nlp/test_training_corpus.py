"""The passages that the tagger learns from: whole, various, labelled by the taxonomy, read twice."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp import encoder, examples, taxonomy
from nlp.train import TRAINING

WRITTEN = sorted(TRAINING.glob("written/*.jsonl"))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for path in WRITTEN for line in path.read_text("utf-8").splitlines()]


def test_there_are_enough_and_each_has_a_name(rows: list[dict[str, Any]]) -> None:
    assert len(rows) >= 4000
    assert len({row["id"] for row in rows}) == len(rows)


def test_labels_are_the_taxonomys_and_themes_imply_tags(rows: list[dict[str, Any]]) -> None:
    terms = taxonomy.load("procurement")
    for row in rows:
        assert set(row["tags"]) <= set(terms.top), row["id"]
        assert set(row["themes"]) <= set(terms.themes), row["id"]
        assert {theme.split("/")[0] for theme in row["themes"]} <= set(row["tags"]), row["id"]


def test_every_tag_theme_register_is_there_and_many_passages_carry_none(rows: list[dict[str, Any]]) -> None:
    terms = taxonomy.load("procurement")
    for name in (*terms.top, *terms.themes):
        assert sum(name in row["tags"] or name in row["themes"] for row in rows) >= 20, name
    registers = {"abstract", "report", "evaluation", "company_case", "trade_press", "interview_notes"}
    assert {row["register"] for row in rows} == registers
    assert sum(not row["tags"] for row in rows) > len(rows) / 3


def test_countries_and_sectors_are_many(rows: list[dict[str, Any]]) -> None:
    assert len({code for row in rows for code in row["countries"]}) >= 60
    assert len({code for row in rows for code in row["sectors"]}) >= 25


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
    assert not learned & gold
