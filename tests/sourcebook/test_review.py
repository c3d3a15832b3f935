"""Reviewing as a person meets it: keys, CSV files, agreement, conflicts."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from corpus import verdicts
from corpus.database import open_database
from corpus.formats.tables import FORMULA, guarded, unguarded
from corpus.verdicts import Verdict
from sourcebook import stages, verdict_csv
from sourcebook.cli import main
from sourcebook.workspace import open_workspace

TIME = "2025-03-01T10:00:00Z"


def run(folder: Path, *arguments: object, keys: str = "") -> Result:
    return CliRunner().invoke(main, ["-C", str(folder), "review", *map(str, arguments)], input=keys)


def opened(folder: Path) -> Database:
    return open_database(folder / "evidence.db")


def said(folder: Path) -> list[tuple[str, str, str, str, str | None]]:
    words = verdicts.everything_said(opened(folder))
    return [(one.passage_key, one.tag, one.verdict, one.who, one.why) for one in words]


def say(folder: Path, *words: tuple[int, str, str, str]) -> None:
    for passage, tag, verdict, who in words:
        verdicts.say(opened(folder), Verdict(f"passage{passage}", tag, verdict, who, TIME, None, f"quote {passage}"))


def table(folder: Path, *rows: str, header: str = "passage_key,tag,verdict,who,time,why") -> Path:
    path = folder / "verdicts.csv"
    path.write_text("\r\n".join([header, *rows]) + "\r\n", "utf-8", newline="")
    return path


def test_a_key_is_an_answer(tagged_base: Path) -> None:
    result = run(tagged_base, "--who", "Ama", "--tag", "threat", "--limit", "3", keys="ynsq")
    assert result.exit_code == 0, result.output
    first, second = said(tagged_base)
    assert first == ("passage1", "threat", "confirm", "Ama", None)
    assert second[1:] == ("threat", "reject", "Ama", None)
    for part in (
        "1 of 3",
        "3 of 3",
        "Osei 2016, On osei2016late, p. 1, Findings  [osei2016late]",
        "2 saved, 0 left",
        "Passage 1 tells of a buyer.",
        "Threat (threat): A harm",
        "Tagger: 0.52, counts from 0.50 (buyer)",
    ):
        assert part in " ".join(result.output.split("\n")).replace("   ", " ") or part in result.output, part
    assert result.output.count("[y] holds") == 3
    assert opened(tagged_base).execute("SELECT quote FROM human_tag WHERE id = 1").fetchone() == (
        "Passage 1 tells of a buyer.",
    )


def test_the_input_may_end_anywhere_and_what_was_said_stays(tagged_base: Path) -> None:
    assert "1 saved" in run(tagged_base, "--who", "Ama", keys="y").output
    assert "0 saved" in run(tagged_base, "--who", "Ama").output
    assert len(said(tagged_base)) == 1


def test_each_answer_is_saved_before_the_next_question(tagged_base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = iter("yn")

    def key() -> str:
        if (found := next(keys, "")) == "":
            raise SystemExit(137)  # killed while the third question stands
        return found

    monkeypatch.setattr("sourcebook.keyboard.read_key", key)
    assert run(tagged_base, "--who", "Ama").exit_code == 137
    assert len(said(tagged_base)) == 2


def test_a_reason_goes_with_the_next_answer(tagged_base: Path) -> None:
    run(tagged_base, "--who", "Ama", "--tag", "threat", keys="wit is a wish\nn\ny")
    assert [one[4] for one in said(tagged_base)] == ["it is a wish", None]


@pytest.mark.parametrize("key", ["s", "uy"])
def test_a_reason_for_what_is_then_not_answered_goes_with_it(tagged_base: Path, key: str) -> None:
    run(tagged_base, "--who", "Ama", "--tag", "threat", "--limit", "3", keys=f"ywit is a wish\n{key}y")
    assert [one[4] for one in said(tagged_base)] == [None, None]


def test_a_reason_for_what_another_answered_meanwhile_goes_with_it(
    tagged_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(prompt: str) -> str:
        first = json.loads(run(tagged_base, "--who", "Ben", "--tag", "threat", "--json").output)[0]
        say(tagged_base, (int(first["passage_key"][-1]), "threat", "confirm", "Ben"))
        return "it is a wish"

    keys = iter("wyq")
    monkeypatch.setattr("sourcebook.keyboard.read_line", typed)
    monkeypatch.setattr("sourcebook.keyboard.read_key", lambda: next(keys))
    run(tagged_base, "--who", "Ama", "--tag", "threat")
    assert [one[3:] for one in said(tagged_base)] == [("Ben", None), ("Ama", None)]


def test_what_was_asked_is_told_from_what_was_added(tagged_base: Path) -> None:
    tags = [row[0] for row in opened(tagged_base).execute("SELECT tag FROM tag ORDER BY position").fetchall()]
    numbers = [tags.index(tag) + 1 for tag in ("experience", "threat")]
    run(tagged_base, "--who", "Ama", "--tag", "threat", keys=f"a{numbers[0]}\nya{numbers[1]}\nn")
    assert {(one.tag, one.verdict, one.asked) for one in verdicts.everything_said(opened(tagged_base))} == {
        ("experience", "add", False), ("threat", "confirm", True), ("threat", "add", True), ("threat", "reject", True),
    }  # fmt: skip
    run(tagged_base, "--who", "Ben", "--second", "--tag", "experience", keys="y")
    asked = "SELECT DISTINCT tag, asked FROM settled ORDER BY 1"
    assert opened(tagged_base).execute(asked).fetchall() == [("experience", 0), ("threat", 1)]


def test_another_tag_is_added_by_its_number(tagged_base: Path) -> None:
    tags = [row[0] for row in opened(tagged_base).execute("SELECT tag FROM tag ORDER BY position").fetchall()]
    number = tags.index("experience/training") + 1
    result = run(tagged_base, "--who", "Ama", "--tag", "threat", keys=f"a{number}\na0\nanone\ny")
    assert "Added experience/training." in result.output
    assert [one[:3] for one in said(tagged_base)] == [
        ("passage1", "experience/training", "add"), ("passage1", "threat", "confirm"),
    ]  # fmt: skip


def test_what_was_added_is_not_asked(tagged_base: Path) -> None:
    tags = [row[0] for row in opened(tagged_base).execute("SELECT tag FROM tag ORDER BY position").fetchall()]
    added = "".join(f"a{tags.index(tag) + 1}\n" for tag in ("threat", "opportunity"))
    result = run(tagged_base, "--who", "Ama", keys=added + "q")
    assert len(said(tagged_base)) == 2
    first = json.loads(run(tagged_base, "--who", "Ama", "--json").output)[0]
    assert (first["passage_key"], first["tag"]) not in [one[:2] for one in said(tagged_base)]
    assert "2 saved" in result.output


def test_a_theme_of_a_tag_that_one_rejected_is_not_added(tagged_base: Path) -> None:
    say(tagged_base, (1, "experience", "reject", "Ama"), (4, "experience", "reject", "Ama"))
    tags = [row[0] for row in opened(tagged_base).execute("SELECT tag FROM tag ORDER BY position").fetchall()]
    result = run(tagged_base, "--who", "Ama", "--tag", "threat", keys=f"a{tags.index('experience/results') + 1}\nq")
    assert "You rejected experience here" in result.output
    assert len(said(tagged_base)) == 2


def test_undo_takes_back_one_answer_after_the_other(tagged_base: Path) -> None:
    result = run(tagged_base, "--who", "Ama", "--tag", "threat", keys="yyuuuny")
    assert [one[2] for one in said(tagged_base)] == ["reject", "confirm"]
    assert said(tagged_base)[0][0] == "passage1"
    assert "There is nothing to undo." in result.output


def test_the_last_answer_can_be_undone(tagged_base: Path) -> None:
    result = run(tagged_base, "--who", "Ama", "--limit", "1", keys="yun")
    assert "That was the last one" in result.output
    assert [one[2] for one in said(tagged_base)] == ["reject"]


def test_other_keys_do_nothing(tagged_base: Path) -> None:
    result = run(tagged_base, "--who", "Ama", keys="x\n\x1b?")
    assert "is no answer" in result.output
    assert said(tagged_base) == []


def test_text_from_outside_cannot_steer_the_terminal(tagged_base: Path) -> None:
    with (db := opened(tagged_base)).atomic():
        db.execute("UPDATE passage SET text = 'buyer \x1b[2J\x9b2J\u202e end'")
    output = run(tagged_base, "--who", "Ama", keys="q").output
    assert "end" in output
    assert not {"\x1b", "\x9b", "\u202e"} & set(output)


def test_reviewing_needs_a_name_and_passages(tagged_base: Path, tmp_path: Path) -> None:
    assert "Say who judges" in run(tagged_base).output
    assert "There is no tag" in run(tagged_base, "--who", "Ama", "--tag", "x").output
    assert "behind `conflicts`" in run(tagged_base, "--who", "Ama", "conflicts").output
    run_init = CliRunner().invoke(main, ["-C", str(tmp_path / "empty"), "init"])
    assert run_init.exit_code == 0
    assert "no evidence here yet" in run(tmp_path / "empty", "--who", "Ama").output


def test_a_second_reviewer_judges_without_seeing_the_first(tagged_base: Path) -> None:
    assert "Nothing to judge" in run(tagged_base, "--who", "Ben", "--second").output
    say(tagged_base, (1, "threat", "confirm", "Ama"), (4, "experience", "add", "Ama"))
    result = run(tagged_base, "--who", "Ben", "--second", keys="yyy")
    assert "Ama" not in result.output
    assert "The tagger did not come near this tag." in result.output
    assert {one[:4] for one in said(tagged_base)[2:]} == {
        ("passage1", "threat", "confirm", "Ben"), ("passage4", "experience", "confirm", "Ben"),
    }  # fmt: skip


def test_the_queue_goes_out_and_comes_back_filled_in(tagged_base: Path, tmp_path: Path) -> None:
    path = tmp_path / "queue.csv"
    result = run(tagged_base, "export", path, "--who", "Ama", "--limit", "4", "--json")
    assert json.loads(result.output) == {"file": str(path), "rows": 4}
    assert path.read_bytes().startswith(b"\xef\xbb\xbfpassage_key,tag,verdict,who,time,why")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["verdict"] for row in rows} == {""}
    assert (rows[0]["label"], rows[0]["score"], rows[0]["words"]) != ("", "", "")
    rows[0]["verdict"], rows[1]["verdict"] = " Confirm ", "reject"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    result = run(tagged_base, "import", path)
    assert result.exit_code == 0
    assert result.output == "2 saved, 0 unchanged, 2 unanswered, 0 refused\n"
    assert [one[2:4] for one in said(tagged_base)] == [("confirm", "Ama"), ("reject", "Ama")]
    assert run(tagged_base, "import", path).output == "0 saved, 2 unchanged, 2 unanswered, 0 refused\n"
    assert [one.asked for one in verdicts.everything_said(opened(tagged_base))] == [True, True]


def test_to_take_a_filled_queue_in_again_undoes_no_later_word(tagged_base: Path, tmp_path: Path) -> None:
    path = tmp_path / "queue.csv"
    run(tagged_base, "export", path, "--who", "Ama", "--tag", "threat", "--limit", "1")
    text = path.read_text("utf-8-sig").replace("passage1,threat,,", "passage1,threat,confirm,")
    sent = verdict_csv.now()
    path.write_text(text := re.sub(r"20\d\d-[^,]*Z", TIME, text), "utf-8")  # it went out long ago
    assert TIME in text
    assert "1 saved" in run(tagged_base, "import", path).output
    path.write_text(text.replace("confirm", "reject"), "utf-8")  # put right in the file
    assert "1 saved" in run(tagged_base, "import", path).output
    verdicts.say(opened(tagged_base), Verdict("passage1", "threat", "confirm", "Ama", sent))
    output = run(tagged_base, "import", path).output
    assert "1 refused" in output
    assert f"Ama said otherwise later, on {sent}" in output
    assert [one[2] for one in said(tagged_base)] == ["confirm"]


def test_the_rows_of_a_queue_say_when_they_went_out_and_that_they_are_asked(tagged_base: Path, tmp_path: Path) -> None:
    say(tagged_base, (1, "threat", "confirm", "Ama"))
    for name, second, asked in (("first", (), "1"), ("second", ("--second",), "0")):
        run(tagged_base, "export", tmp_path / name, "--who", "Ben", *second)
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["asked"] for row in rows} == {asked}
        assert all(TIME < verdict_csv.utc(row["time"]) <= verdict_csv.now() for row in rows)


def test_a_row_without_a_time_replaces_no_word(tagged_base: Path, tmp_path: Path) -> None:
    say(tagged_base, (1, "threat", "reject", "Ama"))
    rows = ("passage1,threat,confirm,Ama,,", "passage1,threat,reject,Ama,,", "passage1,threat,confirm,Ben,,")
    output = run(tagged_base, "import", table(tmp_path, *rows)).output
    assert "1 saved, 1 unchanged, 0 unanswered, 1 refused" in output
    assert "line 2: refused: Ama said otherwise on 2025-03-01T10:00:00Z. Fill in `time`" in output
    assert [one[2:4] for one in said(tagged_base)] == [("reject", "Ama"), ("confirm", "Ben")]
    assert {one.asked for one in verdicts.everything_said(opened(tagged_base))} == {False}


def test_what_people_said_goes_out_and_comes_in_as_it_was(tagged_base: Path, tmp_path: Path) -> None:
    shutil.copytree(tagged_base, tmp_path / "other")
    for number, why in enumerate(("=1+1", "'=1", '"quoted", and\nbroken', "- a dash", "@here;\t", "ñ – “x”", None), 1):
        key, asked = f"passage{(number - 1) % 6 + 1}", number % 2 == 0
        verdicts.say(opened(tagged_base), Verdict(key, "threat", "add", f"+Ama {number}", TIME, why, "", asked))
    path = tmp_path / "judged.csv"
    assert run(tagged_base, "export", path, "--judged").exit_code == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert not [cell for row in csv.reader(file) for cell in row if cell.startswith(FORMULA)]
    assert run(tmp_path / "other", "import", path).output == "7 saved, 0 unchanged, 0 unanswered, 0 refused\n"
    assert said(tmp_path / "other") == said(tagged_base)
    assert [one.asked for one in verdicts.everything_said(opened(tmp_path / "other"))] == [False, True] * 3 + [False]
    assert run(tagged_base, "import", path).output == "0 saved, 7 unchanged, 0 unanswered, 0 refused\n"
    again = tmp_path / "again.csv"
    run(tmp_path / "other", "export", again, "--judged")
    columns = [[line.split(",")[:4] for line in file.read_text("utf-8").splitlines()] for file in (path, again)]
    assert columns[0] == columns[1]


@given(st.text(alphabet=st.sampled_from("'=+-@\t\ra")))
def test_a_guard_against_formulas_comes_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(FORMULA)


def test_a_file_that_may_hold_verdicts_is_not_overwritten(tagged_base: Path, tmp_path: Path) -> None:
    path = table(tmp_path, "mine")
    result = run(tagged_base, "export", path, "--who", "Ama")
    assert result.exit_code != 0
    assert "is there already" in result.output
    assert path.read_text("utf-8").splitlines()[1] == "mine"


REFUSED = (
    ("nowhere,threat,confirm,Ama,,", "unknown passage 'nowhere'"),
    ("passage1,thret,confirm,Ama,,", "unknown tag 'thret'. Did you mean 'threat'?"),
    ("passage1,threat,maybe,Ama,,", "'maybe' is no verdict"),
    ("passage1,threat,confirm,,,", "Nobody is named"),
    ("passage1,threat,confirm,Ama,yesterday,", "'yesterday' is no time"),
    ("passage1,threat,confirm,Ama,2999-01-01,", "is still to come"),
    ("passage1,threat,confirm,Ama,,why,more", "it has 7 cells where the header has 6"),
    ('"passage1,threat,confirm,Ama,,', "it cannot be read"),
    ("passage5,threat,confirm,Ama,2024-01-01,", "Ama said otherwise later, on 2025-03-01T10:00:00Z"),
)


def test_a_bad_row_costs_itself_alone(tagged_base: Path, tmp_path: Path) -> None:
    say(tagged_base, (5, "threat", "reject", "Ama"))
    good = ("passage1,threat,confirm,Ama,2025-03-01 11:00+01:00,so it is", "", "passage6,experience,ADD,Ben,,")
    rows = [good[0], *(row for row, _ in REFUSED), *good[1:]]
    result = run(tagged_base, "import", table(tmp_path, *rows), "--json")
    assert result.exit_code == 1
    report = json.loads(result.output)
    assert [report[name] for name in verdict_csv.OUTCOMES] == [2, 0, 0, len(REFUSED)]
    for line, (row, (_, reason)) in enumerate(zip(report["rows"], REFUSED, strict=True), start=3):
        assert row["line"] == line
        assert reason in row["reason"]
    assert report["rows"][0]["cells"]["passage_key"] == "nowhere"
    assert said(tagged_base)[1:] == [
        ("passage1", "threat", "confirm", "Ama", "so it is"), ("passage6", "experience", "add", "Ben", None),
    ]  # fmt: skip
    assert verdicts.said(opened(tagged_base), "passage1", "threat", "Ama").time == TIME  # type: ignore[union-attr]
    assert "line 3: refused: unknown passage" in run(tagged_base, "import", tmp_path / "verdicts.csv").output
    runs = opened(tagged_base).execute("SELECT stage, outcome FROM run").fetchall()
    assert set(runs) == {("review", "finished")}


def test_what_was_said_of_a_passage_that_has_gone_is_kept(tagged_base: Path, tmp_path: Path) -> None:
    say(tagged_base, (1, "threat", "reject", "Ama"), (1, "threat", "confirm", "Ben"))
    with (db := opened(tagged_base)).atomic():
        db.execute("DELETE FROM passage WHERE id = 1")
    run(tagged_base, "export", tmp_path / "judged.csv", "--judged")
    assert "quote 1" in (tmp_path / "judged.csv").read_text("utf-8")
    assert "2 unchanged" in run(tagged_base, "import", tmp_path / "judged.csv").output
    result = run(tagged_base, "conflicts", "--who", "Chair", keys="n")
    assert "no longer here" in result.output
    assert "quote 1" in result.output


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "lacks the column"),
        (b"tag,verdict,who\n", "lacks the column 'passage_key'"),
        (b"\xff\xfe\x00", "is not UTF-8"),
    ],
)
def test_what_is_no_table_of_verdicts_is_a_sentence(tagged_base: Path, tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "bad.csv").write_bytes(data)
    result = run(tagged_base, "import", tmp_path / "bad.csv")
    assert result.exit_code == 1
    assert says in result.output


def test_agreement_is_a_table(tagged_base: Path) -> None:
    assert "No two people" in run(tagged_base, "agreement").output
    for passage, ben in enumerate(("confirm", "reject", "reject", "confirm"), start=1):
        ama = "reject" if passage == 2 else "confirm"
        say(tagged_base, (passage, "threat", ama, "Ama"), (passage, "threat", ben, "Ben"))
    lines = run(tagged_base, "agreement").output.splitlines()
    assert lines[1] == "Ama, Ben"
    assert lines[3].split() == ["threat", "4", "0.75", "0.50", "0.53"]
    (overall, threat) = json.loads(run(tagged_base, "agreement", "--json").output)
    assert (overall["tag"], threat["tag"], threat["kappa"]) == (None, "threat", 0.5)


def test_conflicts_are_listed_and_settled_by_a_key(tagged_base: Path) -> None:
    assert "People say nothing differently" in run(tagged_base, "conflicts").output
    for passage in (1, 2, 3):
        say(tagged_base, (passage, "threat", "confirm", "Ama"), (passage, "threat", "reject", "Ben"))
    before = said(tagged_base)
    listed = run(tagged_base, "conflicts").output
    assert listed.count("Ama confirmed threat on 2025-03-01") == 3
    result = run(tagged_base, "conflicts", "--who", "Chair", keys="wruling 3\nyanuns")
    assert "'a' is no answer" in result.output
    assert "2 saved" in result.output
    assert said(tagged_base) == before
    found = json.loads(run(tagged_base, "conflicts", "--json").output)
    assert [one["passage_key"] for one in found] == ["passage3", "passage1", "passage2"]
    assert [one["resolution"] and one["resolution"]["verdict"] for one in found] == [None, "confirm", "reject"]
    assert found[1]["resolution"]["why"] == "ruling 3"
    assert "Settled by Chair" in run(tagged_base, "conflicts").output
    run(tagged_base, "conflicts", "--who", "Chair", keys="y")
    assert "All conflicts are settled" in run(tagged_base, "conflicts", "--who", "Chair", keys="y").output


def test_a_wrong_key_can_be_put_right_and_a_later_word_opens_the_matter_again(tagged_base: Path) -> None:
    def settled() -> list[tuple[str, bool]]:
        found = json.loads(run(tagged_base, "conflicts", "--json").output)
        return [(one["resolution"]["verdict"], one["is_open"]) for one in found]

    say(tagged_base, (1, "threat", "confirm", "Ama"), (1, "threat", "reject", "Ben"))
    run(tagged_base, "conflicts", "--who", "Chair", keys="nq")
    assert settled() == [("reject", False)]
    run(tagged_base, "conflicts", "--who", "Chair", "--again", keys="y")
    assert settled() == [("confirm", False)]
    assert "Open again" not in run(tagged_base, "conflicts").output
    with (db := opened(tagged_base)).atomic():
        db.execute("UPDATE resolution SET time = ?", [TIME])
    verdicts.say(db, Verdict("passage1", "threat", "reject", "Cleo", "2025-03-02T10:00:00Z"))
    assert settled() == [("confirm", True)]
    assert "Open again: Cleo spoke after that." in run(tagged_base, "conflicts").output
    assert "1 saved" in run(tagged_base, "conflicts", "--who", "Chair", keys="n").output
    assert settled() == [("reject", False)]
    assert "--again goes with --who" in run(tagged_base, "conflicts", "--again").output


@pytest.mark.parametrize("command", ["", "export", "import", "agreement", "conflicts"])
def test_every_part_has_help_with_an_example_and_json(tagged_base: Path, command: str) -> None:
    output = run(tagged_base, *command.split(), "--help").output
    assert "Example:" in output
    assert "--json" in output


def test_tagging_anew_changes_no_verdict(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small, tmp_path / "base")
    workspace = open_workspace(tmp_path / "base")
    db = workspace.open()
    key, tag = db.execute(
        "SELECT p.key, m.tag FROM machine_tag m JOIN passage p ON p.id = m.passage_id WHERE score >= threshold LIMIT 1"
    ).fetchone()
    verdicts.say(db, Verdict(key, tag, "reject", "Ama", TIME, "no", "quote"))
    verdicts.say(db, Verdict(key, tag, "confirm", "Ben", TIME))
    verdicts.resolve(db, Verdict(key, tag, "reject", "Chair", TIME))
    tables = ("human_tag", "resolution", "settled")
    before = [db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    with db.atomic():
        db.execute("UPDATE passage SET tagger = 'another version'")
        db.execute("DELETE FROM machine_tag")
    assert stages.tag(workspace, db)["passages"] > 0
    assert db.execute("SELECT COUNT(*) FROM machine_tag").fetchone()[0] > 0
    assert [db.execute(f"SELECT * FROM {table}").fetchall() for table in tables] == before
    held = "SELECT 1 FROM evidence e JOIN passage p ON p.id = e.passage_id WHERE p.key = ? AND e.tag = ?"
    assert db.execute(held, [key, tag]).fetchone() is None
