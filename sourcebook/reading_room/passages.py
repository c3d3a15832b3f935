"""Passages as pages show them: the words that matched, the tags and why, where the original lies."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from sqlite_utils import Database

from corpus import citations
from corpus.sentences import Span
from index.search import Hit, Why, fetch

# The ids stand in the statement itself: only so does SQLite look them up in the view, and not read it all.
TAGS = """
SELECT e.passage_id, e.tag, t.label, t.definition, e.score, e.by, e.who, m.threshold, m.tagger,
       IFNULL(m.why, '[]')
FROM evidence e JOIN tag t ON t.tag = e.tag
LEFT JOIN machine_tag m ON m.passage_id = e.passage_id AND m.tag = e.tag
WHERE e.passage_id IN ({ids}) ORDER BY e.passage_id, t.position
"""
DOCUMENTS = """
SELECT p.id, f.sha256, p.page_first FROM passage p JOIN file f ON f.id = p.file_id
WHERE p.id IN (SELECT value FROM json_each(?))
  AND EXISTS (SELECT 1 FROM fetch t WHERE t.sha256 = f.sha256 AND t.warc_file IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A tag that a passage holds: how sure the tagger was (0 to 1), its threshold, and the deciding words."""

    tag: str
    label: str
    definition: str
    score: float
    by: str
    who: str | None
    threshold: float | None
    tagger: str | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a passage: whether it holds words that were asked for, and is in the sentence nearest in meaning."""

    text: str
    matched: bool
    nearest: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage on a page, its text in pieces; `document` is an address."""

    hit: Hit
    place: str
    pieces: list[Piece]
    tags: list[Held]
    document: str | None


def show(db: Database, hits: Sequence[Hit]) -> list[Shown]:
    """`hits` made ready for a page, in their order."""
    ids = [hit.passage_id for hit in hits]
    rows = db.execute(TAGS.format(ids=", ".join(map(str, ids)))).fetchall()
    tags = {id: [held(*row[1:]) for row in group] for id, group in groupby(rows, key=lambda row: row[0])}
    documents = {id: document(sha256, page) for id, sha256, page in db.execute(DOCUMENTS, [json.dumps(ids)]).fetchall()}
    return [
        Shown(hit, citations.place(hit), pieces(hit.text, hit.why), tags.get(hit.passage_id, []),
              documents.get(hit.passage_id))
        for hit in hits
    ]  # fmt: skip


def show_ids(db: Database, ids: Iterable[int]) -> list[Shown]:
    """The passages `ids`, in that order."""
    return show(db, fetch(db, [(id, 0.0, Why()) for id in ids]))


def held(
    tag: str, label: str, definition: str, score: float, by: str, who: str | None, threshold: float | None,
    tagger: str | None, why: str,
) -> Held:  # fmt: skip
    return Held(tag, label, definition, score, by, who, threshold, tagger, tuple(map(str, json.loads(why))))


def pieces(text: str, why: Why) -> list[Piece]:
    """`text` cut where a mark or the nearest sentence begins and ends; the pieces put together are `text`."""
    nearest = [why.sentence] if why.sentence else []
    edges = sorted({0, len(text), *(edge for span in (*why.marks, *nearest) for edge in span)})
    return [Piece(text[a:b], inside(a, why.marks), inside(a, nearest)) for a, b in pairwise(edges) if a < b]


def inside(place: int, spans: Iterable[Span]) -> bool:
    return any(start <= place < end for start, end in spans)


def document(sha256: str, page: int | None) -> str:
    """The address of an archived document, at a page where that is known."""
    return f"/document/{sha256}" + (f"#page={page}" if page else "")
