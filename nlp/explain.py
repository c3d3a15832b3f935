"""Why a passage carries its tags: the words that moved each score, and the training passages it reads like."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from corpus.errors import SourcebookError
from nlp import reviews
from nlp.examples import folder_of
from nlp.taxonomy import Taxonomy

PASSAGE = "SELECT id, title, text FROM passage WHERE key = ?"
REVIEWED = "SELECT text FROM passage WHERE key = ?"
SETTLED = "SELECT tag, verdict, who FROM settled WHERE passage_key = ? ORDER BY tag"
SCORED = """
SELECT m.tag, t.label, m.score, m.threshold, m.tagger, m.why, m.near
FROM machine_tag m JOIN tag t ON t.tag = m.tag WHERE m.passage_id = ? ORDER BY t.position
"""


@dataclass(frozen=True, slots=True)
class Nearest:
    """A training passage that carries the tag and lies near: its name, its text where it is ours, the cosine."""

    id: str
    text: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one tag holds, or nearly: `words` raised the score most; it holds from `threshold` on."""

    tag: str
    label: str
    score: float
    threshold: float
    tagger: str
    words: tuple[str, ...]
    nearest: tuple[Nearest, ...]

    @property
    def holds(self) -> bool:
        """Whether the tagger gave the tag."""
        return self.score >= self.threshold


@dataclass(frozen=True, slots=True)
class Explanation:
    """A passage with the reasons of its tags, those that it nearly carries included; `people` is what people settled.

    Of `people` each is a tag, a verdict (confirm, reject or add) and who spoke last.
    """

    key: str
    title: str
    text: str
    reasons: tuple[Reason, ...]
    people: tuple[tuple[str, str, str], ...]


def explain(db: Database, terms: Taxonomy, key: str) -> Explanation:
    """The reasons of the tags of the passage with the key `key`, as they were noted when it was tagged."""
    row = db.execute(PASSAGE, [key]).fetchone()
    if row is None:
        raise SourcebookError(f"No passage has the key {key!r}. `sourcebook search --json` shows the keys.")
    id, title, text = row
    reasons = [
        Reason(tag, label, score, threshold, tagger, tuple(json.loads(why)), nearest(db, terms, json.loads(near)))
        for tag, label, score, threshold, tagger, why, near in db.execute(SCORED, [id]).fetchall()
    ]
    people = tuple((tag, verdict, who) for tag, verdict, who in db.execute(SETTLED, [key]).fetchall())
    return Explanation(key, title, text, tuple(reasons), people)


def nearest(db: Database, terms: Taxonomy, near: list[tuple[str, float]]) -> tuple[Nearest, ...]:
    """The training passages called in `near`, with their texts; a reviewed one is a passage of this base."""
    texts = written(folder_of(terms))
    return tuple(Nearest(id, texts.get(id) or reviewed(db, id), cosine) for id, cosine in near)


def reviewed(db: Database, id: str) -> str:
    """The text of a passage that people judged."""
    row = db.execute(REVIEWED, [id.removeprefix(reviews.PREFIX)]).fetchone()
    return str(row[0]) if row else "(a passage that is no longer here)"


@cache
def written(folder: Path) -> dict[str, str]:
    """The texts by name of the passages written for training, and for those of real abstracts where they stand."""
    texts: dict[str, str] = {}
    for path in [*sorted(folder.glob("written/*.jsonl")), folder / "real.jsonl"]:
        for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
            row = json.loads(line)
            texts[row["id"]] = row.get("text") or f"(a published abstract, DOI {row.get('doi') or 'unknown'})"
    return texts


def told(one: Explanation) -> list[str]:
    """The explanation as paragraphs for people."""
    lines = [one.title, one.text, *(["No tag comes near its threshold here."] if not one.reasons else [])]
    for reason in one.reasons:
        verb = f"{'holds' if reason.holds else 'does not hold'} by {reason.tagger}"
        lines.append(f"{reason.label} ({reason.tag}): {reason.score:.2f}, threshold {reason.threshold:.2f}: {verb}")
        lines.append(f"  words that raised it most: {', '.join(reason.words) or 'none stands out'}")
        lines += [f"  reads like {near.id} ({near.cosine:.2f}): {near.text}" for near in reason.nearest]
    words = {"confirm": "confirmed", "reject": "rejected", "add": "added"}
    return [*lines, *(f"{tag}: {words[verdict]} by {who}, which is what counts" for tag, verdict, who in one.people)]
