"""Opening `evidence.db`, made ready and explained when it cannot be opened."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from corpus.errors import SourcebookError
from corpus.schema import migrations

WAIT_SECONDS = 10


def open_database(path: Path) -> Database:
    """Open the database at `path`, creating it and bringing its tables up to date.

    Raises SourcebookError where the file is locked, damaged or not a database.
    """
    with explained(path):
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS)
        read_beside_writer(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        db = Database(connection, recursive_triggers=False)
        if migrations.pending(db):
            migrations.apply(db)
    return db


def read_beside_writer(connection: sqlite3.Connection) -> None:
    """Let people read while a stage writes; a frozen copy, which nobody can write, is left as it is."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if "readonly" not in str(error):
            raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's complaints about the file at `path` into words that say what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise SourcebookError(
                f"{path} is locked by another process. Wait for it to end, or stop it, and try again."
            ) from error
        if "unable to open" in str(error) or "readonly" in str(error):
            raise SourcebookError(
                f"{path} cannot be written ({error}). Check the folder's permissions and free space. "
                "docs/scale.md tells of copies that are only read."
            ) from error
        raise
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error) or "malformed" in str(error):
            raise SourcebookError(
                f"{path} is not a database that Sourcebook can read ({error}). Move it away and build again."
            ) from error
        raise
