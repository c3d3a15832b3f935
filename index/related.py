"""Works that are about the same, by the meaning of their passages."""

from dataclasses import dataclass

import numpy as np
from sqlite_utils import Database

from index.base import open_base
from index.feedback import centre
from index.store import Store

# How many passages near the work are looked at, and how many of a work tell how near it is.
NEAR, BEST = 200, 3

WORKS = "SELECT id, key, title, authors, year FROM work WHERE id IN ({ids})"


@dataclass(frozen=True, slots=True)
class Related:
    """A work near another: how near (a cosine, -1 to 1), and the passage of it that is nearest."""

    key: str
    title: str
    authors: str
    year: int | None
    score: float
    passage_id: int


def related(db: Database, store: Store, work: int, k: int = 5) -> list[Related]:
    """The `k` works nearest to `work`: by the mean cosine of their best passages with the mean of its own."""
    base = open_base(db)
    own = base.works == work
    middle = centre(store.vectors(np.flatnonzero(own))) if own.any() else np.zeros(0, dtype=np.float32)
    if not middle.any():
        return []
    rows, cosines = store.nearest(middle, NEAR, ~own)
    found: dict[int, list[tuple[float, int]]] = {}
    for row, cosine in zip(rows, cosines, strict=True):
        found.setdefault(int(base.works[row]), []).append((float(cosine), int(base.ids[row])))
    scores = {id: float(np.mean([cosine for cosine, _ in near[:BEST]])) for id, near in found.items()}
    first = sorted(scores, key=lambda id: (-scores[id], id))[:k]
    about = {row[0]: row for row in db.execute(WORKS.format(ids=", ".join(map(str, first)))).fetchall()}
    result = []
    for id in first:
        _, key, title, authors, year = about[id]
        result.append(Related(key, title, authors, year, scores[id], found[id][0][1]))
    return result
