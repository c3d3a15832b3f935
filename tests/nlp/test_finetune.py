"""Learning: the same passages give the same weights, and what nobody judged teaches nothing."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

LABELS = 4
TAGS = 2


@pytest.fixture(scope="module")
def passages() -> tuple[list[Any], list[Any], NDArray[np.bool_]]:
    """States, tokens and labels of 24 passages that were drawn at random."""
    import torch

    from nlp.network import Tokens

    random = np.random.default_rng(3)
    lengths = random.integers(4, 9, 24)
    states = [torch.tensor(random.normal(size=(n, 384)), dtype=torch.float16) for n in lengths]
    tokens = [Tokens([1] * n, [True] * n) for n in lengths]
    return states, tokens, random.random((24, LABELS)) < 0.4


def learned(
    passages: tuple[list[Any], list[Any], NDArray[np.bool_]], wanted: NDArray[np.bool_], weights: NDArray[np.float32]
) -> dict[str, NDArray[np.float16]]:
    from nlp import finetune, network

    return network.arrays_of(finetune.fit(*passages[:2], wanted, weights, TAGS, tuned=0, epochs=2))


def same(one: dict[str, NDArray[np.float16]], other: dict[str, NDArray[np.float16]]) -> bool:
    return all(np.array_equal(one[name], other[name]) for name in one)


def test_the_same_passages_give_the_same_weights(passages: Any) -> None:
    weights = np.ones((24, LABELS), dtype=np.float32)
    first = learned(passages, passages[2], weights)
    assert same(first, learned(passages, passages[2], weights))
    assert not same(first, learned(passages, ~passages[2], weights))


def test_what_nobody_judged_teaches_nothing(passages: Any) -> None:
    weights = np.ones((24, LABELS), dtype=np.float32)
    weights[3:9, 1] = 0
    flipped = passages[2].copy()
    flipped[3:9, 1] ^= True
    assert same(learned(passages, passages[2], weights), learned(passages, flipped, weights))


def test_a_taxonomy_without_themes_can_be_learned(passages: Any) -> None:
    weights = np.ones((24, TAGS), dtype=np.float32)
    arrays = learned(passages, passages[2][:, :TAGS], weights)
    assert all(np.isfinite(one).all() for one in arrays.values())
