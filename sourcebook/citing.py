"""What a citation list is made of: a search, filters, works, a list, or everything."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from corpus import citations
from corpus.aliases import resolve
from corpus.errors import SourcebookError
from corpus.records import Item
from index.base import open_base
from index.filters import Filters, check, passing_tagged
from sourcebook import trust
from sourcebook.workspace import Workspace

ORDERED = """
SELECT p.id FROM json_each(?) j CROSS JOIN passage p ON p.id = j.value JOIN work w ON w.id = p.work_id
ORDER BY w.key, p.ordinal, p.id
"""
LISTED = """
SELECT i.work_key, p.id FROM list l JOIN list_item i ON i.list_id = l.id
LEFT JOIN passage p ON p.key = i.passage_key WHERE l.name = ? ORDER BY i.position
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to cite; `k` is how many passages of the query."""

    query: str | None
    k: int
    filters: Filters
    list: str | None
    all: bool


def items(workspace: Workspace, wanted: Wanted) -> Iterable[Item]:
    """The CSL-JSON items that `wanted` asks for; SourcebookError where it asks for nothing or nothing is found."""
    db = workspace.filled()
    check(db, wanted.filters)
    if wanted.query is not None:
        found = list(trust.cited(workspace, db, searched(workspace, db, wanted)))
    elif wanted.filters.work:
        found = list(citations.for_works(db, [resolved(db, key) for key in wanted.filters.work]))
    elif wanted.list is not None:
        found = listed(workspace, db, wanted.list)
    elif wanted.filters:
        found = list(trust.cited(workspace, db, filtered(db, wanted.filters)))
    elif wanted.all:
        return citations.every_work(db)
    else:
        raise SourcebookError(
            "Say what to cite: --query, --tag, --work, --list or --all (see `sourcebook cite --help`)."
        )
    if not found:
        raise SourcebookError("Nothing found to cite. Try other words or fewer filters.")
    return found


def searched(workspace: Workspace, db: Database, wanted: Wanted) -> list[int]:
    """The passages that the query finds."""
    from sourcebook.searching import search

    hits = search(workspace, db, wanted.query or "", k=wanted.k, filters=wanted.filters)
    return [hit.passage_id for hit in hits]


def filtered(db: Database, filters: Filters) -> list[int]:
    """The tagged passages that pass the filters, by work."""
    base = open_base(db)
    ids = base.ids[passing_tagged(db, base, filters)]
    return [row[0] for row in db.execute(ORDERED, [json.dumps(ids.tolist())]).fetchall()]


def resolved(db: Database, key: str) -> int:
    """The work with the citation key `key`."""
    work = resolve(db, key)
    if work is None:
        raise SourcebookError(f"No work has the citation key {key!r}. `sourcebook search` shows the keys.")
    return work


def listed(workspace: Workspace, db: Database, name: str) -> list[Item]:
    """The items of a citation list: works, and passages quoted under theirs."""
    rows = db.execute(LISTED, [name]).fetchall()
    if not rows:
        raise SourcebookError(f"There is no list {name!r}, or it is empty.")
    quoted = {item["id"]: item for item in trust.cited(workspace, db, [row[1] for row in rows if row[1]])}
    ids = [resolved(db, row[0]) for row in rows]
    return [quoted.get(item["id"], item) for item in citations.for_works(db, ids)]
