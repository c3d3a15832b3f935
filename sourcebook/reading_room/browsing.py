"""The page that browses tagged passages, with exact counts of what each filter would leave."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from corpus.errors import SourcebookError
from corpus.records import Item
from index.filters import Filters, allowed, where
from sourcebook import trust
from sourcebook.reading_room import narrowing, passages
from sourcebook.reading_room.asking import Asked, NotHere
from sourcebook.reading_room.exports import Pairs, address, links

Ranked = list[tuple[float, int]]
"""Passages as (place in the order, id), both ascending."""

PAGE = 50
SORTS = {"score": "surest first", "newest": "newest first", "oldest": "oldest first"}

# Ascending numbers, so that (number, id) says where a page goes on whatever the order.
ORDERS = {"score": "-MAX(e.score)", "newest": "-IFNULL(w.year, -9999)", "oldest": "IFNULL(w.year, 9999)"}
FOUND = """
SELECT {order} AS place, p.id
FROM evidence e JOIN passage p ON p.id = e.passage_id JOIN work w ON w.id = p.work_id
WHERE {tagged} AND {condition} GROUP BY p.id ORDER BY place, p.id
"""
# CROSS JOIN keeps the list of passages outside: read anew for each row of the other table, it costs minutes.
OF_KIND = """
SELECT value, MIN(label), COUNT(DISTINCT id) FROM (
    SELECT f.passage_id AS id, f.value, f.label FROM json_each(:ids) j
    CROSS JOIN facet f ON f.passage_id = j.value WHERE f.kind = :kind
    UNION ALL
    SELECT p.id, f.value, f.label FROM json_each(:ids) j CROSS JOIN passage p ON p.id = j.value
    JOIN (SELECT work_id, value, label FROM facet WHERE kind = :kind AND passage_id IS NULL) f
        ON f.work_id = p.work_id
) GROUP BY value ORDER BY 3 DESC, 2
"""
OF_TAG = """
SELECT e.tag, IFNULL(o.label || ': ', '') || t.label, COUNT(DISTINCT e.passage_id) FROM json_each(:ids) j
CROSS JOIN evidence e ON e.passage_id = j.value JOIN tag t ON t.tag = e.tag
LEFT JOIN tag o ON o.tag = t.parent GROUP BY e.tag ORDER BY t.parent IS NOT NULL, t.position
"""
OF_DECADE = """
SELECT decade || '-' || (decade + 9), decade || 's', COUNT(*) FROM (
    SELECT w.year / 10 * 10 AS decade FROM json_each(:ids) j
    CROSS JOIN passage p ON p.id = j.value JOIN work w ON w.id = p.work_id WHERE w.year IS NOT NULL
) GROUP BY decade ORDER BY decade DESC
"""
OF_SOURCE = """
SELECT s.name, s.name, COUNT(DISTINCT p.id) FROM json_each(:ids) j CROSS JOIN passage p ON p.id = j.value
JOIN work_record m ON m.work_id = p.work_id JOIN record r ON r.id = m.record_id
JOIN source s ON s.id = r.source_id GROUP BY s.id ORDER BY 3 DESC, s.name
"""
OF_DESIGN = """
SELECT w.study_design, w.study_design, COUNT(*) FROM json_each(:ids) j CROSS JOIN passage p ON p.id = j.value
JOIN work w ON w.id = p.work_id WHERE w.study_design IS NOT NULL GROUP BY 1 ORDER BY 3 DESC, 1
"""
COUNTS = {
    "tag": OF_TAG, "country": OF_KIND, "sector": OF_KIND, "region": OF_KIND, "buyer": OF_KIND,
    "programme": OF_KIND, "design": OF_DESIGN, "year": OF_DECADE, "source": OF_SOURCE,
}  # fmt: skip
HEADINGS = {
    "tag": "Tags", "country": "Countries", "sector": "Sectors", "region": "Regions", "buyer": "Buyers",
    "programme": "Programmes", "design": "Study designs", "year": "Years", "source": "Sources",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet: how many passages its page shows, and whether that is the page shown now.

    Of a tag, `corrected` is how many should be there; empty where that is not known.
    """

    label: str
    count: int
    url: str
    chosen: bool
    corrected: str = ""


def page(asked: Asked) -> dict[str, Any]:
    """What the page shows: 50 passages, where they go on, and the facets of them all."""
    filters, sort = narrowing.read_filters(asked), read_sort(asked)
    labels = narrowing.choices(asked.db)
    own = [] if sort == "score" else [("sort", sort)]
    rest = narrowing.pairs(filters)
    ranked = found(asked.db, filters, sort)
    should = corrected(asked, filters)
    begin = start(ranked, asked.one("after"))
    rows = ranked[begin : begin + PAGE]
    return {
        "shown": passages.show_ids(asked.db, [id for _, id in rows]),
        "first": begin + 1,
        "total": len(ranked),
        "corrected": should.get(filters.tag[0], "") if len(filters.tag) == 1 else "",
        "works": count_works(asked.db, ranked),
        "next": onwards(rows, rest + own) if begin + PAGE < len(ranked) else None,
        "top": address("/browse", rest + own) if begin else None,
        "facets": {HEADINGS[kind]: facet(asked.db, kind, filters, ranked, own, should) for kind in COUNTS},
        "active": narrowing.active(filters, labels, "/browse", own),
        "sorts": narrowing.sort_links(SORTS, sort, "/browse", rest),
        "exports": links("/browse", rest + own),
        "heading": " or ".join(labels["tag"].get(tag, tag) for tag in filters.tag) or "All evidence",
        "definition": definition(asked.db, filters),
    }


def items(asked: Asked) -> tuple[str, Iterable[Item]]:
    """A name for the file, and the works of all passages that the pages show, in their order."""
    filters = narrowing.read_filters(asked)
    ranked = found(asked.db, filters, read_sort(asked))
    if not ranked:
        raise NotHere("No tagged passage passes these filters. Take one away.")
    return "-".join(("evidence", *filters.tag)), trust.cited(asked.workspace, asked.db, [id for _, id in ranked])


def read_sort(asked: Asked) -> str:
    """The order asked for."""
    sort = asked.one("sort") or "score"
    if sort not in SORTS:
        raise SourcebookError(f"There is no order {sort[:40]!r}. Choose one of: {', '.join(SORTS)}.")
    return sort


def found(db: Database, filters: Filters, sort: str) -> Ranked:
    """The tagged passages that pass, as (place in the order, id)."""
    marks = ", ".join("?" * len(filters.tag))
    tagged = f"e.tag IN ({marks})" if filters.tag else "1"
    condition, values = where(replace(filters, tag=()))
    sql = FOUND.format(order=ORDERS[sort], tagged=tagged, condition=condition)
    return [(place, id) for place, id in db.execute(sql, [*filters.tag, *values]).fetchall()]


def onwards(rows: Ranked, rest: Pairs) -> str:
    """The address of the page after the one with `rows`."""
    place, id = rows[-1]
    return address("/browse", [*rest, ("after", f"{place!r},{id}")])


def start(ranked: Ranked, after: str) -> int:
    """Where in `ranked` the page after the row `after` begins, also when that row has gone."""
    if not after:
        return 0
    place, _, id = after.partition(",")
    try:
        last = (float(place), int(id))
    except ValueError:
        raise SourcebookError(f"{after[:40]!r} is no place in the list. Begin again at the first page.") from None
    return next((i for i, row in enumerate(ranked) if row > last), len(ranked))


def corrected(asked: Asked, filters: Filters) -> dict[str, str]:
    """How many of the passages that pass, whatever their tags, should hold each tag."""
    part = allowed(asked.db, replace(filters, tag=()))
    found = trust.corrected(asked.workspace, asked.db, None if part is None else part.tolist())
    return {tag: trust.whole(one) for tag, one in found.items()}


def facet(
    db: Database, kind: str, filters: Filters, ranked: Ranked, rest: Pairs, should: dict[str, str]
) -> list[Option]:
    """The values of `kind`, each with the number of passages that its page shows, and of a tag how many it `should`."""
    without = narrowing.without(filters, kind)
    rows = ranked if without == filters else found(db, without, "score")
    ids = json.dumps([id for _, id in rows])
    chosen = (narrowing.year_text(filters),) if kind == "year" else getattr(filters, kind)
    others = narrowing.pairs(without)
    counted = db.execute(COUNTS[kind], {"ids": ids, "kind": kind}).fetchall()
    if kind == "tag":  # after the tags, the themes of those that are chosen
        families = {tag.split("/")[0] for tag in chosen}
        counted.sort(key=lambda row: "/" in row[0] and 2 - (row[0].split("/")[0] in families))
    return [
        Option(
            label, count, address("/browse", [*others, (kind, value), *rest]), value in chosen,
            should.get(value, "") if kind == "tag" else "",
        )
        for value, label, count in counted
    ]  # fmt: skip


def count_works(db: Database, ranked: Ranked) -> int:
    """How many works the passages are from."""
    sql = "SELECT COUNT(DISTINCT work_id) FROM passage WHERE id IN (SELECT value FROM json_each(?))"
    return int(db.execute(sql, [json.dumps([id for _, id in ranked])]).fetchone()[0])


def definition(db: Database, filters: Filters) -> str:
    """What the tag means, where there is one."""
    if len(filters.tag) != 1:
        return ""
    row = db.execute("SELECT definition FROM tag WHERE tag = ?", list(filters.tag)).fetchone()
    return str(row[0]) if row else ""
