"""Where a workspace stands: counts a stage, what is undone, what failed and why, disk used."""

from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawl.outcomes import FAILED
from sourcebook import importing, stages
from sourcebook.workspace import Workspace

# The outcomes of a request that leave something out, of crawls and of imports.
FAILURES = (*FAILED, *importing.FAILED)

SOURCES = """
SELECT s.name, (SELECT COUNT(*) FROM record WHERE source_id = s.id) AS records,
       (SELECT COUNT(*) FROM fetch WHERE source_id = s.id) AS requests,
       (SELECT COUNT(*) FROM fetch WHERE source_id = s.id AND outcome IN ({failures})) AS failed
FROM source s ORDER BY s.name
"""
FILES = "SELECT IFNULL(outcome, 'unread'), COUNT(*) FROM file GROUP BY 1 ORDER BY 1"
FAILED_ITEMS = """
SELECT url, outcome, IFNULL(reason, '') FROM fetch WHERE outcome IN ({failures})
UNION ALL
SELECT name, outcome, IFNULL(reason, '') FROM file WHERE outcome NOT IN ('extracted') ORDER BY 2, 1
"""
TAGGED = "SELECT COUNT(*) FROM passage WHERE tagger IS NOT NULL"


def count(db: Database, sql: str) -> int:
    """The number that `sql` asks for."""
    return int(db.execute(sql).fetchone()[0])


def status(workspace: Workspace) -> dict[str, Any]:
    """Counts a source and a stage, and what is undone."""
    db = workspace.open()
    undone = stages.undone(workspace, db)
    passages = count(db, "SELECT COUNT(*) FROM passage")
    marks = ", ".join("?" * len(FAILURES))
    sources = db.execute(SOURCES.format(failures=marks), FAILURES).fetchall()
    return {
        "sources": {name: {"records": r, "requests": q, "failed": f} for name, r, q, f in sources},
        "works": count(db, "SELECT COUNT(*) FROM work"),
        "files": dict(db.execute(FILES).fetchall()),
        "passages": passages,
        "tagged": count(db, TAGGED),
        "indexed": passages - undone["index"],
        "undone": undone,
    }


def failures(workspace: Workspace) -> list[tuple[str, str, str]]:
    """What failed, as (URL or file name, outcome, reason)."""
    marks = ", ".join("?" * len(FAILURES))
    return [tuple(row) for row in workspace.open().execute(FAILED_ITEMS.format(failures=marks), FAILURES).fetchall()]


def disk(workspace: Workspace) -> dict[str, int]:
    """Bytes used by the database, the archive and the index."""
    parts = {"database": workspace.database, "archive": workspace.archive, "index": workspace.index}
    return {name: size(path) for name, path in parts.items()}


def size(path: Path) -> int:
    """The bytes of a file, or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
