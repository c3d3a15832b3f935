"""Sectors of ISIC Rev. 4 that a text shows: its sections, and within manufacturing its divisions."""

from functools import cache

from nlp.facets.facet import Facet
from nlp.facets.files import toml
from nlp.facets.words import Phrases, Words, is_cited

ENOUGH = 2
STRONG, WEAK = 2, 1
NOTHING = ("", 0)


@cache
def cues() -> tuple[Phrases[tuple[str, int]], dict[str, str]]:
    """The cue phrases with (code, weight), and the label of each code."""
    data = toml("sectors.toml")
    phrases = [
        (cue, (code, weight))
        for code, sector in data.items()
        for cues, weight in ((sector["cues"], STRONG), (sector["weak"], WEAK))
        for cue in cues
    ]
    phrases += [(phrase, NOTHING) for sector in data.values() for phrase in sector["not"]]
    return Phrases(phrases), {code: sector["label"] for code, sector in data.items()}


def find_sectors(text: Words, title: Words) -> list[Facet]:
    """The sectors of a passage and its title, in ISIC's order.

    A strong cue is enough; of weak cues it takes two different ones, or one in the title. A division of
    manufacturing gives section C as well.
    """
    _, labels = cues()
    score: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    for words, factor in ((title, 2), (text, 1)):
        for phrase, code, weight in shown(words):
            if (phrase, code) not in seen:
                seen.add((phrase, code))
                score[code] = score.get(code, 0) + weight * factor
    codes = {code for code, points in score.items() if points >= ENOUGH}
    codes |= {code[0] for code in codes}
    return [Facet("sector", code, labels[code]) for code in sorted(codes)]


def shown(text: Words) -> list[tuple[str, str, int]]:
    """The cues of `text` as (words, code, weight), without those inside a phrase that shows nothing."""
    phrases, _ = cues()
    return [
        (" ".join(text.folded[first:last]), code, weight)
        for first, last, meanings in phrases.found(text)
        if not is_cited(text.text, text.starts[first], text.ends[last - 1])
        for code, weight in meanings
        if weight
    ]
