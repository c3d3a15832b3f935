"""Facets: how many passages each further filter would leave, exactly."""

from collections import Counter
from dataclasses import replace

import numpy as np
from sqlite_utils import Database

from index import columns
from index.base import Base
from index.columns import Column, Mask, Tags
from index.filters import BY, TAGGED, Filters, counted, having, overlap, parts, questions

Count = tuple[str, str, int]
"""A value, what people read, and a number of passages."""

KINDS = (
    "tag", "question", "country", "sector", "region", "buyer", "programme", "organisation", "design", "year", "source",
    "language", "type", "access", "by",
)  # fmt: skip

LABELS = """
SELECT t.tag, IFNULL(o.label || ': ', '') || t.label FROM tag t LEFT JOIN tag o ON o.tag = t.parent
ORDER BY t.parent IS NOT NULL, t.position
"""


def beside(db: Database, base: Base, filters: Filters, matching: Mask | None = None) -> dict[str, list[Count]]:
    """For each of KINDS how many passages would pass with one value of it in place of those that `filters` name.

    `matching` are the passages that the filters narrow, such as those that a search finds; all where it is None. What
    is unwanted stays so. `base` must be of `db` as it is now.
    """
    on = parts(db, base, filters)
    masks = {**on} if matching is None else {**on, "matching": matching}
    passing, tags, found = overlap(masks.values()), counted(db, base, filters), {}
    for kind in KINDS:
        among = overlap(mask for name, mask in masks.items() if name != kind) if kind in on else passing
        found[kind] = by(db, base, filters, masks) if kind == "by" else counts(db, base, among, kind, tags)
    return found


def counts(db: Database, base: Base, among: Mask | None, kind: str, tags: Tags | None = None) -> list[Count]:
    """How many passages have each value of `kind`, of all or of those `among`; of tags those count that are in `tags`.

    Most first, then by label; tags as in the taxonomy, themes after them, and years by decade, the last first.
    """
    if kind == "tag":
        column = (tags or columns.tags(db, base)).held
        of = dict(zip(column.codes, column.counts(among).tolist(), strict=True))
        return [(tag, label, of[tag]) for tag, label in db.execute(LABELS).fetchall() if of.get(tag)]
    if kind == "question":
        return numbered({one: narrowed(having(db, base, kind, (one,), tags), among) for one in questions(db)})
    column = columns.column(db, base, kind)
    return decades(column, among) if kind == "year" else valued(column, among)


def valued(column: Column, among: Mask | None) -> list[Count]:
    """The values of a column, those that most passages have first."""
    found = zip(column.codes, column.labels, column.counts(among).tolist(), strict=True)
    return sorted((one for one in found if one[2]), key=lambda one: (-one[2], one[1], one[0]))


def decades(column: Column, among: Mask | None) -> list[Count]:
    """The decades of a column of years, the last first."""
    found: Counter[int] = Counter()
    for year, many in zip(column.codes, column.counts(among).tolist(), strict=True):
        found[int(year) // 10 * 10] += many
    return [(f"{one}-{one + 9}", f"{one}s", many) for one, many in sorted(found.items(), reverse=True) if many]


def narrowed(mask: Mask, among: Mask | None) -> Mask:
    return mask if among is None else mask & among


def numbered(masks: dict[str, Mask]) -> list[Count]:
    """How many passages each of `masks` holds, in their order."""
    found = [(value, value, int(np.count_nonzero(mask))) for value, mask in masks.items()]
    return [one for one in found if one[2]]


def by(db: Database, base: Base, filters: Filters, masks: dict[str, Mask]) -> list[Count]:
    """How many passages would pass if tags counted that only machines, or only people, gave; `masks` as in `beside`."""
    rest = {name: mask for name, mask in masks.items() if name.removeprefix("not ") not in (*TAGGED, "by")}
    found = {}
    for one in BY:
        of_tags = parts(db, base, replace(filters, by=one), TAGGED)
        found[one] = overlap([*rest.values(), *of_tags.values()])
    return numbered({one: mask for one, mask in found.items() if mask is not None})
