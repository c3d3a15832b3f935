"""How right the tags are: precision, recall, F1 and its interval, and the floors that a tagger must keep."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SourcebookError
from nlp.taxonomy import Taxonomy

FLOORS = "quality.toml"
DRAWS = 2000
INTERVAL = (2.5, 97.5)

Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measure:
    """Precision, recall and F1 (0 to 1) on `n` passages that carry the label; `low` to `high` holds F1 at 95 %.

    `right`, `wrong` and `missed` are the counts that all is made of; `total` is what was looked at: these and the rest,
    which rightly lack the label. It is 0 in taggers' files that do not tell it.
    """

    precision: float
    recall: float
    f1: float
    n: int
    low: float
    high: float
    right: int
    wrong: int
    missed: int
    total: int = 0


def measure(wanted: Marks, found: Marks) -> Measure:
    """What `found` is worth beside `wanted`, both of any one shape; a measure without cases is 0.

    The interval is a percentile bootstrap over passages (Efron and Tibshirani 1993), drawn from a fixed seed.
    """
    rows = wanted.reshape(len(wanted), -1)
    given = found.reshape(rows.shape)
    counts = np.stack([(rows & given).sum(1), (~rows & given).sum(1), (rows & ~given).sum(1)], axis=1)
    right, wrong, missed = (int(one) for one in counts.sum(0))
    low, high = np.percentile(resampled(counts), INTERVAL) if len(rows) else (0.0, 0.0)
    return Measure(
        share(right, right + wrong), share(right, right + missed), share(2 * right, 2 * right + wrong + missed),
        right + missed, float(low), float(high), right, wrong, missed, wanted.size,
    )  # fmt: skip


def resampled(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """F1 of DRAWS samples of the passages, each with its `counts` (right, wrong, missed)."""
    random = np.random.default_rng(0)
    telling = counts[counts.any(1)]
    # Passages without a case count for nothing, whatever is drawn: only how many cases are drawn varies.
    sizes = random.binomial(len(counts), len(telling) / len(counts), DRAWS)
    totals = np.array([telling[random.integers(0, len(telling), n)].sum(0) if n else (0, 0, 0) for n in sizes])
    right, wrong, missed = totals.T.astype(float)
    return np.asarray(2 * right / np.maximum(1, 2 * right + wrong + missed))


def share(part: int, whole: int) -> float:
    """`part / whole`; 0 of nothing."""
    return part / whole if whole else 0.0


@dataclass(frozen=True, slots=True)
class Quality:
    """The measure of each tag of level 1, their mean F1, and the themes' measure taken together (micro)."""

    macro_f1: float
    macro_low: float
    macro_high: float
    tags: dict[str, Measure]
    themes: Measure | None


def quality(terms: Taxonomy, wanted: Marks, found: Marks) -> Quality:
    """The quality of the labels `found`, both (passages, tags + themes) in the taxonomy's order."""
    level1 = len(terms.top)
    tags = {name: measure(wanted[:, place], found[:, place]) for place, name in enumerate(terms.top)}
    themes = measure(wanted[:, level1:], found[:, level1:]) if wanted[:, level1:].any() else None
    low, high = macro_interval(wanted[:, :level1], found[:, :level1])
    return Quality(float(np.mean([one.f1 for one in tags.values()])), low, high, tags, themes)


def macro_interval(wanted: Marks, found: Marks) -> tuple[float, float]:
    """The 95 % interval of macro F1, by a bootstrap over passages."""
    random = np.random.default_rng(0)
    if not len(wanted):
        return 0.0, 0.0
    parts = np.stack([wanted & found, ~wanted & found, wanted & ~found]).astype(np.float64)
    draws = random.multinomial(len(wanted), np.full(len(wanted), 1 / len(wanted)), DRAWS).astype(np.float64)
    right, wrong, missed = (draws @ part for part in parts)
    macro = (2 * right / np.maximum(1, 2 * right + wrong + missed)).mean(1)
    low, high = np.percentile(macro, INTERVAL)
    return float(low), float(high)


def as_dict(one: Quality) -> dict[str, Any]:
    """`one` for JSON."""
    return asdict(one)


def from_dict(data: Mapping[str, Any]) -> Quality:
    """What `as_dict` made."""
    tags = {name: Measure(**one) for name, one in data["tags"].items()}
    themes = Measure(**data["themes"]) if data["themes"] else None
    return Quality(data["macro_f1"], data["macro_low"], data["macro_high"], tags, themes)


def floors(terms: Taxonomy) -> dict[str, dict[str, float]]:
    """The floors in the taxonomy's quality.toml: {basis: {"macro", "themes" or a tag: F1}}; none without the file."""
    path = terms.folder / FLOORS
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        found = {basis: {name: float(floor) for name, floor in one.items()} for basis, one in data.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise SourcebookError(f"{path} cannot be read: {error}. Compare it with one that ships.") from error
    unknown = {name for one in found.values() for name in one} - {"macro", "themes", *terms.top}
    if unknown:
        raise SourcebookError(f"{path} has a floor for {sorted(unknown)[0]!r}, which is no tag of {terms.name!r}.")
    return found


def fallen(floor: Mapping[str, float], reached: Quality) -> list[str]:
    """The floors that `reached` falls below, each as a sentence."""
    f1 = {"macro": reached.macro_f1, "themes": reached.themes.f1 if reached.themes else 0.0}
    f1 |= {name: one.f1 for name, one in reached.tags.items()}
    return [f"{name}: F1 {f1[name]:.3f}, floor {least:.3f}" for name, least in floor.items() if f1[name] < least]
