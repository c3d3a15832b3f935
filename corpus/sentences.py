"""A small, dependable sentence splitter by rule, for when no language model is at hand."""

import re
from collections.abc import Iterator

Span = tuple[int, int]

END = re.compile(
    r"""(?P<mark>(?<![.!?…])[.!?…]+["'”’»)\]]*)(?P<note>\d{1,3}|\[\d{1,3}(?:[,–-]\s?\d{1,3})*\])?(?=\s)"""
    r"""|[。！？]["”’」』）]*|[؟۔](?=\s)"""
)
NEXT = re.compile(r"""\s*[^\w\s]*(\w*)""")
LAST = re.compile(r"""[^\s(\[{"“‘'«/–—-]*$""")
LETTERED = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]")
LIST_NUMBER = re.compile(r"\W*(?:\d{1,2}(?:\.\d{1,2})*|[ivxIVX]{1,4}|[A-Za-z])")
BREAK = re.compile(r"\n[^\S\n]*\n\s*|\n(?=\s*[•▪●◦‣*–-]\s)")

NEVER_LAST = frozenset(
    "dr mr mrs ms prof rev hon gen vs e.g i.e eg ie cf viz approx ca incl resp sra dra mme mlle z.b".split()
)
BEFORE_NUMBER = frozenset(
    "no nos nr núm num p pp pg vol vols fig figs art arts sec sect ch chap para paras eq eqs pt app ver"
    " jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
MAYBE_LAST = frozenset("al inc ltd co corp jr sr st dept bros ed eds plc llc est gov univ assn intl".split())
STARTERS = frozenset(
    "the a an in on at it its this these those that there they he she we our for from to by as but and"
    " however moreover furthermore although while when where if since after with such some most many all both"
    " each no not"
    " one two during under over overall according because despite instead thus therefore hence finally first"
    " second third here what which who how another other more only even yet so".split()
)
WINDOW = 400


def sentences_by_rule(text: str) -> list[Span]:
    """The sentences of `text` as (start, end) spans in characters; together they hold every non-space."""
    spans = []
    for start, end in pieces(text):
        for found in END.finditer(text, start, end):
            if ends_sentence(text, start, found):
                spans.append((start, found.end()))
                start = found.end()
        spans.append((start, end))
    return [(a, b) for a, b in (trimmed(text, *span) for span in spans) if a < b]


def pieces(text: str) -> Iterator[Span]:
    """The paragraphs and list items of `text`, across which no sentence runs."""
    start = 0
    for found in BREAK.finditer(text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)


def trimmed(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - (len(part) - len(part.rstrip()))


def ends_sentence(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether the punctuation `found` ends the sentence that begins at `start`."""
    if found["mark"] is None:
        return True
    following = NEXT.match(text, found.end())
    word = following[1] if following else ""
    if word[:1].islower() or in_brackets(text, start, found.end()):
        return False
    if found["note"] and text[found.start() - 1 : found.start()].isdigit():
        return False
    return found["mark"][0] != "." or not abbreviates(text, start, found.start(), word)


def abbreviates(text: str, start: int, stop: int, following: str) -> bool:
    """Whether the full stop at `stop` belongs to the word before it and ends no sentence."""
    if stop - start <= 8 and LIST_NUMBER.fullmatch(text, start, stop):
        return True
    found = LAST.search(text, max(start, stop - 20), stop)
    last = found[0] if found else ""
    lower = last.lower()
    if lower in NEVER_LAST:
        return True
    if lower in BEFORE_NUMBER and (following[:1].isdigit() or following in ("I", "II", "III", "IV", "V")):
        return True
    if lower in MAYBE_LAST or LETTERED.fullmatch(last):
        return following.lower() not in STARTERS
    return False


def in_brackets(text: str, start: int, stop: int) -> bool:
    """Whether a round bracket opened in this sentence is closed soon after `stop`."""
    before = text[max(start, stop - WINDOW) : stop]
    if before.count("(") <= before.count(")"):
        return False
    closing = text.find(")", stop, stop + WINDOW // 2)
    return closing >= 0 and "(" not in text[stop:closing]
