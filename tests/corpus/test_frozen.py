"""A frozen copy of a base: its database is opened and read where nobody can write it."""

import os
import sqlite3
from pathlib import Path

import pytest

from corpus.database import open_database, read_beside_writer
from corpus.errors import SourcebookError


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    """A database as `sqlite-utils disable-wal` leaves it."""
    path = tmp_path / "base" / "evidence.db"
    path.parent.mkdir()
    db = open_database(path)
    db.disable_wal()
    db.close()
    return path


def test_what_cannot_be_written_keeps_its_journal(frozen: Path) -> None:
    connection = sqlite3.connect(f"{frozen.as_uri()}?mode=ro", uri=True)
    read_beside_writer(connection)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert connection.execute("SELECT COUNT(*) FROM passage").fetchone() == (0,)
    connection.close()


def test_what_can_be_written_is_read_beside_its_writer(frozen: Path) -> None:
    assert open_database(frozen).execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read only for the superuser")
def test_a_read_only_folder_is_read(frozen: Path) -> None:
    frozen.chmod(0o444)
    frozen.parent.chmod(0o555)
    try:
        db = open_database(frozen)
        assert db.execute("SELECT COUNT(*) FROM passage").fetchone() == (0,)
        db.close()
    finally:
        frozen.parent.chmod(0o755)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read only for the superuser")
def test_a_read_only_folder_that_was_not_frozen_says_so(tmp_path: Path) -> None:
    path = tmp_path / "base" / "evidence.db"
    path.parent.mkdir()
    open_database(path).close()
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with pytest.raises(SourcebookError, match=r"docs/scale\.md"):
            open_database(path)
    finally:
        path.parent.chmod(0o755)
