"""What the writers share: items made ready, their keywords, and the places quoted from them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from corpus.keys import citation_key
from corpus.records import Item, clean

Pinpoint = dict[str, Any]
"""A place in a work: `quote`, `locator` (pages, "12" or "12-13", or a section), `section`, `tags`, `themes`,
`passage_key`."""


def prepared(items: Iterable[Item]) -> Iterator[Item]:
    """The items as they come, cleaned, each with an `id` that no item before it had."""
    taken: set[str] = set()
    same: Counter[str] = Counter()
    for item in items:
        ready: Item = clean(item)
        base = key = str(ready.get("id") or citation_key(ready, taken))
        while key in taken:
            same[base] += 1
            key = f"{base}-{same[base] + 1}"
        taken.add(key)
        yield ready | {"id": key}


def pinpoints(item: Item) -> list[Pinpoint]:
    """The places quoted from `item`."""
    custom = item.get("custom")
    found = custom.get("pinpoints") if isinstance(custom, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def place(pinpoint: Pinpoint) -> str:
    """Where it is: "p. 12", "pp. 12-13", or the section."""
    locator = str(pinpoint.get("locator") or "")
    if not locator[:1].isdigit():
        return locator or str(pinpoint.get("section") or "")
    return f"{'pp.' if any(c in locator for c in '-–,') else 'p.'} {locator}"


def labels(pinpoint: Pinpoint) -> list[str]:
    """Its tags and themes, each once."""
    found = (pinpoint.get(name) for name in ("tags", "themes"))
    return list(dict.fromkeys(str(label) for some in found if isinstance(some, list) for label in some))


def quotation(pinpoint: Pinpoint) -> str:
    """One line: the quotation, where it is, and what it is tagged with."""
    where, about = place(pinpoint), "; ".join(labels(pinpoint))
    quote = " ".join(str(pinpoint.get("quote") or "").split())
    parts = (f"“{quote}”" if quote else "", f"({where})" if where else "", f"[{about}]" if about else "")
    return " ".join(part for part in parts if part)


def notes(item: Item) -> list[str]:
    """The note of `item`, a line for each pinpoint, and how right their tags are, each that the note lacks."""
    note = " ".join(str(item.get("note", "")).split())
    lines = [*(quotation(one) for one in pinpoints(item)), *reliability(item)]
    return [*([note] if note else []), *(line for line in lines if line and line not in note)]


def reliability(item: Item) -> list[str]:
    """How right the tags of its pinpoints are, a sentence each."""
    custom = item.get("custom")
    found = custom.get("reliability") if isinstance(custom, dict) else None
    return [str(line) for line in found] if isinstance(found, list) else []


def keywords(item: Item) -> list[str]:
    """The keywords of `item` and the labels of its pinpoints, each once."""
    given = item.get("keyword", "")
    words = given if isinstance(given, list) else str(given).split(";")
    found = [
        *(str(word).strip() for word in words),
        *(label for one in pinpoints(item) for label in labels(one)),
    ]
    return list(dict.fromkeys(word for word in found if word))
