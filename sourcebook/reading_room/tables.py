"""Citation lists of Datasette's own tables and queries: all their rows, not the page's."""

import asyncio
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasette.database import QueryInterrupted
from datasette.utils import asgi, escape_sqlite
from datasette.utils.asgi import BadRequest
from sqlite_utils import Database

from corpus import citations
from corpus.records import Item
from datasette import utils
from sourcebook import trust
from sourcebook.reading_room.asking import DATABASE, snapshot
from sourcebook.reading_room.exports import FORMATS, headers, written
from sourcebook.workspace import workspace_or_default

UNTYPED: Any = utils
Response: Any = asgi.Response

# Datasette's own limit, at the end of what it asks for a table's page.
LIMIT = re.compile(r" limit \d+( offset \d+)?$")
COLUMNS = "work_id, work_key, passage_id, passage_key"
BY_KEY = {
    "passage": "SELECT p.id FROM json_each(?) j JOIN passage p ON p.key = j.value ORDER BY j.key",
    "work": "SELECT w.id FROM json_each(?) j JOIN ("
    "SELECT key, id FROM work UNION ALL "
    "SELECT key, work_id FROM work_alias WHERE key NOT IN (SELECT key FROM work)"
    ") w ON w.key = j.value ORDER BY j.key",
}


def column_of(what: str, columns: Sequence[str], table: str | None) -> str | None:
    """The column that says which "work" or "passage" a row is about."""
    own = ["id"] if table == what else []
    return next((name for name in (f"{what}_id", f"{what}_key", *own) if name in columns), None)


def can_render(columns: Sequence[str], table: str | None, database: str) -> bool:
    """Whether the rows are about works or passages."""
    about = column_of("passage", columns, table) or column_of("work", columns, table)
    return database == DATABASE and about is not None


async def render(
    datasette: Any, request: Any, data: dict[str, Any], columns: Sequence[str], rows: Sequence[Any],
    database: str, table: str | None, extension: str,
) -> Any:  # fmt: skip
    """The works that the rows are about, those beyond the page included, with the passages that they name."""
    if not can_render(columns, table, database):
        raise BadRequest(f"No column here names works or passages. One of these is wanted: {COLUMNS}.")
    if request.args.get("_next"):
        return Response.redirect(UNTYPED.path_with_removed_args(request, {"_next"}))
    passage, work = column_of("passage", columns, table), column_of("work", columns, table)
    names = [name for name in (passage, work) if name]
    if "query" in data:
        rows = await whole(datasette, data["query"], names, table)
    pairs = [(row[passage] if passage else None, row[work] if work else None) for row in rows]
    path = Path(datasette.get_database(DATABASE).path)
    text = await asyncio.to_thread(cite, path, pairs, passage or "", work or "", extension)
    if text is None:
        raise BadRequest("None of these rows is about a work that is here.")
    name = table or data.get("query_name") or "query"
    return Response(text, headers=headers(name, extension), content_type=FORMATS[extension].media_type)


async def whole(datasette: Any, query: dict[str, Any], names: list[str], table: str | None) -> Sequence[Any]:
    """The columns `names` of all rows that `query` gives, in its order."""
    inner = LIMIT.sub(" limit -1", query["sql"]) if table else query["sql"].strip().rstrip(";")
    sql = f"select {', '.join(map(escape_sqlite, names))} from (\n{inner}\n)"
    try:
        results = await datasette.get_database(DATABASE).execute(sql, query["params"], truncate=False)
    except QueryInterrupted:
        raise BadRequest("This query takes too long to cite. Narrow it down.") from None
    return list(results.rows)


def cite(path: Path, pairs: list[tuple[Any, Any]], passage: str, work: str, extension: str) -> str | None:
    """The citation list of `pairs` of passage and work; a row without passage cites its work."""
    workspace = workspace_or_default(path.parent)
    with snapshot(path) as db:
        passages = ids(db, "passage", [one for one, _ in pairs], passage.endswith("_key"))
        works = ids(db, "work", [other for one, other in pairs if one is None], work.endswith("_key"))
        found: dict[str, Item] = {item["id"]: item for item in trust.cited(workspace, db, passages)}
        for item in citations.for_works(db, works):
            found.setdefault(item["id"], item)
        return written(found.values(), extension) if found else None


def ids(db: Database, what: str, values: Sequence[Any], are_keys: bool) -> list[int]:
    """The ids of the works or passages that `values` name, by key or by id."""
    if not are_keys:
        return [value for value in values if isinstance(value, int)]
    keys = json.dumps([value for value in values if isinstance(value, str)])
    return [row[0] for row in db.execute(BY_KEY[what], [keys]).fetchall()]
