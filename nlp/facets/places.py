"""Countries and regions that a text names: by name, by adjective, or by a city or province of note."""

import csv
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pycountry

from nlp.facets.facet import Facet
from nlp.facets.words import Phrases, Words, fold, is_cited, words

Entities = Sequence[tuple[int, int, str]]
"""spaCy's entities as (first character, one after the last, label)."""

DATA = Path(__file__).parent / "data"

# What stands before a place. Before anything else that is capitalised, a guarded name is a person's.
BEFORE = frozenset(
    "in of from across to for throughout within at near around between outside into via through and or over "
    "inside under versus vs de when while since as although because if after before greater downtown northern southern eastern western central the south north east west rural urban".split()
)
LANGUAGE = re.compile(r"\b(?:in|into|speaks?|spoken|fluent in) (?:the )?$")
PUBLISHER = re.compile(r": [A-Z][\w&]+(?: [A-Z&][\w&]*){0,3}[.,;)]")
SPEAKING = re.compile(r"-(?:speaking|language|educated)")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as our lists have it: `kind` is name, adjective, city, province, region or nothing."""

    spelling: str
    kind: str
    value: str


GEORGIA_US = Name("Georgia, US", "province", "US")


@dataclass(frozen=True, slots=True)
class Place:
    """A name found in a text, from character `start` to `end`."""

    name: Name
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All names with what they stand for, and which of them need a second look."""

    phrases: Phrases[Name]
    names: frozenset[tuple[str, ...]]
    guarded: dict[str, frozenset[str]]
    labels: dict[str, str]
    regions: dict[str, tuple[str, ...]]


@cache
def gazetteer() -> Gazetteer:
    """The names of our data files, and the official names of ISO 3166."""
    data = tomllib.loads((DATA / "places.toml").read_text("utf-8"))
    countries = rows("countries.csv")
    names = [Name(n, "", "") for n in data["not_places"]]
    names += [Name(n, "region", slug) for slug, known in data["regions"].items() for n in known]
    for row in countries:
        names += [Name(n, "name", row["code"]) for n in spellings(row)]
        names += [Name(n, "adjective", row["code"]) for n in parts(row["demonyms"])]
    for row in rows("places.csv"):
        names += [Name(n, row["kind"], row["code"]) for n in parts(row["names"])]
    return Gazetteer(
        phrases=Phrases((n.spelling, n) for n in names),
        names=frozenset(words(n.spelling).folded for n in names if n.kind),
        guarded={fold(n): frozenset(map(fold, unless)) for n, unless in data["guarded"].items()},
        labels={row["code"]: row["label"] for row in countries} | data["region_labels"],
        regions={row["code"]: tuple(parts(row["regions"])) for row in countries},
    )


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def parts(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


def spellings(row: dict[str, str]) -> Iterator[str]:
    """What a country is called: our label and variants, and its official name in ISO 3166."""
    yield row["label"]
    yield from parts(row["names"])
    country: Any = pycountry.countries.get(alpha_2=row["code"])
    if country is not None and hasattr(country, "official_name"):
        yield country.official_name


def find_places(texts: Sequence[tuple[Words, Entities]]) -> list[Facet]:
    """The countries of `texts`, then their regions, each in order of first mention."""
    known = gazetteer()
    found = [p for text, entities in texts for p in settle(list(mentions(text, entities, known)), text.text)]
    codes = dict.fromkeys(p.name.value for p in found if p.name.kind != "region")
    named = [p.name.value for p in found if p.name.kind == "region"]
    regions = dict.fromkeys([r for code in codes for r in known.regions[code]] + named)
    return [Facet("country", code, known.labels[code]) for code in codes] + [
        Facet("region", slug, known.labels[slug]) for slug in regions
    ]


def mentions(text: Words, entities: Entities, known: Gazetteer) -> Iterator[Place]:
    """Every name in `text` that stands for a place."""
    tongue = -1
    for first, last, names in known.phrases.found(text):
        start, end = text.starts[first], text.ends[last - 1]
        if any(not name.kind for name in names) or text.text.startswith("$", end):
            continue
        kept = [n for n in names if spelled(n.spelling, text.text[start:end])]
        if not kept or is_cited(text.text, start, end):
            continue
        if kept[0].kind == "adjective" and (start == tongue or is_language(text.text, start, end)):
            tongue = after_and(text.text, end)
            continue
        unless = known.guarded.get(" ".join(text.folded[first:last]))
        if unless is not None and not stands_alone(text, first, last, entities, unless):
            continue
        if kept[0].kind == "city" and is_person_or_press(text.text, start, end, entities):
            continue
        for name in kept:
            yield Place(name, start, end)


def spelled(name: str, found: str) -> bool:
    """Whether `found` is written as `name`: "Turkey", not "turkey"; "Mali", not an abbreviation "MALI"."""
    found = found.removeprefix("the ")
    return found[0].isupper() and (name.isupper() or len(found) > 4 or not found.isupper())


def is_language(text: str, start: int, end: int) -> bool:
    """Whether an adjective is a tongue: "published in English.", "Spanish-speaking"."""
    if SPEAKING.match(text, end):
        return True
    after = text[end : end + 1]
    return (not after or after in ".,;)") and bool(LANGUAGE.search(text[max(0, start - 12) : start]))


def after_and(text: str, end: int) -> int:
    """Where the next tongue of a list starts, or -1."""
    match = re.match(r"(?:, and|, or|,| and| or) ", text[end : end + 8])
    return end + match.end() if match else -1


def stands_alone(
    text: Words, first: int, last: int, entities: Entities, unless: frozenset[str]
) -> bool:
    """Whether a name that is also something else is no part of a longer name, and nothing speaks against it."""
    start, end = text.starts[first], text.ends[last - 1]
    if not unless.isdisjoint(text.folded):
        return False
    before = first > 0 and text.text[text.ends[first - 1] : start] == " "
    if before and (text.folded[first - 1] in BEFORE or text.text[text.starts[first - 1]].islower()):
        return not is_initialled(text.text, end)
    if any(s <= start and end <= e and label == "PERSON" and (e - s) > (end - start) for s, e, label in entities):
        return False
    after = last < len(text.folded) and text.text[end : text.starts[last]] == " "
    named = any(s <= start < e and label in {"GPE", "LOC", "ORG", "FAC"} for s, e, label in entities)
    return not before and (named or not (after and text.text[text.starts[last]].isupper()))


def is_initialled(text: str, end: int) -> bool:
    return bool(re.match(r" [A-Z]\.(?:\s|$)", text[end : end + 5]))


def is_person_or_press(text: str, start: int, end: int, entities: Entities) -> bool:
    """Whether a city's name is part of a person's, or tells where a book was printed ("Geneva: ILO.")."""
    if PUBLISHER.match(text, end):
        return True
    return any(s <= start and end < e and label == "PERSON" for s, e, label in entities)


def settle(found: list[Place], text: str) -> list[Place]:
    """`found` without what its neighbours overrule: "Paris, Texas" is in the US, and so is Georgia beside Alabama."""
    pairs = list(zip(found, found[1:], strict=False))
    american = any(p.name.value == "US" and p.name.kind in ("city", "province") for p in found)
    caucasian = any(p.name.value in ("AM", "AZ", "MD", "UA", "TR") for p in found)
    if (american and not caucasian) or any(is_georgia_us(a, b, text) for a, b in pairs):
        found = [replace(p, name=GEORGIA_US) if p.name.spelling == "Georgia" else p for p in found]
        pairs = list(zip(found, found[1:], strict=False))
    elsewhere = {a for a, b in pairs if is_elsewhere(a, b, text)}
    return [p for p in found if p not in elsewhere]


def is_georgia_us(city: Place, state: Place, text: str) -> bool:
    """Whether a city that lies in no Georgia of ours stands before ", Georgia"."""
    return state.name.spelling == "Georgia" and city.name.value != "GE" and follows(city, state, text)


def is_elsewhere(city: Place, province: Place, text: str) -> bool:
    """Whether a city is another than ours, by the province after it: "London, Ontario"."""
    abroad = province.name.kind == "province" and province.name.value != city.name.value
    return abroad and follows(city, province, text)


def follows(city: Place, after: Place, text: str) -> bool:
    return city.name.kind == "city" and text[city.end : after.start] == ", "
