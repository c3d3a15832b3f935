"""The page of a work, and what leaves of it."""

import json
from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby
from typing import Any
from urllib.parse import quote

from sqlite_utils import Database

from corpus import citations
from corpus.aliases import resolve
from corpus.errors import SourcebookError
from corpus.formats.text import reference
from corpus.records import Item
from index.related import Related, related
from index.search import keys
from index.store import open_store
from nlp import encoder
from sourcebook.reading_room import passages
from sourcebook.reading_room.asking import Asked, Moved, NotHere
from sourcebook.reading_room.exports import links

WORK = """
SELECT key, title, type, doi, url, abstract, language, licence, access, study_design, csl, origin
FROM work WHERE id = ?
"""
RECORDS = """
SELECT r.id, s.name AS source, s.kind, r.key, m.rule, m.score, t.url, t.time
FROM work_record m JOIN record r ON r.id = m.record_id JOIN source s ON s.id = r.source_id
LEFT JOIN fetch t ON t.id = r.fetch_id WHERE m.work_id = ? ORDER BY r.id
"""
FILES = """
SELECT f.sha256, f.name, f.media_type, f.bytes, f.pages, f.outcome, f.reason,
       EXISTS (SELECT 1 FROM fetch t WHERE t.sha256 = f.sha256 AND t.warc_file IS NOT NULL) AS archived
FROM file f JOIN work_record m ON m.record_id = f.record_id WHERE m.work_id = ? ORDER BY f.id
"""
FACETS = """
SELECT kind, value, label, COUNT(DISTINCT passage_id) FROM facet WHERE work_id = ?
GROUP BY kind, value, label ORDER BY kind, COUNT(*) DESC, label
"""
PASSAGES = "SELECT id FROM passage WHERE work_id = ? ORDER BY file_id IS NOT NULL, file_id, ordinal, id"
DECISIONS = "SELECT verdict, stage, reason, who, time FROM decision WHERE work_key = ? ORDER BY id"


def page(asked: Asked) -> dict[str, Any]:
    """What the page of a work shows."""
    id = find(asked)
    work = rows(asked.db, WORK, id)[0]
    item = json.loads(work["csl"])
    records = rows(asked.db, RECORDS, id)
    shown = passages.show_ids(asked.db, [row[0] for row in asked.db.execute(PASSAGES, [id]).fetchall()])
    facets = asked.db.execute(FACETS, [id]).fetchall()
    return {
        "work": work,
        "reference": reference(item),
        "link": safe_link(work["url"]),
        "records": records,
        "files": rows(asked.db, FILES, id),
        "facets": {kind: list(group) for kind, group in groupby(facets, key=lambda row: row[0])},
        "origin": origin(work["origin"], records, item),
        "sections": [(name, list(group)) for name, group in groupby(shown, key=lambda one: one.hit.section)],
        "passages": len(shown),
        "tagged": sum(bool(one.tags) for one in shown),
        "related": near(asked, id),
        "decisions": asked.db.execute(DECISIONS, [work["key"]]).fetchall(),
        "exports": links(f"/works/{quote(work['key'])}"),
    }


def near(asked: Asked, id: int) -> list[tuple[Related, str]]:
    """Works that are about the same, each with the key of the passage that is nearest; none without an index."""
    with suppress(SourcebookError):
        coder = encoder.load(asked.workspace.config.base.model)
        found = related(asked.db, open_store(asked.db, asked.workspace.index, coder), id)
        known = keys(asked.db, [one.passage_id for one in found])
        return [(one, known[one.passage_id]) for one in found]
    return []


def items(asked: Asked) -> tuple[str, Iterable[Item]]:
    """A name for the file, and the work."""
    return asked.path["key"], citations.for_works(asked.db, [find(asked)])


def find(asked: Asked) -> int:
    """The id of the work asked for; Moved where it has another key by now."""
    asked_key = asked.path["key"]
    id = resolve(asked.db, asked_key)
    if id is None:
        raise NotHere(f"No work here has the citation key {asked_key[:80]!r}. Look for it by its title.")
    key = str(asked.db.execute("SELECT key FROM work WHERE id = ?", [id]).fetchone()[0])
    if key != asked_key:
        extension = asked.path.get("extension")
        raise Moved(f"/works/{quote(key)}" + (f".{extension}" if extension else ""))
    return id


def rows(db: Database, sql: str, id: int) -> list[dict[str, Any]]:
    """The rows of `sql` for `id`, by column."""
    cursor = db.execute(sql, [id])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def origin(text: str, records: list[dict[str, Any]], item: Item) -> list[tuple[str, str, dict[str, Any]]]:
    """Each field of the work with its value in short and the record that it came from."""
    by_id = {record["id"]: record for record in records}
    return [
        (field, brief(item.get(field)), by_id[record])
        for field, record in sorted(json.loads(text).items()) if record in by_id
    ]  # fmt: skip


def brief(value: Any) -> str:
    """`value` on one short line."""
    line = " ".join((value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).split())
    return line if len(line) <= 120 else f"{line[:119]}…"


def safe_link(url: str | None) -> str | None:
    """`url` where it leads to a web page; a crawled address may hold anything."""
    return url if url and url.lower().startswith(("http://", "https://")) else None
