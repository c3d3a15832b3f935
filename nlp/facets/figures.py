"""Figures of a passage: numbers with their unit and what they count."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

from nlp.facets.facet import Facet
from nlp.facets.lookalikes import blanked
from nlp.facets.numbers import IN_FIGURES, IN_WORDS, PARTS, SCALES, is_year, part, value
from nlp.facets.places import DATA

DURATION = re.compile(r"-(day|week|month|year|hour|minute)\b")
IN_TIME = re.compile(r" (?:days|weeks|months|years|hours|minutes)\b")
IN_HOW_MANY = frozenset({3, 4, 5, 6, 7, 8, 9, 10, 20, 50, 100, 1000})
DATED = re.compile(r"\b(?:the|in|of|since|by|from|during|until|till|between|and|early|late|mid|fiscal|FY|our|a|this|its|to|for|after|before|through)$")
MODIFIERS = frozenset({"amod", "compound", "nummod", "nmod", "poss", "det", "advmod", "quantmod", "npadvmod", "punct", "case"})
NEXT_WORD = re.compile(r"\s*([^\W\d_]+)")
PRONOUNS = frozenset("them these those it which whom us you who what that this".split())

@cache
def data() -> dict[str, Any]:
    return tomllib.loads((DATA / "figures.toml").read_text("utf-8"))


@cache
def nouns(name: str) -> frozenset[str]:
    """One of the word lists of figures.toml."""
    return frozenset(data()[name])


@cache
def currencies() -> dict[str, str]:
    """The unit of each way to write a currency, the long ways first."""
    known = {way: unit for unit, ways in data()["currencies"].items() for way in ways}
    return dict(sorted(known.items(), key=lambda kv: -len(kv[0])))


@cache
def pattern() -> re.Pattern[str]:
    """A number with all that may stand around it; which groups matched tells what it is."""
    signs = "|".join(re.escape(way) for way in currencies() if not way.islower())
    names = "|".join(re.escape(way) for way in currencies() if way[-1].islower() and len(way) > 2)
    number = rf"(?:{IN_FIGURES}|\b(?i:{IN_WORDS})\b)"
    parts = "|".join(f"{p}s?" for p in PARTS if p != "half")
    scale = "(?i:hundred thousand|hundred|thousand|million|billion|trillion|lakh|crore)"
    return re.compile(
        rf"(?P<of>(?P<top>{number}) (?P<in>out of|of(?: the)?|in)(?: every)? (?P<bottom>{number})\b(?![,.]\d))"
        rf"|(?P<fraction>\b(?P<over>(?i:an?|one|two|three|four|five|seven|nine))[ -](?P<under>(?i:{parts}))\b)"
        r"|(?P<half>\b(?i:half)\b(?! a (?:dozen|century|day|hour|year|mile)))"
        rf"|(?P<sign>(?:(?<![\w$])(?:{signs})|(?<!\w)R(?=\s?\d[\d,]{2}|\s?\d[\d.]*\s?(?:million|billion|bn)\b)))\s?(?P<from>{IN_FIGURES})"
        rf"(?:\s?(?:[–—-]|to|and)\s?(?:{signs})?\s?(?P<until>{IN_FIGURES}))?(?:[\s-]?(?P<times>{scale}|mn|m|bn|k)\b)?"
        rf"|(?P<a>(?<![\w$€£./#+-]){number}|\b(?i:an?)(?= (?:hundred|thousand|million|billion|dozen)\b))(?![/:]\d)"
        rf"(?:(?P<to>\s?[–—−]\s?|-| to | and | or )(?P<b>{number}))?"
        rf"(?:[\s\u00a0-]?(?P<scale>{scale}|dozen)\b)?(?P<glue>[\s\u00a0]*)"
        r"(?:(?P<percent>%|per ?cent\b)|(?P<points>(?:percentage|percent|per cent)[ -]points?)"
        rf"|(?P<money>(?:{names})\b))?"
    )


def find_figures(doc: Any) -> list[Facet]:
    """The figures of a spaCy document, in order; a range gives two, with the same `value`.

    `value` is the text as it stands; `unit` is "per cent of …", "share of …" (`number` between 0 and 1), a currency,
    or what is counted. Years, pages, statistics, standards and dates are none.
    """
    text = blanked(doc.text)
    found: dict[Facet, None] = {}
    position = 0
    while match := pattern().search(text, position):
        facets = list(read(match, text, doc))
        found.update((facet, None) for facet, _ in facets)
        # A second number that belongs to no range may be a figure of its own.
        position = match.start("b") if match["b"] and not facets else max([match.end(), *(e for _, e in facets)])
    return list(found)


def read(match: re.Match[str], text: str, doc: Any) -> Iterator[tuple[Facet, int]]:
    """The figures that one match of the pattern gives, each with the character at which it ends."""
    if match["of"]:
        top, bottom = value(match["top"]), value(match["bottom"])
        odds = match["in"] != "in" or (bottom in IN_HOW_MANY and not IN_TIME.match(text, match.end()))
        if 0 < top < bottom and odds:
            yield share(match, text, top / bottom, doc)
    elif match["fraction"]:
        if is_fraction(match, text):
            yield share(match, text, value(match["over"]) / part(match["under"]), doc)
    elif match["half"]:
        if re.match(r" (?:of|the|their|its|all)\b", text[match.end() :]) or before(text, match).endswith(" by"):
            if not re.match(r" (?:of|the) (?:the )?(?:19|20)\d\d|\s(?:of the )?(?:year|decade|century)\b", text[match.end() :]):
                yield share(match, text, 0.5, doc)
    elif match["sign"]:
        unit = currencies().get(match["sign"], match["sign"])
        yield from both(match, text, match.end(), unit, match["from"], match["until"], match["times"])
    else:
        yield from plain(match, text, doc)


def plain(match: re.Match[str], text: str, doc: Any) -> Iterator[tuple[Facet, int]]:
    """A number followed by per cent, a currency, or what it counts."""
    a, b, scale = match["a"], match["b"], match["scale"]
    joined = match["to"] in (" and ", " or ")
    if match["percent"] or match["points"]:
        unit = "percentage points" if match["points"] else "per cent"
        what, end = after_of(text, match.end(), doc) if match["percent"] else ("", match.end())
        yield from both(match, text, end, f"{unit} of {what}" if what else unit, a, b, scale)
    elif joined and not before(text, match).endswith("between"):
        return
    elif match["money"]:
        yield from both(match, text, match.end(), currencies()[match["money"]], a, b, scale)
    else:
        unit, end = counted(match, text, doc)
        if unit:
            yield from both(match, text, end, unit, a, b, scale)


def both(
    match: re.Match[str], text: str, end: int, unit: str, a: str, b: str | None, scale: str | None
) -> Iterator[tuple[Facet, int]]:
    """One facet for a number, two for a range; the scale of a range is that of its second number."""
    factor = 1.0
    for word in (scale or "").lower().split():
        factor *= 12 if word == "dozen" else SCALES[word]
    said = text[match.start() : end].strip()
    for number in (a, b):
        if number:
            yield Facet("figure", said, said, round(value(number) * factor, 6), unit), end


def share(match: re.Match[str], text: str, number: float, doc: Any) -> tuple[Facet, int]:
    """A share between 0 and 1, of what follows it: "two-thirds of jobs", "three out of four firms"."""
    what, end = after_of(text, match.end(), doc)
    if not what and not match["fraction"]:
        what, end = noun_phrase(text, match.end(), doc)
    said = text[match.start() : end].strip()
    return Facet("figure", said, said, round(number, 4), f"share of {what}" if what else "share"), end


def is_fraction(match: re.Match[str], text: str) -> bool:
    """Whether "a third" is a part: not "a third party", nor "three quarters in a row"."""
    after = text[match.end() : match.end() + 12]
    if re.match(r" (?:of )?(?:the )?(?:19|20)\d\d|-", after):
        return False
    if re.match(r" of\b", after):
        return True
    if match["under"].endswith("s"):
        return not re.search(r"\b(?:for|over|in|last|past|next) $", text[: match.start()])
    lone = re.match(r"(?: (?:less|more|lower|higher|fewer|cheaper|above|below|in|within|from|to|after|since|over|and|on)\b|[.,;)]|$)", after)
    return bool(lone and (match["over"].lower() != "a" or re.search(r"\b(?:by|about|nearly|almost|roughly|some|only|to|than) $", text[: match.start()])))


def before(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 14) : match.start()].rstrip()


def after_of(text: str, start: int, doc: Any) -> tuple[str, int]:
    """What stands after " of " at `start`, and where it ends; nothing where there is no such word."""
    of = re.match(r"\s+of\s+", text[start : start + 6])
    return noun_phrase(text, start + of.end() - 1, doc) if of else ("", start)


def counted(match: re.Match[str], text: str, doc: Any) -> tuple[str, int]:
    """What the number of `match` counts and where that ends; nothing where it counts nothing."""
    end = match.end() - len(match["glue"])
    if duration := DURATION.match(text, end):
        return f"{duration[1]}s", duration.end()
    said = match["a"]
    if not match["glue"] or (is_year(said) and not match["scale"] and DATED.search(before(text, match))):
        return "", end
    what, after = noun_phrase(text, match.end(), doc)
    noun = what.rpartition(" ")[2].lower()
    if noun in nouns("months") or noun.strip(".") in nouns("never"):
        return "", end
    if noun in nouns("counted") or noun.rpartition("-")[2] in nouns("counted"):
        return ("", end) if said.lower() == "one" else (what, after)
    exact = said[0].isdigit() or bool(match["scale"])
    plural = noun in nouns("plurals") or (noun.endswith("s") and not noun.endswith(("ss", "us", "is")))
    return (what, after) if exact and plural and not is_year(said) else ("", end)


def noun_phrase(text: str, start: int, doc: Any) -> tuple[str, int]:
    """The noun that follows character `start`, with its modifiers but no determiners, and where it ends."""
    word = NEXT_WORD.match(text, start)
    while word and word[1].lower() in nouns("determiners"):
        word = NEXT_WORD.match(text, word.end())
    if not word or word[1].lower() in nouns("stops") or word[1].lower() in PRONOUNS:
        return "", start
    first = doc.char_span(word.start(1), word.end(1), alignment_mode="expand")[0]
    head = first
    while head.dep_ in MODIFIERS and head.i < head.head.i < first.i + 6:
        head = head.head
    last = ended(first, head)
    end = last.idx + len(last)
    return " ".join(text[word.start(1) : end].split()), end


def ended(first: Any, head: Any) -> Any:
    """The last token of a noun phrase that reaches to `head`, or stops before a word that can be in none."""
    last = first
    for token in first.doc[first.i + 1 : head.i + 1]:
        if token.lower_ in nouns("stops") or (token.is_punct and token.text not in "-’'"):
            break
        last = token
    return last
