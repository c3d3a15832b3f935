"""How many passages there are of each kind for a tag: by what the tagger said of them, and by what people said."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

Counts = NDArray[np.int64]

# Passages surely with the tag, with it, near it and far from it, as the tagger sees them.
SURE, HELD, NEAR, NONE = range(4)
STRATUM = """
CASE WHEN m.score >= (1 + m.threshold) / 2 THEN 0 WHEN m.score >= m.threshold THEN 1
     WHEN m.score IS NOT NULL THEN 2 ELSE 3 END
"""
# The tagger that read a passage; behind it stands the version of the facets.
VERSION = "substr(p.tagger, 1, instr(p.tagger || ' facets-', ' facets-') - 1)"

# The names are few: to cut them after counting is quicker.
READ = f"""
SELECT {VERSION}, SUM(number) FROM (
    SELECT tagger, COUNT(*) AS number FROM passage WHERE tagger IS NOT NULL GROUP BY tagger
) p GROUP BY 1
"""
READ_OF = f"""
SELECT {VERSION}, COUNT(*) FROM json_each(:part) j CROSS JOIN passage p ON p.id = j.value
WHERE p.tagger IS NOT NULL GROUP BY 1
"""
SIZES = f"""
SELECT m.tag, m.tagger, {STRATUM}, COUNT(*) FROM machine_tag m
WHERE m.tag IN (SELECT value FROM json_each(:tags)) GROUP BY 1, 2, 3
"""
SIZES_OF = f"""
SELECT m.tag, m.tagger, {STRATUM}, COUNT(*) FROM json_each(:part) j CROSS JOIN machine_tag m ON m.passage_id = j.value
WHERE m.tag IN (SELECT value FROM json_each(:tags)) GROUP BY 1, 2, 3
"""
# What the queue asked about; what people brought up of their own accord is always a yes, and no sample of anything.
ASKED = f"""
SELECT s.tag, {VERSION}, {STRATUM}, COUNT(*), SUM(s.verdict <> 'reject')
FROM settled s JOIN passage p ON p.key = s.passage_key
LEFT JOIN machine_tag m ON m.passage_id = p.id AND m.tag = s.tag
WHERE s.asked AND p.tagger IS NOT NULL AND s.tag IN (SELECT value FROM json_each(:tags))
  AND NOT ({VERSION} = :own AND s.passage_key IN (SELECT value FROM json_each(:seen)))
GROUP BY 1, 2, 3
"""
# All that people settled, a theme's tag included; also in passages that no tagger has read.
SETTLED = f"""
SELECT x.tag, IFNULL({VERSION}, ''), {STRATUM}, COUNT(*), SUM(x.yes) FROM (
    SELECT passage_id, tag, 1 AS yes FROM evidence WHERE by = 'person'
    UNION ALL
    SELECT p.id, s.tag, 0 FROM settled s JOIN passage p ON p.key = s.passage_key WHERE s.verdict = 'reject'
) x JOIN passage p ON p.id = x.passage_id LEFT JOIN machine_tag m ON m.passage_id = p.id AND m.tag = x.tag
WHERE x.tag IN (SELECT value FROM json_each(:tags))
  AND (:part IS NULL OR p.id IN (SELECT value FROM json_each(:part))) GROUP BY 1, 2, 3
"""

Strata = dict[tuple[str, str], Counts]
"""Numbers by (tag, tagger)."""


def read(db: Database, part: Sequence[int] | None = None) -> dict[str, int]:
    """How many passages each tagger read, of all or of those in `part` (ids)."""
    sql, values = (READ, {}) if part is None else (READ_OF, {"part": as_json(part)})
    return dict(db.execute(sql, values).fetchall())


def sizes(db: Database, tags: Iterable[str], part: Sequence[int] | None = None) -> Strata:
    """The passages, of all or of those in `part`, by stratum (4,)."""
    known, readers = list(tags), read(db, part)
    found: Strata = {(tag, tagger): nothing() for tag in known for tagger in readers}
    sql, values = (SIZES, {}) if part is None else (SIZES_OF, {"part": as_json(part)})
    for tag, tagger, stratum, size in db.execute(sql, {**values, "tags": as_json(known)}).fetchall() if known else ():
        if (tag, tagger) in found:
            found[tag, tagger][stratum] = size
    for (_, tagger), one in found.items():
        one[NONE] = max(0, readers[tagger] - one[:NONE].sum())
    return found


def asked(db: Database, tags: Iterable[str], own: str, seen: Iterable[str]) -> Strata:
    """What people judged when asked, and how often they said yes, by stratum (2, 4).

    Passages that the tagger `own` has learned from, whose keys are `seen`, tell nothing of it.
    """
    values = {"tags": as_json(tags), "own": own, "seen": as_json(seen)}
    return tabled(db.execute(ASKED, values).fetchall())


def unsettled(
    db: Database, tags: Iterable[str], part: Sequence[int] | None = None, there: Strata | None = None
) -> dict[tuple[str, str], tuple[int, Counts]]:
    """The passages, of all or of those in `part`, that people gave the tag, and those nobody judged by stratum (4,).

    By (tag, tagger), as in `Strata`; the tagger is "" where none has read the passages. `there` are their `sizes`,
    where these are known; then `part` need only hold passages that people spoke of.
    """
    known = list(tags)
    there = sizes(db, known, part) if there is None else there
    said = tabled(db.execute(SETTLED, {"tags": as_json(known), "part": as_json(part)}).fetchall())
    found = {}
    for key in there | said:
        judged, yes = said.get(key, (nothing(), nothing()))
        found[key] = int(yes.sum()), np.maximum(0, there.get(key, nothing()) - judged)
    return found


def tabled(rows: Iterable[tuple[str, str, int, int, int]]) -> Strata:
    """Rows (tag, tagger, stratum, number, of these yes) as arrays (2, 4)."""
    found: Strata = {}
    for tag, tagger, stratum, number, yes in rows:
        found.setdefault((tag, tagger), np.zeros((2, 4), dtype=np.int64))[:, stratum] = number, yes
    return found


def nothing() -> Counts:
    """No passages, by stratum."""
    return np.zeros(4, dtype=np.int64)


def as_json(values: Iterable[Any] | None) -> str | None:
    """A list for json_each; None of None."""
    return None if values is None else json.dumps(list(values))
