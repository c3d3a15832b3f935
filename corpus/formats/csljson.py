"""CSL-JSON, as Zotero, Mendeley and Crossref write it: a list, `{"items": [...]}`, or one item a line.

Schema: https://github.com/citation-style-language/schema/blob/master/schemas/input/csl-data.json
"""

import json
import re
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any, TextIO

from corpus import csl
from corpus.formats.fields import compact
from corpus.formats.pinpoints import notes, prepared
from corpus.formats.reading import Entry
from corpus.records import Item

DECODER = json.JSONDecoder(
    parse_constant=lambda _: None, parse_float=lambda digits: n if isfinite(n := float(digits)) else None
)
BEGINNING = re.compile(r"[\s,\[\]]*")
# Where to go on after an item that is no JSON: the next line that opens one.
NEXT = re.compile(r"^\s*\{", re.MULTILINE)
ROLES = ("author", "editor", "translator", "container-author", "collection-editor")


def read(text: str) -> Iterator[Entry]:
    """The items of `text`, one by one, so that a damaged one costs only itself."""
    for value, source in values(text):
        if isinstance(value, dict) and "title" not in value and isinstance(value.get("items"), list):
            yield from (entry(one, json.dumps(one, ensure_ascii=False)[:1000]) for one in value["items"])
        else:
            yield entry(value, source)


def values(text: str) -> Iterator[tuple[Any, str]]:
    """The values in the list that `text` is, each with how it begins; what cannot be read comes as None."""
    position = 0
    while (position := opening(text, position)) < len(text):
        try:
            value, end = DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            after = NEXT.search(text, position + 1)
            value, end = None, after.start() if after else len(text)
        yield value, text[position : min(end, position + 1000)]
        position = end


def opening(text: str, position: int) -> int:
    found = BEGINNING.match(text, position)
    return found.end() if found else position


def entry(value: Any, source: str) -> Entry:
    if not isinstance(value, dict):
        return Entry({}, "", source, "It is not a CSL-JSON item.")
    own = value.get("id")
    own = str(own) if isinstance(own, str | int) else ""
    return Entry(tidy(value) | ({"id": own} if own else {}), own, source)


def tidy(item: Item) -> Item:
    """`item` with the shapes that the schema wants for title, type, names, date and DOI."""
    ready = dict(item)
    for name in ("title", "container-title", "abstract", "type"):
        # Crossref's own JSON has lists here.
        found = ready.get(name, "")
        ready[name] = str(found[0] if isinstance(found, list) and found else found or "")
    ready["type"] = ready["type"] or "document"
    for role in ROLES:
        if isinstance(found := ready.get(role), list):
            ready[role] = [csl.name(one) if isinstance(one, str) else one for one in found]
            ready[role] = csl.people(ready, role)
    date = csl.issued(ready) or csl.issued({"issued": {"raw": ready.get("issued")}})
    ready["issued"] = {**(ready["issued"] if isinstance(ready.get("issued"), dict) else {})} if date else {}
    if date and "date-parts" not in ready["issued"]:
        ready["issued"] = {"date-parts": [date]}
    ready["DOI"] = csl.doi(str(ready.get("DOI") or ""))
    ready["custom"] = ready["custom"] if isinstance(ready.get("custom"), dict) else {}
    return compact(ready)


def write(items: Iterable[Item], out: TextIO) -> None:
    """Write `items` as one list, one item a line; pinpoints stay under `custom` and are told in `note`."""
    between = "[\n"
    for item in prepared(items):
        if note := "; ".join(notes(item)):
            item["note"] = note
        out.write(between + json.dumps(item, ensure_ascii=False, sort_keys=True))
        between = ",\n"
    out.write("[]\n" if between == "[\n" else "\n]\n")
