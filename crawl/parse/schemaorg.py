"""What a page says of itself in schema.org's terms, as JSON-LD (https://schema.org/CreativeWork)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from crawl.parse.untrusted import items, text

WORKS = (
    "ScholarlyArticle",
    "Report",
    "Thesis",
    "Book",
    "TechArticle",
    "NewsArticle",
    "Article",
    "BlogPosting",
)
PAGES = ("WebPage", "CollectionPage", "AboutPage")
THINGS = 1000


@dataclass(frozen=True, slots=True)
class Thing:
    """A creative work: strings as given, empty where nothing was."""

    kind: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    issued: str = ""
    publisher: str = ""
    description: str = ""
    language: str = ""
    licence: str = ""


def read_things(scripts: Iterable[str]) -> list[Thing]:
    """The creative works in the bodies of JSON-LD scripts; those that are no JSON are passed over."""
    found = []
    for script in scripts:
        try:
            found += [read(thing) for thing in flatten(json.loads(script))]
        except (ValueError, RecursionError):
            continue
    return [thing for thing in found[:THINGS] if thing.kind]


def flatten(value: Any) -> Iterator[Any]:
    """The objects of a list, or of a `@graph`."""
    if isinstance(value, list):
        for one in value:
            yield from flatten(one)
    elif isinstance(value, dict):
        yield value
        yield from flatten(items(value, "@graph"))


def read(thing: Any) -> Thing:
    kinds = [text(thing, "@type"), *(k for k in items(thing, "@type") if isinstance(k, str))]
    return Thing(
        kind=next((kind for kind in kinds if kind in WORKS + PAGES), ""),
        title=text(thing, "headline") or text(thing, "name"),
        authors=tuple(filter(None, (label(one) for one in several(thing, "author")))),
        issued=text(thing, "datePublished"),
        publisher=next(map(label, several(thing, "publisher")), ""),
        description=text(thing, "abstract") or text(thing, "description"),
        language=text(thing, "inLanguage"),
        licence=text(thing, "license"),
    )


def several(thing: Any, field: str) -> list[Any]:
    """The values of `field`, one or a list of them."""
    value = thing.get(field)
    return value if isinstance(value, list) else [value]


def label(value: Any) -> str:
    return text(value) or text(value, "name")


def first(things: list[Thing]) -> Thing:
    """The thing that the page is about: a work rather than the page; an empty one where there is none."""
    ranked = sorted(things, key=lambda thing: thing.kind not in WORKS)
    return next(iter(ranked), Thing())
