"""The release gate: what a new tagger would change, and which floors it falls below."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from nlp import quality, release, taxonomy
from nlp.tagger import Tagger
from nlp.taxonomy import Taxonomy

LABELS = ("threat", "opportunity", "threat/late_payment")
PASSAGES = [("A title", "One."), ("", "Two <b>bold</b>."), ("", "Three."), ("", "Four.")]


@dataclass
class Scripted:
    """A tagger that says what it is told to."""

    rows: list[list[float]]
    version: str = "old"
    labels: tuple[str, ...] = LABELS
    about: dict[str, Any] = field(default_factory=dict)

    def score(self, passages: list[tuple[str, str]]) -> list[Any]:
        return [np.array(row) for row in self.rows[: len(passages)]]

    def holds(self, scores: Any) -> dict[str, float]:
        return {name: float(s) for name, s in zip(self.labels, scores, strict=True) if s >= 0.5}


def scripted(rows: list[list[float]], **rest: Any) -> Tagger:
    return cast(Tagger, Scripted(rows, **rest))


OLD = scripted([[0.9, 0.1, 0.9], [0.2, 0.6, 0.1], [0.1, 0.1, 0.1], [0.6, 0.55, 0]])
NEW = scripted([[0.3, 0.1, 0.1], [0.7, 0.9, 0.1], [0.1, 0.1, 0.9], [0.6, 0.56, 0]], version="new")


def test_gained_lost_and_moved_tags_are_counted() -> None:
    found = release.difference(OLD, NEW, PASSAGES)
    assert found.counts() == {
        "opportunity": {"gained": 0, "lost": 0, "moved": 1},
        "threat": {"gained": 1, "lost": 1, "moved": 0},
    }


def test_the_same_tagger_changes_nothing() -> None:
    assert release.difference(OLD, OLD, PASSAGES).changes == ()


def test_the_greatest_change_comes_first_and_three_of_a_kind_are_shown() -> None:
    many = [("", f"Passage {n}.") for n in range(5)]
    before = scripted([[0.1, 0, 0]] * 5)
    after = scripted([[0.5 + n / 10, 0, 0] for n in range(5)])
    shown = release.difference(before, after, many).examples()
    assert [change.place for change in shown] == [4, 3, 2]


def test_people_can_read_it() -> None:
    text = release.told(release.difference(OLD, NEW, PASSAGES), PASSAGES, OLD, NEW)
    assert "old before, new now, on 4 passages" in text
    assert "| threat | 1 | 1 | 0 |" in text
    assert "> Two <b>bold</b>." in text


@pytest.fixture
def terms(tmp_path: Path) -> Taxonomy:
    (tmp_path / quality.FLOORS).write_text("[folds]\nthreat = 0.6\n[gold]\nmacro = 0.5\n")
    return replace(taxonomy.load("procurement"), folder=tmp_path)


def measured(terms: Taxonomy, right: bool) -> dict[str, Any]:
    wanted = np.ones((4, len(terms.tags)), dtype=bool)
    return quality.as_dict(quality.quality(terms, wanted, wanted if right else ~wanted))


def test_a_tagger_below_a_floor_is_refused_by_name(terms: Taxonomy) -> None:
    bad = scripted([], about={"quality": {"folds": measured(terms, False), "gold": measured(terms, True)}})
    assert release.refusals(terms, bad.about) == ["folds, threat: F1 0.000, floor 0.600"]


def test_a_good_one_passes_and_gold_that_was_not_given_is_no_reason(terms: Taxonomy) -> None:
    good = scripted([], about={"quality": {"folds": measured(terms, True)}})
    assert release.refusals(terms, good.about) == []
