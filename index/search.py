"""Search: passages by meaning, by words, or by both, with the reason for each hit."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from corpus.errors import SourcebookError
from index import keyword, store
from index.filters import Filters, allowed
from nlp import encoder

MODES = ("hybrid", "semantic", "keyword")

# Weight of the semantic half in a hybrid score. Both halves are taken over their best value for the query: cosines lie
# close together, and BM25 would outweigh them. Chosen on Cranfield, where 0.6 to 0.7 are alike.
SEMANTIC_WEIGHT = 0.65

# How many passages each half puts forward, at least.
CANDIDATES = 200

FOUND = """
SELECT p.id, p.key AS passage_key, w.key AS work, w.title, w.authors, w.year, p.section, p.page_first, p.page_last,
       p.text,
       (SELECT json_group_array(json_object('tag', e.tag, 'score', round(e.score, 3), 'by', e.by))
        FROM (SELECT * FROM evidence WHERE passage_id = p.id ORDER BY score DESC, tag) e) AS tags
FROM passage p JOIN work w ON w.id = p.work_id WHERE p.id IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a passage was found: the query's words in it, the cosine of meanings (-1 to 1), the BM25 score (0 and up)."""

    words: tuple[str, ...] = ()
    semantic: float | None = None
    keyword: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found; `tags` are those that hold, each with its score and who gave it."""

    rank: int
    score: float
    passage_id: int
    passage_key: str
    work: str
    title: str
    authors: str
    year: int | None
    section: str | None
    page_first: int | None
    page_last: int | None
    text: str
    tags: list[dict[str, Any]] = field(default_factory=list)
    why: Why = field(default_factory=Why)


def search(
    db: Database,
    folder: Path,
    query: str,
    *,
    k: int = 10,
    mode: str = "hybrid",
    filters: Filters | None = None,
    model: str = encoder.DEFAULT,
) -> list[Hit]:
    """The `k` passages that answer `query` best among those that pass `filters`, or all there are.

    `folder` is the workspace's index. Raises SourcebookError for an empty query or an unknown mode, and for a
    semantic search without an index.
    """
    if not query.strip():
        raise SourcebookError("The query is empty. Write what you look for, such as: late payment by large customers")
    if mode not in MODES:
        raise SourcebookError(f"Unknown mode {mode!r}. Known are: {', '.join(MODES)}.")
    scored = score(db, folder, query, k, mode, filters or Filters(), model)
    return fetch(db, query, scored[:k])


def score(
    db: Database, folder: Path, query: str, k: int, mode: str, filters: Filters, model: str
) -> list[tuple[int, float, Why]]:
    """Candidates as (passage id, score, why), best first; ties by id."""
    passing = allowed(db, filters)
    wanted = max(k, CANDIDATES) if mode == "hybrid" else k
    words = dict(keyword.rank(db, query, wanted, passing)) if mode != "semantic" else {}
    if mode == "keyword":
        return [(id, value, Why(keyword=value)) for id, value in words.items()]
    coder = encoder.load(model)
    opened = store.open_store(db, folder, coder)
    vector = coder.encode([query])[0]
    near = dict(opened.nearest(vector, wanted, passing))
    if mode == "semantic":
        return [(id, value, Why(semantic=value)) for id, value in near.items()]
    rest = [id for id in words if id not in near]
    near.update(zip(rest, opened.cosines(vector, rest), strict=True))
    return fuse(near, words)


def fuse(near: dict[int, float], words: dict[int, float]) -> list[tuple[int, float, Why]]:
    """A weighted sum of cosine and BM25, each over its best value (so at most 1), best first; ties by id."""
    best = max(words.values(), default=0.0) or 1.0
    closest = max(near.values(), default=0.0) or 1.0
    fused = [
        (id, SEMANTIC_WEIGHT * cosine / abs(closest) + (1 - SEMANTIC_WEIGHT) * words.get(id, 0.0) / best,
         Why(semantic=cosine, keyword=words.get(id)))
        for id, cosine in near.items()
    ]  # fmt: skip
    return sorted(fused, key=lambda one: (-one[1], one[0]))


def fetch(db: Database, query: str, scored: list[tuple[int, float, Why]]) -> list[Hit]:
    """The rows of the passages in `scored`, in its order."""

    cursor = db.execute(FOUND, [json.dumps([id for id, _, _ in scored])])
    names = [column[0] for column in cursor.description]
    rows = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    hits = []
    for rank, (id, value, why) in enumerate(scored, start=1):
        row = rows[id]
        row.pop("id")
        tags = json.loads(row.pop("tags"))
        reason = Why(tuple(matched(query, row["text"])), why.semantic, why.keyword)
        hits.append(Hit(rank, value, id, tags=tags, why=reason, **row))
    return hits


def matched(query: str, text: str) -> Iterable[str]:
    """The words of `text` that the query names, endings aside, in order of appearance."""
    stems = {stem(word) for word in re.findall(r"\w+", query.lower()) if word not in keyword.STOP_WORDS}
    seen: dict[str, None] = {}
    for word in re.findall(r"\w+", text):
        if stem(word.lower()) in stems:
            seen.setdefault(word, None)
    return seen


def stem(word: str) -> str:
    """`word` without common English endings: close enough to FTS5's Porter stems to mark what it matched."""
    for ending in ("ments", "ment", "ings", "ing", "ied", "ies", "ed", "ers", "er", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
