"""The names of countries, cities, provinces and regions, from our lists and from ISO 3166."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import pycountry

from nlp.facets.files import rows, toml
from nlp.facets.words import Phrases, fold, words

SHORTEST_SUBDIVISION = 4


@dataclass(frozen=True, slots=True)
class Name:
    """A name and what it stands for: the code of a country, the slug of a region, or nothing.

    `kind` is name, adjective, city, province, subdivision, region, or empty for what only looks like a place.
    """

    spelling: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All names; `guarded` are also something else, and have the words that speak against a place."""

    phrases: Phrases[Name]
    names: frozenset[tuple[str, ...]]
    guarded: dict[str, frozenset[str]]
    labels: dict[str, str]
    regions: dict[str, tuple[str, ...]]


@cache
def gazetteer() -> Gazetteer:
    """The names of our lists, and the official names and subdivisions of ISO 3166."""
    data = toml("places.toml")
    countries = rows("countries.csv")
    names = [Name(n, "", "") for n in data["not_places"]]
    names += [Name(n, "region", slug) for slug, known in data["regions"].items() for n in known]
    for row in countries:
        names += [Name(n, "name", row["code"]) for n in spellings(row)]
        names += [Name(n, "adjective", row["code"]) for n in parts(row["demonyms"])]
    for row in rows("places.csv"):
        names += [Name(n, row["kind"], row["code"]) for n in parts(row["names"])]
    names += subdivisions({words(n).folded for n in [*data["vague"], *(name.spelling for name in names)]})
    return Gazetteer(
        phrases=Phrases((n.spelling, n) for n in names),
        names=frozenset(words(n.spelling).folded for n in names if n.kind),
        guarded={fold(n): frozenset(map(fold, against)) for n, against in data["guarded"].items()},
        labels={row["code"]: row["label"] for row in countries} | data["region_labels"],
        regions={row["code"]: tuple(parts(row["regions"])) for row in countries},
    )


def parts(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


def spellings(row: dict[str, str]) -> Iterator[str]:
    """What a country is called: our label and variants, and its official name in ISO 3166."""
    yield row["label"]
    yield from parts(row["names"])
    country: Any = pycountry.countries.get(alpha_2=row["code"])
    if country is not None and hasattr(country, "official_name"):
        yield country.official_name


def subdivisions(passed_over: AbstractSet[tuple[str, ...]]) -> list[Name]:
    """The subdivisions of ISO 3166-2 whose name one country alone has, without those `passed_over`."""
    where: dict[tuple[str, ...], set[Name]] = {}
    for one in cast(Iterable[Any], pycountry.subdivisions):
        spelling = one.name.partition(",")[0].partition("(")[0].strip()
        if len(spelling) >= SHORTEST_SUBDIVISION:
            name = Name(spelling, "subdivision", one.country_code)
            where.setdefault(words(spelling).folded, set()).add(name)
    return [
        min(found, key=lambda name: name.spelling)
        for key, found in sorted(where.items())
        if key not in passed_over and len({name.value for name in found}) == 1
    ]
