"""A search in a workspace: a small lack of the index is made good at once, a large one and a frozen copy are not."""

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from corpus.errors import SourcebookError
from index import store
from sourcebook import searching, stages
from sourcebook.cli import main
from sourcebook.searching import mend_beside, mendable
from sourcebook.workspace import Workspace, open_workspace

PASSAGE = """
INSERT INTO passage (key, work_id, ordinal, title, char_start, char_end, text, hash) VALUES (?, ?, 99, '', 0, 1, ?, ?)
"""


@pytest.fixture
def workspace(small: Path, tmp_path: Path) -> Workspace:
    """The small workspace, with a passage that was added since it was built."""
    shutil.copytree(small, tmp_path / "base")
    workspace = open_workspace(tmp_path / "base")
    db = workspace.open()
    text = "Beekeepers sell honey to one large bottler, which sets the price."
    with db.atomic():
        db.execute(PASSAGE, ["bees", 1, text, text])
    db.close()
    return workspace


def keys(workspace: Workspace, db: Database, mode: str = "semantic") -> list[str]:
    return [hit.passage_key for hit in searching.search(workspace, db, "apiculture and its buyers", k=1, mode=mode)]


def test_a_new_passage_is_found_by_its_meaning_at_once(workspace: Workspace) -> None:
    db = workspace.open()
    assert mendable(workspace, db)
    assert keys(workspace, db) == ["bees"]
    assert not mendable(workspace, db)
    assert db.execute("SELECT outcome FROM run ORDER BY id DESC LIMIT 1").fetchone() == ("finished",)


def test_words_need_no_index(workspace: Workspace) -> None:
    db = workspace.open()
    assert searching.search(workspace, db, "beekeepers", mode="keyword")[0].passage_key == "bees"
    assert mendable(workspace, db)


def test_nobody_waits_for_many_passages(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MENDED", 0)
    db = workspace.open()
    assert not mendable(workspace, db)
    assert keys(workspace, db) != ["bees"]
    assert store.lacking(db) == 1


def fail(*_: Any) -> None:
    raise SourcebookError("evidence.db cannot be written")


def test_what_cannot_be_mended_is_searched_as_it_is(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "index", fail)
    db = workspace.open()
    assert len(keys(workspace, db)) == 1
    (workspace.index / "manifest.json").unlink()
    with pytest.raises(SourcebookError, match="Run `sourcebook index`"):
        keys(workspace, db)


def test_an_index_that_was_lost_is_made_anew(workspace: Workspace) -> None:
    shutil.rmtree(workspace.index)
    assert keys(workspace, workspace.open()) == ["bees"]


def wait() -> None:
    """Until nobody mends any more."""
    with searching.MENDING:
        pass


def test_a_reader_has_it_mended_beside(workspace: Workspace) -> None:
    db = workspace.open()
    assert mend_beside(workspace)
    wait()
    assert not mendable(workspace, db)
    assert store.read_manifest(workspace.index).count == db.execute("SELECT COUNT(*) FROM passage").fetchone()[0]


def test_one_mends_at_a_time_and_a_failure_stops_nobody(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    going, started = threading.Event(), threading.Event()

    def slow(*_: Any) -> None:
        started.set()
        going.wait(30)
        fail()

    monkeypatch.setattr(stages, "index", slow)
    assert mend_beside(workspace)
    assert started.wait(30)
    assert not mend_beside(workspace)
    going.set()
    wait()
    monkeypatch.undo()
    assert mend_beside(workspace)
    wait()
    assert not mendable(workspace, workspace.open())


def ask(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(folder), "search", *arguments])


def found(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    result = ask(folder, *arguments, "--json")
    assert result.exit_code == 0, result.output
    hits: list[dict[str, Any]] = json.loads(result.output)
    return hits


def test_the_command_line_mends(workspace: Workspace) -> None:
    assert found(workspace.folder, "apiculture and its buyers", "-k", "1", "--mode", "semantic")[0]["passage_key"] == (
        "bees"
    )


def test_at_most_so_many_passages_of_a_work(workspace: Workspace) -> None:
    hits = found(workspace.folder, "suppliers", "--per-work", "1", "-k", "9")
    assert len(hits) == len({hit["work"] for hit in hits}) == 3
    assert ask(workspace.folder, "suppliers", "--per-work", "0").exit_code == 2


def test_more_and_less_like_a_passage_or_a_work(workspace: Workspace) -> None:
    like = found(workspace.folder, "--more", "marrin2014waiting", "-k", "9")
    assert like
    assert "marrin2014waiting" not in {hit["work"] for hit in like}
    first = found(workspace.folder, "small firms", "-k", "1")[0]["passage_key"]
    for option in ("--more", "--less"):
        assert first not in {hit["passage_key"] for hit in found(workspace.folder, "small firms", option, first)}
    two = found(workspace.folder, "firms", "--more", "sol2020bulk", "--more", "iie2018clinics", "-k", "9")
    assert {hit["work"] for hit in two} == {"marrin2014waiting"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["late", "--more", "nobody"], "No passage or work here has the key 'nobody'"),
        (["--less", "sol2020bulk"], "The query is empty"),
        (["late", "--more", "sol2020bulk", "--mode", "keyword"], "go by meaning"),
        ([], "The query is empty"),
        (["--", "-bank"], "The query is empty"),
    ],
)
def test_mistakes_are_sentences(workspace: Workspace, arguments: list[str], words: str) -> None:
    result = ask(workspace.folder, *arguments)
    assert result.exit_code != 0
    assert words in result.output
    assert "Traceback" not in result.output


def test_hits_show_their_marks_and_scores(workspace: Workspace) -> None:
    hit = found(workspace.folder, "settling invoices", "-k", "1")[0]
    assert {"words", "semantic", "keyword", "marks", "sentence"} == set(hit["why"])
    assert hit["why"]["sentence"]
    assert [hit["text"][start:end] for start, end in hit["why"]["marks"]]
    shown = ask(workspace.folder, "settling invoices", "-k", "1").output
    assert "meaning 0." in shown
    assert "words " in shown
    assert "Nothing found" in ask(workspace.folder, '"no such phrase anywhere"').output
