"""Countries and regions that a text names: by name, by adjective, or by a city or province of note."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from nlp.facets.facet import Facet
from nlp.facets.gazetteer import Gazetteer, Name, gazetteer
from nlp.facets.words import Words, is_author, is_cited

Entities = Sequence[tuple[int, int, str]]
"""spaCy's entities as (first character, one after the last, label)."""

# What stands before a place. After any other capitalised word, a guarded name is a person's.
BEFORE = frozenset(
    "in of from across to for throughout within at near around between outside into via through and or over inside"
    " under versus vs de when while since as although because if after before greater downtown northern southern"
    " eastern western central the south north east west rural urban".split()
)
LANGUAGE = re.compile(r"\b(?:in|into|speaks?|spoken|fluent in) (?:the )?$")
SPEAKING = re.compile(r"-(?:speaking|language|educated)")
AND = re.compile(r"(?:, and|, or|,| and| or) ")
LOCATED = re.compile(r"\b(?:in|of|from|across|near|around) $")
PUBLISHER = re.compile(r": [A-Z][\w&]+(?: [A-Z&][\w&]*){0,3}[.,;)]")
INITIAL = re.compile(r" [A-Z]\.(?:\s|$)")

GEORGIA_US = Name("Georgia, US", "province", "US")
PLACED = frozenset({"GPE", "LOC", "ORG", "FAC"})
AROUND_GEORGIA = frozenset({"AM", "AZ", "MD", "UA", "TR"})


@dataclass(frozen=True, slots=True)
class Place:
    """A name found in a text, from character `start` to `end`; `others` are countries that have it too."""

    name: Name
    start: int
    end: int
    others: tuple[str, ...] = ()


def find_places(texts: Sequence[tuple[Words, Entities]]) -> list[Facet]:
    """The countries of `texts`, then their regions, each in order of first mention."""
    known = gazetteer()
    found = [p for text, entities in texts for p in settle(list(mentions(text, entities, known)), text.text)]
    countries = [p for p in found if p.name.kind != "region"]
    sure = {p.name.value for p in countries if not p.others}
    codes = dict.fromkeys(next((c for c in p.others if c in sure), p.name.value) for p in countries)
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
        kept = [n for n in names if spelled(n.spelling, text.text[start:end])]
        if not kept or not all(n.kind for n in names) or text.text.startswith("$", end):
            continue
        kind = kept[0].kind
        if kind == "adjective" and (start == tongue or is_language(text.text, start, end)):
            following = AND.match(text.text, end)
            tongue = following.end() if following else -1
        elif is_place(text, first, last, kind, entities, known):
            if kind == "region":
                yield from (Place(name, start, end) for name in kept)
            else:
                yield Place(kept[0], start, end, tuple(name.value for name in kept[1:]))


def spelled(name: str, found: str) -> bool:
    """Whether `found` is written as `name`: "Turkey", not "turkey"; "Mali", not "MALI"; "sub-Saharan" either way."""
    found = found.removeprefix("the ")
    return (found[0].isupper() or name[0].islower()) and (name.isupper() or len(found) > 4 or not found.isupper())


def is_language(text: str, start: int, end: int) -> bool:
    """Whether an adjective is a tongue: "published in English.", "Spanish-speaking"."""
    closed = end == len(text) or not text[end].isspace()
    if text[start:end] == "English" and closed:
        return True
    spoken = closed and text[end : end + 1] != "-" and LANGUAGE.search(text[max(0, start - 12) : start])
    return bool(spoken or SPEAKING.match(text, end))


def is_place(
    text: Words, first: int, last: int, kind: str, entities: Entities, known: Gazetteer
) -> bool:  # fmt: skip
    """Whether the words `first` to `last` name a place here, and no author, person or press."""
    start, end = text.starts[first], text.ends[last - 1]
    against = known.guarded.get(" ".join(text.folded[first:last]))
    plain = kind in ("name", "region") and against is None
    if is_author(text.text, start, end) or (not plain and is_cited(text.text, start, end)):
        return False
    if kind == "subdivision" and not is_located(text.text, start, end, entities):
        return False
    if kind == "city" and (PUBLISHER.match(text.text, end) or is_in_person(start, end, entities)):
        return False
    return against is None or (against.isdisjoint(text.folded) and stands_alone(text, first, last, entities))


def stands_alone(text: Words, first: int, last: int, entities: Entities) -> bool:
    """Whether a name that is also something else is no part of a longer name."""
    start, end = text.starts[first], text.ends[last - 1]
    if first > 0 and text.text[text.ends[first - 1] : start] == " ":
        before = text.folded[first - 1] in BEFORE or text.text[text.starts[first - 1]].islower()
        return before and not INITIAL.match(text.text, end)
    if is_in_person(start, end, entities):
        return False
    after = last < len(text.folded) and text.text[end : text.starts[last]] == " "
    capital = after and text.text[text.starts[last]].isupper()
    return not capital or any(s <= start < e and label in PLACED for s, e, label in entities)


def is_in_person(start: int, end: int, entities: Entities) -> bool:
    """Whether a name is part of a longer one that spaCy takes for a person's."""
    return any(s <= start and end <= e and e - s > end - start and lab == "PERSON" for s, e, lab in entities)


def is_located(text: str, start: int, end: int, entities: Entities) -> bool:
    """Whether spaCy sees a place here; in a title, which it does not read, whether "in" or so stands before."""
    if entities:
        return any(s <= start and end <= e and label in ("GPE", "LOC") for s, e, label in entities)
    return bool(LOCATED.search(text[max(0, start - 9) : start]))


def settle(found: list[Place], text: str) -> list[Place]:
    """`found` as its neighbours have it: "Paris, Texas" is in the US, and so is Georgia beside Alabama."""
    american = any(p.name.value == "US" and p.name.kind in ("city", "province") for p in found)
    caucasian = any(p.name.value in AROUND_GEORGIA for p in found)
    if (american and not caucasian) or any(is_georgia_us(a, b, text) for a, b in pairwise(found)):
        found = [replace(p, name=GEORGIA_US) if p.name.spelling == "Georgia" else p for p in found]
    elsewhere = {a for a, b in pairwise(found) if is_elsewhere(a, b, text)}
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
