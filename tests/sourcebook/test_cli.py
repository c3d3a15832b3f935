"""The command line as a user meets it: help, JSON, one-line errors, exit codes."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sourcebook.cli import main


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=text)


@pytest.mark.parametrize("command", [*main.commands, "evaluate tags", "evaluate search"])
def test_every_command_has_help_with_an_example_and_json(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert "Example:" in result.output
    if command != "evaluate":
        assert "--json" in result.output


def test_init_makes_a_workspace_once(tmp_path: Path) -> None:
    assert run("-C", str(tmp_path / "base"), "init").exit_code == 0
    again = run("-C", str(tmp_path / "base"), "init")
    assert again.exit_code != 0
    assert "is there already" in again.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["search", "late payment"], "import FILE"),
        (["cite", "--all"], "import FILE"),
        (["serve"], "import FILE"),
        (["crawl"], "No source is active"),
        (["import", "nowhere.ris"], "There is no file nowhere.ris"),
    ],
)
def test_an_empty_workspace_says_what_to_do(tmp_path: Path, arguments: list[str], words: str) -> None:
    run("-C", str(tmp_path), "init")
    result = run("-C", str(tmp_path), *arguments)
    assert result.exit_code != 0
    assert words in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_folder_that_is_no_workspace_is_named(tmp_path: Path) -> None:
    result = run("-C", str(tmp_path), "status")
    assert result.exit_code != 0
    assert "is not a workspace" in result.output


def test_search_as_json_holds_what_the_contract_says(small: Path) -> None:
    result = run("-C", str(small), "search", "late payment", "-k", "2", "--json")
    hits = json.loads(result.output)
    assert result.exit_code == 0
    assert len(hits) == 2
    names = "rank score passage_id work title year section page_first page_last text tags why"
    assert set(names.split()) <= set(hits[0])
    assert hits[0]["rank"] == 1
    assert {"tag", "score"} <= set(hits[0]["tags"][0])


def test_search_for_people_shows_passage_and_place(small: Path) -> None:
    result = run("-C", str(small), "search", "late payment", "-k", "1", "--tag", "threat")
    assert result.exit_code == 0
    assert "Marrin and Quaye 2014" in result.output
    assert "marrin2014waiting" in result.output


def test_search_obeys_its_filters(small: Path) -> None:
    hits = json.loads(run("-C", str(small), "search", "suppliers", "--year", "2018-", "--json").output)
    assert {hit["year"] for hit in hits} == {2018, 2020}
    assert run("-C", str(small), "search", "suppliers", "--year", "20x").exit_code != 0


@pytest.mark.parametrize(
    ("option", "words"), [(["--tag", "thret"], "Did you mean 'threat'"), (["--source", "x"], "import")]
)
def test_a_filter_that_does_not_exist_is_named(small: Path, option: list[str], words: str) -> None:
    for command in (["search", "suppliers"], ["cite"]):
        result = run("-C", str(small), *command, *option)
        assert result.exit_code != 0
        assert words in result.output


@pytest.mark.parametrize(
    ("arguments", "format_", "holds"),
    [
        (["--all"], "bibtex", "@article{marrin2014waiting"),
        (["--query", "late payment", "-k", "1"], "ris", "TY  - JOUR"),
        (["--work", "sol2020bulk"], "csl-json", '"id": "sol2020bulk"'),
        (["--tag", "threat"], "csv", "marrin2014waiting"),
        (["--query", "late payment", "-k", "1"], "text", "Marrin"),
    ],
)
def test_cite_in_every_format(small: Path, arguments: list[str], format_: str, holds: str) -> None:
    result = run("-C", str(small), "cite", *arguments, "--format", format_)
    assert result.exit_code == 0, result.output
    assert holds in result.output


def test_citations_are_the_same_bytes_twice(small: Path) -> None:
    assert run("-C", str(small), "cite", "--all").output == run("-C", str(small), "cite", "--all").output


def test_cite_asks_what_to_cite(small: Path) -> None:
    assert "Say what to cite" in run("-C", str(small), "cite").output
    assert "No work has the citation key" in run("-C", str(small), "cite", "--work", "nobody").output
    assert "There is no list" in run("-C", str(small), "cite", "--list", "mine").output


def test_tag_from_standard_input_needs_no_workspace() -> None:
    lines = [{"id": 7, "text": "The chain pays its small bakeries after 120 days, and they run out of cash."},
             {"id": "b", "title": "Moths", "text": "The moth was seen in June."}]  # fmt: skip
    result = run("tag", "--stdin", text="\n".join(map(json.dumps, lines)))
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert [answer["id"] for answer in answers] == [7, "b"]
    assert "threat" in {one["tag"] for one in answers[0]["tags"]}
    assert answers[1]["tags"] == []
    assert len(answers[0]["scores"]) == 6


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"id": 1, "text": 3}'])
def test_a_bad_line_is_named(line: str) -> None:
    result = run("tag", "--stdin", text='{"id": 1, "text": "Good."}\n' + line)
    assert result.exit_code != 0
    assert "Line 2" in result.output


def test_status_counts_what_is_there(small: Path) -> None:
    status = json.loads(run("-C", str(small), "status", "--json").output)
    assert status["sources"]["import"]["records"] == 3
    assert status["works"] == 3
    assert status["passages"] == status["tagged"] == status["indexed"] >= 3
    assert not any(status["undone"].values())
    assert "undone: nothing" in run("-C", str(small), "status").output


def test_building_again_changes_nothing(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small, tmp_path / "base")
    tables = ("work", "work_record", "passage", "machine_tag", "facet")

    def content() -> list[object]:
        db = sqlite3.connect(tmp_path / "base/evidence.db")
        return [db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]

    before = content()
    assert run("-C", str(tmp_path / "base"), "build").exit_code == 0
    assert content() == before


def test_a_locked_database_is_a_sentence(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.database.WAIT_SECONDS", 0.1)
    shutil.copytree(small, tmp_path / "base")
    holder = sqlite3.connect(tmp_path / "base/evidence.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    result = run("-C", str(tmp_path / "base"), "tag")
    holder.close()
    assert result.exit_code != 0
    assert "locked" in result.output


def test_a_base_that_cannot_be_written_is_a_sentence(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "corpus.database.read_beside_writer", lambda connection: connection.execute("PRAGMA query_only = ON")
    )
    assert run("-C", str(small), "cite", "--all").exit_code == 0
    for command in (["tag"], ["review", "--who", "Ama"]):
        result = run("-C", str(small), *command, text="y\n")
        assert result.exit_code == 1
        assert "cannot be written" in result.output
        assert "docs/scale.md" in result.output


def test_what_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    run("-C", str(tmp_path), "init")
    (tmp_path / "evidence.db").write_text("this is no database, " * 100)
    result = run("-C", str(tmp_path), "status")
    assert result.exit_code != 0
    assert "is not a database" in result.output
