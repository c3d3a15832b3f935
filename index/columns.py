"""What passages can be narrowed to and counted by: the passages of each value of a kind, read once and kept in memory.

SQL answers a filter in tenths of a second at 100,000 passages, and a page of counts in seconds; arrays in milliseconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from index.base import Base, Ints, columns

Rows = NDArray[np.int32]
Mask = NDArray[np.bool_]
"""Which passages of a base, by row (passages,)."""

# Value, label, and the passage that has it or, where the work has it with all of its passages, the work.
OF_WORK = "SELECT {column} AS value, {column} AS label, NULL AS passage, id AS work FROM work"
OF_FACET = """
SELECT value, label, passage_id AS passage, CASE WHEN passage_id IS NULL THEN work_id END AS work
FROM facet WHERE kind = '{kind}'
"""
OF_SOURCE = """
SELECT s.name AS value, s.name AS label, NULL AS passage, m.work_id AS work
FROM work_record m JOIN record r ON r.id = m.record_id JOIN source s ON s.id = r.source_id
"""
FACETS = ("country", "region", "sector", "programme", "organisation", "buyer")
WORKS = {"design": "study_design", "language": "language", "type": "type", "access": "access", "year": "year"}
PAIRS = {
    **{kind: OF_FACET.format(kind=kind) for kind in FACETS},
    **{kind: OF_WORK.format(column=column) for kind, column in WORKS.items()},
    "source": OF_SOURCE,
}
BY_VALUE = """
SELECT value, MIN(label), group_concat(passage), COUNT(passage), group_concat(work), COUNT(work)
FROM ({pairs}) WHERE value IS NOT NULL GROUP BY value ORDER BY value
"""

# The view `evidence` in two parts, a fifth of its time: as the machine said, but for the passages that people spoke of.
JUDGED = """
SELECT p.id AS passage FROM passage p
WHERE p.key IN (SELECT passage_key FROM human_tag UNION SELECT passage_key FROM resolution)
"""
# A score in units of 2^-62: a whole number, as exact as the score, and read in a quarter of the time of a decimal.
UNIT = 2.0**-62
SCORE = f"CAST(score * {2**62} AS INTEGER) AS score"
OF_MACHINE = f"""
SELECT m.passage_id AS passage, t.rowid AS tag, {SCORE} FROM machine_tag m CROSS JOIN tag t ON t.tag = m.tag
WHERE m.score >= m.threshold AND m.passage_id NOT IN ({JUDGED})
"""
# The ids stand in the statement itself: only so does SQLite look them up in the view, and not read it all.
OF_PEOPLE = f"""
SELECT e.passage_id AS passage, t.rowid AS tag, {SCORE}, e.by = 'person' AS person
FROM evidence e JOIN tag t ON t.tag = e.tag WHERE e.passage_id IN ({{ids}})
"""
TAGS = "SELECT rowid, tag FROM tag ORDER BY position, tag"


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Which passages have which values of a kind.

    The passages of the value with `codes[value]` = i are the rows `rows[starts[i]:starts[i + 1]]` of the base: they
    ascend, each stands once. People read the value as `labels[i]`.
    """

    codes: dict[str, int]
    labels: tuple[str, ...]
    rows: Rows
    starts: Ints

    def having(self, values: Iterable[str], size: int) -> Mask:
        """Which of the `size` passages have any of `values`; no passage has a value that is not known."""
        found = np.zeros(size, dtype=bool)
        for code in {self.codes[value] for value in values if value in self.codes}:
            found[self.rows[self.starts[code] : self.starts[code + 1]]] = True
        return found

    def counts(self, among: Mask | None) -> Ints:
        """How many passages have each value, of all or of those `among`."""
        if among is None:
            return np.diff(self.starts)
        found = np.diff(self.starts)
        there = found > 0  # of an empty part, reduceat gives what stands after it
        hits = among.take(self.rows).view(np.uint8)
        found[there] = np.add.reduceat(hits, self.starts[:-1][there], dtype=np.int32)
        return found

    def only(self, kept: Ints) -> "Column":
        """The column with none but the pairs `kept`, places in `rows` that ascend."""
        return Column(self.codes, self.labels, self.rows[kept], np.searchsorted(kept, self.starts))


@dataclass(frozen=True, slots=True, eq=False)
class Tags:
    """The tags that hold, and of each passage in `held.rows` its score (0 to 1) and whether a person gave the tag."""

    held: Column
    scores: NDArray[np.float64]
    people: Mask

    def counted(self, by: str, score: float | None) -> "Tags":
        """Those given `by` "person" or "machine" (by either where it is empty) and with a `score` of at least that."""
        kept = np.ones(len(self.scores), dtype=bool)
        if by:
            kept &= self.people == (by == "person")
        if score is not None:
            kept &= self.scores >= score
        places = np.flatnonzero(kept)
        return Tags(self.held.only(places), self.scores[places], self.people[places])

    def surest(self, tags: Iterable[str], size: int) -> NDArray[np.float64]:
        """The highest score of any of `tags` for each of the `size` passages; 0 where it has none of them."""
        best = np.zeros(size)
        for code in {self.held.codes[tag] for tag in tags if tag in self.held.codes}:
            part = slice(self.held.starts[code], self.held.starts[code + 1])
            rows = self.held.rows[part]
            best[rows] = np.maximum(best[rows], self.scores[part])
        return best


def column(db: Database, base: Base, kind: str) -> Column:
    """The values of `kind`, a key of PAIRS, in their order (years as numbers); `base` must be of `db` as it is now."""

    def make() -> Column:
        found = db.execute(BY_VALUE.format(pairs=PAIRS[kind])).fetchall()
        passages, of_passages = flat([(row[2], row[3]) for row in found])
        works, of_works = flat([(row[4], row[5]) for row in found])
        rows, which = spread(base, works)
        pairs = np.concatenate([base.rows(passages), rows]), np.concatenate([of_passages, of_works[which]])
        order, starts = grouped(*pairs, len(found))
        labels = tuple(str(row[1]) for row in found)
        codes = {str(row[0]): code for code, row in enumerate(found)}
        return Column(codes, labels, pairs[0][order].astype(np.int32), starts)

    return base.once(kind, make)


def tags(db: Database, base: Base) -> Tags:
    """The tags that hold, in the order of the taxonomy; their labels are their names."""

    def make() -> Tags:
        machine = columns(db, OF_MACHINE)
        spoken_of = base.ids[judged(db, base)].tolist()
        people = columns(db, OF_PEOPLE.format(ids=", ".join(map(str, spoken_of))))
        passages, numbers, scores = (np.concatenate(pair) for pair in zip(machine, people, strict=False))
        by_person = np.concatenate([np.zeros(len(machine[0]), dtype=bool), people[3].astype(bool)])
        names = dict(db.execute(TAGS).fetchall())
        code_of = np.zeros(max(names, default=0) + 1, dtype=np.int64)
        code_of[list(names)] = np.arange(len(names))
        rows = base.rows(passages)
        order, starts = grouped(rows, code_of[numbers], len(names))
        codes = {tag: code for code, tag in enumerate(names.values())}
        return Tags(
            Column(codes, tuple(codes), rows[order].astype(np.int32), starts),
            (scores[order] * UNIT).astype(np.float64),
            by_person[order],
        )

    return base.once("tags", make)


def counted(db: Database, base: Base, by: str, score: float | None) -> Tags:
    """The tags that hold and were given by such, and with such a score or more."""
    if not by and score is None:
        return tags(db, base)
    if score is None:
        return base.once(("tags", by), lambda: tags(db, base).counted(by, None))
    return tags(db, base).counted(by, score)


def tagged(db: Database, base: Base) -> Mask:
    """Which passages carry a tag."""
    held = tags(db, base).held
    return base.once("tagged", lambda: held.having(held.codes, len(base.ids)))


def judged(db: Database, base: Base) -> Mask:
    """Which passages people spoke of."""

    def make() -> Mask:
        found = np.zeros(len(base.ids), dtype=bool)
        found[base.rows(columns(db, JUDGED)[0])] = True
        return found

    return base.once("judged", make)


def of_works(base: Base, works: Ints) -> Mask:
    """Which passages are of `works` (ids)."""
    found = np.zeros(len(base.ids), dtype=bool)
    found[spread(base, works)[0]] = True
    return found


def spread(base: Base, works: Ints) -> tuple[Rows, Ints]:
    """The rows of all passages of `works` (ids), and for each the place of its work in `works`."""
    order: Rows = base.once("by work", lambda: np.argsort(base.works, kind="stable").astype(np.int32))
    ends = [np.searchsorted(base.works, works, side, sorter=order) for side in ("left", "right")]
    sizes = ends[1] - ends[0]
    which = np.repeat(np.arange(len(works)), sizes)
    places = np.arange(len(which)) + (ends[0] - np.cumsum(sizes) + sizes)[which]
    return order[places], which


def flat(found: list[tuple[str | None, int]]) -> tuple[Ints, Ints]:
    """The numbers in texts ("1,2", how many there are), one after the other, and for each the place of its text."""
    numbers = np.fromstring(",".join(text for text, _ in found if text), dtype=np.int64, sep=",")
    return numbers, np.repeat(np.arange(len(found)), [size for _, size in found])


def grouped(rows: Ints, codes: Ints, many: int) -> tuple[Ints, Ints]:
    """Which pairs to take, in what order, to have each once by code and row, and where each of the codes starts."""
    order = np.argsort(rows, kind="stable")
    order = order[np.argsort(codes[order].astype(np.min_scalar_type(many)), kind="stable")]  # quick with small numbers
    rows, codes = rows[order], codes[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (codes[1:] != codes[:-1])
    return order[first], np.searchsorted(codes[first], np.arange(many + 1))
