"""The ledger: what a run asked for, what came of it, and what is still undone."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from sqlite_utils import Database

from corpus.archive import Archive, Place, read_body
from corpus.errors import SourcebookError
from corpus.records import Record, canonical, digest, now, save_record, source_id
from crawl import statements as sql
from crawl.outcomes import ARCHIVED, FAILED, PASSING, brief
from crawl.parse import Skipped
from crawl.sources import Source

VERSION = "1"
SECRET = re.compile(r"(?<=[?&])api_key=[^&#]*&?")
MANNERS = ("limit", "delay", "allow_private")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request; `body` is None where there is none to keep.

    `optional` marks what may well be absent (robots.txt, a sitemap that nobody named): no failure if it is.
    """

    url: str
    outcome: str
    reason: str = ""
    referrer: str = ""
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str = ""
    body: bytes | None = None
    cost: float = 0.0
    next: str | None = None
    hops: tuple[tuple[str, int], ...] = ()
    optional: bool = False

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class File:
    """A full text that came as an answer."""

    name: str
    media_type: str


class Ledger:
    """The rows of one run of one source, and what earlier runs of the same harvest left undone.

    A harvest is what a source asks for, whatever its limit and manners. `last` is its latest run, if any;
    `runs` are those since the last that was complete: what they settled need not be asked again.
    """

    def __init__(self, db: Database, archive: Archive, source: Source) -> None:
        self.db = db
        self.archive = archive
        query = {k: v for k, v in asdict(source).items() if k not in MANNERS}
        self.parameters = {"harvest": digest(canonical(query))[:16], "limit": source.limit, "query": query}
        self.source_id = source_id(db, source.name, source.kind, source.base_url or None)
        earlier = list(db.query(sql.RUNS, {"harvest": self.parameters["harvest"]}))
        self.last: dict[str, Any] = earlier[0] if earlier else {}
        # A site may have changed when its limit was reached; a list goes on where it was left.
        complete = {"finished", "limit"} if source.kind == "site" else {"finished"}
        since = next((run["id"] for run in earlier if run["outcome"] in complete), 0)
        self.runs = [run["id"] for run in earlier if run["id"] > since]
        self.run_id = 0
        self.counts: Counter[str] = Counter()
        self.cost = 0.0

    def begin(self) -> None:
        """Open the run."""
        versions, parameters = canonical({"crawl": VERSION}), canonical(self.parameters)
        row = {"time": now(), "versions": versions, "parameters": parameters}
        self.run_id = int(self.db.execute(sql.BEGIN_RUN, row).lastrowid or 0)
        self.runs.append(self.run_id)

    def end(self, outcome: str, reason: str) -> None:
        """Close the run."""
        counts = {**self.counts, "cost": round(self.cost, 6), "reason": reason}
        row = {"time": now(), "outcome": outcome, "counts": canonical(counts), "run": self.run_id}
        self.db.execute(sql.END_RUN, row)

    def save(
        self,
        answer: Answer,
        records: Sequence[Record] = (),
        skipped: Sequence[Skipped] = (),
        file: File | None = None,
        record_id: int = 0,
    ) -> list[int]:
        """Save an answer with all that it gave, in one transaction; the ids of its records.

        `file` belongs to the record `record_id`, or else to the first of `records`.
        """
        row = self._row(answer)
        with self.db.atomic():
            self._save_hops(answer)
            fetch = self._save_fetch(row, len(records))
            self.counts["failed"] += row["outcome"] in FAILED and not answer.optional
            saved = [save_record(self.db, self.source_id, record, fetch) for record in records]
            if row["outcome"] != "unchanged":
                for one in skipped:
                    self.db.execute(sql.ADD_SKIPPED, [fetch, one.key, one.outcome, brief(one.reason)])
            if file:
                owner = {"record_id": record_id or saved[0], "fetch_id": fetch}
                self._save_file(row | owner | asdict(file))
        return saved

    def _row(self, answer: Answer) -> dict[str, Any]:
        row: dict[str, Any] = {
            "source_id": self.source_id,
            "run_id": self.run_id,
            "url": without_secret(answer.url),
            "referrer": without_secret(answer.referrer) or None,
            "time": now(),
            "status": answer.status,
            "media_type": answer.media_type or None,
            "bytes": None if answer.body is None else len(answer.body),
            "sha256": None,
            "etag": answer.header("etag") or None,
            "last_modified": answer.header("last-modified") or None,
            "warc_file": None,
            "warc_offset": None,
            "outcome": answer.outcome,
            "reason": SECRET.sub("", answer.reason) or None,
            "cost": answer.cost,
            "next": answer.next,
        }
        return row | self._keep(answer, row["url"], row["time"]) if answer.body is not None else row

    def _keep(self, answer: Answer, url: str, time: str) -> dict[str, Any]:
        """Archive the body, unless it lies there already; where it lies, and whether it is unchanged."""
        assert answer.body is not None
        if answer.outcome not in ARCHIVED | {"unchanged"}:
            return {}
        hashed = sha256(answer.body).hexdigest()
        before = self.last_body(url)
        unchanged = answer.outcome == "saved" and before is not None and before["sha256"] == hashed
        same = self._first(sql.SAME_BODY, sha256=hashed)
        if same and (self.archive.folder / same["warc_file"]).exists():
            place = Place(same["warc_file"], same["warc_offset"])
        else:
            place = self.archive.write_response(url, answer.status or 200, answer.headers, answer.body, time)
        return {
            "sha256": hashed,
            "warc_file": place.warc_file,
            "warc_offset": place.offset,
            "outcome": "unchanged" if unchanged else answer.outcome,
        }

    def _save_hops(self, answer: Answer) -> None:
        """The redirects on the way: as open as what they led to, if that may be asked for again."""
        outcome = answer.outcome if answer.outcome in PASSING else "redirected"
        way = [*answer.hops, (answer.url, 0)]
        for (url, status), (target, _) in pairwise(way):
            hop = Answer(url, outcome, answer.reason, answer.referrer, status, next=without_secret(target))
            self._save_fetch(self._row(hop), 0)

    def _save_fetch(self, row: Mapping[str, Any], records: int) -> int:
        self.counts.update(requests=1, records=records)
        self.cost += row["cost"]
        return int(self.db.execute(sql.ADD_FETCH, {**row, "records": records}).lastrowid or 0)

    def _save_file(self, row: Mapping[str, Any]) -> None:
        if not self.db.execute(sql.RENEW_FILE, dict(row)).rowcount:
            self.db.execute(sql.ADD_FILE, dict(row))

    def last_body(self, url: str) -> dict[str, Any] | None:
        """The latest row of `url` whose body is archived."""
        return self._first(sql.LAST_BODY, url=without_secret(url))

    def conditions(self, url: str) -> dict[str, str]:
        """Headers that ask for `url` only if it has changed since, where we still have what it was."""
        row = self.last_body(url)
        if not row or row["outcome"] == "broken" or not (self.archive.folder / row["warc_file"]).exists():
            return {}
        headers = {"If-None-Match": row["etag"], "If-Modified-Since": row["last_modified"]}
        return {name: value for name, value in headers.items() if value}

    def body(self, row: Mapping[str, Any]) -> bytes | None:
        """The archived body of a row of `fetch`; None where it has none, or none that can be read."""
        if not row["warc_file"]:
            return None
        try:
            return read_body(self.archive.folder, row["warc_file"], row["warc_offset"])
        except SourcebookError:
            return None

    def settled(self, url: str) -> dict[str, Any] | None:
        """How a run that was cut short settled `url`; None where it is undone."""
        return self._first(sql.SETTLED, url=url)

    def asked(self, url: str) -> bool:
        """Whether `url` was ever settled."""
        return self._first(sql.ASKED, url=url) is not None

    def last_page(self) -> str | None:
        """The `next` of the last page that was saved (empty: it was the last); None before the first."""
        row = self._first(sql.LAST_PAGE)
        return None if row is None else str(row["next"])

    def keys(self) -> set[str]:
        """The keys of the records that the harvest gave so far."""
        return {row["key"] for row in self._query(sql.KEYS)}

    def record_id(self, key: str) -> int:
        """The id of the record `key`; 0 where there is none."""
        row = self._first(sql.RECORD, key=key)
        return int(row["id"]) if row else 0

    def pdfs(self) -> list[tuple[int, str]]:
        """The records that name a PDF, with its address."""
        return [(row["id"], row["url"]) for row in self._query(sql.PDFS)]

    def _query(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        own = {"source_id": self.source_id, "runs": json.dumps(self.runs)}
        return list(self.db.query(statement, own | values))

    def _first(self, statement: str, **values: Any) -> dict[str, Any] | None:
        return next(iter(self._query(statement, **values)), None)


def without_secret(url: str) -> str:
    """`url` without the key of an interface, which belongs in no table."""
    return SECRET.sub("", url).rstrip("?&")
