"""The page that searches."""

import json
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlite_utils import Database

from corpus.errors import SourcebookError
from corpus.records import Item
from index import search as searching
from index.filters import Filters, allowed
from index.keyword import to_fts
from sourcebook import trust
from sourcebook.reading_room import narrowing, passages
from sourcebook.reading_room.asking import Asked, NotHere, snapshot
from sourcebook.reading_room.exports import Pairs, address, links
from sourcebook.reading_room.home import examples
from sourcebook.workspace import Workspace

HITS, MOST_HITS, LONGEST_QUERY = 20, 500, 1000
MODES = {"hybrid": "meaning and words", "semantic": "meaning", "keyword": "words"}

# One text at a time: the encoder's graph refuses a second caller.
ENCODING = Lock()

PASSAGES = "SELECT COUNT(*) FROM passage"
# The plus sign keeps FTS5 from being asked anew for each passage.
MATCHING = "SELECT COUNT(*) FROM passage_fts WHERE passage_fts MATCH ?"
AMONG = "AND +rowid IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for, how, and how many passages are wanted."""

    text: str
    filters: Filters
    mode: str
    k: int

    def pairs(self, **changed: str) -> Pairs:
        """The query string that asks the same, but for what is `changed`."""
        values = {"q": self.text, "mode": self.mode, "k": str(self.k)} | changed
        default = {"mode": "hybrid", "k": str(HITS)}
        rest = [(name, value) for name, value in values.items() if value != default.get(name)]
        return rest + narrowing.pairs(self.filters)


def page(asked: Asked) -> dict[str, Any]:
    """What the page shows: hits, or what to do where there are none."""
    labels = narrowing.choices(asked.db)
    base = {"choices": labels, "modes": MODES, "examples": examples(asked)}
    try:
        query = read_query(asked)
    except SourcebookError as error:
        empty = Query(asked.one("q")[:LONGEST_QUERY], Filters(), "hybrid", HITS)
        return {**base, "query": empty, "error": str(error), "status": 400}
    rest = [pair for pair in query.pairs() if pair[0] in ("q", "mode", "k")]
    base |= {
        "query": query,
        "years": narrowing.year_text(query.filters),
        "active": narrowing.active(query.filters, labels, "/search", rest),
        "browse": address("/browse", narrowing.pairs(query.filters)),
    }
    if not query.text:
        return base
    try:
        hits = run(asked.db, asked.workspace, query)
    except SourcebookError as error:
        by_words = address("/search", query.pairs(mode="keyword")) if query.mode != "keyword" else None
        return {**base, "error": str(error), "by_words": by_words, "status": 503}
    return {**base, **results(asked.db, query, hits)}


def results(db: Database, query: Query, hits: list[searching.Hit]) -> dict[str, Any]:
    """The hits, of how many, how to see more, and how to take them away."""
    all_of_them = total(db, query)
    more = address("/search", query.pairs(k=str(min(query.k + HITS, MOST_HITS))))
    return {
        "shown": passages.show(db, hits),
        "total": all_of_them,
        "more": more if len(hits) < min(all_of_them, MOST_HITS) else None,
        "exports": links("/search", query.pairs()),
    }


def items(asked: Asked) -> tuple[str, Iterable[Item]]:
    """A name for the file, and the works that the hits are from, with the passages."""
    query = read_query(asked)
    hits = run(asked.db, asked.workspace, query)
    if not hits:
        raise NotHere("Nothing found to cite. Try other words or fewer filters.")
    return query.text, trust.cited(asked.workspace, asked.db, [hit.passage_id for hit in hits])


def read_query(asked: Asked) -> Query:
    """The query in an address; SourcebookError where a part of it cannot be read."""
    text, mode = asked.one("q"), asked.one("mode") or "hybrid"
    if len(text) > LONGEST_QUERY:
        raise SourcebookError(f"The query is longer than {LONGEST_QUERY:,} characters. Ask in fewer words.")
    if mode not in MODES:
        raise SourcebookError(f"There is no mode {mode[:40]!r}. Choose one of: {', '.join(MODES)}.")
    k = narrowing.whole_number(asked.one("k"), HITS, MOST_HITS, "The number of passages")
    return Query(text, narrowing.read_filters(asked), mode, k)


def run(db: Database, workspace: Workspace, query: Query) -> list[searching.Hit]:
    """The hits, best first."""
    with nullcontext() if query.mode == "keyword" else ENCODING:
        return searching.search(
            db, workspace.index, query.text, k=query.k, mode=query.mode, filters=query.filters,
            model=workspace.config.base.model,
        )  # fmt: skip


def total(db: Database, query: Query) -> int:
    """How many passages there are to find: those that pass the filters and, by words, hold one of them."""
    passing = allowed(db, query.filters)
    if query.mode != "keyword":
        return int(db.execute(PASSAGES).fetchone()[0]) if passing is None else len(passing)
    expression = to_fts(query.text)
    if not expression:
        return 0
    if passing is None:
        return int(db.execute(MATCHING, [expression]).fetchone()[0])
    return int(db.execute(f"{MATCHING} {AMONG}", [expression, json.dumps(passing.tolist())]).fetchone()[0])


def warm(workspace: Workspace) -> None:
    """Load the encoder and the index, so that the first search is as quick as the next."""
    with suppress(SourcebookError), snapshot(workspace.database) as db:
        run(db, workspace, Query("late payment", Filters(), "semantic", 1))
