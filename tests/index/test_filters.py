"""Filters: every kind and its opposite pass exactly what one would pick by hand, now and after any change."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from corpus.database import open_database
from corpus.errors import SourcebookError
from index.filters import KINDS, RANGED, Filters, allowed, check, read, years

HOSTILE = ("x') OR 1 --", '"', "'; DROP TABLE work; --", "", "\x00", "%", "\ud800", "x" * 1_000_000)
ONE_KIND = {
    "country": "gh", "region": "Asia", "sector": "c14", "programme": "SCORE", "design": "Survey", "language": "EN",
    "type": "Report", "access": "Open",
}  # fmt: skip


def ids(db: Database, filters: Filters) -> list[int]:
    """The passages that pass; all where no filter is on."""
    found = allowed(db, filters)
    everything = [row[0] for row in db.execute("SELECT id FROM passage ORDER BY id").fetchall()]
    return everything if found is None else [int(one) for one in found]


def asking(kind: str, *values: str) -> Filters:
    """A filter for values of one kind, as people write it."""
    return read(lambda name: values if name == kind else ())


@st.composite
def any_filters(draw: st.DrawFn, varied: Any) -> Filters:
    """A few filters at once."""
    kinds = draw(st.lists(st.sampled_from(RANGED), max_size=3, unique=True))
    written = {kind: draw(st.lists(st.sampled_from(varied.values(kind)), min_size=1, max_size=2)) for kind in kinds}
    for kind in draw(st.lists(st.sampled_from(RANGED), max_size=2)):
        written[f"not_{kind}"] = [draw(st.sampled_from(varied.values(kind)))]
    written["by"] = [draw(st.sampled_from(("", "", "machine", "person")))]
    written["score"] = [draw(st.sampled_from(("", "", "0", "0.3", "0.5", "0.8", "1")))]
    return read(lambda name: written.get(name, ()))


@pytest.mark.parametrize("kind", RANGED)
def test_every_value_of_a_kind_and_its_opposite(varied: Any, kind: str) -> None:
    for value in varied.values(kind):
        wanted, unwanted = asking(kind, value), asking(f"not_{kind}", value)
        found = ids(varied.db, wanted)
        assert found == varied.ids(wanted)
        assert ids(varied.db, unwanted) == varied.ids(unwanted)
        assert sorted([*found, *ids(varied.db, unwanted)]) == [one.id for one in varied.passages]
    assert 0 < len(ids(varied.db, asking(kind, *varied.values(kind)[:2]))) <= len(varied.passages)


@given(st.data())
def test_any_combination_passes_what_one_would_pick(varied: Any, data: st.DataObject) -> None:
    wanted = data.draw(any_filters(varied))
    assert ids(varied.db, wanted) == varied.ids(wanted)


def test_kinds_are_and_and_values_are_or(varied: Any) -> None:
    a, b = (set(ids(varied.db, asking("country", value))) for value in "ab")
    assert set(ids(varied.db, asking("country", "a", "b"))) == a | b
    both = read(lambda name: {"country": "a", "buyer": "b"}.get(name, ""))
    assert set(ids(varied.db, both)) == a & set(ids(varied.db, asking("buyer", "b")))
    neither = read(lambda name: ("a", "b") if name == "not_country" else ())
    assert not set(ids(varied.db, neither)) & (a | b)


def test_themes_answer_the_question_of_their_tag(varied: Any) -> None:
    assert varied.db.execute("SELECT question FROM tag WHERE tag = 'scheme/grant'").fetchone() == (None,)
    assert set(ids(varied.db, asking("tag", "scheme/grant"))) <= set(ids(varied.db, asking("question", "4")))


@pytest.mark.parametrize("by", ["machine", "person"])
def test_who_gave_a_tag_and_how_sure_it_is_must_hold_of_one_tag(varied: Any, by: str) -> None:
    wanted = Filters(tag=("threat",), by=by, score=0.5)
    rows = varied.db.execute(
        "SELECT passage_id FROM evidence WHERE tag = 'threat' AND by = ? AND score >= 0.5 ORDER BY 1", [by]
    ).fetchall()
    assert ids(varied.db, wanted) == [row[0] for row in rows] != []


def test_scores_are_compared_to_the_last_bit(varied: Any) -> None:
    almost = 0.7999999999999999
    exact = "SELECT COUNT(DISTINCT passage_id) FROM evidence WHERE score >= ?"
    counts = [varied.db.execute(exact, [score]).fetchone()[0] for score in (almost, 0.8)]
    assert [len(ids(varied.db, Filters(score=score))) for score in (almost, 0.8)] == counts
    assert counts[0] > counts[1]


def test_a_work_goes_by_the_key_of_one_that_went_into_it(varied: Any) -> None:
    check(varied.db, asking("work", "old"))
    assert ids(varied.db, asking("work", "old")) == ids(varied.db, asking("work", "w3")) != []


CHANGES = {
    "a human tag": "INSERT INTO human_tag (passage_key, tag, verdict, who, time, quote)"
    " VALUES ('p1000', 'unused', 'add', 'Ama', '2025', '')",
    "a resolution": "INSERT INTO resolution (passage_key, tag, verdict, who, time)"
    " VALUES ('p993', 'unused', 'confirm', 'Chair', '2025')",
    "a facet": "INSERT INTO facet (passage_id, work_id, kind, value, label) VALUES (1000, 1, 'country', 'NEW', '')",
    "a facet that went": "DELETE FROM facet WHERE kind = 'country' AND value = 'A'",
    "a language": "UPDATE work SET language = 'new' WHERE id = 1",
    "a machine's tag": "UPDATE machine_tag SET score = 0.99 WHERE tag = 'threat' AND score < 0.5",
    "a source": "INSERT INTO work_record SELECT id, 1, '', 1 FROM record"
    " WHERE id NOT IN (SELECT record_id FROM work_record) OR id = 21 ON CONFLICT DO UPDATE SET work_id = 1",
    "a passage": "DELETE FROM passage WHERE id = 1000",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_at_once(varied_base: Database, make_varied: Callable[..., Any], change: str) -> None:
    wanted = [asking(kind, *values) for kind, values in (
        ("tag", ("unused",)), ("tag", ("threat",)), ("country", ("a",)), ("country", ("new",)), ("language", ("new",)),
        ("source", ("source 1",)), ("not_country", ("a",)),
    )]  # fmt: skip
    before = [ids(varied_base, one) for one in wanted]
    varied_base.execute("INSERT INTO record (id, source_id, key, csl, hash) VALUES (999, 1, 'new', '{}', '')")
    varied_base.execute(CHANGES[change])
    after = [ids(varied_base, one) for one in wanted]
    naive = make_varied(varied_base)
    assert after == [naive.ids(one) for one in wanted]
    assert after != before


def test_what_others_change_is_seen_too(varied_base: Database, make_varied: Callable[..., Any]) -> None:
    wanted = asking("tag", "unused")
    assert ids(varied_base, wanted) == []
    (file,) = varied_base.execute("SELECT file FROM pragma_database_list").fetchone()
    other = open_database(file)
    other.conn.execute(CHANGES["a human tag"])
    assert ids(varied_base, wanted) == []  # not said yet
    other.conn.commit()
    assert ids(varied_base, wanted) == [1000]


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_values_are_values(varied: Any, kind: str) -> None:
    everything = [one.id for one in varied.passages]
    for value in HOSTILE:
        assert ids(varied.db, asking(kind, value)) == []
        assert ids(varied.db, asking(f"not_{kind}", value)) == everything
        with pytest.raises(SourcebookError) as error:
            check(varied.db, asking(kind, value))
        assert len(str(error.value)) < 500


def test_an_empty_base_has_nothing_to_filter(tmp_path: Any) -> None:
    db = open_database(tmp_path / "evidence.db")
    for kind in RANGED:
        assert ids(db, asking(kind, "2000")) == []
        assert ids(db, asking(f"not_{kind}", "2000")) == []
    assert ids(db, Filters(by="person", score=0.5)) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "work"])
@pytest.mark.parametrize("sign", ["", "not_"])
def test_a_value_that_nothing_has_is_named(varied: Any, kind: str, sign: str) -> None:
    with pytest.raises(SourcebookError, match=f"(?i)Nothing here has the {kind} 'nowhere'"):
        check(varied.db, asking(sign + kind, "nowhere"))


def test_a_value_that_nothing_has_brings_the_nearest(varied: Any) -> None:
    with pytest.raises(SourcebookError, match="Did you mean 'threat/delay'"):
        check(varied.db, asking("tag", "threat/dela"))
    with pytest.raises(SourcebookError, match="No work has the citation key 'nobody'"):
        check(varied.db, asking("not_work", "nobody"))
    check(varied.db, asking("tag", "unused"))  # a tag that no passage carries is a tag


@pytest.mark.parametrize("sign", ["", "not_"])
def test_codes_may_be_written_either_way(sign: str) -> None:
    kept = {kind: tuple(one.upper() if kind in ("country", "sector") else one.lower() for one in (value,))
            for kind, value in ONE_KIND.items()}  # fmt: skip
    wanted = read(lambda name: (ONE_KIND[kind],) if (kind := name.removeprefix(sign)) in ONE_KIND else ())
    if sign:
        assert wanted.unwanted == tuple((kind, kept[kind][0]) for kind in RANGED if kind in kept)
    else:
        assert wanted == Filters(**kept)


@pytest.mark.parametrize(
    ("text", "span"),
    [("2015", (2015, 2015)), ("2010-2020", (2010, 2020)), (" 2010 – ", (2010, None)), ("-2020", (None, 2020))],
)
def test_years_are_read_as_people_write_them(text: str, span: tuple[int | None, int | None]) -> None:
    assert years(text) == span


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("year", "soon"), ("year", "2020-2010"), ("year", "9" * 5000), ("not_year", "1e3"), ("by", "nobody"),
        ("score", "high"), ("score", "1.1"), ("score", "-0.1"), ("score", "nan"), ("score", "inf"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_sentence(kind: str, value: str) -> None:
    with pytest.raises(SourcebookError, match=r"Write .*\.$") as error:
        asking(kind, value)
    assert len(str(error.value)) < 200
