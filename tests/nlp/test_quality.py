"""Measures of tags on cases that can be checked by hand, and the floors that are read from a file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpus.errors import SourcebookError
from nlp import quality, taxonomy
from nlp.taxonomy import Taxonomy


@pytest.fixture(scope="module")
def terms() -> Taxonomy:
    return taxonomy.load("procurement")


def marks(rows: list[list[int]]) -> NDArray[np.bool_]:
    return np.array(rows, dtype=bool)


def test_precision_recall_and_f1() -> None:
    wanted, found = np.array([True, True, False, False]), np.array([True, False, True, False])
    one = quality.measure(wanted, found)
    assert (one.precision, one.recall, one.f1, one.n) == (0.5, 0.5, 0.5, 2)
    assert (one.right, one.wrong, one.missed, one.total) == (1, 1, 1, 4)
    assert quality.measure(wanted, wanted).f1 == 1.0


def test_a_measure_without_cases_is_nothing() -> None:
    none = np.zeros(4, dtype=bool)
    one = quality.measure(none, ~none)
    assert (one.precision, one.recall, one.f1, one.n) == (0.0, 0.0, 0.0, 0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80))
def test_the_interval_holds_f1_or_nearly_and_is_the_same_again(pairs: list[tuple[bool, bool]]) -> None:
    wanted, found = np.array(pairs).T
    one = quality.measure(wanted, found)
    assert 0 <= one.low <= one.high <= 1
    assert one == quality.measure(wanted, found)
    if one.f1 in (0, 1):
        assert one.low <= one.f1 <= one.high or one.n == 0


def test_more_passages_make_the_interval_narrower() -> None:
    wanted, found = np.array([1, 1, 1, 0] * 5, dtype=bool), np.array([1, 0, 1, 1] * 5, dtype=bool)
    few, many = quality.measure(wanted, found), quality.measure(np.tile(wanted, 20), np.tile(found, 20))
    assert few.f1 == many.f1
    assert many.high - many.low < (few.high - few.low) / 3


def test_quality_is_by_tag_and_takes_the_themes_together(terms: Taxonomy) -> None:
    wanted = np.zeros((3, len(terms.tags)), dtype=bool)
    wanted[0, 0] = wanted[0, len(terms.top)] = wanted[1, 1] = True
    found = wanted.copy()
    found[1, 1] = False
    one = quality.quality(terms, wanted, found)
    assert one.tags[terms.top[0]].f1 == 1.0
    assert one.tags[terms.top[1]].f1 == 0.0
    assert one.macro_f1 == pytest.approx(1 / len(terms.top))
    assert one.themes is not None
    assert one.themes.f1 == 1.0
    assert quality.from_dict(quality.as_dict(one)) == one


def test_a_floor_that_is_not_reached_is_named(terms: Taxonomy) -> None:
    wanted = np.zeros((2, len(terms.tags)), dtype=bool)
    wanted[0] = True
    one = quality.quality(terms, wanted, wanted)
    assert quality.fallen({"macro": 1.0, "themes": 1.0, terms.top[0]: 0.9}, one) == []
    none = quality.quality(terms, wanted, ~wanted)
    assert [line.split(":")[0] for line in quality.fallen({"macro": 0.5, "threat": 0.1}, none)] == ["macro", "threat"]


def test_floors_are_the_taxonomys(terms: Taxonomy, tmp_path: Path) -> None:
    elsewhere = replace(terms, folder=tmp_path)
    assert quality.floors(elsewhere) == {}
    (tmp_path / quality.FLOORS).write_text("[folds]\nmacro = 0.5\nthreat = 0.4\n")
    assert quality.floors(elsewhere) == {"folds": {"macro": 0.5, "threat": 0.4}}


@pytest.mark.parametrize("text", ["[folds]\nweather = 0.5", "macro = 0.5", "[folds]\nmacro = 'much'", "["])
def test_floors_that_cannot_be_meant_are_a_sentence(terms: Taxonomy, tmp_path: Path, text: str) -> None:
    (tmp_path / quality.FLOORS).write_text(text)
    with pytest.raises(SourcebookError, match=r"quality\.toml"):
        quality.floors(replace(terms, folder=tmp_path))
