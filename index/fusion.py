"""One order of two: how near a passage is in meaning, and how well its words match."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from index.base import Ints
from index.store import Store
from nlp.encoder import Vectors

Floats = NDArray[np.float32]

# What is multiplied here is small: threads that wait for each other take ten times as long as one of them.
threadpool_limits(1, user_api="blas")

# How much meaning counts beside words. This and the other weights here: docs/search.md says how they were chosen.
SEMANTIC_WEIGHT = 0.55

# Of the best POOL, a passage's score comes to COMPANY from the NEIGHBOURS of them that are nearest to it in meaning:
# passages that answer a question stand close together (Diaz 2005, regularizing ad hoc retrieval scores).
POOL, COMPANY, NEIGHBOURS = 100, 0.3, 10

# Cosines are taken over the best one, or over this where none is near: noise shall not outweigh words.
LEAST_COSINE = 0.1

# How many passages each half puts forward at first.
CANDIDATES = 500


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passages by row, best first, with their scores; a half that was not asked for is None."""

    rows: Ints
    scores: Floats
    semantic: Floats | None = None
    keyword: Floats | None = None

    def part(self, places: Any) -> "Ranking":
        """The passages at `places` of the order, in that order."""
        halves = (None if half is None else half[places] for half in (self.semantic, self.keyword))
        return Ranking(self.rows[places], self.scores[places], *halves)


def by_words(words: Floats, k: int, passing: NDArray[np.bool_] | None) -> Ranking:
    """The `k` best by BM25 of those `passing` that hold any of the words; ties by row."""
    rows = best(words if passing is None else np.where(passing, words, 0), k)
    return Ranking(rows, words[rows], keyword=words[rows])


def by_meaning(store: Store, vector: Vectors, k: int, passing: NDArray[np.bool_] | None) -> Ranking:
    """The `k` nearest of those `passing`; ties by row."""
    rows, cosines = store.nearest(vector, k, passing)
    return Ranking(rows, cosines, semantic=cosines)


def by_both(store: Store, vector: Vectors, words: Floats, k: int, passing: NDArray[np.bool_] | None) -> Ranking:
    """The `k` best by the weighted sum of both halves, each over its best value, in the company they keep; ties by row.

    Exact: whom meaning does not put forward is no nearer than the last of whom it does, so that only those can come in
    whose words make up for the rest (after the threshold algorithm of Fagin, Lotem and Naor 2003).
    """
    there = len(words) if passing is None else int(passing.sum())
    deep = min(max(k, POOL), there)
    near = by_meaning(store, vector, min(max(deep, CANDIDATES), there), passing)
    if not len(near.rows):
        return near.part(slice(0))
    said = words if passing is None else np.where(passing, words, 0)
    scale = max(float(near.scores[0]), LEAST_COSINE), float(said.max()) or 1.0
    found = fused(store, vector, words, np.union1d(near.rows, best(said, CANDIDATES)), scale)
    lacking = (found.scores[deep - 1] - SEMANTIC_WEIGHT * near.scores[-1] / scale[0]) / (1 - SEMANTIC_WEIGHT)
    others = np.setdiff1d(np.flatnonzero((said >= lacking * scale[1]) & (said > 0)), found.rows)
    if len(others):
        found = ordered([found, fused(store, vector, words, others, scale)])
    return settled(store, found.part(slice(deep))).part(slice(k))


def settled(store: Store, found: Ranking) -> Ranking:
    """The ranking, its best POOL ordered anew by their own scores and those of their neighbours among them.

    Who is outside stays behind: no passage inside can fall below the last of them.
    """
    scores = found.scores.copy()
    own = scores[:POOL]
    vectors = store.vectors(found.rows[:POOL])
    close = np.maximum(np.round(vectors @ vectors.T, 5), 0) ** 4  # the nearest count most; copies of one, alike
    np.fill_diagonal(close, 0)
    if len(own) > NEIGHBOURS:
        close[close < np.partition(close, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS, None]] = 0
    weight = close.sum(axis=1)
    company = np.divide(close @ own, weight, out=own.copy(), where=weight > 0)
    scores[:POOL] = (1 - COMPANY) * own + COMPANY * company
    order = np.lexsort((found.rows, -scores))
    return replace(found.part(order), scores=scores[order])


def fused(store: Store, vector: Vectors, words: Floats, rows: Ints, scale: tuple[float, float]) -> Ranking:
    """The passages `rows` in the order of both halves, each over its best value."""
    cosines, said = store.vectors(rows) @ vector, words[rows]
    scores = SEMANTIC_WEIGHT * cosines / scale[0] + (1 - SEMANTIC_WEIGHT) * said / scale[1]
    return ordered([Ranking(rows, scores, cosines, said)])


def ordered(parts: Sequence[Ranking]) -> Ranking:
    """The passages of `parts`, best first, ties by row."""
    rows, scores, semantic, keyword = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "scores", "semantic", "keyword")
    )
    return Ranking(rows, scores, semantic, keyword).part(np.lexsort((rows, -scores)))


def best(scores: Floats, k: int) -> Ints:
    """The places of the `k` highest of those above 0, highest first, ties by place."""
    held = np.flatnonzero(scores > 0)
    if len(held) > k:
        least = np.partition(scores[held], len(held) - k)[len(held) - k] if k else np.inf
        held = held[scores[held] >= least]
    return held[np.lexsort((held, -scores[held]))][:k]
