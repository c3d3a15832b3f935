"""Numbers as English writes them: in figures, in words, as fractions, with a currency or per cent."""

import re
from functools import cache

from nlp.facets.files import toml

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
VALUES = {word: i for i, word in enumerate(SMALL)} | {word: 10 * i + 20 for i, word in enumerate(TENS)}
SCALES = {
    "dozen": 12, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "lakh": 1e5, "crore": 1e7, "m": 1e6, "mn": 1e6, "bn": 1e9, "k": 1e3,
}  # fmt: skip
PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip

IN_WORDS = (
    rf"(?:{'|'.join(TENS)})(?:-(?:{'|'.join(SMALL[1:10])}))?|{'|'.join(reversed(SMALL[1:]))}"
)  # fmt: skip
IN_FIGURES = (
    r"\d{1,3}(?:[,\u00a0\u202f]\d{3}(?!\d)){1,5}(?:\.\d{1,9})?|\d{1,3}(?: \d{3}(?!\d)){1,5}(?![.,]?\d)"
    r"|\d{1,15}(?!\d)(?:\.\d{1,9})?"
)


@cache
def currencies() -> dict[str, str]:
    """The unit of each way to write a currency, the long ways first."""
    known = {way: unit for unit, ways in toml("figures.toml")["currencies"].items() for way in ways}
    return dict(sorted(known.items(), key=lambda way: -len(way[0])))


@cache
def pattern() -> re.Pattern[str]:
    """A number with all that may stand around it; which groups match tells what it is.

    `of`: three out of four; `fraction`: two-thirds; `half`; `sign`: US$ 2.4 million; `a`: any other,
    with `percent`, `points` or `money` where such follows. `b` and `until` end a range.
    """
    signs = "|".join(re.escape(way) for way in currencies() if not way.islower() and way != "R")
    rand = r"(?<!\w)R(?=\s?\d[\d,]{2}|\s?\d[\d.]*\s?(?:million|billion|bn)\b)"
    coins = "|".join(re.escape(way) for way in currencies() if way[-1].islower() and len(way) > 2)
    number = rf"(?:{IN_FIGURES}|\b(?i:{IN_WORDS})\b)"
    under = "|".join(f"{one}s?" for one in PARTS if one != "half")
    scale = "(?i:hundred thousand|hundred|thousand|million|billion|trillion|lakh|crore)"
    return re.compile(
        r"(?<![A-Za-z])(?:"  # none starts inside a word, which spares most of the tries
        rf"(?P<of>(?P<top>{number}) (?P<in>out of|of(?: the)?|in)(?: every)?"
        rf" (?P<bottom>{number})\b(?![,.]\d))"
        rf"|(?P<fraction>\b(?P<over>(?i:an?|one|two|three|four|five|seven|nine))[ -]"
        rf"(?P<under>(?i:{under}))\b)"
        r"|(?P<half>\b(?i:half)\b(?! a (?:dozen|century|day|hour|year|mile)))"
        rf"|(?P<sign>(?<![\w$])(?:{signs})|{rand})\s?(?P<from>{IN_FIGURES})"
        rf"(?:\s?(?:[–—-]|to|and)\s?(?:{signs})?\s?(?P<until>{IN_FIGURES}))?"
        rf"(?:[\s-]?(?P<times>{scale}|mn|m|bn|k)\b)?"
        rf"|(?P<a>(?<![\w$€£./#+-]){number}"
        r"|\b(?i:an?)(?= (?:hundred|thousand|million|billion|dozen)\b))(?![/:]\d)"
        rf"(?:(?P<to>\s?[–—−]\s?|-| to | and | or )(?P<b>{number}))?"
        rf"(?:[\s\u00a0-]?(?P<scale>{scale}|dozen)\b)?(?P<glue>[\s\u00a0]*)"
        rf"(?:(?P<percent>%|per ?cent\b)|(?P<points>(?:percentage|percent|per cent)[ -]points?)"
        rf"|(?P<money>(?:{coins})\b))?)"
    )


def value(text: str) -> float:
    """What a number in figures or in words up to ninety-nine amounts to: "54,000", "twenty-five", "a"."""
    word = text.lower()
    if word in ("a", "an"):
        return 1.0
    if word[0].isdigit():
        return float(re.sub(r"[,\s\u00a0\u202f]", "", word))
    tens, _, unit = word.partition("-")
    return float(VALUES[tens] + (VALUES[unit] if unit else 0))


def scaled(text: str, scale: str | None) -> float:
    """What a number with its scale amounts to: ("2.4", "million"), ("a", "hundred thousand")."""
    number = value(text)
    for word in (scale or "").lower().split():
        number *= SCALES[word]
    return round(number, 6)


def part(text: str) -> int:
    """The denominator that a word names: 3 for "third" and "thirds"."""
    return PARTS[text.lower().removesuffix("s")]


def is_year(text: str) -> bool:
    """Whether bare figures may be a year between 1900 and 2099."""
    return bool(re.fullmatch(r"(?:19|20)\d\d", text))
