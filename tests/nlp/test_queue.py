"""The queue: the least certain and the most valuable first, and nothing twice."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from corpus import verdicts
from corpus.database import open_database
from corpus.errors import SourcebookError
from corpus.verdicts import Verdict
from nlp import queue
from nlp.queue import Ask


@pytest.fixture
def db(tagged_base: Path) -> Database:
    return open_database(tagged_base / "evidence.db")


def say(db: Database, passage: int, tag: str, verdict: str = "confirm", who: str = "Ama") -> None:
    verdicts.say(db, Verdict(f"passage{passage}", tag, verdict, who, "2025-03-01T10:00:00Z"))


def asked(db: Database, who: str = "Ama", **more: object) -> list[tuple[int, str]]:
    return [(ask.passage_id, ask.tag) for ask in queue.queue(db, who, **more)]  # type: ignore[arg-type]


def test_everything_that_the_tagger_scored_is_asked_once(db: Database) -> None:
    found = asked(db)
    scored = set(db.execute("SELECT passage_id, tag FROM machine_tag").fetchall())
    assert len(found) == len(set(found))
    assert scored <= set(found)
    assert (2, "threat/late_payment") in found
    assert found == asked(db)


def test_every_fourth_is_drawn_from_all_passages_so_that_what_the_tagger_left_out_is_judged_too(db: Database) -> None:
    scored = set(db.execute("SELECT passage_id, tag FROM machine_tag").fetchall())
    left_out = [ask for ask in asked(db) if ask not in scored]
    assert left_out
    ask = next(one for one in queue.queue(db, "Ama") if (one.passage_id, one.tag) == left_out[0])
    assert (ask.score, queue.is_due(db, "Ama", ask, False)) == (None, True)
    say(db, ask.passage_id, ask.tag, "reject")
    assert not queue.is_due(db, "Ama", ask, False)
    assert left_out[0] not in asked(db)


def test_the_least_certain_comes_first(db: Database) -> None:
    # of one tag: 0.52 and 0.54 lie nearest to the threshold, 0.95 farthest
    found = [passage for passage, _ in asked(db, tag="threat")]
    assert (found[:2], found[-1]) == ([1, 4], 2)


@pytest.mark.parametrize(
    ("score", "threshold", "uncertain"),
    [(0.5, 0.5, 1), (1, 0.5, 0), (0, 0.5, 0), (0.75, 0.5, 0.5), (0.1, 0.2, 0.5), (1, 1, 1), (0, 0, 1), (None, None, 1)],
)
def test_uncertainty_falls_to_both_sides(score: float | None, threshold: float | None, uncertain: float) -> None:
    assert queue.uncertainty(Ask(1, "p", 1, "t", score, threshold)) == pytest.approx(uncertain)


@pytest.mark.parametrize(
    ("share", "n", "width"),
    [(0.5, 0, 1), (0.5, 1, 0.8908), (0.5, 100, 0.1923), (1, 10, 0.2775)],  # the last: 0.7225 to 1
)
def test_the_interval_narrows(share: float, n: int, width: float) -> None:
    # Wilson: 2·1.96·√(p(1-p)/n + 1.96²/4n²) / (1 + 1.96²/n)
    assert queue.interval_width(share, n) == pytest.approx(width, abs=1e-4)


def test_what_is_rare_comes_before_what_was_judged_often(db: Database) -> None:
    with db.atomic():
        db.execute("UPDATE machine_tag SET score = 0.55")
    assert asked(db)[0] == (1, "opportunity")
    say(db, 3, "opportunity")
    assert asked(db)[0][1] == "threat"


def test_works_of_which_little_was_judged_come_first(db: Database) -> None:
    with db.atomic():
        db.execute("UPDATE machine_tag SET score = 0.55")
    say(db, 1, "experience", "add")
    assert asked(db, tag="threat")[0] == (4, "threat")


def test_tags_and_works_take_turns(db: Database) -> None:
    with db.atomic():
        db.execute("DELETE FROM machine_tag WHERE tag LIKE '%/%'")
        db.execute("UPDATE machine_tag SET score = 0.55")
    found = asked(db, limit=4)
    assert {tag for _, tag in found[:2]} == {"opportunity", "threat"}
    assert {passage > 3 for passage, _ in found} == {False, True}


def test_nothing_is_asked_that_somebody_judged(db: Database) -> None:
    say(db, 1, "threat")
    say(db, 2, "opportunity", "reject", who="Ben")
    for who in ("Ama", "Ben"):
        assert not {(1, "threat"), (2, "opportunity")} & set(asked(db, who))


def test_a_theme_is_not_asked_below_a_rejected_tag(db: Database) -> None:
    say(db, 2, "threat", "reject")
    assert (2, "threat/late_payment") not in asked(db)
    assert (5, "opportunity/finance") in asked(db)


def test_a_second_reviewer_is_asked_what_others_judged(db: Database) -> None:
    say(db, 1, "threat")
    say(db, 2, "experience", "add")
    say(db, 3, "threat", who="Ben")
    assert set(asked(db, "Ben", second=True)) == {(1, "threat"), (2, "experience")}
    assert set(asked(db, "Ama", second=True)) == {(3, "threat")}
    assert asked(db, "Ben", second=True, tag="experience") == [(2, "experience")]
    say(db, 1, "threat", "reject", who="Ben")
    assert set(asked(db, "Ben", second=True)) == {(2, "experience")}


def test_what_was_settled_is_not_asked_again(db: Database) -> None:
    say(db, 1, "threat")
    verdicts.resolve(db, Verdict("passage1", "threat", "confirm", "Chair", "2025-03-01T10:00:00Z"))
    assert asked(db, "Ben", second=True) == []


def test_what_was_settled_is_asked_again_once_somebody_says_otherwise(db: Database) -> None:
    say(db, 1, "threat")
    verdicts.resolve(db, Verdict("passage1", "threat", "confirm", "Chair", "2025-03-01T10:00:00Z"))
    verdicts.say(db, Verdict("passage1", "threat", "reject", "Ama", "2025-03-01T10:00:01Z"))
    assert asked(db, "Ben", second=True) == [(1, "threat")]


def test_a_tag_that_the_tagger_never_gives_is_drawn_all_the_same(db: Database) -> None:
    assert db.execute("SELECT COUNT(*) FROM machine_tag WHERE tag = 'relevance'").fetchone()[0] == 0
    found = asked(db, tag="relevance")
    assert sorted(found) == [(passage, "relevance") for passage in range(1, 7)]
    assert asked(db, tag="relevance", limit=4) == found[:4]


def test_the_sample_goes_on_when_all_that_the_tagger_gave_is_judged(db: Database) -> None:
    for passage, tag in db.execute("SELECT passage_id, tag FROM machine_tag").fetchall():
        say(db, passage, tag)
    tags = db.execute("SELECT COUNT(*) FROM tag WHERE parent IS NULL").fetchone()[0]
    judged = db.execute("SELECT COUNT(*) FROM human_tag WHERE tag NOT LIKE '%/%'").fetchone()[0]
    assert len(asked(db)) == 6 * tags - judged > 5
    assert len(asked(db, limit=5)) == 5
    assert asked(db, limit=5) == asked(db)[:5]


def test_a_limit_cuts_the_end(db: Database) -> None:
    assert asked(db, limit=3) == asked(db)[:3]


def test_of_a_large_base_the_least_certain_are_looked_at(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "LOOKED_AT", 1)
    assert asked(db, tag="threat", limit=1) == [(1, "threat")]
    assert len(asked(db, tag="threat", limit=4)) == 4


def test_an_unknown_tag_is_named(db: Database) -> None:
    with pytest.raises(SourcebookError, match="Did you mean 'threat'"):
        queue.queue(db, "Ama", "thret")


def test_what_was_judged_meanwhile_is_no_longer_due(db: Database) -> None:
    ask = next(one for one in queue.queue(db, "Ama") if (one.passage_id, one.tag) == (2, "threat/late_payment"))
    assert queue.is_due(db, "Ama", ask, second=False)
    say(db, 2, "threat", "reject", who="Ben")
    assert not queue.is_due(db, "Ama", ask, second=False)
