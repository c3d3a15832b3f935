"""What commands share: `--json`, the filters, and printing."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

# Repeats index.search.MODES, whose import would cost every command half a second.
MODES = ("hybrid", "semantic", "keyword")

F = TypeVar("F", bound=Callable[..., Any])


def as_json(function: F) -> F:
    """Adds `--json`: the result for machines, on standard output."""
    return click.option("--json", "json_", is_flag=True, help="Print the result as JSON, for machines.")(function)


def with_scheduler(function: F) -> F:
    """Adds `--scheduler`: the work is done by the workers of a Dask cluster."""
    return click.option(
        "--scheduler", metavar="ADDRESS", help="Let a Dask cluster do the work, such as tcp://127.0.0.1:8786."
    )(function)


# What each filter takes, and what that is.
FILTERS = {
    "tag": ("TAG", "a tag or tag/theme"),
    "question": ("NUMBER", "a question that tags answer, such as 2"),
    "country": ("CODE", "an ISO 3166 code, such as GH"),
    "region": ("NAME", "such as sub-saharan-africa"),
    "sector": ("CODE", "an ISIC code, such as A or C14"),
    "programme": ("NAME", "such as better-work"),
    "organisation": ("NAME", "one that is named"),
    "buyer": ("NAME", "one that is named as such"),
    "design": ("NAME", "a work's study design, such as survey"),
    "source": ("NAME", "where a work comes from"),
    "language": ("CODE", "a work's ISO 639 code, such as en"),
    "type": ("NAME", "a work's CSL type, such as report"),
    "access": ("LEVEL", "a work's, such as open"),
    "work": ("KEY", "a citation key"),
    "year": ("RANGE", "2015, 2010-2020, 2010- or -2020"),
}


def with_filters(function: F) -> F:
    """Adds the options that narrow a search; repeated values are OR, kinds are AND."""
    options = [
        click.option(f"--{kind}", kind, multiple=kind != "year", metavar=takes, help=f"{what[0].upper()}{what[1:]}.")
        for kind, (takes, what) in FILTERS.items()
    ]
    options += [
        click.option("--by", type=click.Choice(("machine", "person")), help="Count only tags given by such."),
        click.option("--score", type=click.FloatRange(0, 1), metavar="0-1", help="Count only tags at least so sure."),
    ]
    options += [
        click.option(f"--not-{kind}", multiple=True, metavar=takes, help=f"Leave out what --{kind} would find.")
        for kind, (takes, _) in FILTERS.items()
    ]
    for option in reversed(options):
        function = option(function)
    return function


def filters(values: dict[str, Any]) -> Any:
    """The index.filters.Filters that the options of `with_filters` say."""
    from index.filters import read

    def written(name: str) -> tuple[str, ...]:
        value = values[name]
        return value if isinstance(value, tuple) else () if value is None else (str(value),)

    return read(written)


def emit(value: Any) -> None:
    """Print `value` as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=plain))


def plain(value: Any) -> Any:
    """Dataclasses as dictionaries, paths as texts."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value)} has no JSON form")


def counted(counts: dict[str, int]) -> str:
    """Counts as one line: `3 works, 12 passages`."""
    return ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in counts.items()) or "nothing to do"


# Outcomes of a source that leave nothing to be done.
COMPLETE = ("finished", "limit")


def gathered(one: Any) -> str:
    """What came of a source, as one line."""
    counts = f"{one.records:,} records, {one.requests:,} requests, {one.failed:,} failed"
    return f"{one.source}: {counts}" + (f" ({one.outcome}: {one.reason})" if one.reason else "")
