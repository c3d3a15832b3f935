"""The page that searches."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SourcebookError
from corpus.records import Item
from index import fusion, keyword, query, store
from index import search as searching
from index.base import Base, open_base
from index.feedback import Feedback, rows_of
from index.filters import Filters, passing
from sourcebook import trust
from sourcebook.reading_room import narrowing, passages
from sourcebook.reading_room.asking import Asked, NotHere, snapshot
from sourcebook.reading_room.exports import Link, Pairs, address, links
from sourcebook.reading_room.home import examples
from sourcebook.searching import mend_beside, mendable
from sourcebook.workspace import Workspace

HITS, MOST_HITS, LONGEST_QUERY, MOST_EXAMPLES = 10, 500, 1000, 20
MODES = {"hybrid": "meaning and words", "semantic": "meaning", "keyword": "words"}

# How many values of a kind stand beside the results; the form has them all.
LISTED = 10

# How many passages of a work are shown where hits are put together by work.
PER_WORK = 3

TITLE = """
SELECT w.title FROM work w WHERE w.key = :key
UNION ALL SELECT w.title || ': ' || substr(p.text, 1, 60) || '…' FROM passage p JOIN work w ON w.id = p.work_id
WHERE p.key = :key
"""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for, how, and how many passages are wanted."""

    text: str
    filters: Filters
    mode: str = "hybrid"
    k: int = HITS
    by_work: bool = False
    sentences: bool = False
    feedback: Feedback = field(default_factory=Feedback)

    def pairs(self, **changed: str) -> Pairs:
        """The query string that asks the same, but for what is `changed`."""
        values = {"q": self.text, "mode": self.mode, "k": str(self.k), **dict(self.shape()), **changed}
        default = {"mode": "hybrid", "k": str(HITS)}
        rest = [(name, value) for name, value in values.items() if value and value != default.get(name)]
        return rest + like(self.feedback) + narrowing.pairs(self.filters)

    def shape(self) -> Pairs:
        """The part of the query string that says how hits are shown."""
        return [*[("group", "work")] * self.by_work, *[("nearest", "1")] * self.sentences]


def like(feedback: Feedback) -> Pairs:
    """The part of a query string that says what hits shall be like."""
    return [(name, key) for name in ("more", "less") for key in getattr(feedback, name)]


def page(asked: Asked) -> dict[str, Any]:
    """What the page shows: hits, or what to do where there are none."""
    labels = narrowing.choices(asked.db)
    base: dict[str, Any] = {
        "choices": labels,
        "offered": narrowing.lists(asked.db),
        "modes": MODES,
        "examples": examples(asked),
        "examples_kept": [],
    }
    try:
        wanted = read_query(asked)
    except SourcebookError as error:
        empty = Query(asked.one("q")[:LONGEST_QUERY], Filters())
        return {**base, "query": empty, "error": str(error), "status": 400}
    filters = narrowing.pairs(wanted.filters)
    rest = [pair for pair in wanted.pairs() if pair not in filters]
    base |= {
        "query": wanted,
        "years": narrowing.year_text(wanted.filters),
        "active": narrowing.active(wanted.filters, labels, "/search", rest),
        "browse": address("/browse", filters),
        "examples_kept": like(wanted.feedback),
    }
    if not query.read(wanted.text).text and not wanted.feedback.more:
        return base
    try:
        hits = run(asked, wanted)
        return {**base, **results(asked, wanted, hits, rest)}
    except SourcebookError as error:
        by_words = address("/search", wanted.pairs(mode="keyword")) if wanted.mode != "keyword" else None
        soon = " It is being made at this moment: ask again in a few seconds." if by_words and mended(asked) else ""
        return {**base, "error": f"{error}{soon}", "by_words": by_words, "status": 503}


def results(asked: Asked, wanted: Query, hits: list[searching.Hit], rest: Pairs) -> dict[str, Any]:
    """The hits, of how many, how to see more, how to narrow them down, and how to take them away."""
    base = open_base(asked.db)
    matching = findable(asked, base, wanted)
    shown = passages.show(asked.db, hits)
    return {
        "shown": shown,
        "groups": [list(group) for _, group in groupby(shown, key=lambda one: one.hit.work if wanted.by_work else "")],
        "like": taken_back(asked, wanted),
        "again": {key: again(wanted, key) for one in shown for key in (one.hit.passage_key, one.hit.work)},
        "turns": turns(wanted),
        "weight": fusion.SEMANTIC_WEIGHT,
        "company": fusion.COMPANY,
        "pending": pending(asked, wanted),
        "further": onwards(wanted, len(hits)),
        "exports": links("/search", wanted.pairs()),
        "facets": narrowing.facets(asked.db, base, wanted.filters, matching, "/search", rest, most=LISTED),
        "total": total(asked, base, wanted, matching),
    }


def onwards(wanted: Query, shown: int) -> str | None:
    """The address of the same page with more hits, where there may be more."""
    if shown < wanted.k or wanted.k >= MOST_HITS:
        return None
    return address("/search", wanted.pairs(k=str(min(wanted.k + HITS, MOST_HITS))))


def turns(wanted: Query) -> list[Link]:
    """The same search, shown otherwise."""
    by_work, sentences = wanted.by_work, wanted.sentences
    found = [
        Link("Passage by passage" if by_work else "Together by work",
             address("/search", wanted.pairs(group="" if by_work else "work"))),
        Link("Unmark the sentences" if sentences else "Mark the sentences nearest in meaning",
             address("/search", wanted.pairs(nearest="" if sentences else "1"))),
    ]  # fmt: skip
    return found if wanted.mode != "keyword" else found[:1]


def again(wanted: Query, key: str) -> dict[str, str]:
    """The addresses of the same search with more, or less, like the passage."""
    return {name: address("/search", [*wanted.pairs(), (name, key)]) for name in ("more", "less")}


def taken_back(asked: Asked, wanted: Query) -> list[narrowing.Active]:
    """The examples that hits shall be like, or not, and the page without each."""
    found = []
    for name, key in like(wanted.feedback):
        row = asked.db.execute(TITLE, {"key": key}).fetchone()
        url = address("/search", [pair for pair in wanted.pairs() if pair != (name, key)])
        found.append(narrowing.Active(f"{name.capitalize()} like", str(row[0]) if row else key, url))
    return found


def total(asked: Asked, base: Base, wanted: Query, matching: NDArray[np.bool_] | None) -> int:
    """How many passages there are to find: those that pass the filters and, by words, hold one of them."""
    masks = [mask for mask in (matching, passing(asked.db, base, wanted.filters)) if mask is not None]
    return int(np.logical_and.reduce(masks).sum()) if masks else len(base.ids)


def pending(asked: Asked, wanted: Query) -> int:
    """How many passages are found by their words alone, since they are new; a few are seen to at once."""
    if wanted.mode == "keyword":
        return 0
    lacking = store.lacking(asked.db)
    if lacking:
        mended(asked)
    return lacking


def mended(asked: Asked) -> bool:
    """Whether the index is brought up to date beside this page, which is so where that takes seconds."""
    return mendable(asked.workspace, asked.db) and mend_beside(asked.workspace)


def findable(asked: Asked, base: Base, wanted: Query) -> NDArray[np.bool_] | None:
    """Which passages there are to find, whatever the filters; None where all are."""
    read = query.read(wanted.text)
    found = keyword.matching(asked.db, base, read)
    if wanted.mode == "keyword":
        held = keyword.scores(asked.db, base, read) > 0
        return held if found is None else found & held
    for _, key in like(wanted.feedback):
        found = np.ones(len(base.ids), dtype=bool) if found is None else found
        found[rows_of(asked.db, base, key)] = False
    return found


def items(asked: Asked) -> tuple[str, Iterable[Item]]:
    """A name for the file, and the works that the hits are from, with the passages."""
    wanted = read_query(asked)
    hits = run(asked, wanted)
    if not hits:
        raise NotHere("Nothing found to cite. Try other words or fewer filters.")
    return wanted.text or "like", trust.cited(asked.workspace, asked.db, [hit.passage_id for hit in hits])


def read_query(asked: Asked) -> Query:
    """The query in an address; SourcebookError where a part of it cannot be read."""
    text, mode = asked.one("q"), asked.one("mode") or "hybrid"
    if len(text) > LONGEST_QUERY:
        raise SourcebookError(f"The query is longer than {LONGEST_QUERY:,} characters. Ask in fewer words.")
    if mode not in MODES:
        raise SourcebookError(f"There is no mode {mode[:40]!r}. Choose one of: {', '.join(MODES)}.")
    feedback = Feedback(asked.many("more"), asked.many("less"))
    if feedback and mode == "keyword":
        raise SourcebookError("Passages like others are found by meaning. Search by meaning, or by meaning and words.")
    if len(feedback.more) + len(feedback.less) > MOST_EXAMPLES:
        raise SourcebookError(f"There are more than {MOST_EXAMPLES} examples. Take some away.")
    for _, key in like(feedback):
        rows_of(asked.db, open_base(asked.db), key)  # complains where there is none
    k = narrowing.whole_number(asked.one("k"), HITS, MOST_HITS, "The number of passages")
    by_work, sentences = asked.one("group") == "work", asked.one("nearest") == "1"
    return Query(text, narrowing.read_filters(asked), mode, k, by_work, sentences, feedback)


def run(asked: Asked, wanted: Query) -> list[searching.Hit]:
    """The hits, best first."""
    return find(asked.workspace, asked.db, wanted)


def find(workspace: Workspace, db: Any, wanted: Query) -> list[searching.Hit]:
    """The hits in a base that is only read."""
    return searching.search(
        db, workspace.index, wanted.text, k=wanted.k, mode=wanted.mode, filters=wanted.filters,
        model=workspace.config.base.model, per_work=PER_WORK if wanted.by_work else None,
        feedback=wanted.feedback, sentences=wanted.sentences,
    )  # fmt: skip


def warm(workspace: Workspace) -> None:
    """Load the encoder and the index, so that the first search is as quick as the next."""
    with suppress(SourcebookError), snapshot(workspace.database) as db:
        find(workspace, db, Query("late payment", Filters()))
