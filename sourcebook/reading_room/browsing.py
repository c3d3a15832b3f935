"""The page that browses tagged passages, with exact counts of what each filter would leave."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from corpus.errors import SourcebookError
from corpus.records import Item
from index import columns
from index.base import Base, Ints, open_base
from index.filters import TAGGED, Filters, allowed, counted, passing_tagged, questions
from sourcebook import trust
from sourcebook.reading_room import narrowing, passages
from sourcebook.reading_room.asking import Asked, NotHere
from sourcebook.reading_room.exports import Pairs, address, links

PAGE = 50
SORTS = {"score": "surest first", "newest": "newest first", "oldest": "oldest first"}

# The place of works without a year: behind all others.
LAST = 9999.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """Passages in order: their rows in the base, ids and places, numbers that ascend; where these are the same, ids do.

    So (place, id) says where a page goes on, whatever the order.
    """

    rows: Ints
    ids: Ints
    places: NDArray[np.float64]


def page(asked: Asked) -> dict[str, Any]:
    """What the page shows: 50 passages, where they go on, and the facets of them all."""
    filters, sort = narrowing.read_filters(asked), read_sort(asked)
    base = open_base(asked.db)
    labels = narrowing.choices(asked.db)
    own = [] if sort == "score" else [("sort", sort)]
    rest = narrowing.pairs(filters)
    ranked = found(asked.db, base, filters, sort)
    should = corrected(asked, filters)
    begin = start(ranked, asked.one("after"))
    end, total = begin + PAGE, len(ranked.ids)
    tagged = columns.tagged(asked.db, base)
    return {
        "shown": passages.show_ids(asked.db, ranked.ids[begin:end].tolist()),
        "first": begin + 1,
        "total": total,
        "corrected": should.get(filters.tag[0], "") if len(filters.tag) == 1 else "",
        "works": len(np.unique(base.works[ranked.rows])),
        "next": onwards(ranked, end, own + rest) if end < total else None,
        "top": address("/browse", own + rest) if begin else None,
        "facets": narrowing.facets(asked.db, base, filters, tagged, "/browse", own, should),
        "active": narrowing.active(filters, labels, "/browse", own),
        "filters": filters,
        "years": narrowing.year_text(filters),
        "kept": own + [pair for pair in rest if pair[0] not in ("year", "score")],
        "sorts": narrowing.sort_links(SORTS, sort, "/browse", rest),
        "exports": links("/browse", own + rest),
        "heading": " or ".join(labels["tag"].get(tag, tag) for tag in filters.tag) or "All evidence",
        "definition": definition(asked.db, filters),
    }


def items(asked: Asked) -> tuple[str, Iterable[Item]]:
    """A name for the file, and the works of all passages that the pages show, in their order."""
    filters = narrowing.read_filters(asked)
    ranked = found(asked.db, open_base(asked.db), filters, read_sort(asked))
    if not len(ranked.ids):
        raise NotHere("No tagged passage passes these filters. Take one away.")
    return "-".join(("evidence", *filters.tag)), trust.cited(asked.workspace, asked.db, ranked.ids.tolist())


def read_sort(asked: Asked) -> str:
    """The order asked for."""
    sort = asked.one("sort") or "score"
    if sort not in SORTS:
        raise SourcebookError(f"There is no order {sort[:40]!r}. Choose one of: {', '.join(SORTS)}.")
    return sort


def found(db: Database, base: Base, filters: Filters, sort: str) -> Ranked:
    """The tagged passages that pass."""
    rows = np.flatnonzero(passing_tagged(db, base, filters))
    places = (-surest(db, base, filters) if sort == "score" else by_year(db, base, sort))[rows]
    order = np.argsort(places, kind="stable")
    return Ranked(rows[order], base.ids[rows[order]], places[order])


def surest(db: Database, base: Base, filters: Filters) -> NDArray[np.float64]:
    """How sure it is of each passage (passages,) that it has one of the tags asked for; of any where none is."""
    tags = counted(db, base, filters) or columns.tags(db, base)
    answers = [tag for number in filters.question for tag in questions(db).get(number, ())]
    return tags.surest(filters.tag or answers or tags.held.codes, len(base.ids))


def by_year(db: Database, base: Base, sort: str) -> NDArray[np.float64]:
    """The place of each passage (passages,) by the year of its work."""
    years = columns.column(db, base, "year")
    places = np.full(len(base.ids), LAST)
    signed = np.array([float(year) for year in years.codes]) * (1 if sort == "oldest" else -1)
    places[years.rows] = np.repeat(signed, np.diff(years.starts))
    return places


def onwards(ranked: Ranked, end: int, rest: Pairs) -> str:
    """The address of the page that begins at `end`."""
    place, id = float(ranked.places[end - 1]), int(ranked.ids[end - 1])
    return address("/browse", [*rest, ("after", f"{place!r},{id}")])


def start(ranked: Ranked, after: str) -> int:
    """Where in `ranked` the page after the row `after` begins, also when that row has gone."""
    if not after:
        return 0
    place, _, id = after.partition(",")
    try:
        last, last_id = float(place), int(id)
    except ValueError:
        raise SourcebookError(f"{after[:40]!r} is no place in the list. Begin again at the first page.") from None
    first, end = (int(np.searchsorted(ranked.places, last, side)) for side in ("left", "right"))
    return first + bisect_right(ranked.ids[first:end], last_id)


def corrected(asked: Asked, filters: Filters) -> dict[str, str]:
    """How many of the passages that pass, whatever their tags, should hold each tag; none where not all tags count."""
    if filters.question or filters.by or filters.score is not None or any(k in TAGGED for k, _ in filters.unwanted):
        return {}
    found = trust.corrected(asked.workspace, asked.db, allowed(asked.db, replace(filters, tag=())))
    return {tag: trust.whole(one) for tag, one in found.items()}


def definition(db: Database, filters: Filters) -> str:
    """What the tag means, where there is one."""
    if len(filters.tag) != 1:
        return ""
    row = db.execute("SELECT definition FROM tag WHERE tag = ?", list(filters.tag)).fetchone()
    return str(row[0]) if row else ""
