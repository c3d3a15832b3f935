"""What a stage needs of whoever does its work: this process, or a cluster."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")


class Spread(Protocol):
    """Calls a function on each chunk and yields the results in the chunks' order, as the builtin `map` does."""

    def __call__(self, function: Callable[[Chunk], Result], chunks: Iterable[Chunk], /) -> Iterator[Result]: ...
