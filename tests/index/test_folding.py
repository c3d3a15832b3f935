"""Near-copies are folded onto the first of them, and others never."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.folding import SAME_RUNS, SAME_WORDS, Folder, alike, runs
from index.stems import words

TEXT = (
    "Large buyers settle the invoices of their small suppliers after ninety days on average, so that workshops must "
    "borrow at high rates while they wait, and two owners in five put off wages at least once a year."
)
FEW = st.lists(st.sampled_from("a bb ccc dddd eeeee ffffff".split()), max_size=9).map(" ".join)


@pytest.mark.parametrize(
    "other",
    [TEXT, TEXT.upper(), TEXT.replace(",", " –"), TEXT.replace("ninety", "90"), TEXT + " (Osei 2016)", "\n" + TEXT],
)
def test_nearly_the_same_words_are_the_same(other: str) -> None:
    folder = Folder()
    assert folder.place(TEXT) == (0, True)
    assert folder.place(other) == (0, False)


@pytest.mark.parametrize(
    "other",
    [
        " ".join(reversed(TEXT.split())),
        TEXT[: len(TEXT) // 2],
        "Large buyers settle the invoices of their small suppliers at once.",
        "",
        "—",
    ],
)
def test_the_same_words_otherwise_or_few_of_them_are_not(other: str) -> None:
    folder = Folder()
    folder.place(TEXT)
    assert folder.place(other) == (1, True)


def test_each_is_counted_from_the_first_that_was_new() -> None:
    folder = Folder()
    told = [folder.place(text) for text in (TEXT, "Bees make honey.", TEXT, "Bees make honey!", "Rain falls.")]
    assert told == [(0, True), (1, True), (0, False), (1, False), (2, True)]


def by_comparing(texts: list[str]) -> list[tuple[int, bool]]:
    """The same, each compared with all that came before."""
    seen: list[list[str]] = []
    told = []
    for text in texts:
        line = words(text)
        same = [
            number for number, other in enumerate(seen)
            if alike(frozenset(line), frozenset(other), SAME_WORDS)
            and alike(runs(line), runs(other), SAME_RUNS)
        ]  # fmt: skip
        told.append((same[0], False) if same else (len(seen), True))
        if not same:
            seen.append(line)
    return told


@given(st.lists(FEW, max_size=25))
def test_it_is_as_if_all_were_compared(texts: list[str]) -> None:
    folder = Folder()
    assert [folder.place(text) for text in texts] == by_comparing(texts)


def test_it_is_as_if_all_long_texts_were_compared() -> None:
    chance = random.Random(5)
    vocabulary = [f"{chance.choice('abc') * chance.randint(1, 9)}{number % 40}" for number in range(400)]
    first = [" ".join(chance.choices(vocabulary, k=60)) for _ in range(20)]
    texts = []
    for _ in range(200):
        line = chance.choice(first).split()
        for _ in range(chance.randrange(25)):
            line[chance.randrange(len(line))] = chance.choice(vocabulary)
        texts.append(" ".join(line))
    told = by_comparing(texts)
    assert 30 < sum(new for _, new in told) < 190
    folder = Folder()
    assert [folder.place(text) for text in texts] == told


@given(st.frozensets(st.integers(0, 9)), st.frozensets(st.integers(0, 9)), st.sampled_from([0.1, 0.5, 0.7, 0.75, 1]))
def test_alike_is_the_index_of_jaccard(one: frozenset[int], other: frozenset[int], share: float) -> None:
    union = len(one | other)
    assert alike(one, other, share) == (not union or len(one & other) >= share * union)
