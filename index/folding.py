"""Near-copies: passages that say the same in nearly the same words are shown once."""

from collections import defaultdict
from typing import Any

from index.stems import words

# So many of the words of two passages must be in both, and so many of their runs of three words (Broder 1997).
SAME_WORDS, SAME_RUNS = 0.75, 0.7
RUN = 3


class Folder:
    """Tells of each text in turn whether it is new, or a near-copy of one that came before."""

    def __init__(self) -> None:
        self.seen: list[tuple[frozenset[str], frozenset[object]]] = []
        self.holding: dict[object, list[int]] = defaultdict(list)

    def place(self, text: str) -> tuple[int, bool]:
        """The number of the text that this one is a near-copy of, and False; or its own number, and True."""
        line = words(text)
        held, in_row = frozenset(line), runs(line)
        few = telling(in_row)
        for number in sorted({number for run in few for number in self.holding.get(run, ())}):
            other, other_in_row = self.seen[number]
            if alike(held, other, SAME_WORDS) and alike(in_row, other_in_row, SAME_RUNS):
                return number, False
        for run in few:
            self.holding[run].append(len(self.seen))
        self.seen.append((held, in_row))
        return len(self.seen) - 1, True


def telling(in_row: frozenset[Any]) -> list[Any]:
    """So many of the runs, in a fixed order, that two texts with SAME_RUNS in both have one of these in both.

    Most pairs need not be compared for it (the prefix filter of Chaudhuri, Ganti and Kaushik 2006).
    """
    return sorted(in_row)[: len(in_row) - int(SAME_RUNS * len(in_row)) + 1]


def alike(one: frozenset[object], other: frozenset[object], share: float) -> bool:
    """Whether the part of all that is in both is at least `share` (the index of Jaccard)."""
    few, many = sorted((len(one), len(other)))
    if few < share * many:  # soon told of most
        return False
    both = len(one & other)
    return both >= share * (few + many - both)


def runs(line: list[str]) -> frozenset[object]:
    """Three words in a row, or all of them where there are fewer."""
    return frozenset(tuple(line[start : start + RUN]) for start in range(max(1, len(line) - RUN + 1)))
