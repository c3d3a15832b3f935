import json
import os
import signal
from pathlib import Path

import pytest
from making_pdfs import report
from sqlite_utils import Database

from corpus import extract as stage
from corpus.archive import Archive
from corpus.database import open_database
from corpus.documents import Document
from corpus.extract import describe, extract, undone
from corpus.records import Record, digest, save_record, source_id

SENTENCES = [
    f"In year {n}, the brewer of the valley bought sorghum from {n}00 growers who had never sold to it "
    "before, and it paid each of them for seed, for bags and for the carriage of the grain to its own store."
    for n in range(1, 9)
]
ABSTRACT = " ".join(SENTENCES)
PDF = report([("title", "Growers and the Brewer"), ("heading", "1.1 Trade"), ("body", ABSTRACT)], author="Awa Diallo")
TIME = "2024-05-06T07:08:09Z"


class Workspace:
    """A database and an archive, with short ways to put works and files into them."""

    def __init__(self, folder: Path) -> None:
        self.db = open_database(folder / "evidence.db")
        self.folder = folder / "archive"
        self.archive = Archive(self.folder)
        self.source = source_id(self.db, "test", "import")

    def add_work(self, id: int, abstract: str | None = None, title: str = "Growers") -> int:
        record = save_record(self.db, self.source, Record(f"r{id}", {"title": title}))
        self.db.execute(
            "INSERT INTO work (id, key, title, abstract, csl) VALUES (?, ?, ?, ?, '{}')",
            [id, f"osei{id}", title, abstract],
        )
        self.db.execute("INSERT INTO work_record (record_id, work_id, rule) VALUES (?, ?, 'single')", [record, id])
        return record

    def add_file(self, record: int, body: bytes, name: str, media_type: str = "application/pdf") -> int:
        place = self.archive.write_resource(f"file:{name}", media_type, body, TIME)
        fetch = self.db.execute(
            "INSERT INTO fetch (source_id, url, time, warc_file, warc_offset, outcome) VALUES (?, ?, ?, ?, ?, 'saved')",
            [self.source, f"file:{name}", TIME, place.warc_file, place.offset],
        ).lastrowid
        sha = digest(f"{name}{len(body)}")
        row = [sha, record, fetch, name, media_type, len(body)]
        return int(
            self.db.execute(
                "INSERT INTO file (sha256, record_id, fetch_id, name, media_type, bytes) VALUES (?, ?, ?, ?, ?, ?)",
                row,
            ).lastrowid
        )

    def extract(self) -> dict[str, int]:
        return extract(self.db, self.folder)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def rows(db: Database, sql: str) -> list[tuple[object, ...]]:
    return db.execute(sql).fetchall()


def test_a_file_becomes_passages_with_pages_and_stable_keys(workspace: Workspace) -> None:
    file = workspace.add_file(workspace.add_work(1), PDF, "growers.pdf")
    assert undone(workspace.db) == 1
    assert workspace.extract() == {"extracted": 1, "passages": 3}
    assert rows(workspace.db, "SELECT outcome, reason, pages, extractor FROM file") == [
        ("extracted", None, 1, stage.EXTRACTOR)
    ]
    found = list(workspace.db.query("SELECT * FROM passage ORDER BY ordinal"))
    assert {(p["work_id"], p["file_id"], p["title"], p["section"]) for p in found} == {
        (1, file, "Growers", "1.1 Trade")
    }
    assert [(p["page_first"], p["page_last"]) for p in found] == [(1, 1)] * 3
    assert " ".join(p["text"] for p in found) == ABSTRACT
    sha = digest(f"growers.pdf{len(PDF)}")
    assert [p["key"] for p in found] == [digest(f"{sha}{p['char_start']}{p['text']}")[:16] for p in found]
    assert [p["hash"] for p in found] == [digest(p["text"]) for p in found]


def test_an_abstract_becomes_passages_of_no_file(workspace: Workspace) -> None:
    workspace.add_work(1, ABSTRACT)
    workspace.add_work(2, None)
    workspace.add_work(3, "")
    assert workspace.extract() == {"abstracts": 1, "passages": 3}
    assert rows(workspace.db, "SELECT DISTINCT work_id, file_id, section, page_first FROM passage") == [
        (1, None, "Abstract", None)
    ]


def test_running_twice_changes_nothing(workspace: Workspace) -> None:
    workspace.add_file(workspace.add_work(1, ABSTRACT), PDF, "growers.pdf")
    workspace.extract()
    before = list(workspace.db.conn.iterdump())
    assert undone(workspace.db) == 0
    assert workspace.extract() == {}
    assert list(workspace.db.conn.iterdump()) == before


def test_an_abstract_that_changed_keeps_the_rows_whose_text_did_not(workspace: Workspace) -> None:
    workspace.add_work(1, "\n\n".join([ABSTRACT, "A sentence follows that is changed by the second version of it."]))
    workspace.extract()
    before = dict(workspace.db.execute("SELECT text, id || ' ' || key FROM passage").fetchall())
    opening = "A new beginning pushes all that follows further back than it was in the first version of it."
    workspace.db.execute("UPDATE work SET abstract = ?", [f"{opening * 9}\n\n{ABSTRACT}"])
    assert undone(workspace.db) == 1
    workspace.extract()
    after = dict(workspace.db.execute("SELECT text, id || ' ' || key FROM passage").fetchall())
    kept = before.keys() & after.keys()
    assert len(kept) == 2
    assert {before[text] for text in kept} == {after[text] for text in kept}
    assert not any("second version" in text for text in after)
    text = rows(workspace.db, "SELECT abstract FROM work")[0][0]
    for start, end, passage in rows(workspace.db, "SELECT char_start, char_end, text FROM passage"):
        assert str(text)[start:end] == passage


def test_a_new_title_goes_to_the_passages_and_undoes_their_tags_alone(workspace: Workspace) -> None:
    workspace.add_work(1, ABSTRACT)
    workspace.extract()
    workspace.db.execute("UPDATE passage SET tagger = 't1'")
    ids = rows(workspace.db, "SELECT id FROM passage")
    workspace.db.execute("UPDATE work SET title = 'Growers and brewers'")
    workspace.extract()
    assert rows(workspace.db, "SELECT DISTINCT title, tagger FROM passage") == [("Growers and brewers", None)]
    assert rows(workspace.db, "SELECT id FROM passage") == ids


def test_an_abstract_taken_away_takes_its_passages_along(workspace: Workspace) -> None:
    workspace.add_work(1, ABSTRACT)
    workspace.extract()
    workspace.db.execute("UPDATE work SET abstract = NULL")
    workspace.extract()
    assert rows(workspace.db, "SELECT COUNT(*) FROM passage") == [(0,)]
    assert undone(workspace.db) == 0


def test_a_new_extractor_does_everything_anew_and_keeps_ids(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.add_file(workspace.add_work(1, ABSTRACT), PDF, "growers.pdf")
    workspace.extract()
    before = rows(workspace.db, "SELECT id, key FROM passage ORDER BY id")
    monkeypatch.setattr(stage, "EXTRACTOR", "sourcebook 2")
    assert undone(workspace.db) == 2
    workspace.extract()
    assert undone(workspace.db) == 0
    assert rows(workspace.db, "SELECT id, key FROM passage ORDER BY id") == before


def test_every_file_ends_in_an_outcome_and_costs_no_other(workspace: Workspace) -> None:
    bodies = {
        "empty.pdf": b" ",
        "broken.pdf": b"%PDF-1.7 broken",
        "picture.png": b"\x89PNG\r\n\x1a\n\x00\x00" + bytes(range(200)),
        "growers.pdf": PDF,
    }
    for n, (name, body) in enumerate(bodies.items(), start=1):
        workspace.add_file(workspace.add_work(n), body, name)
    lost = workspace.add_file(workspace.add_work(8), b"The body of this file is lost.", "lost.txt")
    workspace.db.execute("UPDATE fetch SET warc_file = 'none.warc.gz' WHERE url = 'file:lost.txt'")
    bare = workspace.add_file(workspace.add_work(9), b"This file was never fetched.", "bare.txt")
    workspace.db.execute("UPDATE file SET fetch_id = NULL WHERE id = ?", [bare])
    seen: list[tuple[int, int]] = []
    counts = extract(workspace.db, workspace.folder, progress=lambda done, total: seen.append((done, total)))
    assert counts == {"damaged": 3, "empty": 1, "extracted": 1, "passages": 3, "unknown_type": 1}
    assert seen == [(n, 6) for n in range(1, 7)]
    outcomes = dict(workspace.db.execute("SELECT name, outcome FROM file").fetchall())
    assert outcomes["lost.txt"] == outcomes["bare.txt"] == "damaged"
    assert "missing" in str(rows(workspace.db, f"SELECT reason FROM file WHERE id = {lost}"))
    assert rows(workspace.db, "SELECT COUNT(*) FROM file WHERE outcome <> 'extracted' AND reason IS NULL") == [(0,)]
    assert undone(workspace.db) == 0


def test_a_file_waits_until_its_record_belongs_to_a_work(workspace: Workspace) -> None:
    workspace.add_file(save_record(workspace.db, workspace.source, Record("x", {"title": "X"})), PDF, "x.pdf")
    assert undone(workspace.db) == 0
    assert workspace.extract() == {}


def test_a_run_that_is_stopped_keeps_what_it_did(workspace: Workspace) -> None:
    for n in range(1, 4):
        workspace.add_work(n, ABSTRACT)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract(workspace.db, workspace.folder, progress=stop)
    assert undone(workspace.db) == 1
    assert workspace.extract() == {"abstracts": 1, "passages": 3}


def dying_reader(*job: object) -> Document:
    os.kill(os.getpid(), signal.SIGSEGV)
    return Document()


def test_a_reader_that_dies_leaves_a_crashed_file(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.add_file(workspace.add_work(1, ABSTRACT), PDF, "growers.pdf")
    monkeypatch.setattr(stage, "read_archived", dying_reader)
    assert workspace.extract() == {"abstracts": 1, "crashed": 1, "passages": 3}


@pytest.mark.parametrize("title", ["growers.pdf", "growers", "Growers", ""])
def test_a_record_named_after_its_file_is_described_by_it(workspace: Workspace, title: str) -> None:
    workspace.add_file(workspace.add_work(1, title=title), PDF, "growers.pdf")
    workspace.extract()
    item = json.loads(str(rows(workspace.db, "SELECT csl FROM record")[0][0]))
    assert item["title"] == "Growers and the Brewer"
    assert item["author"] == [{"family": "Diallo", "given": "Awa"}]
    assert item["language"] == "en"
    assert len(item["issued"]["date-parts"][0]) == 1


def test_a_record_that_knows_its_title_is_left_alone(workspace: Workspace) -> None:
    record = workspace.add_work(1, title="Growers of the valley")
    before = rows(workspace.db, "SELECT * FROM record")
    file = workspace.add_file(record, PDF, "growers.pdf")
    describe(workspace.db, file, Document(title="Something else", year=2001))
    assert rows(workspace.db, "SELECT * FROM record") == before
