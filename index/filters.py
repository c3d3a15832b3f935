"""Filters: which passages may be found, exact and applied before anything is ranked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from corpus.errors import SourcebookError, nearest

# One condition a kind of filter, on a passage `p` of a work `w`; `{marks}` stands for the values.
CONDITIONS = {
    "tag": "p.id IN (SELECT passage_id FROM evidence WHERE tag IN ({marks}))",
    "country": "{facet}",
    "region": "{facet}",
    "sector": "{facet}",
    "programme": "{facet}",
    "organisation": "{facet}",
    "buyer": "{facet}",
    "design": "w.study_design IN ({marks})",
    "source": "p.work_id IN (SELECT m.work_id FROM work_record m JOIN record r ON r.id = m.record_id "
    "JOIN source s ON s.id = r.source_id WHERE s.name IN ({marks}))",
    "work": "w.key IN ({marks})",
}
FACET = (
    "(p.id IN (SELECT passage_id FROM facet WHERE kind = '{kind}' AND value IN ({marks})) OR "
    "p.work_id IN (SELECT work_id FROM facet WHERE kind = '{kind}' AND passage_id IS NULL AND value IN ({marks})))"
)
# How codes are kept, so that people may write them either way.
CASES: dict[str, Callable[[str], str]] = {
    "country": str.upper, "region": str.lower, "sector": str.upper, "programme": str.lower, "design": str.lower,
}  # fmt: skip

YEARS = "Write 2015, 2010-2020, 2010- or -2020."


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is narrowed to: values of one kind are OR, kinds are AND.

    `tag` takes tags and themes, `country` ISO 3166 alpha-2 codes, `sector` ISIC sections or divisions ("C14"),
    `region` and `programme` their slugs, `organisation` and `buyer` names, `design` study designs of works,
    `work` citation keys; the years are both included.
    """

    tag: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    programme: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    buyer: tuple[str, ...] = ()
    design: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    year_first: int | None = None
    year_last: int | None = None

    def __bool__(self) -> bool:
        return self != Filters()


def years(text: str | None) -> tuple[int | None, int | None]:
    """First and last year in "2010-2020", "2010-", "-2020" or "2015"."""
    if not text:
        return None, None
    first, dash, last = text.strip().replace("–", "-").partition("-")
    try:
        begin = int(first) if first.strip() else None
        end = int(last) if last.strip() else (None if dash else begin)
    except ValueError:
        raise SourcebookError(f"{text!r} is no year or range of years. {YEARS}") from None
    if any(year is not None and not 0 < year < 3000 for year in (begin, end)) or (begin and end and begin > end):
        raise SourcebookError(f"{text!r} is no range of years that a work can be from. {YEARS}")
    return begin, end


def read(asked: Callable[[str], Sequence[str]], year: str | None) -> Filters:
    """The filters that people wrote; `asked` gives the values of a kind."""
    first, last = years(year)
    wanted = {kind: tuple(CASES.get(kind, str)(value) for value in asked(kind)) for kind in CONDITIONS}
    return Filters(**wanted, year_first=first, year_last=last)


def where(filters: Filters) -> tuple[str, list[str | int]]:
    """The SQL condition on `p` (passage) and `w` (work), and its parameters."""
    parts: list[str] = []
    values: list[str | int] = []
    for kind, condition in CONDITIONS.items():
        wanted: Sequence[str] = getattr(filters, kind)
        if not wanted:
            continue
        marks = ", ".join("?" * len(wanted))
        template = FACET.replace("{kind}", kind) if condition == "{facet}" else condition
        parts.append(template.replace("{marks}", marks))
        values.extend([*wanted] * template.count("{marks}"))
    for sign, year in ((">=", filters.year_first), ("<=", filters.year_last)):
        if year is not None:
            parts.append(f"w.year {sign} ?")
            values.append(year)
    return " AND ".join(parts) or "1", values


KNOWN = {
    "tag": "SELECT tag FROM tag",
    "source": "SELECT name FROM source",
    "design": "SELECT DISTINCT study_design FROM work WHERE study_design IS NOT NULL",
} | {
    kind: f"SELECT DISTINCT value FROM facet WHERE kind = '{kind}'"
    for kind, condition in CONDITIONS.items()
    if condition == "{facet}"
}


def check(db: Database, filters: Filters) -> None:
    """Raise SourcebookError where a value that is asked for does not occur at all: it would find nothing."""
    for kind, sql in KNOWN.items():
        wanted = getattr(filters, kind)
        known = [row[0] for row in db.execute(sql).fetchall()] if wanted else []
        for value in wanted:
            if value not in known:
                raise SourcebookError(f"Nothing here has the {kind} {value!r}{nearest(value, known)}")


def allowed(db: Database, filters: Filters) -> NDArray[np.int64] | None:
    """The ids of the passages that pass, sorted; None where every passage does."""
    if not filters:
        return None
    condition, values = where(filters)
    sql = f"SELECT p.id FROM passage p JOIN work w ON w.id = p.work_id WHERE {condition} ORDER BY p.id"
    return np.array([row[0] for row in db.execute(sql, values).fetchall()], dtype=np.int64)
