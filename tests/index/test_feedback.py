"""More like this and less like that: where the query moves to, and what may not be found again."""

from pathlib import Path

import numpy as np
import pytest
from making_passages import Text, making, opened, stored
from sqlite_utils import Database

from corpus.errors import SourcebookError
from index.feedback import AWAY, TOWARDS, Feedback, centre, moved, rows_of
from index.store import Store

VECTORS = np.array([[1, 0, 0], [0, 1, 0], [0, 0.6, 0.8], [0, 0, 1], [1, 0, 0]], dtype=np.float32)
QUERY = np.array([1, 0, 0], dtype=np.float32)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    """Three works: the first with a passage, the second with three, the third with one."""
    db = making(tmp_path, [Text(f"text {number}", work=work) for number, work in enumerate((1, 2, 2, 2, 3))])
    db.execute("INSERT INTO work_alias VALUES ('older', 2)")
    db.conn.commit()
    return db


@pytest.fixture
def vectors() -> Store:
    return stored(VECTORS)


def unit(vector: object) -> list[float]:
    return list(np.asarray(vector) / np.linalg.norm(np.asarray(vector)))


def test_the_query_moves_towards_a_passage_and_does_not_find_it_again(db: Database, vectors: Store) -> None:
    vector, allowed = moved(db, opened(db), vectors, QUERY, None, Feedback(more=("p2",)))
    assert vector.tolist() == pytest.approx(unit([1, TOWARDS, 0]), abs=1e-3)
    assert allowed.tolist() == [True, False, True, True, True]


def test_it_moves_away_from_what_is_not_wanted(db: Database, vectors: Store) -> None:
    vector, allowed = moved(db, opened(db), vectors, QUERY, None, Feedback(less=("p4",)))
    assert vector.tolist() == pytest.approx(unit([1, 0, -AWAY]), abs=1e-3)
    assert allowed.tolist() == [True, True, True, False, True]


@pytest.mark.parametrize("key", ["w2", "older"])
def test_a_work_is_all_its_passages(db: Database, vectors: Store, key: str) -> None:
    vector, allowed = moved(db, opened(db), vectors, QUERY, None, Feedback(more=(key,)))
    middle = np.array(unit(VECTORS[1:4].sum(axis=0)))
    assert vector.tolist() == pytest.approx(unit(QUERY + TOWARDS * middle), abs=1e-3)
    assert allowed.tolist() == [True, False, False, False, True]


def test_examples_count_alike_however_long_they_are(db: Database, vectors: Store) -> None:
    found, _ = moved(db, opened(db), vectors, np.zeros(3, dtype=np.float32), None, Feedback(more=("w2", "p1")))
    middle = np.array(unit(VECTORS[1:4].sum(axis=0)))
    assert found.tolist() == pytest.approx(unit(middle + VECTORS[0]), abs=1e-3)


def test_what_is_filtered_away_stays_away_and_the_filter_is_left_as_it_was(db: Database, vectors: Store) -> None:
    passing = np.array([True, True, False, False, True])
    _, allowed = moved(db, opened(db), vectors, QUERY, passing, Feedback(more=("p1",), less=("p5",)))
    assert allowed.tolist() == [False, True, False, False, False]
    assert passing.tolist() == [True, True, False, False, True]


def test_opposites_and_passages_without_vectors_leave_numbers(db: Database) -> None:
    empty = stored(np.zeros((5, 3), dtype=np.float32))
    for query in (QUERY, np.zeros(3, dtype=np.float32)):
        vector, _ = moved(db, opened(db), empty, query, None, Feedback(more=("w2",), less=("p1",)))
        assert vector.tolist() == query.tolist()
    assert centre(np.zeros((2, 3), dtype=np.float32)).tolist() == [0, 0, 0]
    same, allowed = moved(db, opened(db), stored(VECTORS), QUERY, None, Feedback(more=("p1",), less=("p1",)))
    assert same.tolist() == pytest.approx([1, 0, 0])
    assert not allowed[0]


@pytest.mark.parametrize("key", ["nobody", "", "p1'; DROP TABLE work", "\x00", "x" * 1000])
def test_a_key_that_nothing_has_is_named(db: Database, key: str) -> None:
    with pytest.raises(SourcebookError, match="No passage or work here has the key") as error:
        rows_of(db, opened(db), key)
    assert len(str(error.value)) < 200


def test_a_work_without_passages_moves_nothing(db: Database, vectors: Store) -> None:
    db.execute("INSERT INTO work (id, key, title, csl) VALUES (9, 'w9', '', '{}')")
    db.conn.commit()
    vector, allowed = moved(db, opened(db), vectors, QUERY, None, Feedback(more=("w9",)))
    assert vector.tolist() == QUERY.tolist()
    assert allowed.all()


def test_nothing_asked_is_no_feedback() -> None:
    assert not Feedback()
    assert Feedback(less=("p1",))
