"""Filters: every kind of facet and the study design narrow exactly, and are read from what people write."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from corpus.database import open_database
from corpus.errors import SourcebookError
from index.filters import CONDITIONS, Filters, allowed, check, read

FACETS = ("country", "region", "sector", "programme", "organisation", "buyer")
VALUES = {
    "country": "GH",
    "region": "asia",
    "sector": "C",
    "programme": "score",
    "organisation": "ILO",
    "buyer": "Lidl",
}
WORK = "INSERT INTO work (id, key, title, csl, study_design) VALUES (?, ?, ?, '{}', ?)"
PASSAGE = """
INSERT INTO passage (id, key, work_id, ordinal, title, char_start, char_end, text, hash)
VALUES (?, ?, ?, 0, 'T', 0, 1, 't', ?)
"""
FACET = "INSERT INTO facet (passage_id, work_id, kind, value, label) VALUES (?, ?, ?, ?, ?)"


@pytest.fixture
def db(tmp_path: Path) -> Database:
    """Passage n carries the n-th kind of facet; the last work alone is a survey, and its facet is the work's."""
    db = open_database(tmp_path / "evidence.db")
    for number, kind in enumerate(FACETS, start=1):
        design = "survey" if kind == "buyer" else None
        db.execute(WORK, [number, f"w{number}", "T", design])
        db.execute(PASSAGE, [number, f"p{number}", number, f"h{number}"])
        db.execute(FACET, [None if kind == "buyer" else number, number, kind, VALUES[kind], VALUES[kind]])
    return db


@pytest.mark.parametrize(("number", "kind"), list(enumerate(FACETS, start=1)))
def test_a_facet_narrows_to_its_passages(db: Database, number: int, kind: str) -> None:
    wanted = read(lambda one: (VALUES[kind],) if one == kind else (), None)
    check(db, wanted)
    found = allowed(db, wanted)
    assert found is not None
    assert found.tolist() == [number]


def test_a_design_narrows_to_the_passages_of_its_works(db: Database) -> None:
    found = allowed(db, Filters(design=("survey",)))
    assert found is not None
    assert found.tolist() == [6]


def test_kinds_are_and_values_are_or(db: Database) -> None:
    both = allowed(db, Filters(country=("GH",), buyer=("Lidl",)))
    either = allowed(db, Filters(buyer=("Lidl", "Aldi"), design=("survey", "other")))
    assert both is not None
    assert either is not None
    assert (both.tolist(), either.tolist()) == ([], [6])


@pytest.mark.parametrize("kind", [*FACETS, "design"])
def test_a_value_that_nothing_has_is_named(db: Database, kind: str) -> None:
    with pytest.raises(SourcebookError, match=f"Nothing here has the {kind} 'nowhere'"):
        check(db, Filters(**{kind: ("nowhere",)}))


def test_codes_may_be_written_either_way() -> None:
    written = {
        "country": "gh",
        "region": "Asia",
        "sector": "c14",
        "programme": "SCORE",
        "design": "Survey",
    }
    wanted = read(lambda kind: (written[kind],) if kind in written else (), "2010-")
    assert wanted == Filters(
        country=("GH",), region=("asia",), sector=("C14",), programme=("score",), design=("survey",), year_first=2010,
    )  # fmt: skip


def test_hostile_values_are_values(db: Database) -> None:
    for kind in CONDITIONS:
        found = allowed(db, Filters(**{kind: ("x') OR 1 --", '"', "\x00")}))
        assert found is not None
        assert found.tolist() == []
