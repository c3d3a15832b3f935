"""The work that a citation key stands for, also one that it had before it was merged."""

from sqlite_utils import Database

RESOLVE = """
SELECT id FROM work WHERE key = :key
UNION ALL SELECT work_id FROM work_alias WHERE key = :key LIMIT 1
"""


def resolve(db: Database, key: str) -> int | None:
    """The id of the work with the citation key `key`, or with that key before it was merged."""
    row = db.execute(RESOLVE, {"key": key}).fetchone()
    return int(row[0]) if row else None
