"""The order of passages: that of brute force over all of them, whatever is filtered and however many are asked for."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making_passages import stored
from numpy.typing import NDArray

from index import fusion
from index.fusion import Ranking, best, by_both, by_meaning, by_words
from index.store import Store

SHARES = (1.0, 0.5, 0.1, 0.01, 0.001, 0.0)
COUNT = 2000


@dataclass(frozen=True)
class Random:
    """Passages at random, some of them copies of others, as a search sees them; `vectors` as they are kept."""

    store: Store
    vectors: NDArray[np.float32]
    query: NDArray[np.float32]
    words: NDArray[np.float32]
    passing: dict[float, NDArray[np.bool_]]


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module", params=["apart", "alike"])
def random(request: pytest.FixtureRequest) -> Random:
    """Meanings and words that have nothing to do with each other, and such that agree as in real life."""
    chance = np.random.default_rng(3)
    query = unit(chance.normal(size=32))
    spread = 1.0 if request.param == "apart" else chance.uniform(0.05, 1, size=(COUNT, 1))
    vectors = unit(query * (request.param == "alike") + spread * chance.normal(size=(COUNT, 32)))
    vectors[1000:1300] = vectors[chance.integers(0, 40, size=300)]
    words = np.where(chance.random(COUNT) < 0.3, chance.gamma(2, size=COUNT), 0).astype(np.float32)
    words[1100:1200] = words[3]
    passing = {}
    for share in SHARES:
        passing[share] = np.zeros(COUNT, dtype=bool)
        passing[share][chance.choice(COUNT, int(share * COUNT), replace=False)] = True
    kept = vectors.astype(np.float16).astype(np.float32)
    return Random(stored(vectors), kept, query, words, passing)


def sums(random: Random, passing: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The weighted sum of every passage that passes, and minus infinity for others."""
    cosines = random.vectors.astype(np.float64) @ random.query
    said = np.where(passing, random.words, 0)
    closest, strongest = max(cosines[passing].max(), 0.1), said.max() or 1
    total = fusion.SEMANTIC_WEIGHT * cosines / closest + (1 - fusion.SEMANTIC_WEIGHT) * said / strongest
    return np.where(passing, total, -np.inf)


def reference(random: Random, passing: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """All passages that pass in their order with their scores, compared one with the other."""
    if not passing.any():
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    total = np.round(sums(random, passing), 6)
    order = np.lexsort((np.arange(COUNT), -total))[: passing.sum()]
    scores = total[order]
    pool = order[: fusion.POOL]
    for place, row in enumerate(pool):
        cosines = np.maximum(np.round(random.vectors[pool] @ random.vectors[row], 5), 0).astype(np.float64)
        cosines[place] = 0
        least = sorted(cosines)[-fusion.NEIGHBOURS :][0]  # all that tie with the last of the neighbours are some, too
        weight = np.where(cosines >= least, cosines, 0) ** 4
        company = (weight @ total[pool]) / weight.sum() if weight.sum() else total[row]
        scores[place] = (1 - fusion.COMPANY) * total[row] + fusion.COMPANY * company
    again = np.lexsort((order, -scores))
    return order[again], scores[again]


def same_order(found: Ranking, rows: NDArray[np.int64], scores: NDArray[np.float64], k: int) -> None:
    """The first `k` of what is expected; passages whose scores differ by less than arithmetic may change places."""
    assert len(found.rows) == len(set(found.rows.tolist())) == min(k, len(rows))
    place = {int(row): number for number, row in enumerate(rows)}
    assert np.allclose(found.scores, scores[:k], atol=2e-5)
    assert np.allclose([scores[place[int(row)]] for row in found.rows], scores[:k], atol=2e-5)
    assert (np.diff(found.scores) <= 0).all()


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("k", [1, 10, 100, 101, 700, COUNT])
def test_both_halves_together_are_as_by_brute_force(random: Random, share: float, k: int) -> None:
    passing = random.passing[share]
    found = by_both(random.store, random.query, random.words, k, passing)
    same_order(found, *reference(random, passing), k)
    assert passing[found.rows].all()
    assert found.semantic is not None
    assert np.allclose(found.semantic, random.vectors[found.rows] @ random.query, atol=1e-5)
    assert (found.keyword == random.words[found.rows]).all()


def test_no_filter_is_a_filter_that_all_pass(random: Random) -> None:
    for k in (1, 10, 300):
        all_, none = (by_both(random.store, random.query, random.words, k, one) for one in (random.passing[1.0], None))
        assert (all_.rows == none.rows).all()


def test_fewer_passages_are_the_first_of_more(random: Random) -> None:
    most = by_both(random.store, random.query, random.words, COUNT, random.passing[0.5])
    for k in (0, 1, 10, 99, 100, 101, 250):
        fewer = by_both(random.store, random.query, random.words, k, random.passing[0.5])
        assert np.allclose(fewer.scores, most.scores[:k], atol=1e-6)
        assert len(set(fewer.rows) - set(most.rows[: k + 5])) == 0


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("k", [1, 10, 137, COUNT])
def test_meaning_alone_is_as_by_brute_force(random: Random, share: float, k: int) -> None:
    passing = random.passing[share]
    found = by_meaning(random.store, random.query, k, passing)
    cosines = random.vectors @ random.query
    rows = np.flatnonzero(passing)
    order = rows[np.lexsort((rows, -cosines[rows]))]
    same_order(found, order, cosines[order].astype(np.float64), k)
    assert found.keyword is None


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("k", [1, 10, 137, COUNT])
def test_words_alone_are_as_by_brute_force(random: Random, share: float, k: int) -> None:
    passing = random.passing[share]
    found = by_words(random.words, k, passing)
    expected = sorted(np.flatnonzero(passing & (random.words > 0)), key=lambda row: (-random.words[row], row))[:k]
    assert found.rows.tolist() == expected
    assert found.scores.tolist() == random.words[expected].tolist()
    assert found.semantic is None


@pytest.mark.parametrize("k", range(1, 41))
def test_copies_stand_in_the_order_of_rows(k: int) -> None:
    """However many are asked for, those of equal score that come first are there."""
    vectors = np.full((40, 4), 0.25, dtype=np.float32)
    vectors[[5, 30]] = 0.5
    store, query = stored(vectors), np.full(4, 0.5, dtype=np.float32)
    rest = [row for row in range(40) if row not in (5, 30)]
    assert store.nearest(query, k)[0].tolist() == [5, 30, *rest][:k]
    odd = np.arange(40) % 2 == 1
    assert store.nearest(query, k, odd)[0].tolist() == [5, *(row for row in rest if row % 2)][:k]


def test_passages_without_a_vector_are_found_by_their_words() -> None:
    vectors = np.zeros((5, 4), dtype=np.float32)
    vectors[0] = 0.5
    words = np.array([0, 0, 3, 1, 0], dtype=np.float32)
    found = by_both(stored(vectors), np.full(4, 0.5, dtype=np.float32), words, 5, None)
    assert found.rows[:3].tolist() == [0, 2, 3]
    assert np.isfinite(found.scores).all()


@pytest.mark.parametrize("words", [np.zeros(3), np.ones(3)])
def test_what_has_no_meaning_is_still_ordered(words: NDArray[np.float64]) -> None:
    found = by_both(stored(np.eye(3, 4)), np.zeros(4, dtype=np.float32), words.astype(np.float32), 3, None)
    assert found.rows.tolist() == [0, 1, 2]


@given(st.integers(1, 250), st.integers(0, 2**32 - 1))
def test_no_passage_falls_behind_who_is_outside(count: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    scores = np.sort(chance.normal(size=count).astype(np.float32))[::-1].copy()
    store = stored(unit(chance.normal(size=(count, 8))))
    found = fusion.settled(store, Ranking(np.arange(count), scores))
    assert sorted(found.rows.tolist()) == list(range(count))
    assert found.rows[fusion.POOL :].tolist() == list(range(fusion.POOL, count))
    assert (np.diff(found.scores) <= 1e-6).all()
    assert found.scores[: fusion.POOL].min() >= scores[: fusion.POOL].min() - 1e-6


def test_company_lifts_who_stands_among_the_best() -> None:
    vectors = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], dtype=np.float32)
    ranking = Ranking(np.arange(4), np.array([1, 0.9, 0.5, 0.51], dtype=np.float32)[[0, 1, 3, 2]])
    found = fusion.settled(stored(vectors[[0, 1, 3, 2]]), ranking)
    assert found.rows.tolist() == [0, 1, 3, 2]
    assert found.scores[3] == pytest.approx(0.51)  # alone in its corner


@given(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0]), max_size=30), st.integers(0, 35))
def test_the_best_are_the_best(scores: list[float], k: int) -> None:
    expected = sorted((place for place, score in enumerate(scores) if score > 0), key=lambda one: (-scores[one], one))
    assert best(np.array(scores, dtype=np.float32), k).tolist() == expected[:k]
