"""Figures of a passage: numbers with their unit and what they count."""

import re
from collections.abc import Iterator
from typing import Any

from nlp.facets.facet import Facet
from nlp.facets.lookalikes import blanked
from nlp.facets.nouns import is_plural, noun_after_of, noun_phrase, nouns
from nlp.facets.numbers import currencies, is_year, part, pattern, scaled, value

Found = Iterator[tuple[Facet, int]]
"""Figures, each with the character of the text at which it ends."""

DURATION = re.compile(r"-(day|week|month|year|hour|minute)\b")
IN_TIME = re.compile(r" (?:days|weeks|months|years|hours|minutes)\b")
IN_HOW_MANY = frozenset({3, 4, 5, 6, 7, 8, 9, 10, 20, 50, 100, 1000})
DATED = re.compile(
    r"(?i)\b(?:the|in|of|since|by|from|during|until|till|between|and|early|late|mid|fiscal|fy|our|a|this|its|to"
    r"|for|after|before|through)$"
)
OF_TIME = re.compile(r" (?:(?:of|the) (?:the )?(?:19|20)\d\d|(?:of the )?(?:year|decade|century)\b)")
OF_WHAT = re.compile(r" (?:of|the|their|its|all)\b")
SPAN = re.compile(r"\b(?:for|over|in|last|past|next) $")
COMPARED = re.compile(
    r" (?:less|more|lower|higher|fewer|cheaper|above|below|in|within|from|to|after|since|over|and|on)\b"
    r"|[.,;)]|$"
)
ABOUT = re.compile(r"\b(?:by|about|nearly|almost|roughly|some|only|to|than) $")


def has_figures(text: str) -> bool:
    """Whether `text` may hold a figure, so that its dependencies are worth their time."""
    return bool(pattern().search(blanked(text)))


def find_figures(doc: Any) -> list[Facet]:
    """The figures of a spaCy document, in order; a range gives two, with the same `value`.

    `value` is the text as it stands. `unit` is "per cent", "per cent of …", "percentage points", "share of …"
    (then `number` is between 0 and 1), a currency, or what is counted. Years, pages, statistics, standards and
    dates are none.
    """
    text = blanked(doc.text)
    found: dict[Facet, None] = {}
    position = 0
    while match := pattern().search(text, position):
        figures = list(read(match, text, doc))
        found.update((facet, None) for facet, _ in figures)
        # A second number that belongs to no range may be a figure of its own.
        ends = [match.start("b")] if match["b"] and not figures else [match.end(), *(e for _, e in figures)]
        position = max(ends)
    return list(found)


def read(match: re.Match[str], text: str, doc: Any) -> Found:
    """The figures that one match of the pattern gives."""
    if match["of"]:
        if is_odds(match, text):
            yield share(match, text, value(match["top"]) / value(match["bottom"]), doc)
    elif match["fraction"]:
        if is_fraction(match, text):
            yield share(match, text, value(match["over"]) / part(match["under"]), doc)
    elif match["half"]:
        if is_half(match, text):
            yield share(match, text, 0.5, doc)
    elif match["sign"]:
        numbers = (match["from"], match["until"])
        yield from both(match, text, match.end(), currencies()[match["sign"]], numbers, match["times"])
    else:
        yield from plain(match, text, doc)


def plain(match: re.Match[str], text: str, doc: Any) -> Found:
    """A number followed by per cent, a currency, or what it counts."""
    unit, end = "", match.end()
    if match["points"]:
        unit = "percentage points"
    elif match["percent"]:
        what, end = noun_after_of(text, end, doc)
        unit = f"per cent of {what}" if what else "per cent"
    elif match["to"] not in (" and ", " or ") or before(match, text).endswith("between"):
        unit, end = (currencies()[match["money"]], end) if match["money"] else counted(match, text, doc)
    if unit:
        yield from both(match, text, end, unit, (match["a"], match["b"]), match["scale"])


def both(
    match: re.Match[str], text: str, end: int, unit: str, numbers: tuple[str, str | None], scale: str | None
) -> Found:
    """One facet for a number, two for a range, whose unit and scale stand after the second."""
    said = text[match.start() : end].strip()
    for number in numbers:
        if number:
            yield Facet("figure", said, said, scaled(number, scale), unit), end


def share(match: re.Match[str], text: str, number: float, doc: Any) -> tuple[Facet, int]:
    """A share between 0 and 1, of what follows it: "two-thirds of jobs", "three out of four firms"."""
    what, end = noun_after_of(text, match.end(), doc)
    if not what and not match["fraction"]:
        what, end = noun_phrase(text, match.end(), doc)
        what, end = (what, end) if is_plural(what) else ("", match.end())
    said = text[match.start() : end].strip()
    return Facet("figure", said, said, round(number, 4), f"share of {what}" if what else "share"), end


def is_odds(match: re.Match[str], text: str) -> bool:
    """Whether "four in ten" is a share: not "12 in 2019", nor "two in five days"."""
    bottom = value(match["bottom"])
    if match["in"] == "in" and (bottom not in IN_HOW_MANY or IN_TIME.match(text, match.end())):
        return False
    return 0 < value(match["top"]) < bottom


def is_half(match: re.Match[str], text: str) -> bool:
    """Whether "half" is a share: "half of the firms", "by half", not "the second half of 2019"."""
    if OF_TIME.match(text, match.end()):
        return False
    return bool(OF_WHAT.match(text, match.end())) or before(match, text).endswith(" by")


def is_fraction(match: re.Match[str], text: str) -> bool:
    """Whether "a third" is a share: not "a third party", nor "three quarters in a row"."""
    if OF_TIME.match(text, match.end()) or text.startswith("-", match.end()):
        return False
    said = text[max(0, match.start() - 14) : match.start()]
    if text.startswith(" of ", match.end()):
        return True
    if match["under"].endswith("s"):
        return not SPAN.search(said)
    return bool(COMPARED.match(text, match.end()) and (match["over"].lower() != "a" or ABOUT.search(said)))


def counted(match: re.Match[str], text: str, doc: Any) -> tuple[str, int]:
    """What the number of `match` counts and where that ends; nothing where it counts nothing."""
    end, said = match.start("glue"), match["a"]
    if duration := DURATION.match(text, end):
        return f"{duration[1]}s", duration.end()
    if not match["glue"] or (is_year(said) and not match["scale"] and DATED.search(before(match, text))):
        return "", end
    what, after = noun_phrase(text, match.end(), doc)
    noun = what.rpartition(" ")[2].lower()
    if noun in nouns("months") or noun in nouns("never") or (said.lower() == "one" and not match["scale"]):
        return "", end
    if noun in nouns("counted") or noun.rpartition("-")[2] in nouns("counted"):
        return what, after
    exact = said[0].isdigit() or bool(match["scale"])
    return (what, after) if exact and is_plural(noun) and not is_year(said) else ("", end)


def before(match: re.Match[str], text: str) -> str:
    return text[max(0, match.start() - 14) : match.start()].rstrip()
