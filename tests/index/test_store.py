"""The index on disk: incremental, whole after a crash, noticed when out of date."""

import json
from pathlib import Path

import pytest
from sqlite_utils import Database

from corpus.database import open_database
from corpus.errors import SourcebookError
from index import store
from nlp import encoder


def fill(db: Database, texts: list[str]) -> None:
    with db.atomic():
        db.execute("INSERT OR IGNORE INTO work (id, key, title, csl) VALUES (1, 'w', 'T', '{}')")
        for text in texts:
            db.execute(
                "INSERT INTO passage (key, work_id, ordinal, title, char_start, char_end, text, hash)"
                " VALUES (?, 1, 0, 'T', 0, 1, ?, ?)", [text, text, text],
            )  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Database:
    db = open_database(tmp_path / "evidence.db")
    fill(db, ["one passage", "another passage", "a third one"])
    return db


def test_only_what_is_new_is_encoded(db: Database, tmp_path: Path) -> None:
    coder = encoder.load()
    assert store.update(db, tmp_path / "index", coder) == {"passages": 3, "encoded": 3}
    assert store.update(db, tmp_path / "index", coder) == {"passages": 3, "encoded": 0}
    fill(db, ["a fourth"])
    assert store.indexed(db, tmp_path / "index", coder.name) == 3
    assert store.update(db, tmp_path / "index", coder) == {"passages": 4, "encoded": 1}


def test_an_index_that_is_out_of_date_is_not_served(db: Database, tmp_path: Path) -> None:
    coder = encoder.load()
    store.update(db, tmp_path / "index", coder)
    fill(db, ["a fourth"])
    with pytest.raises(SourcebookError, match="out of date"):
        store.open_store(db, tmp_path / "index", coder)


def test_the_same_content_gives_the_same_bytes(db: Database, tmp_path: Path) -> None:
    for name in ("a", "b"):
        store.update(db, tmp_path / name, encoder.load())
    files = {p.name for p in (tmp_path / "a").iterdir()}
    assert files == {p.name for p in (tmp_path / "b").iterdir()}
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)


def test_a_passage_that_took_the_place_of_another_is_noticed(db: Database, tmp_path: Path) -> None:
    coder = encoder.load()
    store.update(db, tmp_path / "index", coder)
    with db.atomic():
        db.execute("DELETE FROM passage WHERE id = 3")
    fill(db, ["something else"])
    assert db.execute("SELECT MAX(id) FROM passage").fetchone() == (3,)
    assert store.indexed(db, tmp_path / "index", coder.name) == 2
    with pytest.raises(SourcebookError, match="out of date"):
        store.open_store(db, tmp_path / "index", coder)
    assert store.update(db, tmp_path / "index", coder)["encoded"] == 1


def test_a_damaged_index_is_made_anew(db: Database, tmp_path: Path) -> None:
    coder, folder = encoder.load(), tmp_path / "index"
    store.update(db, folder, coder)
    next(folder.glob("*.faiss")).write_bytes(b"nonsense")
    store.load_faiss.cache_clear()
    with pytest.raises(SourcebookError, match="damaged"):
        store.open_store(db, folder, coder)
    assert store.update(db, folder, coder)["encoded"] == 3
    assert len(store.open_store(db, folder, coder).nearest(coder.encode(["passage"])[0], 9)) == 3


@pytest.mark.parametrize("damage", ["{", '{"version": "0"}', json.dumps({"version": "1"})])
def test_a_damaged_manifest_means_a_new_index(db: Database, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "index"
    store.update(db, folder, encoder.load())
    (folder / store.MANIFEST).write_text(damage)
    assert store.update(db, folder, encoder.load())["encoded"] == 3
    assert len(list(folder.iterdir())) == 3
