"""Taking in files: bibliographic exports become records, documents become records with a full text."""

import hashlib
import mimetypes
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from corpus import formats
from corpus.archive import Archive, Place
from corpus.errors import SourcebookError
from corpus.records import Record, digest, now, save_record, source_id
from sourcebook.progress import bar
from sourcebook.workspace import Workspace, recorded

# Outcomes that leave something out; the command then ends with an error, and the ledger says why.
FAILED = ("unknown_format", "unreadable", "empty", "partly_broken")

LARGEST = 500_000_000
"""Bytes; a larger file is no export and no report."""

DOCUMENTS = {
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".htm": "text/html",
    ".txt": "text/plain",
    ".md": "text/plain",
}

SAVE_FETCH = """
INSERT INTO fetch (source_id, url, time, media_type, bytes, sha256, warc_file, warc_offset, outcome, reason)
VALUES (:source, :url, :time, :media_type, :bytes, :sha256, :warc_file, :warc_offset, :outcome, :reason)
"""
KNOWN = "SELECT id, outcome, reason FROM fetch WHERE source_id = ? AND url = ? AND sha256 = ? ORDER BY id DESC LIMIT 1"
RECORDS = "SELECT COUNT(*) FROM record WHERE fetch_id = ?"
SAVE_FILE = """
INSERT INTO file (sha256, record_id, fetch_id, name, media_type, bytes) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (sha256) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file."""

    file: str
    outcome: str
    records: int = 0
    reason: str = ""


def import_files(workspace: Workspace, paths: Iterable[Path]) -> list[Imported]:
    """Take in the files at `paths`, folders with all that is in them; each ends in a named outcome."""
    files = [file for path in paths for file in files_in(path)]
    db = workspace.open()
    archive = Archive(workspace.archive)
    results = []
    try:
        with recorded(workspace, db, "import") as counts, bar("Importing files") as advance:
            for done, file in enumerate(files, start=1):
                results.append(import_file(db, archive, file))
                advance(done, len(files))
            counts.update(files=len(files), records=sum(one.records for one in results))
    finally:
        archive.close()
    return results


def files_in(path: Path) -> Iterator[Path]:
    """The file at `path`, or the files in the folder, in order, hidden ones left out."""
    if not path.exists():
        raise SourcebookError(f"There is no file {path}.")
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.is_file())
        yield from (p for p in inside if not any(part.startswith(".") for part in p.relative_to(path).parts))
    else:
        yield path


def import_file(db: Database, archive: Archive, path: Path) -> Imported:
    """Take in one file, in one transaction; what was taken in before is left as it is."""
    name = printable(path)
    with db.atomic():
        source = source_id(db, "import", "import")
        url = path.resolve().as_uri()
        try:
            data = read_bytes(path)
        except OSError as error:
            save_fetch(db, source, url, "", 0, "", Place("", 0), "unreadable", str(error))
            return Imported(name, "unreadable", 0, str(error))
        sha256 = hashlib.sha256(data).hexdigest()
        known = db.execute(KNOWN, [source, url, sha256]).fetchone()
        if known:
            records = int(db.execute(RECORDS, [known[0]]).fetchone()[0])
            return Imported(name, "unchanged" if known[1] not in FAILED else known[1], records, known[2] or "")
        return take_in(db, archive, source, path, url, sha256, data)


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file of a sensible size; OSError says what is wrong with another."""
    if not path.is_file():
        raise OSError("it is no regular file")
    if path.stat().st_size > LARGEST:
        raise OSError(f"it has more than {LARGEST // 1_000_000} MB")
    return path.read_bytes()


def printable(path: Path) -> str:
    """The path as text that can be printed and stored, whatever bytes its name has."""
    return os.fsencode(path).decode("utf-8", "replace")


def take_in(db: Database, archive: Archive, source: int, path: Path, url: str, sha256: str, data: bytes) -> Imported:
    """Archive the bytes, note the file in the ledger, and save what it holds."""
    name = Path(printable(path)).name
    media_type = document_type(path, data)
    records, outcome, reason = ((), "imported", "") if media_type else read_records(name, data)
    if media_type and db.execute("SELECT 1 FROM file WHERE sha256 = ?", [sha256]).fetchone():
        outcome, reason = "unchanged", "the same bytes were taken in before, under another name"
    media_type = media_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
    time = now()
    place = archive.write_resource(url, media_type, data, time)
    fetch = save_fetch(db, source, url, media_type, len(data), sha256, place, outcome, reason)
    for record in records:
        # files of one name may come from several folders
        save_record(db, source, Record(f"{name}@{digest(url)[:8]}#{record.key}", record.csl), fetch)
    if outcome == "imported" and not records:
        # the title is the file's name until the document has been read, and so is the citation key
        csl = {"type": "document", "title": Path(name).stem, "custom": {"provisional": True}}
        id = save_record(db, source, Record(f"sha256:{sha256}", csl), fetch)
        db.execute(SAVE_FILE, [sha256, id, fetch, name, media_type, len(data)])
        return Imported(printable(path), outcome, 1)
    return Imported(printable(path), outcome, len(records), reason)


def save_fetch(
    db: Database,
    source: int,
    url: str,
    media_type: str,
    size: int,
    sha256: str,
    place: Place,
    outcome: str,
    reason: str,
) -> int | None:
    """Note in the ledger what became of a file."""
    row = {
        "source": source, "url": url, "time": now(), "media_type": media_type or None, "bytes": size,
        "sha256": sha256 or None, "warc_file": place.warc_file or None, "warc_offset": place.offset,
        "outcome": outcome, "reason": reason or None,
    }  # fmt: skip
    return db.execute(SAVE_FETCH, row).lastrowid


def read_records(name: str, data: bytes) -> tuple[tuple[Record, ...], str, str]:
    """The records of a bibliographic export, with outcome and reason."""
    if not data:
        return (), "empty", "the file has no bytes"
    try:
        reading = formats.read(data, name)
    except SourcebookError as error:
        return (), "unknown_format", f"{error} Documents are read as PDF, HTML and text: save others as PDF."
    if not reading.broken:
        return reading.records, "imported", ""
    first = reading.broken[0]
    reason = f"{len(reading.broken)} entries could not be read, the first {first.position}: {first.reason}"
    return reading.records, "partly_broken", reason


def document_type(path: Path, data: bytes) -> str | None:
    """The media type of a document, from its content first; None for what is to hold records.

    An empty PDF is a document still: it gets a row and an outcome of its own.
    """
    if b"%pdf-" in data[:1024].lower():
        return "application/pdf"
    if data[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype html", b"<html")):
        return "text/html"
    return None if data and formats.recognise(data, path.name) else DOCUMENTS.get(path.suffix.lower())
