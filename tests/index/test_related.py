"""Works that are about the same, by their passages."""

from pathlib import Path

import numpy as np
import pytest
from making_passages import Text, add, making, stored
from sqlite_utils import Database

from index import related as module
from index.related import related

WORKS = (1, 1, 2, 2, 3, 4)
VECTORS = np.array([[1, 0], [0.8, 0.6], [1, 0], [0, 1], [0.6, 0.8], [-1, 0]], dtype=np.float32)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return making(tmp_path, [Text(f"text {place}", f"Title {work}", work=work) for place, work in enumerate(WORKS)])


def test_works_stand_by_the_mean_of_their_best_passages(db: Database) -> None:
    found = related(db, stored(VECTORS), 1)
    middle = VECTORS[:2].sum(axis=0) / np.linalg.norm(VECTORS[:2].sum(axis=0))
    cosines = VECTORS @ middle
    assert [one.key for one in found] == ["w3", "w2", "w4"]
    assert [one.score for one in found] == pytest.approx([cosines[4], cosines[2:4].mean(), cosines[5]], abs=1e-3)
    assert [one.passage_id for one in found] == [5, 3, 6]
    assert (found[0].title, found[0].authors, found[0].year) == ("Title 3", "Ama Osei", None)


def test_no_more_than_asked_for_and_only_the_best_passages_count(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEST", 1)
    assert [one.key for one in related(db, stored(VECTORS), 1, k=1)] == ["w2"]


def test_works_that_are_as_near_stand_by_their_ids(tmp_path: Path) -> None:
    db = making(tmp_path, [Text("x", work=work) for work in (5, 3, 4)])
    vectors = stored(np.ones((3, 2), dtype=np.float32) / 2)
    assert [one.key for one in related(db, vectors, 3)] == ["w4", "w5"]


def test_a_work_of_which_nothing_is_known_has_none_related(db: Database) -> None:
    assert related(db, stored(VECTORS), 99) == []
    add(db, [Text("new", work=7)])
    assert related(db, stored(np.vstack([VECTORS, [[0, 0]]])), 7) == []


def test_a_work_alone_has_none_related(tmp_path: Path) -> None:
    assert related(making(tmp_path, ["x", "y"]), stored(VECTORS[:2]), 1) == []
