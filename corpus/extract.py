"""The stage that reads files and abstracts and cuts them into passages, as far as the database lacks them."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from corpus import csl, documents
from corpus.archive import read_body
from corpus.documents.document import Document, Section, failed, name_title
from corpus.errors import SourcebookError
from corpus.passages import Passage, Splitter, cut, left_out, sentences_by_rule
from corpus.records import Record, digest, save_record
from corpus.workers import read_each

EXTRACTOR = "sourcebook 1"
"""Raise it when documents would be read or passages cut otherwise: everything is then done anew."""

FILES = """
SELECT f.id, f.sha256, IFNULL(f.name, ''), f.media_type, m.work_id, w.title, t.warc_file, t.warc_offset
FROM file f JOIN work_record m ON m.record_id = f.record_id JOIN work w ON w.id = m.work_id
LEFT JOIN fetch t ON t.id = f.fetch_id
WHERE f.extractor IS NOT ? ORDER BY f.id
"""
WORKS = """
SELECT id, key, title, IFNULL(abstract, ''), passages_of FROM work
WHERE abstract <> '' OR passages_of IS NOT NULL ORDER BY id
"""
FILE_DONE = "UPDATE file SET outcome = ?, reason = ?, pages = ?, extractor = ? WHERE id = ?"
WORK_DONE = "UPDATE work SET passages_of = ? WHERE id = ?"
OF_FILE = "SELECT id, key, hash FROM passage WHERE file_id = ? ORDER BY ordinal, id"
OF_ABSTRACT = "SELECT id, key, hash FROM passage WHERE work_id = ? AND file_id IS NULL ORDER BY ordinal, id"
DELETE = "DELETE FROM passage WHERE id = ?"
INSERT = """
INSERT INTO passage (key, work_id, file_id, ordinal, title, section, page_first, page_last,
                     char_start, char_end, text, hash)
VALUES (:key, :work_id, :file_id, :ordinal, :title, :section, :page_first, :page_last,
        :char_start, :char_end, :text, :hash)
"""
UPDATE = """
UPDATE passage SET work_id = :work_id, ordinal = :ordinal, title = :title, section = :section,
    page_first = :page_first, page_last = :page_last, char_start = :char_start, char_end = :char_end,
    tagger = CASE WHEN title = :title AND section IS :section THEN tagger END
WHERE id = :id
"""
RECORD = """
SELECT r.source_id, r.key, r.fetch_id, r.csl, IFNULL(f.name, '')
FROM file f JOIN record r ON r.id = f.record_id WHERE f.id = ?
"""


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: whose it is, and where its bytes lie in the archive."""

    id: int
    sha256: str
    name: str
    media_type: str
    work_id: int
    title: str
    warc_file: str | None
    warc_offset: int | None


@dataclass(frozen=True, slots=True)
class Abstract:
    """A work's abstract to cut; `hash` stands for what passages are cut from."""

    work_id: int
    key: str
    title: str
    text: str
    hash: str | None


def extract(
    db: Database,
    archive: Path,
    sentences: Splitter = sentences_by_rule,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Read the files and cut the abstracts that are undone; count outcomes, abstracts and passages.

    Each file and each abstract is one transaction, so that a stage that was killed goes on where it was.
    """
    files, abstracts = undone_files(db), undone_abstracts(db)
    counts: Counter[str] = Counter()
    for done, step in enumerate(steps(db, archive, files, abstracts, sentences), start=1):
        counts += step
        if progress:
            progress(done, len(files) + len(abstracts))
    return dict(sorted(counts.items()))


def undone(db: Database) -> int:
    """How many files and abstracts `extract` would do; files wait until their record belongs to a work."""
    return len(undone_files(db)) + len(undone_abstracts(db))


def undone_files(db: Database) -> list[File]:
    return [File(*row) for row in db.execute(FILES, [EXTRACTOR])]


def undone_abstracts(db: Database) -> list[Abstract]:
    found = []
    for work_id, key, title, text, passages_of in db.execute(WORKS):
        wanted = digest(f"{EXTRACTOR}\n{title}\n{text}") if text else None
        if wanted != passages_of:
            found.append(Abstract(work_id, key, title, text, wanted))
    return found


def steps(
    db: Database, archive: Path, files: Sequence[File], abstracts: Sequence[Abstract], sentences: Splitter
) -> Iterator[Counter[str]]:
    """Save one file or abstract after the other, and yield what each adds to the counts."""
    jobs = ((archive, file.warc_file, file.warc_offset, file.media_type, file.name) for file in files)
    for file, document in zip(files, read_each(read_archived, jobs), strict=True):
        passages = cut(document.sections, sentences)
        with db.atomic():
            save_file(db, file, document, passages)
        yield Counter({document.outcome: 1}) + tally(document.sections, passages)
    for abstract in abstracts:
        sections = (Section("Abstract", abstract.text),) if abstract.text else ()
        passages = cut(sections, sentences)
        with db.atomic():
            save_abstract(db, abstract, passages)
        yield Counter(abstracts=1) + tally(sections, passages)


def tally(sections: Sequence[Section], passages: Sequence[Passage]) -> Counter[str]:
    return Counter(passages=len(passages), left_out=left_out(sections).total())


def read_archived(archive: Path, warc_file: str | None, offset: int | None, media_type: str, name: str) -> Document:
    """The document of the body at a place in the archive; runs in a worker."""
    if warc_file is None or offset is None:
        return failed("damaged", "the archive holds no bytes of it")
    try:
        data = read_body(archive, warc_file, offset)
    except SourcebookError as error:
        return failed("damaged", str(error))
    return documents.read(data, media_type, name)


def save_file(db: Database, file: File, document: Document, passages: Sequence[Passage]) -> None:
    """Write what became of a file, its passages, and what it says about itself."""
    old = db.execute(OF_FILE, [file.id]).fetchall()
    owner = {"work_id": file.work_id, "file_id": file.id, "title": file.title}
    save_passages(db, old, owner, file.sha256, passages)
    db.execute(FILE_DONE, [document.outcome, document.reason, document.pages, EXTRACTOR, file.id])
    describe(db, file.id, document)


def save_abstract(db: Database, abstract: Abstract, passages: Sequence[Passage]) -> None:
    old = db.execute(OF_ABSTRACT, [abstract.work_id]).fetchall()
    owner = {"work_id": abstract.work_id, "file_id": None, "title": abstract.title}
    save_passages(db, old, owner, f"{abstract.key}abstract", passages)
    db.execute(WORK_DONE, [abstract.hash, abstract.work_id])


def save_passages(
    db: Database,
    old: Sequence[tuple[int, str, str]],
    owner: dict[str, Any],
    anchor: str,
    passages: Sequence[Passage],
) -> None:
    """Make `passages` the owner's; rows of `old` (id, key, hash) whose text stays keep id, key and tags."""
    rows = [{**owner, **asdict(passage), **keys(anchor, passage)} for passage in passages]
    kept = kept_rows(old, rows)
    for id in {id for id, _, _ in old} - set(kept.values()):
        db.execute(DELETE, [id])
    for i, row in enumerate(rows):
        if i in kept:
            db.execute(UPDATE, {**row, "id": kept[i]})
        else:
            db.execute(INSERT, row)


def keys(anchor: str, passage: Passage) -> dict[str, str]:
    """A passage's stable key, from what it is cut from, its place and its text; and the hash of its text."""
    key = digest(f"{anchor}{passage.char_start}{passage.text}")[:16]
    return {"key": key, "hash": digest(passage.text)}


def kept_rows(old: Sequence[tuple[int, str, str]], rows: Sequence[dict[str, Any]]) -> dict[int, int]:
    """The old id that each of `rows` keeps, by index: that of its key, else of the same text elsewhere."""
    by_key = {key: id for id, key, _ in old}
    kept = {i: by_key[str(row["key"])] for i, row in enumerate(rows) if row["key"] in by_key}
    taken = set(kept.values())
    free: dict[str, list[int]] = {}
    for id, _, hash in old:
        if id not in taken:
            free.setdefault(hash, []).append(id)
    for i, row in enumerate(rows):
        if i not in kept and free.get(str(row["hash"])):
            kept[i] = free[str(row["hash"])].pop(0)
    return kept


def describe(db: Database, file_id: int, document: Document) -> None:
    """Where a record has its file's name for a title, give it title, authors and year from the file."""
    source, key, fetch, text, name = db.execute(RECORD, [file_id]).fetchone()
    item = json.loads(text)
    placeholders = {csl.title_key(each or "") for each in ("", name, Path(name).stem, name_title(name))}
    if not document.title or csl.title_key(str(item.get("title", ""))) not in placeholders:
        return
    item["title"] = document.title
    item.get("custom", {}).pop("provisional", None)
    if not item.get("author"):
        item["author"] = [found for each in document.authors if (found := csl.name(each))]
    if document.year and not item.get("issued"):
        item["issued"] = {"date-parts": [[document.year]]}
    if document.language and not item.get("language"):
        item["language"] = document.language
    save_record(db, source, Record(key, item), fetch)
