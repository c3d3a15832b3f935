"""A small evidence base of invented works, and the reading room on it."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from sqlite_utils import Database

from corpus.archive import Archive
from corpus.records import Record, digest, save_record, source_id
from corpus.works import merge
from index import store
from nlp import encoder, quality, taxonomy
from nlp.quality import Measure
from nlp.reliability import Own
from sourcebook import config, room, trust
from sourcebook.workspace import Workspace, open_workspace

TIME = "2025-03-01T10:00:00Z"
HOSTILE = '<script>alert(1)</script> & <img src=x onerror="alert(2)">'
PDF = b"%PDF-1.4\n% invented\n%%EOF\n"
WORKS = (
    ("Osei", 2016, "Late payment in regional supply chains", "GH", "C"),
    ("Diallo", 2018, "Credit for small growers who sell to exporters", "SN", "A"),
    ("Moreau", 2011, "Long payment terms and the builders who bear them", "FR", "F"),
    ("Tanaka", 2005, "Learning from the assembly plant next door", "JP", "C"),
    ("Silva", 2019, "Quality marks and the dairies that hold them", "BR", "C"),
    ("Kowalski", 2022, "What linkage programmes left behind", "PL", "C"),
)
TEXTS = (
    ("The buyers settle their invoices after ninety days, and small suppliers run out of cash.", "threat",
     "threat/late_payment", ["invoices", "ninety days"]),
    ("Steady orders from the large customer brought the workshops a first bank loan.", "opportunity",
     "opportunity/finance", ["steady orders"]),
    ("Workshops whose foreman could read a drawing kept the contract.", "factor_internal",
     "factor_internal/skills", ["could read"]),
    ("The programme trained forty firms, of which half won a repeat order.", "experience",
     "experience/training", ["programme", "trained"]),
)  # fmt: skip
FACET = "INSERT INTO facet VALUES (?, ?, ?, ?, ?, NULL, NULL)"
FETCH = """
INSERT INTO fetch (source_id, url, time, status, media_type, bytes, sha256, warc_file, warc_offset, outcome)
VALUES (?, 'https://example.org/report.pdf', ?, 200, ?, ?, ?, ?, ?, 'saved')
"""
FILE = """
INSERT INTO file (id, sha256, record_id, fetch_id, name, media_type, bytes, pages, extractor, outcome)
VALUES (?, ?, 1, ?, 'report.pdf', ?, ?, 12, 'sourcebook 1', 'extracted')
"""
PASSAGE = """
INSERT INTO passage (key, work_id, file_id, ordinal, title, section, page_first, page_last, char_start,
                     char_end, text, hash, tagger)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, 'tagger 1')
"""
SAY = """
INSERT INTO human_tag (passage_key, tag, verdict, who, time, why, quote)
SELECT key, ?, ?, 'Ama', ?, ?, text FROM passage WHERE work_id = ? ORDER BY id LIMIT 1
"""
SETTLE = """
INSERT INTO resolution (passage_key, tag, verdict, who, time, why)
SELECT key, ?, 'reject', 'Chair', ?, ? FROM passage WHERE work_id = ? ORDER BY id LIMIT 1
"""
DOCUMENTS = ((PDF, "application/pdf"), (HOSTILE.encode(), "text/html"))
PAGES = ("The first passage opens.", "The buyer pays late.", "The third one closes.")
TAG = "INSERT INTO machine_tag (passage_id, tag, score, threshold, tagger, why) VALUES (?, ?, ?, ?, ?, ?)"


def build(folder: Path) -> Workspace:
    """A workspace of 20 works with an abstract each, the first with a document in the archive too."""
    config.create(folder)
    workspace = open_workspace(folder)
    db = workspace.open()
    taxonomy.save(db, taxonomy.load("procurement"))
    sources = [source_id(db, name, "import") for name in ("first.ris", "second.bib")]
    for number in range(20):
        author, year, title, _, _ = WORKS[number % len(WORKS)]
        title = f"{title}, part {number + 1}" if number != 7 else f"{title} {HOSTILE}"
        csl = {
            "type": "article-journal", "title": title, "author": [{"family": author, "given": "A."}],
            "issued": {"date-parts": [[year]]}, "abstract": TEXTS[number % 4][0],
            "container-title": "Invented Review", "DOI": f"10.5555/invented.{number}",
            "URL": "javascript:alert(3)" if number == 7 else f"https://example.org/{number}",
        }  # fmt: skip
        save_record(db, sources[number % 2], Record(f"r{number}", csl))
    merge(db)
    document(db, workspace, sources[0])
    for work, key, csl in db.execute("SELECT id, key, csl FROM work ORDER BY id").fetchall():
        abstract(db, work, key, json.loads(csl), work - 1)
    db.execute("INSERT INTO work_alias VALUES ('oldkey2001', 1)")
    say(db)
    db.conn.commit()
    store.update(db, workspace.index, encoder.load())
    db.close()
    return workspace


def abstract(db: Database, work: int, key: str, csl: dict[str, Any], number: int) -> None:
    """One passage, its tags and its facets."""
    text, tag, theme, why = TEXTS[number % 4]
    text = f"{text} {HOSTILE}" if number == 7 else f"{text} This is study {number + 1}."
    passage = add_passage(db, work, None, 0, csl["title"], "Abstract", None, text)
    for name, score in ((tag, 0.6 + number / 100), (theme, 0.55)):
        db.execute(TAG, [passage, name, score, 0.5, "tagger 1", json.dumps(why)])
    db.execute(TAG, [passage, "relevance", 0.3, 0.5, "tagger 1", "[]"])
    _, _, _, country, sector = WORKS[number % len(WORKS)]
    db.execute(FACET, [passage, work, "country", country, f"Land {country}"])
    db.execute(FACET, [None, work, "sector", sector, f"Sector {sector}"])
    db.execute(FACET, [passage, work, "region", f"region-{country.lower()}", f"Region of {country}"])
    db.execute(FACET, [passage, work, "organisation", "ILO", "International Labour Organization"])
    if number % 3 == 0:
        db.execute(FACET, [passage, work, "buyer", "Veltro & Sons", "Veltro & Sons"])
        db.execute(FACET, [passage, work, "programme", "score", "SCORE"])
        db.execute("UPDATE work SET study_design = 'survey' WHERE id = ?", [work])


def document(db: Database, workspace: Workspace, source: int) -> None:
    """A document of the first work with three passages, and a page of another type."""
    archive = Archive(workspace.archive)
    for file, (body, media_type) in enumerate(DOCUMENTS, start=1):
        place = archive.write_response("https://example.org/report.pdf", 200, [], body, TIME)
        fetched = [source, TIME, media_type, len(body), sha256(body), place.warc_file, place.offset]
        fetch = db.execute(FETCH, fetched).lastrowid
        db.execute(FILE, [file, sha256(body), fetch, media_type, len(body)])
    archive.close()
    title = db.execute("SELECT title FROM work WHERE id = 1").fetchone()[0]
    for ordinal, text in enumerate(PAGES):
        passage = add_passage(db, 1, 1, ordinal, title, "Findings", 12, text)
        if ordinal == 1:
            db.execute(TAG, [passage, "threat", 0.91, 0.5, "tagger 1", '["pays late"]'])


def add_passage(
    db: Database, work: int, file: int | None, ordinal: int, title: str, section: str, page: int | None,
    text: str,
) -> int:  # fmt: skip
    key = digest(f"{work}{file}{ordinal}{text}")[:16]
    row = [key, work, file, ordinal, title, section, page, page, len(text), text, digest(text)]
    return int(db.execute(PASSAGE, row).lastrowid or 0)


def say(db: Database) -> None:
    """People's words: one tag rejected, one added."""
    db.execute(SAY, ["opportunity", "reject", TIME, "it is a wish", 2])
    db.execute(SAY, ["threat", "add", TIME, "they bear the cost", 3])
    db.execute(SETTLE, ["opportunity", "2025-03-02T10:00:00Z", "still a wish", 2])


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return build(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def reading_room(workspace: Workspace) -> Datasette:
    return room.application(workspace)


@pytest.fixture
def db(workspace: Workspace) -> Database:
    return workspace.open()


@pytest.fixture(scope="session")
def get(reading_room: Datasette) -> Callable[..., Any]:
    """Asks the reading room for a path, and returns the response; redirects are not followed."""
    client: Any = reading_room.client
    return lambda path, **more: asyncio.run(client.get(path, **more))


@pytest.fixture(scope="session")
def documents() -> dict[str, bytes]:
    """The archived bodies, by the media type that their server gave."""
    return {media_type: body for body, media_type in DOCUMENTS}


@pytest.fixture(scope="session")
def make_base() -> Callable[[Path], Workspace]:
    """Makes another base, for a test that harms it."""
    return build


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The base's tagger is known to find each tag where it is 8 times in 10, and where it is not once in 20."""
    tags = dict.fromkeys(taxonomy.load("procurement").top, Measure(0.89, 0.8, 0.84, 100, 0.8, 0.9, 80, 10, 20, 300))
    about = {"quality": {"folds": quality.as_dict(quality.Quality(0.7, 0.6, 0.8, tags, None))}}
    monkeypatch.setattr(trust, "own", lambda workspace: Own("tagger 1", about, frozenset()))
