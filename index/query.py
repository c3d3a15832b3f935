"""A researcher's words, read: what is wished for, what must occur, what must not."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from index.stems import stems, words

Phrase = tuple[str, ...]
"""Stems that stand next to each other, in this order."""

Term = tuple[Phrase, ...]
"""Phrases that are one and the same to the search: any of them will do."""

STOP_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before being between both but by can could did
    do does doing during each few for from further had has have having he her here hers him his how i if in into is it
    its just me more most my no nor not of off on once only or other our out over own same she should so some such
    than that the their them then there these they this those through to too under until up us very was we were what
    when where which while who whom why will with would you your""".split()
)

# What a name's own words count where it has other names, too, and what all its names count.
HALF = 0.5

SAME = Path(__file__).with_name("same.toml")

# A minus before a word or a quotation; before a figure it is a minus.
PIECE = re.compile(r'((?<!\S)-(?=[^\W\d]|"))?(?:"([^"]*)"|([^\s"]+))')
QUOTES = str.maketrans("“”„«»", '"' * 5)


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; `text` is what is read for its meaning, without operators and what is unwanted.

    `wished` says of each term how much it counts, 1 as a rule.
    """

    text: str
    wished: dict[Term, float] = field(default_factory=dict)
    required: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A word as written, or what stands between quotation marks."""

    text: str
    quoted: bool
    minus: bool


def read(query: str) -> Query:
    """`query` as people write it: words, "phrases" that must occur, -unwanted, and a OR b, of which one must occur."""
    query = unicodedata.normalize("NFC", query.encode("utf-8", "replace").decode())  # bytes of a shell: no text
    required: list[Term] = []
    unwanted: list[Term] = []
    plain: list[str] = []
    wished: dict[Term, float] = {}
    for group in alternatives(pieces(query)):
        if group[0].minus:
            unwanted.extend(filter(None, map(named, group)))
        elif len(group) > 1 or group[0].quoted:
            wish(wished, plain)
            plain = []
            term = tuple(dict.fromkeys(phrase for one in group for phrase in named(one)))
            if term:
                required.append(term)
        else:
            plain.append(group[0].text)
    wish(wished, plain)
    text = " ".join(one.text for one in pieces(query) if not one.minus and not is_or(one))
    return Query(text, wished | dict.fromkeys(required, 1.0), tuple(required), tuple(unwanted))


def pieces(query: str) -> list[Piece]:
    """The words and quotations of `query`, in order."""
    found = PIECE.finditer(query.translate(QUOTES))
    return [Piece(one[2] if one[3] is None else one[3], one[3] is None, bool(one[1])) for one in found]


def is_or(piece: Piece) -> bool:
    return piece.text == "OR" and not piece.quoted


def alternatives(found: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The pieces one by one, those that OR joins together."""
    group: list[Piece] = []
    joining = False
    for piece in found:
        if is_or(piece):
            joining = bool(group)
        elif joining and not piece.minus and not group[0].minus:
            group.append(piece)
            joining = False
        else:
            if group:
                yield group
            group, joining = [piece], False
    if group:
        yield group


def named(piece: Piece) -> Term:
    """What is written as one phrase, all its words in their order; with all its other names unless it is quoted."""
    found = phrase(words(piece.text))
    return (() if piece.quoted else same().get(found, ())) or tuple(filter(None, [found]))


def phrase(found: Iterable[str]) -> Phrase:
    """The stems of words."""
    found = list(found)
    known = stems(found)
    return tuple(stem for word in found for stem in known[word])


def wish(wished: dict[Term, float], plain: Sequence[str]) -> None:
    """Add words that follow each other to what is wished for.

    Stop words are left out. A name that `same.toml` knows counts half by its own words, and half by all its names.
    """
    found = [word for text in plain for word in words(text)]
    known = stems(found)
    kept = [word for word in found if word not in STOP_WORDS] or found  # only stop words: better these than none
    line = [stem for word in found for stem in known[word]]
    wanted = {stem for word in kept for stem in known[word]}
    place = 0
    while place < len(line):
        length, names = longest(line, place)
        weight = HALF if length else 1.0
        own = [((stem,),) for stem in line[place : place + max(length, 1)] if stem in wanted]
        for term in [*own, *[names] * bool(length)]:
            wished[term] = max(weight, wished.get(term, 0.0))
        place += max(length, 1)


def longest(line: Sequence[str], place: int) -> tuple[int, Term]:
    """How many stems from `place` on are a name that is known, and what it is a name of; 0 where none is."""
    names = same()
    for length in range(min(len(line) - place, max(map(len, names), default=0)), 0, -1):
        term = names.get(tuple(line[place : place + length]))
        if term:
            return length, term
    return 0, ()


@cache
def same() -> dict[Phrase, Term]:
    """Each name in `same.toml`, in stems, with all the names of what it means."""
    groups = tomllib.loads(SAME.read_text("utf-8"))["same"]
    found = [tuple(dict.fromkeys(phrase(words(name)) for name in group)) for group in groups]
    return {name: group for group in found for name in group}
