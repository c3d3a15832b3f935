"""Training a workspace's own tagger, and the gate that it has to pass."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from corpus.errors import SourcebookError
from nlp import examples, release, reviews, tagger
from nlp import train as learning
from nlp.taxonomy import TAGGER, Taxonomy
from sourcebook.workspace import Workspace, recorded

CHANGES = "tagger-changes.md"
REFUSED = "tagger-refused.npz"

WITHOUT_REAL = (
    "The published passages that the shipped tagger learned from, too, are not at hand: expect the new one to know less"
    " of how such texts speak. Give them with --abstracts FILE where you have them."
)

# The passages that old and new tagger are compared on: by key, so that the same ones come again.
COMPARED = "SELECT title, text FROM passage ORDER BY key LIMIT 2000"


def train(
    workspace: Workspace,
    with_reviews: bool,
    abstracts: Path | None,
    gold: Path | None,
    anyway: bool,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Train, compare with the tagger that is in use, and put the new one in its place if it keeps the floors.

    Returns the new tagger's version, what it learned from, its measures, the changes and, where it fell below a floor,
    `refused`: it then lies beside as `tagger-refused.npz`, unless `anyway` is said.
    """
    terms = workspace.terms
    db = workspace.open()
    known = examples.corpus(terms, abstracts)
    if with_reviews:
        known += judged(db, terms)
    made = workspace.folder / REFUSED
    with recorded(workspace, db, "train", taxonomy=terms.name, reviews=with_reviews) as counts:
        say(f"Learning from {len(known):,} passages, which may take up to an hour.")
        if not abstracts and examples.references_of(terms).is_file():
            say(WITHOUT_REAL)
        about = learning.train(terms, known, made, examples.read(gold) if gold else [])
        passages = [(str(title), str(text)) for title, text in db.execute(COMPARED).fetchall()]
        changes, text = release.compared(terms, workspace.tagger, made, passages)
        if changes:
            (workspace.folder / CHANGES).write_text(text, "utf-8")
        refused, version = release.refusals(terms, about), tagger.version_of(terms, made)
        if anyway or not refused:
            made.replace(workspace.folder / TAGGER)
        counts.update(about["learned_from"])
    return {"tagger": version, **about, "changes": changes, "refused": refused, "in_use": anyway or not refused}


def judged(db: Database, terms: Taxonomy) -> list[examples.Example]:
    """The passages that people judged."""
    found = reviews.read(db, terms)
    if not found:
        raise SourcebookError("Nobody has judged a passage here yet. Run `sourcebook review` first.")
    return found


def told(result: dict[str, Any]) -> list[str]:
    """What came of a training, as lines for people."""
    learned = ", ".join(f"{number:,} {kind}" for kind, number in result["learned_from"].items() if number)
    lines = [f"Learned from {learned} passages: {result['tagger']}"]
    for basis, measured in result["quality"].items():
        tags = ", ".join(f"{tag} {one['f1']:.2f}" for tag, one in measured["tags"].items())
        lines.append(f"{basis}: macro F1 {measured['macro_f1']:.3f} ({tags})")
    for tag, n in result["changes"].items():
        lines.append(f"{tag}: {n['gained']} gained, {n['lost']} lost, {n['moved']} moved")
    if result["changes"]:
        lines.append(f"Examples are in {CHANGES}.")
    if result["refused"]:
        lines.append(f"It falls below its floors ({'; '.join(result['refused'])}).")
    if result["in_use"]:
        return [*lines, "It is in use from now on: `sourcebook build` tags the passages anew."]
    advice = f"The old tagger stays. To take the new one all the same, rename {REFUSED} to {TAGGER}."
    return [*lines, advice]
