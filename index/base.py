"""An evidence base in memory: which passages there are, and what a search has read of them so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

Ints = NDArray[np.int64]
T = TypeVar("T")

# First of what is known of passages, then of their words.
REVISIONS = "SELECT number FROM revision WHERE name IN ('evidence', 'passage') ORDER BY name"
FILE = "SELECT file FROM pragma_database_list WHERE name = 'main'"
PASSAGES = "SELECT id, work_id FROM passage"  # unsorted, an index holds all of it: the texts stay unread


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What was made of one state of a database, so that it is made once."""

    made: dict[Any, Any] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """What `make` gives, made once."""
        if key not in self.made:
            made = make()
            with self.lock:
                self.made.setdefault(key, made)
        found: T = self.made[key]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """One state of a database: its passages by row, 0 to `len(ids) - 1`, in the order of their ids.

    `ids` (passages,) ascend; `works` (passages,) holds the work of each. `texts` keeps what was made of the passages'
    words and lasts while these do; `kept` what was made of anything else.
    """

    ids: Ints
    works: Ints
    texts: Kept = field(default_factory=Kept)
    kept: Kept = field(default_factory=Kept)

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """What `make` gives, made once for this state of the database."""
        return self.kept.once(key, make)

    def rows(self, ids: Ints) -> Ints:
        """The rows of the passages `ids`, all of which must be here."""
        return np.searchsorted(self.ids, ids)


# The base that was opened last, with its file and revisions: one is enough for those who serve, and vectors are large.
_opened: list[tuple[str, list[int], Base]] = []
_opening = Lock()


def open_base(db: Database) -> Base:
    """The passages of `db` as it is now, read from memory where it has not changed since it was last opened."""
    file = str(db.execute(FILE).fetchone()[0])
    revisions = [int(row[0]) for row in db.execute(REVISIONS).fetchall()]
    with _opening:
        texts = Kept()
        for name, old, base in _opened:
            if file and name == file and old == revisions:
                return base
            if file and name == file and old[1] == revisions[1]:
                texts = base.texts
        base = read(db, texts)
        _opened[:] = [(file, revisions, base)]
    return base


def read(db: Database, texts: Kept) -> Base:
    """The base as the database has it."""
    ids, works = columns(db, PASSAGES)
    order = np.argsort(ids)
    return Base(ids[order], works[order], texts)


def columns(db: Database, sql: str, values: tuple[Any, ...] = ()) -> tuple[Ints, ...]:
    """The columns of a query for whole numbers, as arrays.

    SQLite joins each column to one text: a tenth of the time that Python takes to make a tuple of each row.
    """
    names = [column[0] for column in db.execute(f"SELECT * FROM ({sql}) LIMIT 0", values).description]
    joined = ", ".join(f'group_concat("{name}")' for name in names)
    texts = db.execute(f"SELECT {joined} FROM ({sql})", values).fetchone()
    return tuple(np.fromstring(text or "", dtype=np.int64, sep=",") for text in texts)
