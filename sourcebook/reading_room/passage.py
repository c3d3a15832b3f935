"""The page of a passage: in its place, with its tags and why, and where it came from."""

from collections.abc import Iterable
from typing import Any

from corpus.records import Item
from nlp.explain import Reason, explain
from sourcebook import trust
from sourcebook.reading_room import passages
from sourcebook.reading_room.asking import Asked, NotHere
from sourcebook.reading_room.exports import FORMATS, links, written
from sourcebook.reading_room.home import known_terms
from sourcebook.reading_room.works import rows, safe_link

PASSAGE = "SELECT id, work_id, file_id, ordinal FROM passage WHERE key = ?"
AROUND = """
SELECT id FROM passage WHERE work_id = ? AND file_id IS ? AND ordinal BETWEEN ? - 1 AND ? + 1
ORDER BY ordinal, id
"""
# What people said, and behind it how it was settled where they did not agree.
SAID = """
SELECT t.label, h.verdict, h.who, h.time, h.why FROM (
    SELECT tag, verdict, who, time, why, id FROM human_tag WHERE passage_key = :key
    UNION ALL SELECT tag, 'settled: ' || verdict, who, time, why, NULL FROM resolution WHERE passage_key = :key
) h JOIN tag t ON t.tag = h.tag ORDER BY t.position, h.id IS NULL, h.id
"""
# An abstract came with the record that the work's abstract is from.
CHAIN = """
SELECT p.char_start, p.char_end, p.page_first, p.page_last, f.sha256, f.name, f.media_type, f.extractor,
       t.id AS fetch_id, t.url, t.time, t.status, t.warc_file, t.warc_offset,
       r.id AS record_id, r.key AS record_key, s.name AS source, s.kind, s.licence, s.terms
FROM passage p JOIN work w ON w.id = p.work_id LEFT JOIN file f ON f.id = p.file_id
LEFT JOIN record r ON r.id = IFNULL(f.record_id, json_extract(w.origin, '$.abstract'))
LEFT JOIN fetch t ON t.id = IFNULL(f.fetch_id, r.fetch_id)
LEFT JOIN source s ON s.id = IFNULL(t.source_id, r.source_id) WHERE p.id = ?
"""


def page(asked: Asked) -> dict[str, Any]:
    """What the page of a passage shows."""
    key = asked.path["key"]
    id, work, file, ordinal = find(asked)
    around = asked.db.execute(AROUND, [work, file, ordinal, ordinal]).fetchall()
    shown = passages.show_ids(asked.db, [row[0] for row in around])
    place = next(i for i, one in enumerate(shown) if one.hit.passage_id == id)
    chain = rows(asked.db, CHAIN, id)[0]
    item = list(trust.cited(asked.workspace, asked.db, [id]))
    return {
        "one": shown[place],
        "before": shown[:place],
        "after": shown[place + 1 :],
        "reasons": reasons(asked, key),
        "said": asked.db.execute(SAID, {"key": key}).fetchall(),
        "chain": chain,
        "fetched": safe_link(chain["url"]),
        "cited": [(one.label, written(item, one.extension)) for one in FORMATS.values()],
        "exports": links(f"/passages/{key}"),
    }


def reasons(asked: Asked, key: str) -> list[Reason]:
    """The tags with the training passages that the tagger sees nearest."""
    terms = known_terms(asked)
    return [one for one in explain(asked.db, terms, key).reasons if one.nearest] if terms else []


def items(asked: Asked) -> tuple[str, Iterable[Item]]:
    """A name for the file, and the work with the passage."""
    found = list(trust.cited(asked.workspace, asked.db, [find(asked)[0]]))
    return f"{found[0]['id']}-{asked.path['key']}", found


def find(asked: Asked) -> tuple[int, int, int | None, int]:
    """Id, work, file and ordinal of the passage asked for."""
    row = asked.db.execute(PASSAGE, [asked.path["key"]]).fetchone()
    if row is None:
        raise NotHere("No passage here has this key. It may have gone with a newer reading of its document.")
    id, work, file, ordinal = row
    return id, work, file, ordinal
