"""Words of a text, folded so that case, accents and plurals do not matter, and phrases among them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")

WORD = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+")
IRREGULAR = {"men": "man", "women": "woman", "people": "person", "children": "child", "mice": "mouse"}


@dataclass(frozen=True, slots=True)
class Words:
    """A text with its words: `folded[i]` stands at `text[starts[i]:ends[i]]`."""

    text: str
    folded: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def is_acronym(self, i: int) -> bool:
        """Whether word `i` is in capitals, and not because all of the text is."""
        word = self.text[self.starts[i] : self.ends[i]].replace(".", "").removesuffix("s")
        return len(word) > 1 and word.isupper() and not (len(self.folded) > 4 and self.text.isupper())


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """`word` in lower case, without accents, dots or plural, and with -iz- written -is-."""
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return singular(word.lower().replace(".", "")).replace("iz", "is")


def singular(word: str) -> str:
    """A rough singular: right for the nouns of trades, and the same for both sides of a comparison."""
    if word.endswith("men") and len(word) > 5:
        return word[:-3] + "man"
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")) or (word.endswith("oes") and len(word) > 5):
        return word[:-2]
    return word[:-1]


def words(text: str) -> Words:
    """The words of `text`; a hyphen and an apostrophe part words, the dots of "U.S." do not."""
    found = list(WORD.finditer(text))
    folded = tuple(fold(m.group()) for m in found)
    return Words(text, folded, tuple(m.start() for m in found), tuple(m.end() for m in found))


class Phrases(Generic[T]):
    """Phrases, each with what it stands for; several may share the same words.

    A word that a phrase has in capitals ("IT", "US") must stand so, in a text not all in capitals.
    """

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        table: dict[str, dict[tuple[str, ...], list[tuple[tuple[int, ...], T]]]] = {}
        for phrase, meaning in phrases:
            known = words(phrase)
            capitals = tuple(i for i in range(len(known.folded)) if known.is_acronym(i))
            by_words = table.setdefault(known.folded[0], {})
            by_words.setdefault(known.folded, []).append((capitals, meaning))
        self._by_first = {first: sorted(known.items(), key=lambda kv: -len(kv[0])) for first, known in table.items()}

    def found(self, text: Words) -> Iterator[tuple[int, int, tuple[T, ...]]]:
        """Each phrase in `text` as (first word, one after the last, meanings); the longest, none overlapping."""
        folded, i = text.folded, 0
        while i < len(folded):
            step = 1
            for phrase, known in self._by_first.get(folded[i], ()):
                if len(phrase) > 1 and folded[i : i + len(phrase)] != phrase:
                    continue
                meanings = tuple(m for capitals, m in known if all(text.is_acronym(i + c) for c in capitals))
                if meanings:
                    yield i, i + len(phrase), meanings
                    step = len(phrase)
                    break
            i += step


AUTHOR = re.compile(r"\s*(?:et al\b|,? [A-Z]\.(?:\s?-?[A-Z]\.)*(?=[\s,;)]|$))")
INITIALS = re.compile(r"(?:^|[\s(])(?:[A-Z]\.[\s-]?)+$")
DATED = re.compile(r"(?:,| (?:and|&) [A-Z]\w+,?)? \(?(?:19|20)\d\d[a-z]?\)")
PREPOSED = re.compile(r"\b(?:in|of|from|across|for|to|within|at) $")


def is_author(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is a surname by its initials or companions: "Wood, J.", "J. Wood", "Chad et al."."""
    return bool(AUTHOR.match(text, end) or INITIALS.search(text[max(0, start - 8) : start]))


def is_cited(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is an author, or a name with a year: "(French, 2015)", "Wood (2001)"."""
    if is_author(text, start, end):
        return True
    dated = text[start : start + 1].isupper() and DATED.match(text, end)
    return bool(dated and not PREPOSED.search(text[max(0, start - 8) : start]))
