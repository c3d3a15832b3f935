"""The study design of a work, from the words of its title and abstract."""

from functools import cache

from nlp.facets.files import toml
from nlp.facets.words import Phrases, words

ENOUGH = 2
WEIGHTS = {"strong": 3, "cues": 2, "weak": 1, "not": 0}


@cache
def cues() -> tuple[Phrases[tuple[str, float]], tuple[str, ...]]:
    """The cue phrases with (design, weight), and the designs, the most telling first."""
    data = toml("designs.toml")
    phrases = [
        (cue, (design, weight * groups["factor"]))
        for design, groups in data.items()
        for group, weight in WEIGHTS.items()
        for cue in groups[group]
    ]
    return Phrases(phrases), tuple(data)


def study_design(text: str) -> str | None:
    """The study design that `text` (title and abstract) tells, or None.

    One of experimental, quasi-experimental, literature-review, programme-evaluation, case-study, qualitative,
    survey (econometrics included), policy (guidance included), other (models, theory, essays).
    """
    phrases, designs = cues()
    known = words(text)
    weights: dict[tuple[str, str], float] = {}
    for first, last, meanings in phrases.found(known):
        phrase = " ".join(known.folded[first:last])
        weights |= {(design, phrase): weight for design, weight in meanings if weight}
    score = dict.fromkeys(designs, 0.0)
    for (design, _), weight in weights.items():
        score[design] += weight
    best = max(designs, key=lambda design: score[design])
    return best if score[best] >= ENOUGH else None
