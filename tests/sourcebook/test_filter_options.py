"""The options that narrow a search: one for each kind of filter, and one that leaves out."""

from typing import Any

import click
import pytest
from click.testing import CliRunner

from index.filters import BY, RANGED, Filters, read
from sourcebook.cli import main
from sourcebook.commands.shared import filters, with_filters

WRITTEN = {kind: ("2010-2020",) if kind == "year" else ("one", "other") for kind in RANGED}


def said(*words: str) -> Filters:
    """The filters that a command line says."""
    found: list[Any] = []

    @click.command()
    @with_filters
    def command(**narrow: Any) -> None:
        found.append(filters(narrow))

    CliRunner().invoke(command, words, catch_exceptions=False, standalone_mode=False)
    return found[0]


@pytest.mark.parametrize("kind", RANGED)
@pytest.mark.parametrize("sign", ["", "not_"])
def test_each_kind_can_be_asked_for_and_left_out(kind: str, sign: str) -> None:
    name = sign + kind
    words = [word for value in WRITTEN[kind] for word in (f"--{name.replace('_', '-')}", value)]
    expected = read(lambda asked: WRITTEN[kind] if asked == name else ())
    assert said(*words) == expected != Filters()


def test_who_and_how_sure() -> None:
    assert said("--by", "person", "--score", "0.123456789") == Filters(by="person", score=0.123456789)
    assert said("--score", "0") == Filters(score=0.0)
    assert said() == Filters()


@pytest.mark.parametrize("words", [("--score", "1.5"), ("--score", "nan"), ("--by", "nobody")])
def test_what_is_out_of_range_is_refused(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, ["search", "late payment", *words])
    assert result.exit_code != 0
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", ["search", "cite"])
def test_help_has_a_line_for_each_filter_and_those_that_leave_out_stand_together(command: str) -> None:
    lines = CliRunner().invoke(main, [command, "--help"], terminal_width=80).output.splitlines()
    names = [line.split()[0] for line in lines if line.startswith("  --")]
    first = names.index("--not-tag")
    assert names[first : first + len(RANGED)] == [f"--not-{kind}" for kind in RANGED]
    assert {f"--{kind}" for kind in RANGED} | {"--by", "--score"} <= set(names)
    assert set(BY) <= set("".join(lines).replace("[", "|").replace("]", "|").split("|"))
