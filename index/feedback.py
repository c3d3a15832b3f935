"""Feedback: passages and works that hits shall be like, and such that they shall not be like (Rocchio 1971)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from corpus.aliases import resolve
from corpus.errors import SourcebookError
from index.base import Base, Ints
from index.store import Store
from nlp.encoder import Vectors

# How far the query moves towards what is wanted, and away from what is not, beside its own length of 1.
TOWARDS, AWAY = 0.75, 0.5

PASSAGE = "SELECT id FROM passage WHERE key = ?"


@dataclass(frozen=True, slots=True)
class Feedback:
    """Keys of passages and works: `more` like these, `less` like those."""

    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.more or self.less)


def moved(
    db: Database, base: Base, store: Store, vector: Vectors, passing: NDArray[np.bool_] | None, feedback: Feedback
) -> tuple[Vectors, NDArray[np.bool_]]:
    """The query's vector after feedback, and the passages that may be found: the examples themselves may not."""
    wanted = [rows_of(db, base, key) for key in feedback.more]
    unwanted = [rows_of(db, base, key) for key in feedback.less]
    allowed = np.ones(len(base.ids), dtype=bool) if passing is None else passing.copy()
    for rows in (*wanted, *unwanted):
        allowed[rows] = False
    target = vector + TOWARDS * mean(store, wanted, vector) - AWAY * mean(store, unwanted, vector)
    return target / (float(np.linalg.norm(target)) or 1.0), allowed


def mean(store: Store, examples: list[Ints], like: Vectors) -> Vectors:
    """The mean direction of examples, each of which counts alike however many passages it has."""
    found = [centre(store.vectors(rows)) for rows in examples if len(rows)]
    return np.mean(found, axis=0) if found else np.zeros_like(like)


def centre(vectors: Vectors) -> Vectors:
    """The mean of vectors, of length 1."""
    found: Vectors = vectors.mean(axis=0)
    return found / (float(np.linalg.norm(found)) or 1.0)


def rows_of(db: Database, base: Base, key: str) -> Ints:
    """The rows of a passage, or of all passages of a work, by its key."""
    row = db.execute(PASSAGE, [key]).fetchone()
    if row is not None:
        return base.rows(np.array([row[0]]))
    work = resolve(db, key)
    if work is None:
        raise SourcebookError(
            f"No passage or work here has the key {key[:80]!r}. `sourcebook search --json` shows them."
        )
    return np.flatnonzero(base.works == work)
