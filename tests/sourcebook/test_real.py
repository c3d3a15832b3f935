"""A small part of the whole job on real records and documents: imported, built, asked and cited."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sourcebook.cli import main

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def base(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the two seeds, one export and the odd PDFs, built."""
    folder = tmp_path_factory.mktemp("real")
    run(folder, "init")
    data = shared / "data"
    run(
        folder,
        "import",
        str(data / "seeds"),
        str(data / "pdf/odd"),
        str(data / "literature/ecosystems/first_selection.bib"),
    )
    run(folder, "build")
    return folder


def run(folder: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["-C", str(folder), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_question_about_score_finds_its_passage(base: Path) -> None:
    hits = json.loads(run(base, "search", "How many SMEs did SCORE train in its first phase?", "-k", "3", "--json"))
    assert any("SCORE" in hit["text"] and "SMEs" in hit["text"] and "phase" in hit["text"] for hit in hits)


def test_what_is_found_can_be_cited(base: Path) -> None:
    cited = json.loads(
        run(base, "cite", "--query", "How many SMEs did SCORE train?", "-k", "1", "--format", "csl-json")
    )
    assert len(cited) == 1
    assert cited[0]["id"]


def test_every_file_has_a_named_outcome_and_nothing_is_undone(base: Path) -> None:
    status = json.loads(run(base, "status", "--json"))
    assert sum(status["files"].values()) == 11
    assert {"encrypted", "empty", "extracted"} <= set(status["files"])
    assert "unread" not in status["files"]
    assert status["sources"]["import"]["records"] == 48 + 11
    assert not any(status["undone"].values())
