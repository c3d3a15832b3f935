"""Filters: which passages may be found, exact and applied before anything is ranked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from corpus.aliases import resolve
from corpus.errors import SourcebookError, nearest
from index import columns
from index.base import Base, open_base
from index.columns import Mask, Tags

# The kinds of filter that take values, in the order in which people meet them; years stand apart as a range.
KINDS = (
    "tag", "question", "country", "region", "sector", "programme", "organisation", "buyer", "design", "source",
    "language", "type", "access", "work",
)  # fmt: skip
RANGED = (*KINDS, "year")
TAGGED = ("tag", "question")
BY = ("machine", "person")

# How codes are kept, so that people may write them either way.
CASES: dict[str, Callable[[str], str]] = {
    "country": str.upper, "region": str.lower, "sector": str.upper, "programme": str.lower, "design": str.lower,
    "language": str.lower, "type": str.lower, "access": str.lower,
}  # fmt: skip

QUESTIONS = """
SELECT IFNULL(t.question, o.question), t.tag FROM tag t LEFT JOIN tag o ON o.tag = t.parent
WHERE IFNULL(t.question, o.question) IS NOT NULL ORDER BY 1, t.position
"""
# What may be asked for although no passage has it.
KNOWN = {"tag": "SELECT tag FROM tag ORDER BY position", "source": "SELECT name FROM source ORDER BY name"}

YEARS = "Write 2015, 2010-2020, 2010- or -2020."
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is narrowed to: values of one kind are OR, kinds are AND.

    `tag` takes tags and themes, `question` numbers of the questions that tags answer, `country` ISO 3166 alpha-2 codes,
    `sector` ISIC sections or divisions ("C14"), `region` and `programme` their slugs, `organisation` and `buyer` names;
    `design`, `source`, `language` (ISO 639), `type` (CSL), `access` and `work` (citation keys) are the work's; the
    years are both included.

    `by` ("machine" or "person") and `score` (0 to 1) say which tags count, to `tag` and `question` alike: those given
    by such, and those at least so sure; where neither is asked for, a passage must have any tag that counts. `unwanted`
    are pairs of a kind, or "year", and a value: passages that a filter for that value would let pass are left out.
    """

    tag: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    programme: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    buyer: tuple[str, ...] = ()
    design: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    year_first: int | None = None
    year_last: int | None = None
    by: str = ""
    score: float | None = None
    unwanted: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return self != Filters()


def read(written: Callable[[str], Sequence[str]]) -> Filters:
    """The filters that people wrote; `written` gives the values of "country", "not_country", "year", "by" and so on.

    Raises SourcebookError where a value cannot be read. Of years, `by` and `score` the first counts.
    """
    wanted: dict[str, Any] = {kind: canonical(kind, written(kind)) for kind in KINDS}
    unwanted = tuple((kind, value) for kind in RANGED for value in canonical(kind, written(f"not_{kind}")))
    year, by, score = (next(iter(written(name)), "") for name in ("year", "by", "score"))
    first, last = years(year)
    if by not in ("", *BY):
        raise SourcebookError(f"{by[:LONGEST]!r} gives no tags. Write machine or person.")
    return Filters(**wanted, year_first=first, year_last=last, by=by, score=share(score), unwanted=unwanted)


def canonical(kind: str, values: Iterable[str]) -> tuple[str, ...]:
    """`values` as they are kept, each once; what is no text (bytes from a shell) becomes question marks."""
    texts = (value.encode("utf-8", "replace").decode() for value in values)
    if kind == "year":
        return tuple(dict.fromkeys(between for text in texts if (between := span(*years(text)))))
    return tuple(dict.fromkeys(CASES.get(kind, str)(text) for text in texts))


def years(text: str) -> tuple[int | None, int | None]:
    """First and last year in "2010-2020", "2010-", "-2020" or "2015"."""
    if not text:
        return None, None
    first, dash, last = text.strip().replace("–", "-").partition("-")
    try:
        begin = int(first) if first.strip() else None
        end = int(last) if last.strip() else (None if dash else begin)
    except ValueError:
        raise SourcebookError(f"{text[:LONGEST]!r} is no year or range of years. {YEARS}") from None
    if any(year is not None and not 0 < year < 3000 for year in (begin, end)) or (begin and end and begin > end):
        raise SourcebookError(f"{text[:LONGEST]!r} is no range of years that a work can be from. {YEARS}")
    return begin, end


def span(first: int | None, last: int | None) -> str:
    """The years as people write them: "2010-2020", "2015", "2010-", "-2020", or nothing."""
    if first == last:
        return str(first) if first is not None else ""
    return f"{'' if first is None else first}-{'' if last is None else last}"


def share(text: str) -> float | None:
    """A score in `text`, from 0 to 1; None where it is empty."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise SourcebookError(f"{text[:LONGEST]!r} is no score. Write a number from 0 to 1, such as 0.8.")
    return value


def check(db: Database, filters: Filters) -> None:
    """Raise SourcebookError where a value that is asked for does not occur at all: it would find nothing."""
    wanted = [(kind, value) for kind in KINDS for value in asked(filters, kind)]
    for kind, value in [*wanted, *filters.unwanted]:
        if kind == "work" and resolve(db, value) is None:
            raise SourcebookError(
                f"No work has the citation key {value[:LONGEST]!r}. `sourcebook search` shows the keys."
            )
        if kind not in ("work", "year") and value not in (known := possible(db, kind)):
            raise SourcebookError(f"Nothing here has the {kind} {value[:LONGEST]!r}{nearest(value, known)}")


def possible(db: Database, kind: str) -> list[str]:
    """The values of a kind that may be asked for."""
    if kind == "question":
        return list(questions(db))
    if kind in KNOWN:
        return [str(row[0]) for row in db.execute(KNOWN[kind]).fetchall()]
    return list(columns.column(db, open_base(db), kind).codes)


def allowed(db: Database, filters: Filters) -> NDArray[np.int64] | None:
    """The ids of the passages that pass, sorted; None where every passage does."""
    if not filters:
        return None
    base = open_base(db)
    mask = passing(db, base, filters)
    return None if mask is None else base.ids[mask]


def passing(db: Database, base: Base, filters: Filters) -> Mask | None:
    """Which passages pass; None where every passage does. `base` must be of `db` as it is now."""
    return overlap(parts(db, base, filters).values())


def passing_tagged(db: Database, base: Base, filters: Filters) -> Mask:
    """Which passages pass and carry a tag. `base` must be of `db` as it is now."""
    mask = passing(db, base, filters)
    return columns.tagged(db, base) if mask is None else columns.tagged(db, base) & mask


def parts(db: Database, base: Base, filters: Filters, kinds: Sequence[str] = RANGED) -> dict[str, Mask]:
    """Which passages the filters of each of `kinds` let pass, where there are any; by "not country" what is unwanted.

    Where `by` or `score` stand alone, it is the passages with tags that count by "by".
    """
    tags = counted(db, base, filters)
    found = {}
    for kind in kinds:
        if wanted := asked(filters, kind):
            found[kind] = having(db, base, kind, wanted, tags)
        if unwanted := tuple(value for one, value in filters.unwanted if one == kind):
            found[f"not {kind}"] = ~having(db, base, kind, unwanted, tags)
    if tags and not filters.tag and not filters.question:
        found["by"] = tags.held.having(tags.held.codes, len(base.ids))
    return found


def asked(filters: Filters, kind: str) -> tuple[str, ...]:
    """The values that are asked for, the years as one."""
    if kind == "year":
        between = span(filters.year_first, filters.year_last)
        return (between,) if between else ()
    found: tuple[str, ...] = getattr(filters, kind)
    return found


def counted(db: Database, base: Base, filters: Filters) -> Tags | None:
    """The tags that count by `by` and `score`; None where all do."""
    narrowed = filters.by or filters.score is not None
    return columns.counted(db, base, filters.by, filters.score) if narrowed else None


def overlap(masks: Iterable[Mask]) -> Mask | None:
    """What all of `masks` have; None of none."""
    found: Mask | None = None
    for mask in masks:
        found = mask if found is None else found & mask
    return found


def having(db: Database, base: Base, kind: str, wanted: Sequence[str], tags: Tags | None = None) -> Mask:
    """Which passages have any of the `wanted` values of a kind, and of tags those among `tags` (all where None)."""
    if kind in TAGGED:
        named = wanted if kind == "tag" else [tag for number in wanted for tag in questions(db).get(number, ())]
        return (tags or columns.tags(db, base)).held.having(named, len(base.ids))
    if kind == "work":
        found = (resolve(db, key) for key in wanted)
        return columns.of_works(base, np.array([work for work in found if work is not None], dtype=np.int64))
    column = columns.column(db, base, kind)
    if kind == "year":
        wanted = [one for one in column.codes if any(within(int(one), *years(text)) for text in wanted)]
    return column.having(wanted, len(base.ids))


def within(year: int, first: int | None, last: int | None) -> bool:
    """Whether the year lies between two that are both included, and either may be open."""
    return (first is None or year >= first) and (last is None or year <= last)


def questions(db: Database) -> dict[str, list[str]]:
    """The numbers of the questions, each with the tags and themes that answer it."""
    found: dict[str, list[str]] = {}
    for number, tag in db.execute(QUESTIONS).fetchall():
        found.setdefault(str(number), []).append(str(tag))
    return found
