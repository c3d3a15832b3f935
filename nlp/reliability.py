"""How far the tags of a base can be trusted: the reliability card, and counts corrected by it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from nlp import quality, strata
from nlp.quality import Measure
from nlp.strata import HELD, NEAR, SURE, Counts
from nlp.taxonomy import Taxonomy

# With fewer judged passages, what people said is no measure yet.
ENOUGH = 30
# Recall wants as many in each stratum, or all that there are: one yes among the many that the tagger left out would
# stand for thousands.
LEAST = np.array([1, 1, 1, 10])
DRAWS = 4000

Draws = NDArray[np.float64]
"""An estimate, and behind it DRAWS values that it might have: (DRAWS + 1,) or (DRAWS + 1, kinds)."""


@dataclass(frozen=True, slots=True)
class Range:
    """A figure, and the interval that holds it at 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Own:
    """The tagger whose file is at hand: version, what it says `about` itself, passages of the base it learned from."""

    version: str
    about: dict[str, Any]
    seen: frozenset[str]


@dataclass(frozen=True, slots=True)
class Card:
    """How right one tag of one tagger is.

    `basis` is "people" (verdicts in this base), "gold" (labelled passages that the tagger never saw), or "folds"
    (its training passages, by cross-validation); `n` the judged passages, or those that carry the tag. Recall and F1
    are None where too few passages without the tag were judged. `pairs` of numbers are what counts are corrected by:
    yes and no of people in each stratum, or (right, missed) and (wrong, rest); none where counts cannot be.
    """

    tag: str
    tagger: str
    basis: str
    n: int
    precision: Range
    recall: Range | None
    f1: Range | None
    pairs: tuple[tuple[int, int], ...]


def cards(db: Database, terms: Taxonomy, own: Own | None) -> list[Card]:
    """The card of each tag of level 1 by each tagger that read passages here, from the best basis that there is.

    Of a tagger whose file is not at hand, people's verdicts alone can tell, and what it learned from is not known.
    """
    said = strata.asked(db, terms.top, own.version if own else "", own.seen if own else ())
    judged = {key: one for key, one in said.items() if one[0].sum() >= ENOUGH and one[0, :NEAR].any()}
    sizes = strata.sizes(db, sorted({tag for tag, _ in judged})) if judged else {}
    basis, measured = measures(own)
    found = []
    for tagger in sorted(strata.read(db)) or ([own.version] if own else []):
        for tag in terms.top:
            if (tag, tagger) in judged:
                found.append(of_people(tag, tagger, sizes[tag, tagger], *judged[tag, tagger]))
            elif own and tagger == own.version and tag in measured:
                found.append(of_measure(tag, tagger, basis, measured[tag]))
    return found


def measures(own: Own | None) -> tuple[str, dict[str, Measure]]:
    """The basis that a tagger was best measured on, and its measures there; none where it does not tell."""
    try:
        told = own.about["quality"] if own else {}
        basis = "gold" if "gold" in told else "folds"
        return basis, quality.from_dict(told[basis]).tags
    except (KeyError, TypeError, AttributeError):  # a file that others made may say anything
        return "", {}


def of_people(tag: str, tagger: str, sizes: Counts, judged: Counts, right: Counts) -> Card:
    """The card from people's verdicts, weighted so that a stratum counts by its passages and not by its verdicts.

    The queue shows doubtful passages first; without the weights the tagger would look worse than it is.
    """
    n = int(judged.sum())
    pairs = tuple(zip(right.tolist(), (judged - right).tolist(), strict=True))
    true = shares(pairs, np.random.default_rng(0)) * sizes
    held_known = [stratum for stratum in (SURE, HELD) if judged[stratum]]
    precision = true[:, held_known].sum(1) / max(1, sizes[held_known].sum())
    if (judged < np.minimum(LEAST, sizes)).any():
        return Card(tag, tagger, "people", n, ranged(precision), None, None, ())
    recall = true[:, :NEAR].sum(1) / np.maximum(1e-9, true.sum(1))
    f1 = 2 * precision * recall / np.maximum(1e-9, precision + recall)
    return Card(tag, tagger, "people", n, ranged(precision), ranged(recall), ranged(f1), pairs)


def of_measure(tag: str, tagger: str, basis: str, one: Measure) -> Card:
    """The card from what was measured when the tagger was trained."""
    random = np.random.default_rng(0)
    precision, recall = (shares(((one.right, other),), random)[:, 0] for other in (one.wrong, one.missed))
    rest = one.total - one.right - one.wrong - one.missed
    pairs = ((one.right, one.missed), (one.wrong, rest)) if one.n and one.wrong + rest > 0 else ()
    f1 = Range(one.f1, one.low, one.high)
    return Card(tag, tagger, basis, one.n, ranged(precision), ranged(recall), f1, pairs)


def shares(pairs: tuple[tuple[int, int], ...], random: np.random.Generator) -> Draws:
    """The share of the first number of each pair, with Jeffreys' prior (Brown, Cai and DasGupta 2001)."""
    yes, no = np.array(pairs).T
    return np.vstack([yes / np.maximum(1, yes + no), random.beta(yes + 0.5, no + 0.5, (DRAWS, len(pairs)))])


def ranged(draws: Draws) -> Range:
    """The estimate, which stands first, and the interval of the others, widened to hold it."""
    low, high = np.percentile(draws[1:], quality.INTERVAL)
    return Range(float(draws[0]), min(float(low), float(draws[0])), max(float(high), float(draws[0])))


def corrected(yes: int, unsettled: Iterable[tuple[Card | None, Counts]]) -> Range | None:
    """How many passages should hold a tag: `yes`, those of which people settled it, and what of the others should.

    `unsettled` are, for each tagger, its card and the passages nobody judged by stratum (4,), of the base or of any
    part of it. None where one of these is wanting in a card that corrects. Assumed is, where people judged, that among
    passages of one stratum as many should hold the tag in this part as in the base; elsewhere, that the tagger finds
    it as often where it is, and where it is not, as on the passages it was measured on, however common the tag is.
    The interval has both what is not known of these shares, and the chance by which this part has more or less.
    """
    random = np.random.default_rng(0)
    total = np.full(DRAWS + 1, float(yes))
    for card, sizes in unsettled:
        if not sizes.any():
            continue
        if card is None or not card.pairs:
            return None
        found = by_stratum(card, sizes, random) if card.basis == "people" else by_rates(card, sizes, random)
        if found is None:
            return None
        total += found
    return ranged(total)


def by_stratum(card: Card, sizes: Counts, random: np.random.Generator) -> Draws:
    """How many of the passages should hold the tag, by the share that people found in each stratum."""
    drawn = shares(card.pairs, random)
    return np.concatenate([[drawn[0] @ sizes], random.binomial(sizes, drawn[1:]).sum(1)])


def by_rates(card: Card, sizes: Counts, random: np.random.Generator) -> Draws | None:
    """How many should, by how often the tagger finds the tag where it is and where it is not (Rogan and Gladen 1978).

    None of a tagger that finds it no more often where it is, and where it gave the tag so seldom or so often that with
    these rates fewer than none or more than all would hold it: then they are not its rates here.
    """
    hits, alarms = shares(card.pairs, random).T
    held, all_ = int(sizes[:NEAR].sum()), int(sizes.sum())
    if hits[0] <= alarms[0]:
        return None
    apart = np.maximum(1e-9, hits - alarms)
    there = np.rint(np.clip((held - alarms * all_) / apart, 0, all_)).astype(np.int64)
    again = random.binomial(there, hits) + random.binomial(all_ - there, alarms)
    chance = again - (there * hits + (all_ - there) * alarms)
    chance[0] = 0
    true = (held + chance - alarms * all_) / apart
    possible = -0.5 <= true[0] <= all_ + 0.5  # what rounds to none or to all may be
    return np.asarray(np.clip(true, 0, all_)) if possible else None
