"""Organisations that a text names: agencies by their aliases, and what spaCy sees, cleaned."""

import re
from collections.abc import Iterator
from functools import cache

from nlp.facets.facet import Facet
from nlp.facets.files import toml
from nlp.facets.gazetteer import gazetteer
from nlp.facets.places import Entities
from nlp.facets.programmes import Programmes
from nlp.facets.words import Phrases, Words, fold, is_cited, words

LONGEST = 80
CONCEPT = re.compile(r"\b[a-z][\w-]{0,40} \(([A-Z][\w&-]{1,20})\)")
FIRST = re.compile(r"(?:^|[.!?:;\n])[\s\"'“‘(]*$")
CURRENCY = re.compile(r"[A-Z]{3} ?\d")
JOINED = re.compile(r" and | & |, |/| to |-")
TRIMMED = re.compile(r"^(?i:the|an?)\s+|['’]s?$|[\s,;:.()\[\]\"“”–-]+$|^[\s,;:.()\[\]\"“”–-]+")


Mention = tuple[int, int, str, str]
"""An organisation in a text: first character, one after the last, value, label."""


@cache
def known() -> tuple[Phrases[tuple[str, str]], frozenset[str], frozenset[str], tuple[str, ...]]:
    """The agencies as (value, name); the acronyms, words and endings that make an entity none."""
    data = toml("organisations.toml")
    agencies = [(n, (value, names[0])) for value, names in data["agencies"].items() for n in names]
    none = data["none"]
    return Phrases(agencies), frozenset(none["acronyms"]), frozenset(none["words"]), tuple(none["endings"])


def find_organisations(text: Words, entities: Entities, programmes: Programmes) -> list[Facet]:
    """The organisations of a text with its entities, in order; a programme by name is none.

    `value` is the acronym of an agency that we know, else the name itself.
    """
    facets: dict[str, Facet] = {}
    for _, _, value, label in mentions(text, entities, programmes):
        facets.setdefault(fold(value), Facet("organisation", value, label))
    return list(facets.values())


def mentions(text: Words, entities: Entities, programmes: Programmes) -> list[Mention]:
    """Where a text names organisations, in order."""
    found = list(agencies(text))
    taken = [(start, end) for start, end, _, _ in found]
    for start, end, name in seen(text.text, entities):
        if all(end <= s or start >= e for s, e in taken) and not is_programme(name, programmes):
            found.append((start, end, name, name))
    return sorted(found)


def agencies(text: Words) -> Iterator[Mention]:
    for first, last, meanings in known()[0].found(text):
        start, end = text.starts[first], text.ends[last - 1]
        if text.text[start].isupper():
            yield start, end, *meanings[0]


def seen(text: str, entities: Entities) -> Iterator[tuple[int, int, str]]:
    """spaCy's organisations as (start, end, name), cleaned; concepts, authors and places are left out."""
    concepts = set(CONCEPT.findall(text))
    for start, end, label in entities:
        if label != "ORG" or is_cited(text, start, end):
            continue
        name = clean(text[start:end])
        first = is_first_word(name, text[max(0, start - 12) : start])
        if name and name not in concepts and not first and is_name(name):
            yield start, end, name


def is_first_word(name: str, before: str) -> bool:
    """Whether `name` is one word whose capital may be the sentence's: "Consequence management"."""
    return name.isalpha() and name[1:].islower() and bool(FIRST.search(before))


def is_programme(name: str, programmes: Programmes) -> bool:
    """Whether `name` is wholly the name of a programme."""
    text = words(name)
    return any((first, last) == (0, len(text.folded)) for first, last, _ in programmes.found(text))


def clean(name: str) -> str:
    """`name` in one line, without article, possessive or stray punctuation."""
    name = " ".join(name.split())
    while (shorter := TRIMMED.sub("", name)) != name:
        name = shorter
    return name


def is_name(name: str) -> bool:
    """Whether a cleaned entity is the name of an organisation, not a method, a word, a place or a number."""
    _, acronyms, common, endings = known()
    low = name.lower()
    if not name[0].isalnum() or not any(c.isupper() for c in name) or len(name) > LONGEST or len(name) < 2:
        return False
    if name in acronyms or name.removesuffix("s") in acronyms or low in common or low.endswith(endings):
        return False
    if sum(c.isdigit() for c in name) * 2 > len(name) or "(" in name or ";" in name or ":" in name:
        return False
    if " to " in name or CURRENCY.match(name):
        return False
    return not all(words(part).folded in gazetteer().names for part in JOINED.split(name))
