"""How far the tags of a workspace can be trusted, and what their counts come to once corrected for it.

Citation lists that quote tagged passages carry the reliability card of each tag of theirs, whichever way they leave:
`sourcebook cite`, lists included, and the reading room's pages, tables and queries. The line of a tag serves for its
themes. Citations of works alone (`cite --work`, `cite --all`, /works/KEY) carry no tags, and need none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sqlite_utils import Database

from corpus import citations
from corpus.errors import SourcebookError
from corpus.records import Item
from index import columns
from index.base import open_base
from index.strata import sizes
from nlp import reliability, reviews, strata, tagger
from nlp.reliability import Card, Own, Range
from nlp.strata import Counts
from nlp.taxonomy import Taxonomy
from sourcebook.workspace import Workspace

READERS = f"SELECT p.key, {strata.VERSION} FROM passage p WHERE p.id IN (SELECT value FROM json_each(?))"
BASES = {
    "people": "what people judged in this base",
    "gold": "labelled passages that it never saw",
    "folds": "its training passages, by cross-validation",
}


def cards(workspace: Workspace, db: Database) -> list[Card]:
    """The reliability card of each tag by each tagger that read passages here; none where the taxonomy has gone.

    Where the tagger's file has gone, is damaged or is for other tags, people's verdicts alone make cards.
    """
    try:
        return reliability.cards(db, workspace.terms, own(workspace))
    except SourcebookError:
        return []


def own(workspace: Workspace) -> Own | None:
    """The tagger of the workspace, as far as its file can be read."""
    try:
        path = workspace.tagger
        there = path.stat()
        return read(workspace.terms, path, there.st_mtime_ns, there.st_size)
    except (SourcebookError, OSError, TypeError):  # it has gone, is damaged, or holds something else
        return None


@cache
def read(terms: Taxonomy, path: Path, changed: int, size: int) -> Own | None:
    """What the file at `path` tells while it is as it is: it is large, and pages ask for it again and again."""
    arrays, about = tagger.opened(path, ("about", "seen_ids"))
    if tuple(about.get("labels", ())) != (*terms.top, *terms.themes):
        return None
    ids = (str(one) for one in arrays["seen_ids"].ravel())
    seen = frozenset(one.removeprefix(reviews.PREFIX) for one in ids if one.startswith(reviews.PREFIX))
    return Own(str(tagger.version_of(terms, path)), about, seen)


def counted(workspace: Workspace, db: Database) -> list[dict[str, Any]]:
    """Each card as a dictionary, with how many passages hold the tag (`count`) and how many should (`corrected`).

    Both are of the passages that the card's tagger has read.
    """
    found = cards(workspace, db)
    numbers = strata.unsettled(db, {card.tag for card in found}) if found else {}
    rows = []
    for card in found:
        yes, rest = numbers.get((card.tag, card.tagger), (0, strata.nothing()))
        count = yes + int(rest[: strata.NEAR].sum())
        rows.append(asdict(card) | {"count": count, "corrected": reliability.corrected(yes, [(card, rest)])})
    return rows


def corrected(workspace: Workspace, db: Database, part: ArrayLike | None = None) -> dict[str, Range]:
    """How many passages should hold each tag, where that is known, of all or of those in `part` (ids).

    Passages that no tagger has read count by people's word alone.
    """
    known = {(card.tag, card.tagger): card for card in cards(workspace, db)}
    tags = sorted({tag for tag, _ in known})
    numbers = unsettled(db, tags, part) if tags else {}
    found = {}
    for tag in tags:
        of_tag = [(known.get(key), *number) for key, number in numbers.items() if key[0] == tag]
        yes = sum(yes for _, yes, _ in of_tag)
        if one := reliability.corrected(yes, [(card, rest) for card, _, rest in of_tag]):
            found[tag] = one
    return found


def unsettled(db: Database, tags: list[str], part: ArrayLike | None) -> dict[tuple[str, str], tuple[int, Counts]]:
    """nlp.strata.unsettled, with the sizes from memory."""
    base = open_base(db)
    if part is None:
        return strata.unsettled(db, tags, None, sizes(db, base, tags, None))
    among = np.zeros(len(base.ids), dtype=bool)
    among[base.rows(np.asarray(part, dtype=np.int64))] = True
    judged = base.ids[among & columns.judged(db, base)].tolist()
    return strata.unsettled(db, tags, judged, sizes(db, base, tags, among))


def cited(workspace: Workspace, db: Database, passages: Iterable[int]) -> Iterator[Item]:
    """The works of `passages` as citations, each with its passages and how right the tags of these are."""
    ids = list(passages)
    known = {(card.tag, card.tagger): sentence(card) for card in cards(workspace, db)} if ids else {}
    readers = dict(db.execute(READERS, [strata.as_json(ids)]).fetchall()) if known else {}
    for item in citations.for_passages(db, ids):
        pinpoints = item["custom"]["pinpoints"]
        named = {(tag, readers.get(one["passage_key"])) for one in pinpoints for tag in one["tags"]}
        lines = [line for key, line in known.items() if key in named]
        yield {**item, "custom": {**item["custom"], "reliability": lines}} if lines else item


def sentence(card: Card) -> str:
    """The card in one line, as exports carry it."""
    figures = (("precision", card.precision), ("recall", card.recall), ("F1", card.f1))
    known = ", ".join(f"{name} {shown(one)}" for name, one in figures if one)
    return f"Tag {card.tag} by {card.tagger}: {known}; n {card.n}, {BASES[card.basis]}"


def table(rows: list[dict[str, Any]]) -> list[str]:
    """The cards as lines for people."""
    if not rows:
        return ["Nothing is known yet of how right the tags are. Judge some passages with `sourcebook review`."]
    lines = [f"{'tag':<18}{'precision':>18}{'recall':>18}{'F1':>18}{'n':>7}{'passages':>10}  corrected  measured on"]
    for tagger_, own_rows in groupby(rows, key=lambda row: row["tagger"]):
        for row in own_rows:
            figures = "".join(f"{shown(row[name]):>18}" for name in ("precision", "recall", "f1"))
            count = whole(row["corrected"])
            lines.append(f"{row['tag']:<18}{figures}{row['n']:>7}{row['count']:>10,}  {count:<11}{BASES[row['basis']]}")
        lines.append(f"Tagger {tagger_}.")
    return [*lines, "Intervals hold at 95 %."]


def shown(value: Any) -> str:
    """`0.62 (0.50–0.73)`; a dash where it is not known."""
    one = Range(**value) if isinstance(value, dict) else value
    return f"{one.value:.2f} ({one.low:.2f}–{one.high:.2f})" if one else "–"


def whole(one: Range | None) -> str:
    """`120 (95–150)`; a dash where it is not known."""
    return f"{one.value:,.0f} ({one.low:,.0f}–{one.high:,.0f})" if one else "–"
