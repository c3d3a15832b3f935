"""People's word: kept as it was said, settled beside it, and above the machine's in the view `evidence`."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlite_utils import Database

from corpus import verdicts
from corpus.database import open_database
from corpus.errors import SourcebookError
from corpus.verdicts import Verdict
from nlp import taxonomy

PEOPLE = "SELECT passage_key, tag, verdict, who, time, why, quote FROM human_tag ORDER BY id"
seconds = count()


def word(passage: int, tag: str, verdict: str, who: str = "Ama", why: str | None = None) -> Verdict:
    """A word later than all before it."""
    time = f"2025-03-01T10:{next(seconds):05}Z"
    return Verdict(f"passage{passage}", tag, verdict, who, time, why, f"Passage {passage} tells of a buyer.")


def say(db: Database, *words: Verdict) -> None:
    for one in words:
        verdicts.say(db, one)


def holding(db: Database, passage: int) -> dict[str, tuple[str, str | None]]:
    """The tags that hold for a passage, with who gave them."""
    sql = "SELECT tag, by, who FROM evidence WHERE passage_id = ? ORDER BY tag"
    rows = db.execute(sql, [passage]).fetchall()
    found = {tag: (by, who) for tag, by, who in rows}
    assert len(found) == len(rows)
    return found


@pytest.fixture
def db(tagged_base: Path) -> Database:
    return open_database(tagged_base / "evidence.db")


def test_the_machine_speaks_where_nobody_does(db: Database) -> None:
    assert holding(db, 1) == {"threat": ("machine", None)}
    assert set(holding(db, 2)) == {"threat", "threat/late_payment", "opportunity"}


def test_the_last_word_of_a_person_counts(db: Database) -> None:
    first, second = word(1, "threat", "reject", why="a wish"), word(1, "threat", "confirm")
    assert verdicts.say(db, first)
    assert not holding(db, 1)
    assert verdicts.say(db, second)
    assert holding(db, 1) == {"threat": ("person", "Ama")}
    assert db.execute(PEOPLE).fetchall() == [(
        "passage1", "threat", "confirm", "Ama", second.time, None, "Passage 1 tells of a buyer.",
    )]  # fmt: skip


def test_the_same_word_twice_changes_nothing(db: Database) -> None:
    first = word(1, "threat", "reject", why="a wish")
    say(db, first)
    assert not verdicts.say(db, word(1, "threat", "reject", why="a wish"))
    assert verdicts.everything_said(db) == [first]


def test_a_word_is_somebodys(db: Database) -> None:
    with pytest.raises(SourcebookError, match="Say who speaks"):
        verdicts.say(db, word(1, "threat", "reject", who="  "))
    with pytest.raises(SourcebookError, match="is no verdict"):
        verdicts.say(db, word(1, "threat", "maybe"))
    say(db, word(1, "threat", "reject", who=" Ama \n Osei", why="so\x00 it \udcff is"))
    assert verdicts.said(db, "passage1", "threat", "Ama Osei").why == "so it  is"  # type: ignore[union-attr]


@pytest.mark.parametrize("verdict", ["confirm", "add"])
def test_to_confirm_what_the_machine_did_not_give_is_to_add_it(db: Database, verdict: str) -> None:
    say(db, word(1, "opportunity", verdict), word(1, "experience", verdict))
    assert set(holding(db, 1)) == {"threat", "opportunity", "experience"}
    scores = db.execute("SELECT tag, score, threshold FROM evidence WHERE passage_id = 1 AND by = 'person' ORDER BY 1")
    assert scores.fetchall() == [("experience", 1.0, 0.0), ("opportunity", 0.30, 0.5)]


def test_no_theme_holds_below_a_rejected_tag(db: Database) -> None:
    say(db, word(2, "threat", "reject"), word(2, "threat/shocks", "add", who="Ben"))
    assert set(holding(db, 2)) == {"opportunity"}


def test_a_theme_implies_its_tag(db: Database) -> None:
    say(db, word(4, "experience/training", "add"), word(4, "experience/results", "confirm", who="Ben"))
    found = holding(db, 4)
    assert set(found) == {"threat", "experience", "experience/training", "experience/results"}
    assert found["experience"][0] == "person"
    say(db, word(2, "threat/late_payment", "confirm"))
    assert holding(db, 2)["threat"] == ("person", "Ama")


def test_a_rejected_theme_leaves_its_tag(db: Database) -> None:
    say(db, word(2, "threat/late_payment", "reject"))
    assert set(holding(db, 2)) == {"threat", "opportunity"}


def test_a_tag_is_not_taken_for_one_whose_name_it_begins(db: Database) -> None:
    with db.atomic():
        db.execute(
            "INSERT INTO tag (tag, label, definition, position) VALUES ('threats', 'Threats', 'Another one.', 99)"
        )
        db.execute(
            "INSERT INTO machine_tag (passage_id, tag, score, threshold, tagger) VALUES (2, 'threats', 0.9, 0.5, 't')"
        )
    say(db, word(2, "threat", "reject"))
    assert set(holding(db, 2)) == {"opportunity", "threats"}


def test_most_people_decide_and_a_tie_goes_by_the_latest(db: Database) -> None:
    say(db, word(1, "threat", "reject", who="Ama"))
    say(db, word(1, "threat", "confirm", who="Ben"))
    assert holding(db, 1) == {"threat": ("person", "Ben")}
    say(db, word(1, "threat", "reject", who="Ama", why="said again"))
    assert not holding(db, 1)
    say(db, word(1, "threat", "add", who="Cleo"), word(1, "threat", "confirm", who="Ben", why="again"))
    say(db, word(1, "threat", "reject", who="Ama", why="for the third time"))
    assert holding(db, 1) == {"threat": ("person", "Ben")}


def test_a_resolution_stands_beside_what_was_said(db: Database) -> None:
    said = [word(1, "threat", "reject"), word(1, "threat", "confirm", who="Ben")]
    say(db, *said)
    verdicts.resolve(db, settled := word(1, "threat", "reject", who="Chair", why="ruling 3"))
    assert not holding(db, 1)
    assert verdicts.everything_said(db) == said
    (conflict,) = verdicts.conflicts(db)
    assert conflict.verdicts == tuple(said)
    assert (conflict.resolution.who, conflict.resolution.why) == ("Chair", "ruling 3")  # type: ignore[union-attr]
    verdicts.resolve(db, word(1, "threat", "confirm", who="Chair"))
    assert holding(db, 1) == {"threat": ("person", "Chair")}
    verdicts.reopen(db, "passage1", "threat", settled)
    assert not holding(db, 1)
    verdicts.reopen(db, "passage1", "threat")
    assert holding(db, 1) == {"threat": ("person", "Ben")}


def test_a_resolution_settles_what_was_said_before_it(db: Database) -> None:
    say(db, word(1, "threat", "confirm"), word(1, "threat", "reject", who="Ben"))
    verdicts.resolve(db, word(1, "threat", "reject", who="Chair"))
    settled = verdicts.resolution(db, "passage1", "threat")
    (conflict,) = verdicts.conflicts(db)
    assert (conflict.resolution, conflict.is_open, holding(db, 1)) == (settled, False, {})
    say(db, word(1, "threat", "add", who="Cleo"))  # they still differ
    (conflict,) = verdicts.conflicts(db)
    assert (conflict.resolution, conflict.is_open) == (settled, True)
    assert holding(db, 1) == {"threat": ("person", "Cleo")}
    verdicts.resolve(db, word(1, "threat", "reject", who="Chair"))
    assert (holding(db, 1), verdicts.conflicts(db)[0].is_open) == ({}, False)
    say(db, word(1, "threat", "confirm", who="Ben"))  # now all say the same
    assert holding(db, 1) == {"threat": ("person", "Ben")}
    assert verdicts.conflicts(db) == []


def test_a_resolution_is_not_touched_by_words_on_other_tags_or_passages(db: Database) -> None:
    say(db, word(1, "threat", "confirm"), word(1, "threat", "reject", who="Ben"))
    verdicts.resolve(db, word(1, "threat", "reject", who="Chair"))
    say(db, word(1, "opportunity", "reject"), word(2, "threat", "confirm"))
    assert "threat" not in holding(db, 1)


def test_what_the_queue_asked_is_told_from_what_people_brought_up(db: Database) -> None:
    asked = "SELECT passage_key, tag, asked FROM settled ORDER BY 1, 2"
    say(db, word(1, "threat", "add"), word(1, "opportunity", "reject"))
    say(db, replace(word(1, "opportunity", "confirm", who="Ben"), asked=True))
    assert db.execute(asked).fetchall() == [("passage1", "opportunity", 1), ("passage1", "threat", 0)]
    verdicts.resolve(db, word(1, "opportunity", "reject", who="Chair"))
    verdicts.resolve(db, word(1, "threat", "confirm", who="Chair"))
    assert db.execute(asked).fetchall() == [("passage1", "opportunity", 1), ("passage1", "threat", 0)]
    say(db, word(1, "opportunity", "add", who="Ben"))  # what was asked once stays so
    assert verdicts.said(db, "passage1", "opportunity", "Ben").asked is True  # type: ignore[union-attr]
    assert verdicts.said(db, "passage1", "threat", "Ama").asked is False  # type: ignore[union-attr]


def test_what_nobody_spoke_of_needs_no_resolution(db: Database) -> None:
    with pytest.raises(SourcebookError, match="Nobody has said"):
        verdicts.resolve(db, word(1, "threat", "confirm"))


def test_conflicts_are_listed_unresolved_first(db: Database) -> None:
    for passage in (1, 2, 3):
        say(db, word(passage, "threat", "reject"), word(passage, "threat", "add", who="Ben"))
    say(db, word(4, "threat", "confirm"), word(4, "threat", "add", who="Ben"))
    verdicts.resolve(db, word(1, "threat", "confirm", who="Chair"))
    assert [one.passage_key for one in verdicts.conflicts(db)] == ["passage2", "passage3", "passage1"]


def test_a_theme_against_a_rejected_tag_is_a_conflict(db: Database) -> None:
    say(db, word(2, "threat", "reject"), word(2, "threat/shocks", "add", who="Ben"))
    (conflict,) = verdicts.conflicts(db)
    assert (conflict.tag, [one.who for one in conflict.verdicts]) == ("threat", ["Ama", "Ben"])
    say(db, word(2, "threat", "reject", who="Ben"))
    assert verdicts.conflicts(db) == []


def test_what_is_taken_back_makes_way_for_what_was_said_before(db: Database) -> None:
    first, second = word(1, "threat", "reject", why="a wish"), word(1, "threat", "confirm")
    say(db, first, second)
    verdicts.take_back(db, second, first)
    assert verdicts.everything_said(db) == [first]
    verdicts.take_back(db, first)
    assert holding(db, 1) == {"threat": ("machine", None)}


def test_what_was_said_outlives_its_passage(db: Database) -> None:
    say(db, one := word(1, "threat", "reject"))
    with db.atomic():
        db.execute("DELETE FROM passage WHERE id = 1")
    assert verdicts.everything_said(db) == [one]
    assert not holding(db, 1)


ASKING = (
    "SELECT tag, by, who FROM evidence WHERE passage_id = 3",
    "SELECT * FROM evidence WHERE passage_id IN (1, 2, 3) ORDER BY score DESC, tag",
    "SELECT asked FROM machine_tag m JOIN passage p ON p.id = m.passage_id "
    "JOIN settled s ON s.passage_key = p.key AND s.tag = m.tag WHERE m.passage_id = 1",
    "SELECT p.id, (SELECT group_concat(tag) FROM (SELECT * FROM evidence WHERE passage_id = p.id ORDER BY tag)) "
    "FROM passage p WHERE p.id IN (1, 2)",
)


@pytest.mark.parametrize("sql", ASKING)
def test_a_passage_is_looked_up_without_reading_whole_tables(db: Database, sql: str) -> None:
    steps = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    assert any("machine_tag" in step for step in steps)
    whole = ("SCAN", "MATERIALIZE", "CO-ROUTINE e")
    assert [step for step in steps if step.startswith(whole) and "subquery" not in step] == []


def test_a_tag_is_looked_up_by_the_index_of_tags(db: Database) -> None:
    sql = "SELECT passage_id FROM evidence WHERE tag IN ('threat', 'experience')"
    steps = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    assert "SEARCH m USING INDEX machine_tag_tag (tag=?)" in steps
    assert not {"SCAN m", "SCAN p"} & set(steps)


SHARED_TAG = "factor_internal"
OWN_TAG = {"procurement": "threat", "social-dialogue": "reach"}


def judge(db: Database, name: str) -> tuple[list[Verdict], list[Verdict | None]]:
    """Judge and settle a tag that both taxonomies have, and one that only this has; what was said and settled."""
    for tag in (OWN_TAG[name], SHARED_TAG):
        say(db, word(1, tag, "confirm", why=name), replace(word(1, tag, "reject", who="Ben"), asked=True))
        verdicts.resolve(db, word(1, tag, "confirm", who="Chi", why=name))
    return everything(db)


def everything(db: Database) -> tuple[list[Verdict], list[Verdict | None]]:
    tags = (*OWN_TAG.values(), SHARED_TAG)
    return verdicts.everything_said(db), [verdicts.resolution(db, "passage1", tag) for tag in tags]


def test_words_under_another_taxonomy_are_put_aside_and_come_back(db: Database) -> None:
    first, second = taxonomy.load("procurement"), taxonomy.load("social-dialogue")
    under_first = judge(db, first.name)
    taxonomy.save(db, second)
    assert everything(db) == ([], [None, None, None])
    assert {row[0] for row in db.execute("SELECT question FROM tag").fetchall()} == {1, 2, 3, 4}
    assert db.execute("SELECT COUNT(*) FROM tag WHERE tag = 'threat'").fetchone()[0] == 0
    assert db.execute("SELECT COUNT(*) FROM evidence").fetchone()[0] == 0
    under_second = judge(db, second.name)
    for _ in range(2):
        taxonomy.save(db, first)
        assert everything(db) == under_first
        taxonomy.save(db, first)
        assert everything(db) == under_first
        taxonomy.save(db, second)
        assert everything(db) == under_second


def test_what_a_machine_said_of_a_tag_of_the_same_name_goes_and_is_said_anew(db: Database) -> None:
    with db.atomic():
        db.execute("UPDATE machine_tag SET tag = ? WHERE tag = 'threat'", [SHARED_TAG])
        db.execute("UPDATE passage SET tagger = 'tagger 1'")
    tagged = "SELECT COUNT(*), (SELECT COUNT(*) FROM machine_tag) > 0 FROM passage WHERE tagger IS NOT NULL"
    taxonomy.save(db, taxonomy.load("procurement"))
    assert db.execute(tagged).fetchone() == (6, 1)
    taxonomy.save(db, taxonomy.load("social-dialogue"))
    assert db.execute(tagged).fetchone() == (0, 0)


def test_a_base_that_names_no_taxonomy_is_known_by_its_tags(db: Database) -> None:
    said = judge(db, "procurement")
    forget = "UPDATE tag SET taxonomy = NULL"
    db.execute(forget)
    taxonomy.save(db, taxonomy.load("procurement"))
    assert everything(db) == said
    db.execute(forget)
    taxonomy.save(db, taxonomy.load("social-dialogue"))
    assert everything(db) == ([], [None, None, None])
    taxonomy.save(db, taxonomy.load("procurement"))
    assert everything(db) == said


def test_a_tag_that_left_its_taxonomy_keeps_its_words_for_when_it_returns(db: Database) -> None:
    terms, said = taxonomy.load("procurement"), judge(db, "procurement")
    taxonomy.save(db, replace(terms, tags=tuple(tag for tag in terms.tags if tag.name.split("/")[0] != SHARED_TAG)))
    assert {one.tag for one in verdicts.everything_said(db)} == {"threat"}
    taxonomy.save(db, terms)
    assert everything(db) == said
