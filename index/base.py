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

REVISIONS = "SELECT number FROM revision WHERE name IN ('passage', 'evidence') ORDER BY name"
FILE = "SELECT file FROM pragma_database_list WHERE name = 'main'"
PASSAGES = "SELECT id, work_id FROM passage"  # unsorted, an index holds all of it: the texts stay unread

# How many bases are held in memory at once.
MOST = 2


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """One state of a database: its passages by row, 0 to `len(ids) - 1`, in the order of their ids.

    `ids` (passages,) ascend; `works` (passages,) holds the work of each; `kept` what was made of them since.
    """

    ids: Ints
    works: Ints
    kept: dict[Any, Any] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """What `make` gives, made once for this state of the database."""
        if key not in self.kept:
            made = make()
            with self.lock:
                self.kept.setdefault(key, made)
        found: T = self.kept[key]
        return found

    def rows(self, ids: Ints) -> Ints:
        """The rows of the passages `ids`, all of which must be here."""
        return np.searchsorted(self.ids, ids)


_opened: dict[tuple[str, ...], Base] = {}
_opening = Lock()


def open_base(db: Database) -> Base:
    """The passages of `db` as it is now, read from memory where it has not changed since it was last opened."""
    file = str(db.execute(FILE).fetchone()[0])
    key = (file, *(str(row[0]) for row in db.execute(REVISIONS).fetchall()))
    with _opening:
        base = _opened.pop(key, None) if file else None
        if base is None:
            ids, works = columns(db, PASSAGES)
            order = np.argsort(ids)
            base = Base(ids[order], works[order])
        if file:
            _opened[key] = base  # the last used stands last
            for old in list(_opened)[:-MOST]:
                del _opened[old]
    return base


def columns(db: Database, sql: str, values: tuple[Any, ...] = ()) -> tuple[Ints, ...]:
    """The columns of a query for whole numbers, as arrays.

    SQLite joins each column to one text: a tenth of the time that Python takes to make a tuple of each row.
    """
    names = [column[0] for column in db.execute(f"SELECT * FROM ({sql}) LIMIT 0", values).description]
    joined = ", ".join(f'group_concat("{name}")' for name in names)
    texts = db.execute(f"SELECT {joined} FROM ({sql})", values).fetchone()
    return tuple(np.fromstring(text or "", dtype=np.int64, sep=",") for text in texts)
