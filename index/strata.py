"""How many passages of any part of a base the tagger is sure of, by tag: nlp.strata.sizes from memory.

That asks the database, which takes seconds for a large part, and a page that browses wants it at each click.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from index.base import Base, Ints, columns
from index.columns import Mask, Rows
from nlp import strata
from nlp.strata import NONE, STRATUM, VERSION, Strata

READERS = f"""
SELECT {VERSION}, group_concat(ids) FROM (
    SELECT tagger, group_concat(id) AS ids FROM passage WHERE tagger IS NOT NULL GROUP BY tagger
) p GROUP BY 1
"""
TAGGERS = "SELECT DISTINCT tagger FROM machine_tag ORDER BY 1"
SEEN = f"""
SELECT m.passage_id AS passage, t.rowid AS tag, {STRATUM} AS stratum
FROM machine_tag m CROSS JOIN tag t ON t.tag = m.tag WHERE m.tagger = ? AND t.parent IS NULL
"""
Codes = NDArray[np.int32]
NOTHING: tuple[Rows, Codes] = (np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32))
TAGS = "SELECT tag, rowid FROM tag WHERE parent IS NULL"


def sizes(db: Database, base: Base, tags: Sequence[str], among: Mask | None) -> Strata:
    """The passages, of all or of those `among`, by stratum (4,); `tags` are of level 1, `base` is of `db` as it is."""
    numbers = dict(db.execute(TAGS).fetchall())
    seen = base.once("seen", lambda: {str(name): read(db, base, name) for (name,) in db.execute(TAGGERS).fetchall()})
    found: Strata = {}
    for tagger, rows in base.once("readers", lambda: readers(db, base)).items():
        many = count(rows, among)
        held, codes = seen.get(tagger, NOTHING)
        codes = codes if among is None else codes[among.take(held)]
        counted = np.bincount(codes, minlength=4 * (max(numbers.values(), default=0) + 1)).reshape(-1, 4)
        for tag in tags:
            found[tag, tagger] = counted[numbers[tag]] if tag in numbers else strata.nothing()
            found[tag, tagger][NONE] = max(0, many - found[tag, tagger].sum())
    return found


def read(db: Database, base: Base, tagger: str) -> tuple[Rows, Codes]:
    """The rows of the passages that a tagger looked at, and for each a number of tag and stratum."""
    passages, tags, stratum = columns(db, SEEN, (tagger,))
    return base.rows(passages).astype(np.int32), (tags * 4 + stratum).astype(np.int32)


def readers(db: Database, base: Base) -> dict[str, Ints]:
    """The rows of the passages that each tagger has read."""
    found = db.execute(READERS).fetchall()
    return {str(name): base.rows(np.fromstring(ids, dtype=np.int64, sep=",")) for name, ids in found}


def count(rows: Ints, among: Mask | None) -> int:
    """How many of `rows` are `among` those."""
    return len(rows) if among is None else int(np.count_nonzero(among.take(rows)))
