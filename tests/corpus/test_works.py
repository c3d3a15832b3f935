"""Merging: which records are one work, which field wins, and what stays as it was."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from corpus import aliases, works
from corpus.database import open_database
from corpus.records import Record, save_record, source_id


def item(title: str, family: str = "Osei", year: int | None = 2016, **more: Any) -> dict[str, Any]:
    csl: dict[str, Any] = {
        "title": title,
        "type": "article-journal",
        "author": [{"family": family, "given": "Ama"}],
        **more,
    }
    if year:
        csl["issued"] = {"date-parts": [[year]]}
    return csl


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(tmp_path / "evidence.db")


def add(db: Database, source: str, key: str, csl: dict[str, Any]) -> None:
    with db.atomic():
        save_record(db, source_id(db, source, source), Record(key, csl))


def groups(db: Database) -> set[frozenset[str]]:
    sql = "SELECT json_group_array(r.key) FROM work_record m JOIN record r ON r.id = m.record_id GROUP BY m.work_id"
    return {frozenset(json.loads(row[0])) for row in db.execute(sql).fetchall()}


def test_records_of_one_doi_are_one_work(db: Database) -> None:
    add(db, "openalex", "a", item("Late money", DOI="10.5555/x1"))
    add(db, "import", "b", item("Late Money: A Study", DOI="https://doi.org/10.5555/X1"))
    works.merge(db)
    assert groups(db) == {frozenset("ab")}


def test_title_author_and_year_make_one_work_where_no_doi_contradicts(db: Database) -> None:
    add(db, "openalex", "a", item("Caf&eacute;s and <i>their</i> bakers", DOI="10.5555/x1"))
    add(db, "oaipmh", "b", item("CAFÉS AND THEIR BAKERS"))
    works.merge(db)
    assert groups(db) == {frozenset("ab")}
    add(db, "import", "c", item("Cafés and their bakers", DOI="10.5555/x2"))
    works.merge(db)
    assert len(groups(db)) == 3, "two works could now have the record without a DOI: it stays alone"


def test_another_year_is_another_work_and_a_missing_year_is_not(db: Database) -> None:
    long = "Reverse factoring and the cash of small furniture makers"
    add(db, "import", "a", item(long, year=2016))
    add(db, "import", "b", item(long, year=2019))
    add(db, "oaipmh", "c", item("Small builders and late public payers in two towns", year=2011))
    add(db, "import", "d", item("Small builders and late public payers in two towns", year=None))
    add(db, "import", "e", item("Introduction", year=2012))
    add(db, "import", "f", item("Introduction", year=None))
    works.merge(db)
    assert groups(db) == {frozenset(g) for g in ("a", "b", "cd", "e", "f")}


def test_a_missing_subtitle_does_not_part_records_of_one_abstract(db: Database) -> None:
    abstract = "Buyers in four towns promised to settle invoices within a month. " * 5
    add(db, "openalex", "a", item("Waiting: how chains pay", DOI="10.5555/x1", abstract=abstract))
    add(db, "oaipmh", "b", item("Waiting", year=None, abstract=abstract.upper()))
    add(db, "import", "c", item("Waiting once more", DOI="10.5555/x2", abstract="Another abstract. " * 20))
    works.merge(db)
    assert groups(db) == {frozenset("ab"), frozenset("c")}
    add(db, "import", "c", item("Waiting once more", DOI="10.5555/x2", abstract=abstract))
    works.merge(db)
    assert groups(db) == {frozenset("a"), frozenset("b"), frozenset("c")}, "two DOIs contradict"


def test_the_trusted_source_wins_a_field_and_the_origin_is_kept(db: Database) -> None:
    add(
        db,
        "site",
        "page",
        item("LATE MONEY", DOI="10.5555/x1", abstract="Short.", publisher="Institute of Pretence"),
    )
    add(db, "crossref", "10.5555/x1", item("Late money", DOI="10.5555/x1", abstract="A much longer abstract."))
    works.merge(db)
    csl, origin = map(json.loads, db.execute("SELECT csl, origin FROM work").fetchone())
    keys = dict(db.execute("SELECT id, key FROM record").fetchall())
    assert (csl["title"], keys[origin["title"]]) == ("Late money", "10.5555/x1")
    assert keys[origin["abstract"]] == "10.5555/x1"
    assert keys[origin["publisher"]] == "page"


def test_keys_are_telling_unique_and_never_change(db: Database) -> None:
    add(db, "import", "a", item("The late money"))
    add(db, "import", "b", item("Late orders", year=2016))
    works.merge(db)
    keys = [row[0] for row in db.execute("SELECT key FROM work ORDER BY id").fetchall()]
    assert keys == ["osei2016late", "osei2016late-b"]
    add(db, "crossref", "c", item("The Late Money", DOI="10.5555/x9"))
    works.merge(db)
    assert [row[0] for row in db.execute("SELECT key FROM work ORDER BY id").fetchall()] == keys


def test_a_body_is_called_by_its_initials(db: Database) -> None:
    body = {"title": "Small print", "author": [{"literal": "Institute for Imagined Enterprise"}]}
    add(db, "import", "a", body)
    add(db, "import", "b", {"title": "Large print", "author": [{"literal": "Pretend Agency"}]})
    works.merge(db)
    assert [r[0] for r in db.execute("SELECT key FROM work ORDER BY id").fetchall()] == [
        "iiendsmall",
        "pretendagencyndlarge",
    ]


def test_the_key_of_a_merged_work_still_resolves(db: Database) -> None:
    add(db, "import", "a", item("Late money"))
    add(db, "openalex", "b", item("Money that comes late", DOI="10.5555/x1"))
    works.merge(db)
    assert len(groups(db)) == 2
    add(db, "import", "a", item("Late money", DOI="10.5555/x1"))
    works.merge(db)
    assert groups(db) == {frozenset("ab")}
    assert aliases.resolve(db, "osei2016late") == aliases.resolve(db, "osei2016money") is not None


def test_merging_twice_changes_nothing(db: Database) -> None:
    add(db, "import", "a", item("Late money"))
    works.merge(db)
    before = db.execute("SELECT * FROM work").fetchall()
    assert works.undone(db) == 0
    assert works.merge(db)["records"] == 0
    assert db.execute("SELECT * FROM work").fetchall() == before


records = st.lists(
    st.tuples(st.sampled_from(["Late money for small bakers of bread", "Orders that never came back to us", "Intro"]),
              st.sampled_from(["Osei", "Lê"]), st.sampled_from([2015, 2016, None]),
              st.sampled_from([None, "10.5555/a", "10.5555/b"])), min_size=1, max_size=7,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(found=records, data=st.data())
def test_the_order_of_arrival_does_not_matter(
    found: list[Any], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    order = data.draw(st.permutations(range(len(found))))
    results = []
    for arrangement in (range(len(found)), order):
        db = open_database(tmp_path_factory.mktemp("merge") / "evidence.db")
        for place in arrangement:
            title, family, year, doi = found[place]
            add(db, "import", str(place), item(title, family, year, **({"DOI": doi} if doi else {})))
        works.merge(db)
        results.append(groups(db))
        db.close()
    assert results[0] == results[1]


@settings(max_examples=15, deadline=None)
@given(found=records)
def test_all_at_once_is_the_same_as_one_by_one(found: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    results = []
    for each in (False, True):
        db = open_database(tmp_path_factory.mktemp("merge") / "evidence.db")
        for place, (title, family, year, doi) in enumerate(found):
            add(db, "import", str(place), item(title, family, year, **({"DOI": doi} if doi else {})))
            if each:
                works.merge(db)
        works.merge(db)
        results.append(groups(db))
        db.close()
    assert results[0] == results[1]
