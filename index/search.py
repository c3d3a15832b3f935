"""Search: passages by meaning, by words, or by both, with the reason for each hit."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from corpus.errors import SourcebookError
from corpus.sentences import Span
from index import fusion, keyword, query, store, why
from index.base import Base, open_base
from index.feedback import Feedback, moved
from index.filters import Filters, passing
from index.folding import Folder
from index.fusion import Ranking
from index.query import Query
from nlp import encoder
from nlp.encoder import Encoder

MODES = ("hybrid", "semantic", "keyword")

# Of how many hits the sentence nearest in meaning is sought: those that are read.
SENTENCES = 50

# How many passages more than asked for are ranked, since some may be near-copies of others.
SPARE = 8

# How many texts are read at once.
PIECE = 500
TEXTS = "SELECT id, text FROM passage WHERE id IN ({ids})"

# The ids stand in the statement itself: only so does SQLite look them up in the view `evidence`, and not read it all.
FOUND = """
SELECT p.id, p.key AS passage_key, w.key AS work, w.title, w.authors, w.year, p.section, p.page_first, p.page_last,
       p.text,
       (SELECT json_group_array(json_object('tag', e.tag, 'score', round(e.score, 3), 'by', e.by))
        FROM (SELECT * FROM evidence WHERE passage_id = p.id ORDER BY score DESC, tag) e) AS tags
FROM passage p JOIN work w ON w.id = p.work_id WHERE p.id IN ({ids})
"""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a passage was found.

    The query's `words` in it, and where they stand (`marks`); the cosine of meanings (-1 to 1); the BM25 score (0 and
    up); the `sentence` nearest in meaning. Places are (start, end) in the text.
    """

    words: tuple[str, ...] = ()
    semantic: float | None = None
    keyword: float | None = None
    marks: tuple[Span, ...] = ()
    sentence: Span | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found; `tags` are those that hold, each with its score and who gave it.

    `same` holds the keys of passages found further down that say the same in nearly the same words.
    """

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
    same: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A search made ready: what is looked for, in which passages (all where `passing` is None), by which model."""

    query: Query
    passing: NDArray[np.bool_] | None
    base: Base
    encoder: Encoder | None
    vector: NDArray[np.float32] | None
    store: store.Store | None


def search(
    db: Database,
    folder: Path,
    text: str,
    *,
    k: int = 10,
    mode: str = "hybrid",
    filters: Filters | None = None,
    model: str = encoder.DEFAULT,
    per_work: int | None = None,
    feedback: Feedback | None = None,
    sentences: bool = False,
) -> list[Hit]:
    """The `k` passages that answer `text` best among those that pass `filters`, or all there are; near-copies once.

    `folder` is the workspace's index. With `per_work`, no more passages of a work, and these together. `feedback` names
    passages and works that the hits shall be like, or not. With `sentences`, hits name the one nearest in meaning.
    Raises SourcebookError where nothing is asked for, for an unknown mode, and for a semantic search without an index.
    """
    asked = ready(db, folder, text, mode, filters or Filters(), model, feedback or Feedback())
    found = chosen(db, asked, mode, k, per_work)
    hits = fetch(db, [hit for hit, _ in found])
    copies = keys(db, [id for _, same in found for id in same])
    hits = [replace(hit, same=tuple(copies[id] for id in same)) for hit, (_, same) in zip(hits, found, strict=True)]
    return reasoned(asked, hits, sentences)


def ready(db: Database, folder: Path, text: str, mode: str, filters: Filters, model: str, feedback: Feedback) -> Asked:
    """What is asked, read; SourcebookError where it cannot be."""
    if mode not in MODES:
        raise SourcebookError(f"Unknown mode {mode!r}. Known are: {', '.join(MODES)}.")
    asked = query.read(text)
    if not asked.text and not feedback.more:
        raise SourcebookError("The query is empty. Write what you look for, such as: late payment by large customers")
    base = open_base(db)
    allowed = eligible(db, base, asked, filters)
    if mode == "keyword":
        return Asked(asked, allowed, base, None, None, None)
    coder = encoder.load(model)
    opened = store.open_store(db, folder, coder)
    vector = coder.encode([asked.text])[0] if asked.text else np.zeros(coder.dimension, dtype=np.float32)
    if feedback:
        vector, allowed = moved(db, base, opened, vector, allowed, feedback)
    return Asked(asked, allowed, base, coder, vector, opened)


def eligible(db: Database, base: Base, asked: Query, filters: Filters) -> NDArray[np.bool_] | None:
    """The passages that pass the filters, hold what is required and nothing unwanted; None where all do."""
    masks = [mask for mask in (passing(db, base, filters), keyword.matching(db, base, asked)) if mask is not None]
    return np.logical_and.reduce(masks) if masks else None


def ranked(db: Database, asked: Asked, mode: str, k: int) -> Ranking:
    """The `k` best passages, or all there are."""
    if asked.store is None or asked.vector is None:
        return fusion.by_words(keyword.scores(db, asked.base, asked.query), k, asked.passing)
    if mode == "semantic" or not asked.query.wished:
        return fusion.by_meaning(asked.store, asked.vector, k, asked.passing)
    words = keyword.scores(db, asked.base, asked.query)
    return fusion.by_both(asked.store, asked.vector, words, k, asked.passing)


Scored = tuple[int, float, Why]
"""A passage's id, its score, and why."""


def chosen(db: Database, asked: Asked, mode: str, k: int, per_work: int | None) -> list[tuple[Scored, list[int]]]:
    """The `k` best after folding near-copies and holding works back, each with the ids of its near-copies."""
    wanted = k + k // 2 + SPARE
    while True:
        ranking = ranked(db, asked, mode, wanted)
        found = folded(db, asked.base, ranking, k, per_work)
        if len(found) >= k or len(ranking.rows) < wanted:
            break
        wanted *= 4
    if per_work:
        works = [int(asked.base.works[asked.base.rows(np.array([one[0]]))[0]]) for one, _ in found]
        first = {work: place for place, work in reversed([*enumerate(works)])}
        found = [found[place] for place in sorted(range(len(found)), key=lambda place: (first[works[place]], place))]
    return found


def folded(db: Database, base: Base, ranking: Ranking, k: int, per_work: int | None) -> list[tuple[Scored, list[int]]]:
    """The first `k` of a ranking, each with the ids of near-copies that stand among them; at most `per_work` of a work.

    What a work has beyond these is left out unread: no passage is a near-copy of one that is not shown.
    """
    ids, works = base.ids[ranking.rows].tolist(), base.works[ranking.rows].tolist()
    folder, found, of_work = Folder(), list[tuple[Scored, list[int]]](), Counter[int]()
    for start in range(0, len(ids), PIECE):
        piece = [place for place in range(len(ids))[start : start + PIECE] if of_work[works[place]] != per_work]
        texts = dict(db.execute(TEXTS.format(ids=", ".join(str(ids[place]) for place in piece))).fetchall())
        for place in piece:
            if of_work[works[place]] == per_work:
                continue
            number, new = folder.place(texts[ids[place]])
            if new:
                of_work[works[place]] += 1
                found.append(((ids[place], float(ranking.scores[place]), reason(ranking, place)), []))
                if len(found) == k:
                    return found
            else:
                found[number][1].append(ids[place])
    return found


def reason(ranking: Ranking, place: int) -> Why:
    """The two scores of a passage."""
    semantic = None if ranking.semantic is None else float(ranking.semantic[place])
    return Why(semantic=semantic, keyword=None if ranking.keyword is None else float(ranking.keyword[place]))


def fetch(db: Database, scored: Sequence[Scored]) -> list[Hit]:
    """The rows of the passages in `scored`, in its order."""
    cursor = db.execute(FOUND.format(ids=", ".join(str(int(id)) for id, _, _ in scored)))
    names = [column[0] for column in cursor.description]
    rows = {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in cursor.fetchall()}
    hits = []
    for rank, (id, value, reasons) in enumerate(scored, start=1):
        row = rows[id]
        hits.append(Hit(rank, value, id, why=reasons, **{**row, "tags": json.loads(row["tags"])}))
    return hits


def keys(db: Database, ids: Iterable[int]) -> dict[int, str]:
    """The keys of passages."""
    marks = ", ".join(str(int(id)) for id in ids)
    return dict(db.execute(f"SELECT id, key FROM passage WHERE id IN ({marks})").fetchall()) if marks else {}


def reasoned(asked: Asked, hits: list[Hit], sentences: bool) -> list[Hit]:
    """The hits with the words that matched, and the sentences nearest in meaning where these are wanted."""
    texts = [hit.text for hit in hits]
    places: Sequence[Span | None] = [None] * len(hits)
    if sentences and asked.encoder is not None and asked.vector is not None:
        near = why.nearest_sentences(asked.encoder, asked.vector, texts[:SENTENCES])
        places = [*near, *[None] * (len(hits) - len(near))]
    return [
        replace(hit, why=replace(hit.why, words=words_at(hit.text, marks), marks=marks, sentence=place))
        for hit, marks, place in zip(hits, why.marks(asked.query, texts), places, strict=True)
    ]


def words_at(text: str, marks: Iterable[Span]) -> tuple[str, ...]:
    """What stands at `marks`, each once, in order."""
    return tuple(dict.fromkeys(text[start:end] for start, end in marks))
