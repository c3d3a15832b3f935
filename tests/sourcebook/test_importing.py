"""Taking in files: what each becomes, and that nothing is lost or doubled."""

import os
import zipfile
from pathlib import Path

import pytest

from sourcebook import config, importing
from sourcebook.importing import import_files
from sourcebook.workspace import Workspace, open_workspace

RIS = "TY  - JOUR\nTI  - Late money\nAU  - Osei, Ama\nPY  - 2016\nER  - \n"
HTML = "<!doctype html><html><head><title>A case</title></head><body><p>Workshops deliver doors.</p></body></html>"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    config.create(tmp_path / "base")
    return open_workspace(tmp_path / "base")


def outcomes(workspace: Workspace, *paths: Path) -> dict[str, tuple[str, int]]:
    return {Path(one.file).name: (one.outcome, one.records) for one in import_files(workspace, paths)}


def test_a_folder_is_taken_in_with_all_that_is_in_it(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "export.txt").write_text(RIS)
    (folder / "deep/page.html").write_text(HTML)
    (folder / "notes.txt").write_text("Small firms waited for their money.")
    (folder / "empty.pdf").write_bytes(b"")
    (folder / ".hidden").write_text(RIS)
    assert outcomes(workspace, folder) == {
        "export.txt": ("imported", 1), "page.html": ("imported", 1), "notes.txt": ("imported", 1),
        "empty.pdf": ("imported", 1),
    }  # fmt: skip
    db = workspace.open()
    assert db.execute("SELECT COUNT(*) FROM record").fetchone() == (4,)
    assert db.execute("SELECT COUNT(*) FROM file").fetchone() == (3,)


def test_bad_files_end_in_an_outcome_and_cost_only_themselves(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "empty.ris").write_bytes(b"")
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 20)
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("x.ris", RIS)
    (tmp_path / "good.ris").write_text(RIS)
    found = outcomes(workspace, *(tmp_path / n for n in ("empty.ris", "noise.bin", "archive.zip", "good.ris")))
    assert found["empty.ris"] == ("empty", 0)
    assert found["noise.bin"] == ("unknown_format", 0)
    assert found["archive.zip"] == ("unknown_format", 0)
    assert found["good.ris"] == ("imported", 1)
    reasons = workspace.open().execute("SELECT outcome, reason FROM fetch WHERE reason IS NOT NULL").fetchall()
    assert {outcome for outcome, _ in reasons} == {"empty", "unknown_format"}


def test_importing_twice_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.ris"
    path.write_text(RIS)
    outcomes(workspace, path)
    assert outcomes(workspace, path) == {"a.ris": ("unchanged", 1)}
    assert workspace.open().execute("SELECT COUNT(*) FROM fetch").fetchone() == (1,)


def test_files_of_one_name_do_not_overwrite_each_other(workspace: Workspace, tmp_path: Path) -> None:
    for folder, title in (("a", "Late money"), ("b", "Early money")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "refs.bib").write_text(f"@article{{smith2010, title = {{{title}}}, year = 2010}}")
    outcomes(workspace, tmp_path / "a", tmp_path / "b")
    assert workspace.open().execute("SELECT COUNT(*) FROM record").fetchone() == (2,)


def test_the_same_document_under_another_name_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("case.html", "copy.html"):
        (tmp_path / name).write_text(HTML)
    outcomes(workspace, tmp_path / "case.html")
    before = workspace.open().execute("SELECT * FROM record").fetchall()
    assert outcomes(workspace, tmp_path / "copy.html") == {"copy.html": ("unchanged", 0)}
    assert workspace.open().execute("SELECT * FROM record").fetchall() == before


def test_a_name_that_is_no_utf8_costs_nothing(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.ris")).write_text(RIS)
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.html")).write_text(HTML)
    (folder / "z.ris").write_text(RIS.replace("Late", "Early"))
    assert {one.outcome for one in import_files(workspace, [folder])} == {"imported"}
    assert workspace.open().execute("SELECT COUNT(*) FROM record").fetchone() == (3,)


def test_a_document_gets_its_key_when_it_has_been_read(workspace: Workspace, tmp_path: Path) -> None:
    from corpus import aliases
    from sourcebook import stages

    text = "<p>" + "Workshops in Accra deliver doors to a builder who pays them late every month. " * 4 + "</p>"
    (tmp_path / "scan0042.html").write_text(
        HTML.replace("<p>Workshops deliver doors.</p>", f"<h1>Doors of Accra</h1>{text}")
    )
    outcomes(workspace, tmp_path / "scan0042.html")
    db = workspace.open()
    stages.merge(workspace, db)
    first = db.execute("SELECT key FROM work").fetchone()[0]
    stages.extract_texts(workspace, db)
    key, title = db.execute("SELECT key, title FROM work").fetchone()
    assert "scan0042" not in key + title
    assert aliases.resolve(db, first) == aliases.resolve(db, key)


def test_the_bytes_can_be_had_back(workspace: Workspace, tmp_path: Path) -> None:
    from corpus.archive import read_body

    path = tmp_path / "page.html"
    path.write_text(HTML)
    outcomes(workspace, path)
    place = workspace.open().execute("SELECT warc_file, warc_offset FROM fetch").fetchone()
    assert read_body(workspace.archive, *place) == HTML.encode()


@pytest.mark.parametrize(
    ("name", "data", "type_"),
    [
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.txt", b"junk %PDF-1.4", "application/pdf"),
        ("a", b"\xef\xbb\xbf\n<!DOCTYPE html><p>x", "text/html"),
        ("a.txt", b"Plain words of a note.", "text/plain"),
        ("a.txt", RIS.encode(), None),
        ("a.dat", b"Plain words of a note.", None),
    ],
)
def test_the_content_says_what_a_file_is(name: str, data: bytes, type_: str | None) -> None:
    assert importing.document_type(Path(name), data) == type_
