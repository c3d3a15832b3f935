"""Numbers as English writes them: figures, words, fractions and shares."""

import re

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
VALUES = {word: i for i, word in enumerate(SMALL)} | {word: 10 * i + 20 for i, word in enumerate(TENS)}
SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "lakh": 1e5, "crore": 1e7,
    "m": 1e6, "mn": 1e6, "bn": 1e9, "k": 1e3,
}  # fmt: skip
PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
         "ninth": 9, "tenth": 10}  # fmt: skip

UNITS = "|".join(SMALL[1:10])
IN_WORDS = rf"(?:{'|'.join(TENS)})(?:-(?:{UNITS}))?|{'|'.join(reversed(SMALL[1:]))}"
IN_FIGURES = r"\d{1,3}(?:[,\u00a0\u202f]\d{3}(?!\d))+(?:\.\d+)?|\d{1,3}(?: \d{3}(?!\d))+(?![.,]?\d)|\d+(?:\.\d+)?"


def value(text: str) -> float:
    """What a number in figures or in words up to ninety-nine amounts to: "54,000", "2.4", "twenty-five", "a"."""
    word = text.lower()
    if word in ("a", "an"):
        return 1.0
    if word[0].isdigit():
        return float(re.sub(r"[,\s\u00a0\u202f]", "", word))
    tens, _, unit = word.partition("-")
    return float(VALUES[tens] + (VALUES[unit] if unit else 0))


def part(text: str) -> int:
    """The denominator that a word names: 3 for "third" and "thirds"."""
    return PARTS[text.lower().removesuffix("s").replace("halve", "half")]


def is_year(text: str) -> bool:
    """Whether bare figures may be a year between 1900 and 2099."""
    return bool(re.fullmatch(r"(?:19|20)\d\d", text))
