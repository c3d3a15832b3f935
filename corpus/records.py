"""Bibliographic records: one as one source gave it, in CSL-JSON."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

Item = dict[str, Any]
"""A CSL-JSON item (https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html), with `abstract`,
`keyword`, `language`; what CSL has no name for is under `custom`: `licence`, `access`, `pdf_url`, `references`."""

SAVE = """
INSERT INTO record (source_id, key, fetch_id, csl, hash) VALUES (:source_id, :key, :fetch_id, :csl, :hash)
ON CONFLICT (source_id, key) DO UPDATE SET
    csl = excluded.csl, hash = excluded.hash, fetch_id = excluded.fetch_id
WHERE hash <> excluded.hash
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One bibliographic record: `key` names it within its source, `csl` is its CSL-JSON item."""

    key: str
    csl: Item


def canonical(value: Any) -> str:
    """JSON whose bytes depend on the value alone."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of `text` in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def source_id(db: Database, name: str, kind: str, base_url: str | None = None) -> int:
    """The key of the source called `name`, which is added where it is new."""
    db.execute(
        "INSERT INTO source (name, kind, base_url) VALUES (?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, base_url = excluded.base_url"
        " WHERE kind <> excluded.kind OR base_url IS NOT excluded.base_url",
        [name, kind, base_url],
    )
    return int(db.execute("SELECT id FROM source WHERE name = ?", [name]).fetchone()[0])


def save_record(db: Database, source: int, record: Record, fetch: int | None = None) -> int:
    """Save `record` under `source` and return its id; an unchanged record stays as it is."""
    csl = canonical(clean(record.csl))
    row = {"source_id": source, "key": record.key, "fetch_id": fetch, "csl": csl, "hash": digest(csl)}
    db.execute(SAVE, row)
    found = db.execute("SELECT id FROM record WHERE source_id = ? AND key = ?", [source, record.key])
    return int(found.fetchone()[0])


def clean(value: Any) -> Any:
    """`value` without empty fields, and without characters that no text may hold (controls, lone surrogates)."""
    if isinstance(value, str):
        return "".join(c for c in value if (c >= " " or c in "\n\t") and not "\ud800" <= c <= "\udfff").strip()
    if isinstance(value, Mapping):
        cleaned = {str(k): clean(v) for k, v in value.items()}
        return {k: v for k, v in cleaned.items() if v not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [v for v in map(clean, value) if v not in (None, "", [], {})]
    return value
