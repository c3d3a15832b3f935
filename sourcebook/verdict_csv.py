"""Verdicts as CSV for spreadsheets: the queue or what people said goes out, what they filled in comes back."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from corpus import verdicts
from corpus.errors import SourcebookError, nearest
from corpus.formats.tables import LONGEST_CELL, guarded, numbered, unguarded
from corpus.records import clean, now
from corpus.verdicts import Verdict
from nlp.queue import Ask
from sourcebook.reviewing import about

NEEDED = ("passage_key", "tag", "verdict", "who")
COLUMNS = (*NEEDED, "time", "why", "asked", "label", "score", "threshold", "words", "place", "text")
TEXT = "SELECT text FROM passage WHERE key = ?"
KNOWN_TAGS = "SELECT tag FROM tag ORDER BY position"

OUTCOMES = ("saved", "unchanged", "unanswered", "refused")
"""What becomes of a row; `unanswered` has no verdict yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of the row that begins at `line` of the file, with its cells as they were."""

    line: int
    outcome: str
    reason: str
    cells: dict[str, str]


def unanswered(asks: Iterable[Ask], who: str, second: bool) -> Iterator[Verdict]:
    """The queue as rows that wait for a verdict.

    They bear the time at which they go out, so that to take them in again undoes nothing that was said since.
    """
    time = now()
    return (Verdict(ask.passage_key, ask.tag, "", who, time, asked=not second) for ask in asks)


def write(db: Database, path: Path, rows: Iterable[Verdict]) -> None:
    """Write `rows`, each with what there is to judge it by, to a new file.

    UTF-8 with a byte order mark, by which spreadsheets know it; no cell can be a formula.
    """
    if path.exists():
        raise SourcebookError(f"{path} is there already, and may hold verdicts. Choose another name, or move it away.")
    wip = path.with_name(f"{path.name}.wip")
    with wip.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(map(guarded, cells(db, row)) for row in rows)
    os.replace(wip, path)


def cells(db: Database, row: Verdict) -> list[str]:
    """The cells of a row, as COLUMNS names them."""
    one = about(db, row.passage_key, row.tag)
    numbers = ["" if number is None else f"{number:.4f}" for number in (one.score, one.threshold)]
    own = [row.passage_key, row.tag, row.verdict, row.who, row.time, row.why or "", str(int(row.asked))]
    return [*own, one.label, *numbers, one.words, one.place, row.quote or one.text or ""]


def read(db: Database, path: Path) -> list[Row]:
    """Take in the verdicts in the file at `path`: each row ends in an outcome, a bad one costs itself alone."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourcebookError(f"{path} is not UTF-8. Save it as “CSV UTF-8” and try again.") from None
    lines = text.replace("\0", "").split("\n")
    delimiter = max(",;\t", key=lines[0].count)
    header = [name.strip().lower() for name in next(csv.reader(lines[:1], delimiter=delimiter), [])]
    if missing := [name for name in NEEDED if name not in header]:
        raise SourcebookError(f"{path} lacks the column {missing[0]!r}. Needed are: {', '.join(NEEDED)}.")
    with db.atomic():
        return [take_in(db, line, header, row) for line, row in table_rows(lines, delimiter)]


def table_rows(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """The rows below the header that are not blank, with the line (from 1) at which each begins.

    What is no row is a reason why; reading then goes on at the next line.
    """
    csv.field_size_limit(LONGEST_CELL)
    begin = 1
    while begin < len(lines):
        reader = csv.reader(numbered(lines, begin), delimiter=delimiter, strict=True)
        read = 0
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield begin + read + 1, row
                read = reader.line_num
            return
        except csv.Error as error:
            begin += read + 1
            yield begin, f"it cannot be read: {error}"


def take_in(db: Database, line: int, header: list[str], row: list[str] | str) -> Row:
    """Save one row; its outcome."""
    if isinstance(row, str):
        return Row(line, "refused", row, {})
    cells = dict(zip(header, map(unguarded, row), strict=False))
    if any(cell.strip() for cell in row[len(header) :]):
        return Row(line, "refused", f"it has {len(row)} cells where the header has {len(header)}", cells)
    if not cells.get("verdict", "").strip():
        return Row(line, "unanswered", "", cells)
    try:
        outcome = "saved" if verdicts.say(db, verdict(db, cells)) else "unchanged"
        return Row(line, outcome, "", cells)
    except SourcebookError as error:
        return Row(line, "refused", str(error), cells)


def verdict(db: Database, cells: dict[str, str]) -> Verdict:
    """The verdict of a row; SourcebookError says why there is none."""
    key, tag, word = (clean(cells.get(name, "")) for name in ("passage_key", "tag", "verdict"))
    who, why = " ".join(clean(cells.get("who", "")).split()), clean(cells.get("why", "")) or None
    tags = [row[0] for row in db.execute(KNOWN_TAGS).fetchall()]
    if tag not in tags:
        raise SourcebookError(f"unknown tag {tag!r}{nearest(tag, tags)}")
    before, passage = verdicts.said(db, key, tag, who), db.execute(TEXT, [key]).fetchone()
    if not before and not passage:
        raise SourcebookError(f"unknown passage {key!r}")
    time, quote = utc(cells.get("time", "")), passage[0] if passage else before.quote if before else ""
    asked = cells.get("asked", "").strip() == "1"
    one = verdicts.checked(Verdict(key, tag, word.lower(), who, time or now(), why, quote, asked))
    if before and (before.verdict, before.why) != (one.verdict, one.why):
        if not time:
            raise SourcebookError(f"{who} said otherwise on {before.time}. Fill in `time` if this was said later")
        if before.time > time:
            raise SourcebookError(f"{who} said otherwise later, on {before.time}")
    return one


def utc(text: str) -> str:
    """A time in ISO 8601 as the database keeps it, in UTC to the second; empty, where none is given."""
    if not text.strip():
        return ""
    try:
        time = datetime.fromisoformat(text.strip())
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise SourcebookError(f"{text.strip()!r} is no time such as 2025-03-01T10:00:00Z") from None
    found = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    if found > now():
        raise SourcebookError(f"the time {text.strip()!r} is still to come")
    return found


def counted(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows had each outcome."""
    counts = Counter(row.outcome for row in rows)
    return {outcome: counts[outcome] for outcome in OUTCOMES}
