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


def with_filters(function: F) -> F:
    """Adds the options that narrow a search; repeated values are OR, kinds are AND."""
    options = (
        click.option("--tag", multiple=True, metavar="TAG", help="A tag or tag/theme; may be repeated."),
        click.option("--country", multiple=True, metavar="CODE", help="ISO 3166 code, such as GH; may be repeated."),
        click.option("--region", multiple=True, metavar="NAME", help="Such as sub-saharan-africa; may be repeated."),
        click.option("--sector", multiple=True, metavar="CODE", help="ISIC code, such as A or C14; may be repeated."),
        click.option("--programme", multiple=True, metavar="NAME", help="Such as better-work; may be repeated."),
        click.option("--organisation", multiple=True, metavar="NAME", help="One that is named; may be repeated."),
        click.option("--buyer", multiple=True, metavar="NAME", help="One that is named as such; may be repeated."),
        click.option("--design", multiple=True, metavar="NAME", help="A work's study design, such as survey."),
        click.option("--source", multiple=True, metavar="NAME", help="A source's name; may be repeated."),
        click.option("--year", metavar="RANGE", help="2015, 2010-2020, 2010- or -2020."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def filters(values: dict[str, Any]) -> Any:
    """The index.filters.Filters that the options of `with_filters` say."""
    from index.filters import read

    return read(lambda kind: values.get(kind, ()), values["year"])


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
