"""The search finds what people judged right, at least as well as the committed floors say."""

import tomllib
from pathlib import Path

import pytest

import index
from sourcebook import evaluation

FLOORS = tomllib.loads((Path(index.__file__).parent / "quality.toml").read_text("utf-8"))

# How far the hybrid may stay below the better of its halves.
SLACK = 0.005


@pytest.mark.real
def test_the_search_holds_its_floors_and_is_better_than_its_halves(shared: Path) -> None:
    measured = evaluation.search(shared / "data/retrieval/cranfield", "test")
    reached = {mode: one["ndcg@10"] for mode, one in measured.items()}
    for mode, floor in FLOORS["cranfield"].items():
        assert reached[mode] >= floor
    assert reached["hybrid"] >= max(reached["keyword"], reached["semantic"]) - SLACK
