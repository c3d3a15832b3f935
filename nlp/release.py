"""The release gate: what a new tagger would change, and whether it may take the old one's place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import SourcebookError
from nlp import quality, tagger
from nlp.tagger import Tagger
from nlp.taxonomy import Taxonomy

EXAMPLES = 3  # passages shown for each kind of change of each tag
MOVED = 0.2  # a score that changed by as much has moved, though the tag did not change


@dataclass(frozen=True, slots=True)
class Change:
    """One passage (its place, 0-based) whose `tag` was gained, lost or moved, with the scores before and after."""

    tag: str
    kind: str
    place: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new tagger says otherwise of `passages` passages: the changes, greatest first."""

    passages: int
    changes: tuple[Change, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many passages each tag gained and lost, and in how many its score moved."""
        found: dict[str, dict[str, int]] = {}
        for change in sorted(self.changes, key=lambda c: c.tag):
            found.setdefault(change.tag, dict.fromkeys(("gained", "lost", "moved"), 0))[change.kind] += 1
        return found

    def examples(self) -> list[Change]:
        """The greatest changes of each tag and kind."""
        taken: dict[tuple[str, str], int] = {}
        kept = []
        for change in self.changes:
            key = change.tag, change.kind
            taken[key] = taken.get(key, 0) + 1
            if taken[key] <= EXAMPLES:
                kept.append(change)
        return sorted(kept, key=lambda c: (c.tag, c.kind, -abs(c.after - c.before), c.place))


def compared(
    terms: Taxonomy, old: Path, new: Path, passages: Sequence[tuple[str, str]]
) -> tuple[dict[str, dict[str, int]], str]:
    """How the tagger at `new` differs from the one at `old` on passages: counts by tag, and Markdown for people.

    Nothing where there is no old tagger that works, or no passage.
    """
    after = tagger.load(terms, new)
    try:
        before = tagger.load(terms, old)
    except SourcebookError:
        return {}, ""
    found = difference(before, after, passages)
    return found.counts(), told(found, passages, before, after) if passages else ""


def difference(old: Tagger, new: Tagger, passages: Sequence[tuple[str, str]]) -> Difference:
    """How the tags of level 1 of (title, text) passages change from `old` to `new`."""
    changes = []
    for place, (before, after) in enumerate(zip(old.score(passages), new.score(passages), strict=True)):
        was, now = old.holds(before), new.holds(after)
        for label, name in enumerate(new.labels):
            if "/" not in name and (kind := kind_of(name in was, name in now, float(after[label] - before[label]))):
                changes.append(Change(name, kind, place, float(before[label]), float(after[label])))
    return Difference(len(passages), tuple(sorted(changes, key=lambda c: (-abs(c.after - c.before), c.place, c.tag))))


def kind_of(was: bool, now: bool, by: float) -> str | None:
    """What happened to a tag; None where nothing did."""
    if was != now:
        return "gained" if now else "lost"
    return "moved" if np.abs(by) >= MOVED else None


def refusals(terms: Taxonomy, about: Mapping[str, Any]) -> list[str]:
    """The floors of the taxonomy's quality.toml that a tagger falls below, by what it says `about` itself.

    A floor that was not measured is passed: `[folds]` holds floors by cross-validation, `[gold]` those on gold, which
    is measured where it was given.
    """
    found = []
    for basis, floor in quality.floors(terms).items():
        if measured := about["quality"].get(basis):
            found += [f"{basis}, {one}" for one in quality.fallen(floor, quality.from_dict(measured))]
    return found


def told(one: Difference, passages: Sequence[tuple[str, str]], old: Tagger, new: Tagger) -> str:
    """The difference as Markdown, for people."""
    lines = [
        "# What the new tagger says otherwise", "",
        f"{old.version} before, {new.version} now, on {one.passages:,} passages.", "",
        "| tag | gained | lost | moved |", "|---|---|---|---|",
    ]  # fmt: skip
    lines += [f"| {tag} | {n['gained']} | {n['lost']} | {n['moved']} |" for tag, n in one.counts().items()]
    for change in one.examples():
        title, text = passages[change.place]
        lines += ["", f"## {change.tag} {change.kind}: {change.before:.2f} → {change.after:.2f}", ""]
        lines += [line for line in (" ".join(title.split()), "", f"> {' '.join(text.split())}") if line or title]
    return "\n".join(lines) + "\n"
