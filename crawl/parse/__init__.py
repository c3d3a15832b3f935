"""Parsers: pure functions from the bytes of an answer to records, without network, Scrapy or database."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from corpus.records import Record


@dataclass(frozen=True, slots=True)
class Skipped:
    """An item of a page that gives no record: `outcome` is `broken` or `deleted`."""

    key: str
    reason: str
    outcome: str = "broken"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a list: its records, and `next`, the cursor or token of the page after it (empty: none).

    `error` says why the whole answer is of no use; `expired` that its cursor is no longer honoured, so that
    the list must be asked for from its beginning. `cost` is in US dollars.
    """

    records: tuple[Record, ...] = ()
    next: str = ""
    skipped: tuple[Skipped, ...] = ()
    error: str = ""
    expired: bool = False
    cost: float = 0.0


def read_items(
    items: Iterable[Any], key: Callable[[Any], str], read: Callable[[Any], Record]
) -> tuple[tuple[Record, ...], tuple[Skipped, ...]]:
    """Read each of `items`; one that `read` refuses with ValueError costs only itself."""
    records: list[Record] = []
    skipped: list[Skipped] = []
    for number, item in enumerate(items, start=1):
        try:
            records.append(read(item))
        except ValueError as error:
            skipped.append(Skipped(key(item) or f"item {number}", str(error)))
    return tuple(records), tuple(skipped)
