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
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        db = Database(connection, recursive_triggers=False)
        if migrations.pending(db):
            migrations.apply(db)
    return db


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
                f"{path} cannot be written ({error}). Check the folder's permissions and free space."
            ) from error
        raise
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error) or "malformed" in str(error):
            raise SourcebookError(
                f"{path} is not a database that Sourcebook can read ({error}). Move it away and build again."
            ) from error
        raise
