"""The reliability card: from people's verdicts where there are enough, else from the tagger's own measures."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from corpus import verdicts
from corpus.verdicts import Verdict
from nlp import quality, reliability, strata, taxonomy
from nlp.reliability import Card, Own, Range
from sourcebook.workspace import open_workspace

TERMS = taxonomy.load("procurement")
PASSAGE = """
INSERT INTO passage (id, key, work_id, ordinal, title, char_start, char_end, text, hash, tagger)
VALUES (?, ?, 1, ?, '', 0, 1, 'x', 'x', 't facets-3')
"""
TAG = "INSERT INTO machine_tag (passage_id, tag, score, threshold, tagger) VALUES (?, 'threat', ?, 0.5, 't')"
READ_BY_ANOTHER = (
    "UPDATE passage SET tagger = 'old facets-2' WHERE id % 100 >= 50",
    "UPDATE machine_tag SET tagger = 'old' WHERE passage_id % 100 >= 50",
)
ANY = Range(0.5, 0.4, 0.6)
# Of 100 passages with the tag it finds 80, and it sees it in 100 of 1,000 without.
KNOWN_RATES = Card("threat", "t", "folds", 100, ANY, ANY, ANY, ((80, 20), (100, 900)))


@pytest.fixture
def db(tmp_path: Path) -> Database:
    """400 passages: 100 sure of the tag, 100 that hold it, 100 near it and 100 far from it."""
    from sourcebook import config

    config.create(tmp_path / "base")
    db = open_workspace(tmp_path / "base").open()
    taxonomy.save(db, TERMS)
    with db.atomic():
        db.execute("INSERT INTO work (id, key, title, csl) VALUES (1, 'a2000', 'A', '{}')")
        for number in range(400):
            db.execute(PASSAGE, [number, f"p{number}", number])
            if number < 300:
                db.execute(TAG, [number, (0.9, 0.6, 0.3)[number // 100]])
    return db


def judge(db: Database, numbers: range, right: int, asked: bool = True, tag: str = "threat") -> None:
    """Judge passages: the first `right` of them carry the tag."""
    for place, number in enumerate(numbers):
        verdict = "confirm" if place < right else "reject"
        verdicts.say(db, Verdict(f"p{number}", tag, verdict, "Ama", "2026-01-01T00:00:00Z", asked=asked))


def judge_all_over(db: Database) -> None:
    judge(db, range(10), right=9)  # of the sure ones
    judge(db, range(100, 140), right=20)  # of those that hold: judged four times as often
    judge(db, range(200, 220), right=4)
    judge(db, range(300, 320), right=1)


def measured(right: int, wrong: int, missed: int) -> Own:
    wanted = np.zeros((200, len(TERMS.tags)), dtype=bool)
    found = wanted.copy()
    wanted[: right + missed] = True
    found[missed : right + missed + wrong] = True
    return Own("t", {"quality": {"folds": quality.as_dict(quality.quality(TERMS, wanted, found))}}, frozenset())


def cards(db: Database, own: Own | None = None) -> dict[str, Card]:
    """The cards of threat, by tagger."""
    return {one.tagger: one for one in reliability.cards(db, TERMS, own) if one.tag == "threat"}


def corrected(db: Database, card: Card, part: list[int] | None = None) -> Range | None:
    yes, rest = strata.unsettled(db, ["threat"], part)["threat", "t"]
    return reliability.corrected(yes, [(card, rest)])


def test_nothing_is_known_at_first(db: Database) -> None:
    assert reliability.cards(db, TERMS, Own("t", {"quality": {}}, frozenset())) == []
    assert reliability.cards(db, TERMS, None) == []


def test_the_taggers_own_measures_stand_until_enough_was_judged(db: Database) -> None:
    judge(db, range(5), right=5)
    one = cards(db, measured(right=60, wrong=20, missed=40))["t"]
    assert (one.basis, one.n) == ("folds", 100)
    assert one.precision.value == pytest.approx(0.75)
    assert one.recall is not None
    assert one.recall.value == pytest.approx(0.6)
    assert one.precision.low < 0.75 < one.precision.high
    assert one.pairs == ((60, 40), (20, 80))


@pytest.mark.parametrize(
    "told",
    [
        {}, {"quality": None}, {"quality": {"folds": 5}}, {"quality": {"folds": {"tags": {"threat": {"f1": 1}}}}},
        {"quality": {"gold": {}}},
    ],
)  # fmt: skip
def test_a_file_that_tells_nothing_of_its_quality_makes_no_card(db: Database, told: dict[str, Any]) -> None:
    assert reliability.cards(db, TERMS, Own("t", told, frozenset())) == []


def test_tags_that_were_not_measured_have_no_card(db: Database) -> None:
    own = measured(right=60, wrong=20, missed=40)
    del own.about["quality"]["folds"]["tags"]["threat"]
    assert [one.tag for one in reliability.cards(db, TERMS, own)] == [tag for tag in TERMS.top if tag != "threat"]


def test_a_measure_that_does_not_tell_of_how_many_corrects_no_count(db: Database) -> None:
    own = measured(right=60, wrong=20, missed=40)
    del own.about["quality"]["folds"]["tags"]["threat"]["total"]
    one = cards(db, own)["t"]
    assert one.precision.value == pytest.approx(0.75)
    assert corrected(db, one) is None


def test_verdicts_count_by_the_passages_they_stand_for(db: Database) -> None:
    judge_all_over(db)
    one = cards(db)["t"]
    assert (one.basis, one.n) == ("people", 90)
    assert one.precision.value == pytest.approx((90 + 50) / 200)
    assert one.recall is not None
    assert one.recall.value == pytest.approx(140 / (140 + 20 + 5))
    assert one.recall.low < 140 / 165 < one.recall.high


def test_what_people_brought_up_unasked_is_no_sample(db: Database) -> None:
    judge_all_over(db)
    before = cards(db)["t"]
    judge(db, range(320, 380), right=60, asked=False)
    judge(db, range(140, 160), right=20, asked=False)
    assert cards(db)["t"] == before


def test_passages_that_it_learned_from_tell_nothing_of_a_tagger(db: Database) -> None:
    judge(db, range(100, 160), right=30)
    seen = frozenset(f"p{number}" for number in range(100, 130))  # those that were right
    one = cards(db, Own("t", {}, seen))["t"]
    assert (one.n, one.precision.value) == (30, 0)
    # Of the tagger that they are asked about, these passages tell as before.
    assert cards(db, Own("new", {}, seen)) == cards(db)


def test_each_tagger_is_told_of_by_its_own_tags(db: Database) -> None:
    judge(db, range(100, 150), right=40)
    for statement in READ_BY_ANOTHER:
        db.execute(statement)
    judge(db, range(150, 190), right=10)
    found = cards(db, measured(right=60, wrong=20, missed=40))
    assert {tagger: (one.basis, one.precision.value) for tagger, one in found.items()} == {
        "t": ("people", 0.8), "old": ("people", 0.25),
    }  # fmt: skip


def test_the_files_measures_are_not_another_taggers(db: Database) -> None:
    own = replace(measured(right=60, wrong=20, missed=40), version="new")
    assert cards(db, own) == {}
    for statement in READ_BY_ANOTHER:
        db.execute(statement)
    assert list(cards(db, replace(own, version="t"))) == ["t"]


def test_untagged_passages_wait_for_the_tagger_at_hand(db: Database) -> None:
    db.execute("DELETE FROM machine_tag")
    db.execute("UPDATE passage SET tagger = NULL")
    assert list(cards(db, measured(right=60, wrong=20, missed=40))) == ["t"]


def test_recall_is_not_told_where_nobody_judged_what_the_tagger_left_out(db: Database) -> None:
    judge(db, range(100, 140), right=20)
    one = cards(db)["t"]
    assert (one.recall, one.f1, one.pairs) == (None, None, ())
    assert corrected(db, one) is None


@pytest.mark.parametrize(("sure", "near", "none"), [(5, 0, 20), (5, 20, 9), (0, 20, 20)])
def test_recall_wants_verdicts_in_every_stratum(db: Database, sure: int, near: int, none: int) -> None:
    judge(db, range(sure), right=sure)
    judge(db, range(100, 140), right=20)
    judge(db, range(200, 200 + near), right=near)
    judge(db, range(300, 300 + none), right=0)
    one = cards(db)["t"]
    assert (one.recall, one.f1, one.pairs) == (None, None, ())


def test_a_stratum_without_passages_wants_no_verdicts(db: Database) -> None:
    db.execute("DELETE FROM passage WHERE id BETWEEN 200 AND 299 OR id >= 304")
    judge(db, range(5), right=5)
    judge(db, range(100, 140), right=20)
    judge(db, range(300, 304), right=0)
    assert cards(db)["t"].recall is not None


def test_more_verdicts_make_the_interval_narrower(db: Database) -> None:
    judge(db, range(100, 130), right=15)
    before = cards(db)["t"].precision
    judge(db, range(100, 200), right=50)
    after = cards(db)["t"].precision
    assert after.high - after.low < before.high - before.low


def test_people_correct_what_they_did_not_judge_and_nothing_twice(db: Database) -> None:
    judge_all_over(db)
    one = corrected(db, cards(db)["t"])
    assert one is not None
    # 34 yeses as they are, and of 90, 60, 80 and 80 passages the shares 0.9, 0.5, 0.2 and 0.05.
    assert one.value == pytest.approx(34 + 81 + 30 + 16 + 4)
    assert one.low < one.value < one.high


def test_when_all_is_judged_the_interval_is_the_count(db: Database) -> None:
    judge(db, range(400), right=170)
    assert corrected(db, cards(db)["t"]) == Range(170, 170, 170)
    assert corrected(db, KNOWN_RATES) == Range(170, 170, 170)
    assert corrected(db, KNOWN_RATES, list(range(165, 300))) == Range(5, 5, 5)


def test_a_part_is_corrected_by_its_own_strata(db: Database) -> None:
    judge_all_over(db)
    one = corrected(db, cards(db)["t"], list(range(300, 400)))
    assert one is not None
    assert one.value == pytest.approx(1 + 80 * 0.05)


@pytest.mark.parametrize("true", [0, 50, 500, 1000])
def test_rates_correct_a_count_however_common_the_tag_is(true: int) -> None:
    held = round(true * 0.8 + (1000 - true) * 0.1)
    one = reliability.corrected(7, [(KNOWN_RATES, np.array([0, held, 0, 1000 - held]))])
    assert one is not None
    assert one.value == pytest.approx(7 + true)
    assert one.low <= one.value <= one.high
    assert one.high - one.low > 10


def test_a_tagger_no_better_than_chance_corrects_nothing() -> None:
    blind = replace(KNOWN_RATES, pairs=((10, 90), (100, 900)))
    assert reliability.corrected(0, [(blind, np.array([0, 10, 0, 90]))]) is None


@pytest.mark.parametrize("held", [0, 20, 980])
def test_rates_that_cannot_hold_here_correct_nothing(held: int) -> None:
    assert reliability.corrected(0, [(KNOWN_RATES, np.array([0, held, 0, 1000 - held]))]) is None


def test_taggers_add_up_and_one_without_a_card_leaves_the_count_open() -> None:
    sizes = np.array([0, 135, 0, 865])
    both = reliability.corrected(1, [(KNOWN_RATES, sizes), (KNOWN_RATES, sizes)])
    assert both is not None
    assert both.value == pytest.approx(101)
    assert reliability.corrected(1, [(KNOWN_RATES, sizes), (None, sizes)]) is None
    assert reliability.corrected(1, [(None, strata.nothing())]) == Range(1, 1, 1)


@given(
    st.lists(st.integers(0, 300), min_size=4, max_size=4),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=4, max_size=4),
    st.sampled_from(["people", "folds"]),
)
def test_a_corrected_count_lies_within_its_interval_and_its_passages(
    sizes: list[int], pairs: list[tuple[int, int]], basis: str
) -> None:
    card = replace(KNOWN_RATES, basis=basis, pairs=tuple(pairs if basis == "people" else pairs[:2]))
    one = reliability.corrected(3, [(card, np.array(sizes))])
    assert one is None or 3 <= one.low <= one.value <= one.high <= 3 + sum(sizes) + 1e-6
    assert basis == "folds" or one is not None


def test_passages_are_counted_as_evidence_counts_them(db: Database) -> None:
    judge(db, range(90, 110), right=10)
    judge(db, range(195, 205), right=5, asked=False, tag="threat/late_payment")
    judge(db, range(310, 330), right=10)
    db.execute("UPDATE passage SET tagger = NULL WHERE id = 319")
    found = strata.unsettled(db, ["threat"])
    count = db.execute("SELECT COUNT(*) FROM evidence WHERE tag = 'threat'").fetchone()[0]
    assert found["threat", ""][0] == 1
    assert sum(yes + rest[: strata.NEAR].sum() for yes, rest in found.values()) == count
    judged = 20 + 5 + 20
    assert found["threat", "t"][1].sum() == 400 - judged
