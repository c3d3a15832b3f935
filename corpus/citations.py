"""Citations: works and passages as CSL-JSON items that any format can be written from."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlite_utils import Database

from corpus.records import Item

WORKS = """
SELECT w.id, w.key, w.csl FROM json_each(?) wanted JOIN work w ON w.id = wanted.value ORDER BY wanted.key
"""
ALL_WORKS = "SELECT id FROM work ORDER BY key"
PASSAGES = """
SELECT p.id, p.work_id, p.key, p.text, p.section, p.page_first, p.page_last,
       (SELECT json_group_array(tag) FROM (SELECT tag FROM evidence WHERE passage_id = p.id ORDER BY tag)) AS tags
FROM json_each(?) wanted JOIN passage p ON p.id = wanted.value ORDER BY wanted.key
"""

# How many works are held in memory at a time.
CHUNK = 500


def for_works(db: Database, work_ids: Iterable[int]) -> Iterator[Item]:
    """The CSL-JSON items of the works `work_ids`, in that order, each with its citation key as `id`."""
    ids = list(dict.fromkeys(work_ids))
    for start in range(0, len(ids), CHUNK):
        for _, key, text in db.execute(WORKS, [json.dumps(ids[start : start + CHUNK])]).fetchall():
            yield {**json.loads(text), "id": key}


def for_passages(db: Database, passage_ids: Iterable[int]) -> Iterator[Item]:
    """One item a work, in order of first appearance, with its passages as `custom.pinpoints`."""
    pinpoints: dict[int, list[Item]] = {}
    for row in db.execute(PASSAGES, [json.dumps(list(dict.fromkeys(passage_ids)))]).fetchall():
        pinpoints.setdefault(row[1], []).append(pinpoint(*row[2:]))
    for work, item in zip(pinpoints, for_works(db, pinpoints), strict=True):
        yield {**item, "custom": {**item.get("custom", {}), "pinpoints": pinpoints[work]}}


def every_work(db: Database) -> Iterator[Item]:
    """The items of all works, by citation key."""
    return for_works(db, (row[0] for row in db.execute(ALL_WORKS).fetchall()))


def pinpoint(key: str, text: str, section: str | None, first: int | None, last: int | None, tags: str) -> Item:
    """A quotation with where it stands and what it is evidence of."""
    names: list[str] = json.loads(tags)
    return {
        "quote": text,
        "locator": pages(first, last) or "",
        "section": section or "",
        "tags": [name for name in names if "/" not in name],
        "themes": [name for name in names if "/" in name],
        "passage_key": key,
    }


def pages(first: int | None, last: int | None) -> str | None:
    """`12` or `12-13`; None where there are no pages."""
    if first is None:
        return None
    return f"{first}-{last}" if last and last != first else str(first)


def place(row: Any) -> str:
    """Where a passage stands, for people: authors and year, title, page, section."""
    found = pages(row.page_first, row.page_last)
    page = f"{'pp.' if '-' in found else 'p.'} {found.replace('-', '–')}" if found else ""
    who = f"{row.authors or 'No author'} {row.year or 'n.d.'}"
    return ", ".join(part for part in (who, row.title, page, row.section) if part)
