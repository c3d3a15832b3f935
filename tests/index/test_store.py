"""The index on disk: nothing is encoded twice, a crash leaves the old one whole, and what does not fit is noticed."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from making_passages import SIZE, Small, Text, add, making, opened
from sqlite_utils import Database

from corpus.errors import SourcebookError
from index import cache, store

TEXTS = ["late payment hurts", "steady orders help", "bees make honey"]
SMALL, OTHER = Small(), Small("other", "0" * 64, 8)


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch) -> dict[str, Small]:
    """The models that are at hand; all that they read is forgotten between tests."""
    known = {one.model_hash: one for one in (SMALL, OTHER)}
    for one in known.values():
        one.read.clear()
    monkeypatch.setattr(store, "encode_with", lambda name, model_hash, texts: known[model_hash].encode(texts))
    monkeypatch.setattr(store, "CHUNK", 4)
    return known


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return making(tmp_path, TEXTS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def update(db: Database, folder: Path, model: Small = SMALL) -> int:
    """How many passages an update encodes."""
    return store.update(db, folder, model)["encoded"]


def served(db: Database, folder: Path, model: Small = SMALL) -> tuple[list[int], int]:
    """The ids of the passages that are served with the very vector of what they say now, and how many lack one."""
    found = store.open_store(db, folder, model)
    ids, inputs = opened(db).ids, store.inputs_of(db)
    assert found.faiss.ntotal == len(ids)
    here = found.vectors(np.arange(len(ids)))
    right = [
        np.allclose(vector, model.vector(text) / np.linalg.norm(model.vector(text)), atol=1e-3)
        for vector, text in zip(here, inputs, strict=True)
    ]
    assert all(ok or not vector.any() for ok, vector in zip(right, here, strict=True))  # never a wrong one
    return [int(id) for id, ok in zip(ids, right, strict=True) if ok], found.missing


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != ".lock"}


def forget(db: Database) -> None:
    """What a new process would not know."""
    opened(db).texts.made.clear()


def test_only_what_is_new_is_encoded(db: Database, folder: Path) -> None:
    assert store.undone(db, folder, "small") == 3
    assert store.update(db, folder, SMALL) == {"passages": 3, "encoded": 3}
    assert store.undone(db, folder, "small") == 0
    assert update(db, folder) == 0
    add(db, ["a fourth", "a fifth"])
    assert store.undone(db, folder, "small") == 2
    assert update(db, folder) == 2
    assert SMALL.read == [*TEXTS, "a fourth", "a fifth"]
    assert served(db, folder) == ([1, 2, 3, 4, 5], 0)


def test_title_and_section_are_part_of_what_is_encoded(db: Database, folder: Path) -> None:
    add(db, [Text("it helped", title="Credit", section="Findings"), Text("it helped", title="Credit")])
    update(db, folder)
    assert SMALL.read[-2:] == ["Credit\nFindings\nit helped", "Credit\nit helped"]
    db.execute("UPDATE passage SET section = 'Limits' WHERE id = 4")
    db.conn.commit()
    assert served(db, folder) == ([1, 2, 3, 5], 1)
    assert update(db, folder) == 1


def test_equal_texts_are_encoded_once(db: Database, folder: Path) -> None:
    add(db, [TEXTS[0], "new", "new"])
    assert update(db, folder) == 4
    assert store.read_manifest(folder).caches[SMALL.model_hash].rows == 4
    assert served(db, folder) == ([1, 2, 3, 4, 5, 6], 0)


def test_going_back_to_a_model_encodes_nothing_twice(db: Database, folder: Path) -> None:
    assert (update(db, folder), update(db, folder, OTHER)) == (3, 3)
    with pytest.raises(SourcebookError, match="another model"):
        store.open_store(db, folder, SMALL)
    assert store.undone(db, folder, "small") == 3
    add(db, ["a fourth"])
    assert (update(db, folder), update(db, folder, OTHER), update(db, folder)) == (1, 1, 0)
    assert served(db, folder) == ([1, 2, 3, 4], 0)
    assert len(SMALL.read) == len(OTHER.read) == 4
    assert set(store.read_manifest(folder).caches) == {SMALL.model_hash, OTHER.model_hash}


def test_a_passage_that_changed_is_not_served_with_its_old_vector(db: Database, folder: Path) -> None:
    update(db, folder)
    db.execute("UPDATE passage SET text = 'other words' WHERE id = 2")
    db.execute("DELETE FROM passage WHERE id = 3")
    db.conn.commit()
    add(db, ["took its place"])
    assert served(db, folder) == ([1], 2)
    assert store.lacking(db) == 2
    assert store.undone(db, folder, "small") == 2
    assert update(db, folder) == 2
    assert served(db, folder) == ([1, 2, 3], 0)
    assert store.lacking(db) == 0


def test_a_change_that_is_taken_back_costs_nothing(db: Database, folder: Path) -> None:
    update(db, folder)
    for text in ("other words", TEXTS[1]):
        db.execute("UPDATE passage SET text = ? WHERE id = 2", [text])
        db.conn.commit()
    assert store.undone(db, folder, "small") == 1  # the manifest is out of date
    assert served(db, folder) == ([1, 2, 3], 0)
    assert update(db, folder) == 0
    assert store.undone(db, folder, "small") == 0


def test_another_base_in_this_ones_place_is_noticed(db: Database, folder: Path, tmp_path: Path) -> None:
    """As many passages, and as many changes: only the words tell."""
    update(db, folder)
    (tmp_path / "new").mkdir()
    new = making(tmp_path / "new", [*TEXTS[:2], "wasps make paper"])
    assert store.revision(new) == store.revision(db)
    assert store.undone(new, folder, "small") == 1
    assert served(new, folder) == ([1, 2], 1)
    assert update(new, folder) == 1
    assert served(new, folder) == ([1, 2, 3], 0)


def test_a_base_without_passages_has_an_index_too(tmp_path: Path, folder: Path) -> None:
    db = making(tmp_path, [])
    assert store.undone(db, folder, "small") == 0
    assert update(db, folder) == 0
    assert served(db, folder) == ([], 0)
    add(db, TEXTS)
    assert served(db, folder) == ([], 3)
    assert update(db, folder) == 3
    db.execute("DELETE FROM passage")
    db.conn.commit()
    update(db, folder)
    assert served(db, folder) == ([], 0)


def test_the_same_content_gives_the_same_bytes(db: Database, tmp_path: Path) -> None:
    for name in ("a", "b"):
        update(db, tmp_path / name)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    before = files(tmp_path / "a")
    update(db, tmp_path / "a")
    assert files(tmp_path / "a") == before
    assert len(before) == 4


def test_the_manifest_says_what_the_index_is(db: Database, folder: Path) -> None:
    update(db, folder)
    found = json.loads((folder / store.MANIFEST).read_text("utf-8"))
    assert (found["model"], found["model_hash"], found["dimension"]) == ("small", "5" * 64, SIZE)
    assert (found["count"], found["revision"]) == (3, store.revision(db))
    before = store.read_manifest(folder).content_hash
    update(db, folder, OTHER)
    assert store.read_manifest(folder).content_hash != before


STEPS = ("cache.append", "publish", "write_manifest", "os.replace", "tidy", "cache.put")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("time", [1, 2, 3, 4, 5])
def test_a_crash_at_any_step_leaves_the_old_index_and_the_next_goes_on(
    db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, time: int
) -> None:
    update(db, folder)
    add(db, [f"new passage {number}" for number in range(10)])
    crash(monkeypatch, step, time)
    try:
        store.update(db, folder, SMALL)
        crashed = False
    except ZeroDivisionError:
        crashed = True
    monkeypatch.undo()
    assert crashed or time > 1
    forget(db)
    right, missing = served(db, folder)
    assert set(right) >= {1, 2, 3}
    assert len(right) + missing == 13
    forget(db)
    monkeypatch.setattr(store, "CHUNK", 4)
    monkeypatch.setattr(store, "encode_with", lambda name, model_hash, texts: SMALL.encode(texts))
    safe = store.read_manifest(folder).caches[SMALL.model_hash].rows
    assert update(db, folder) == 13 - safe
    assert served(db, folder) == ([*range(1, 14)], 0)
    twice = len(SMALL.read) - len(set(SMALL.read))
    assert twice <= 4  # a chunk, where it was not safe yet
    assert len(files(folder)) == 4


def crash(monkeypatch: pytest.MonkeyPatch, step: str, time: int) -> None:
    """Let the machine go out before the `time`-th call of a function, or midway through a write."""
    module, _, name = step.rpartition(".")
    owner: Any = {"": store, "cache": cache, "os": os}[module]
    real, calls = getattr(owner, name), []

    def fail(*values: Any) -> Any:
        calls.append(values)
        if len(calls) == time:
            if name == "put":
                real(*values[:2], values[2][: len(values[2]) // 2])
            raise ZeroDivisionError
        return real(*values)

    monkeypatch.setattr(owner, name, fail)


def test_a_crash_in_the_first_index_keeps_what_was_encoded(
    db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(db, [f"passage {number}" for number in range(7)])
    with monkeypatch.context() as patch:
        crash(patch, "publish", 1)
        with pytest.raises(ZeroDivisionError):
            update(db, folder)
    with pytest.raises(SourcebookError, match="is missing"):
        store.open_store(db, folder, SMALL)
    assert store.undone(db, folder, "small") > 0
    assert update(db, folder) == 0
    assert served(db, folder)[1] == 0


def damage(path: Path, how: str) -> None:
    data = path.read_bytes()
    path.unlink()
    if how == "short":
        path.write_bytes(data[: len(data) // 2])
    elif how == "changed":
        path.write_bytes(data[:5] + bytes([data[5] ^ 255]) + data[6:])
    elif how == "empty":
        path.write_bytes(b"")


@pytest.mark.parametrize("how", ["short", "changed", "empty", "gone"])
@pytest.mark.parametrize("kind", ["f16", "keys"])
def test_damaged_vectors_are_not_served_and_made_anew(db: Database, folder: Path, kind: str, how: str) -> None:
    update(db, folder)
    damage(next(folder.glob(f"*.{kind}")), how)
    with pytest.raises(SourcebookError, match=r"damaged. Run `sourcebook index`"):
        store.open_store(db, folder, SMALL)
    if (kind, how) != ("f16", "changed"):  # this only reading them all would tell
        assert store.undone(db, folder, "small") == 3
    assert update(db, folder) == 3
    assert served(db, folder) == ([1, 2, 3], 0)
    assert len(files(folder)) == 4


@pytest.mark.parametrize("how", ["short", "changed", "empty", "gone"])
def test_damaged_rows_are_mended_from_the_keys(db: Database, folder: Path, how: str) -> None:
    update(db, folder)
    before = files(folder)
    damage(next(folder.glob("*.rows")), how)
    assert served(db, folder) == ([1, 2, 3], 0)
    assert store.undone(db, folder, "small") == 1
    assert update(db, folder) == 0
    assert files(folder) == before


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"version": "0"}', '{"version": "2"}', '{"caches": 3}'])
def test_a_damaged_manifest_means_a_new_index(db: Database, folder: Path, text: str) -> None:
    update(db, folder)
    (folder / store.MANIFEST).write_text(text, "utf-8")
    with pytest.raises(SourcebookError, match="is missing"):
        store.open_store(db, folder, SMALL)
    assert store.undone(db, folder, "small") == 3
    assert update(db, folder) == 3
    assert served(db, folder) == ([1, 2, 3], 0)
    assert len(files(folder)) == 4


def test_an_index_of_another_version_is_cleared_away(db: Database, folder: Path) -> None:
    folder.mkdir()
    for name in ("old.faiss", "old.npy", "mine.txt"):
        (folder / name).write_text("old", "utf-8")
    update(db, folder)
    assert {"mine.txt"} == {name for name in files(folder) if name.startswith(("old", "mine"))}


def churn(db: Database, folder: Path, start: int) -> None:
    """Put other passages in the place of all there are."""
    db.execute("DELETE FROM passage")
    db.conn.commit()
    add(db, [f"passage {start} {number}" for number in range(6)])
    update(db, folder)


def test_what_no_passage_has_any_more_is_dropped_in_time(db: Database, folder: Path) -> None:
    sizes = []
    for start in range(12):
        churn(db, folder, start)
        assert served(db, folder)[1] == 0
        sizes.append(store.read_manifest(folder).caches[SMALL.model_hash].rows)
    assert max(sizes) <= 2 * 6 + 4
    assert len(files(folder)) == 4
    assert update(db, folder, OTHER) == 6
    churn(db, folder, 99)
    assert set(store.read_manifest(folder).caches) == {SMALL.model_hash, OTHER.model_hash}


def test_a_crash_while_it_is_dropped_harms_nothing(db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    churn(db, folder, 0)
    churn(db, folder, 1)
    with monkeypatch.context() as patch:
        crash(patch, "cache.append", 4)  # the second chunk of the new cache
        with pytest.raises(ZeroDivisionError):
            churn(db, folder, 2)
    forget(db)
    assert served(db, folder)[1] == 0
    assert update(db, folder) == 0
    forget(db)
    assert served(db, folder)[1] == 0
    assert store.read_manifest(folder).caches[SMALL.model_hash].rows == 6


def test_an_open_store_goes_on_while_the_index_is_made_smaller(db: Database, folder: Path) -> None:
    churn(db, folder, 0)
    held = store.open_store(db, folder, SMALL)
    before = held.vectors(np.arange(6))
    for start in range(1, 6):
        churn(db, folder, start)
    assert (held.vectors(np.arange(6)) == before).all()
    assert held.nearest(before[2], 1)[0].tolist() == [2]


def test_a_reader_that_read_the_old_manifest_takes_the_new_index(
    db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    churn(db, folder, 0)
    old = store.read_manifest(folder)
    for start in range(1, 5):
        churn(db, folder, start)
    assert not (folder / old.caches[SMALL.model_hash].vectors).exists()
    given = [old]
    real = store.read_manifest
    monkeypatch.setattr(store, "read_manifest", lambda folder: given.pop() if given else real(folder))
    assert store.open_store(db, folder, SMALL).missing == 0


def test_a_store_is_opened_once_for_each_state(db: Database, folder: Path) -> None:
    update(db, folder)
    first = store.open_store(db, folder, SMALL)
    assert store.open_store(db, folder, SMALL) is first
    db.execute("UPDATE work SET title = 'T'")  # no word of a passage
    db.conn.commit()
    assert store.open_store(db, folder, SMALL) is first
    add(db, ["more"])
    assert store.open_store(db, folder, SMALL).missing == 1
    update(db, folder)
    assert store.open_store(db, folder, SMALL).missing == 0


def test_readers_never_see_half_of_an_update(db: Database, folder: Path, tmp_path: Path) -> None:
    update(db, folder)
    wrong: list[str] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                mine = Database(sqlite3.connect(tmp_path / "evidence.db", isolation_level=None))
                mine.execute("BEGIN")
                served(mine, folder)
                mine.close()
        except Exception as error:
            wrong.append(repr(error))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for start in range(6):
        churn(db, folder, start)
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert served(db, folder)[1] == 0


def test_updates_at_once_end_whole(db: Database, folder: Path, tmp_path: Path) -> None:
    add(db, [f"passage {number}" for number in range(20)])
    counts: list[int] = []

    def run(model: Small) -> None:
        mine = Database(sqlite3.connect(tmp_path / "evidence.db"))
        counts.append(update(mine, folder, model))
        mine.close()

    threads = [threading.Thread(target=run, args=(SMALL,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 23]
    assert served(db, folder)[1] == 0
    assert len(files(folder)) == 4


PROCESS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from making_passages import Small
from corpus.database import open_database
from index import store
small = Small()
store.encode_with = lambda name, model_hash, texts: small.encode(texts)
store.CHUNK = 4
folder = Path(sys.argv[1])
print(store.update(open_database(folder / "evidence.db"), folder / "index", small)["encoded"])
"""


def test_updates_of_two_processes_end_whole(db: Database, folder: Path, tmp_path: Path) -> None:
    add(db, [f"passage {number}" for number in range(20)])
    command = [sys.executable, "-c", PROCESS, str(tmp_path), str(Path(__file__).parent)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(int(one.communicate()[0]) for one in running) == [0, 23]
    assert served(db, folder)[1] == 0


def test_a_killed_process_leaves_what_it_encoded(db: Database, folder: Path, tmp_path: Path) -> None:
    add(db, [f"passage {number}" for number in range(20)])
    dying = PROCESS.replace("store.CHUNK = 4", "store.CHUNK = 4; import os; store.publish = lambda *_: os._exit(9)")
    command = [sys.executable, "-c", dying, str(tmp_path), str(Path(__file__).parent)]
    assert subprocess.run(command, check=False).returncode == 9
    assert update(db, folder) == 0
    assert served(db, folder)[1] == 0


def test_progress_is_told_chunk_by_chunk(db: Database, folder: Path) -> None:
    add(db, [f"passage {number}" for number in range(6)])
    told: list[tuple[int, int]] = []
    store.update(db, folder, SMALL, lambda done, all_: told.append((done, all_)))
    assert told == [(4, 9), (8, 9), (9, 9)]


def test_work_may_be_done_elsewhere(db: Database, folder: Path, tmp_path: Path) -> None:
    def spread(function: Callable[[Any], Any], chunks: Any) -> Any:
        return iter([function(chunk) for chunk in list(chunks)])

    store.update(db, folder, SMALL, spread=spread)
    shutil.copytree(folder, tmp_path / "copy")
    assert served(db, tmp_path / "copy") == ([1, 2, 3], 0)
