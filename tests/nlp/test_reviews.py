"""What people said as something to learn from: what they judged is known, the rest is not."""

from pathlib import Path

import numpy as np
import pytest
from sqlite_utils import Database

from corpus import verdicts
from corpus.verdicts import Verdict
from nlp import examples, reviews, taxonomy
from nlp.examples import Example
from sourcebook.workspace import open_workspace

TERMS = taxonomy.load("procurement")


@pytest.fixture
def db(tagged_base: Path) -> Database:
    return open_workspace(tagged_base).open()


def said(db: Database, *words: tuple[str, str, str]) -> list[Example]:
    for who, tag, verdict in words:
        verdicts.say(db, Verdict("passage1", tag, verdict, who, "2026-01-01T00:00:00Z"))
    return reviews.read(db, TERMS)


def test_nobody_said_anything(db: Database) -> None:
    assert reviews.read(db, TERMS) == []


def test_a_confirmed_theme_brings_its_tag_and_nothing_else_is_known(db: Database) -> None:
    (one,) = said(db, ("Ama", "threat/late_payment", "confirm"))
    assert (one.tags, one.themes) == (("threat",), ("threat/late_payment",))
    assert one.judged == ("threat", "threat/late_payment")
    assert one.text == "Passage 1 tells of a buyer."
    assert examples.judged([one], TERMS).sum() == 2


def test_a_rejected_tag_takes_its_themes_along(db: Database) -> None:
    (one,) = said(db, ("Ama", "threat", "reject"), ("Ama", "threat/late_payment", "confirm"))
    assert (one.tags, one.themes) == ((), ())
    assert one.judged is not None
    assert set(one.judged) == {name for name in (*TERMS.top, *TERMS.themes) if name.split("/")[0] == "threat"}


def test_a_rejected_theme_says_nothing_of_its_tag(db: Database) -> None:
    (one,) = said(db, ("Ama", "threat/late_payment", "reject"))
    assert one.judged == ("threat/late_payment",)
    assert not examples.labels([one], TERMS).any()


def test_a_conflict_counts_as_it_was_settled(db: Database) -> None:
    said(db, ("Ama", "threat", "confirm"), ("Ben", "threat", "reject"))
    verdicts.resolve(db, Verdict("passage1", "threat", "confirm", "Chi", "2026-01-02T00:00:00Z"))
    assert reviews.read(db, TERMS)[0].tags == ("threat",)
    verdicts.say(db, Verdict("passage1", "threat", "reject", "Ama", "2026-01-03T00:00:00Z"))
    assert reviews.read(db, TERMS)[0].tags == ()


def test_of_other_passages_everything_is_known() -> None:
    known = [
        Example("w1", "", "Some words.", ("threat",)),
        Example("r1", "", "Words.", (), judged=("threat",), origin="review"),
    ]
    asked = examples.judged(known, TERMS)
    assert asked[0].all()
    assert np.flatnonzero(asked[1]).tolist() == [TERMS.top.index("threat")]
