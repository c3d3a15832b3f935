"""What a reader of a format gives back, and what all readers share: text from bytes, keys for records."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus.records import Item, Record, canonical, digest

EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that could not be read: `position` counts the file's entries from 1."""

    position: int
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All entries of one file in their order, each of them a record or named as broken."""

    format: str
    records: tuple[Record, ...]
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry on its way: `own` is the key that the source gives it, if any; `excerpt` its beginning."""

    item: Item
    own: str
    excerpt: str
    problem: str = ""


def decode(data: bytes) -> str:
    """`data` as text with plain line ends; only a line that is not UTF-8 is read as Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        text = "\n".join(map(decode_line, data.removeprefix(b"\xef\xbb\xbf").split(b"\n")))
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").lstrip("\ufeff")


def decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def reading(format: str, entries: Iterable[Entry]) -> Reading:
    """The records of `entries`, each under a key of its own, and those broken for want of title and DOI."""
    found = list(enumerate(entries, start=1))
    broken = tuple(
        Broken(position, reason, " ".join(one.excerpt.split())[:EXCERPT])
        for position, one in found
        if (reason := problem(one))
    )
    return Reading(format, tuple(keyed([one for _, one in found if not problem(one)])), broken)


def problem(entry: Entry) -> str:
    if entry.problem:
        return entry.problem
    return "" if entry.item.get("title") or entry.item.get("DOI") else "It has neither a title nor a DOI."


def keyed(entries: list[Entry]) -> Iterator[Record]:
    """Records under the source's own key, else the DOI, else a hash of the content.

    Entries that share a key are told apart by their content, whatever their order; equal ones are counted.
    """
    wanted = [one.own or one.item.get("DOI") or digest(canonical(one.item))[:16] for one in entries]
    shared = Counter(wanted)
    taken: set[str] = set()
    equal: Counter[str] = Counter()
    for key, one in zip(wanted, entries, strict=True):
        base = key if shared[key] == 1 else f"{key}-{digest(canonical(one.item))[:8]}"
        unique = base
        while unique in taken:
            equal[base] += 1
            unique = f"{base}-{equal[base] + 1}"
        taken.add(unique)
        yield Record(unique, one.item)
