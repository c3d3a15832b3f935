"""A researcher's words in FTS5's language, hostile ones included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from index import keyword


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("late payment", '"late" OR "payment"'),
        ("the late payment of an invoice", '"late" OR "payment" OR "invoice"'),
        ('"late payment" credit', '"late payment" OR "credit"'),
        ("credit -bank", '("credit") NOT ("bank")'),
        ("second-tier", '"second tier"'),
        ("to be or not to be", '"to" OR "be" OR "or" OR "not" OR "to" OR "be"'),
        ("small OR medium", '"small" OR "medium"'),
        ("", ""),
        ("-bank", ""),
    ],
)
def test_queries_become_expressions(query: str, expression: str) -> None:
    assert keyword.to_fts(query) == expression


@pytest.fixture(scope="module")
def db() -> Database:
    db = Database(memory=True)
    db.table("passage").insert_all(
        [{"id": 1, "title": "", "section": "", "text": "buyers pay late"},
         {"id": 2, "title": "", "section": "", "text": "paying suppliers"}], pk="id",
    )  # fmt: skip
    db.table("passage").enable_fts(["title", "section", "text"], tokenize="porter unicode61")
    return db


@given(st.text(max_size=40))
def test_no_query_breaks_the_search(query: str) -> None:
    database = Database(memory=True)
    database.table("passage").insert({"id": 1, "title": "", "section": "", "text": query or "x"}, pk="id")
    database.table("passage").enable_fts(["title", "section", "text"], tokenize="porter unicode61")
    keyword.rank(database, query, 5, None)


def test_endings_do_not_matter_and_filters_hold(db: Database) -> None:
    import numpy as np

    assert {id for id, _ in keyword.rank(db, "paid pay", 5, None)} == {1, 2}
    assert [id for id, _ in keyword.rank(db, "pay", 5, np.array([2]))] == [2]
    assert keyword.rank(db, "pay", 5, np.array([], dtype=np.int64)) == []
