"""`tag`, `index`, `build`: from what was gathered to what can be searched."""

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click

from sourcebook.commands.shared import COMPLETE, as_json, counted, emit, gathered, with_scheduler


@click.command()
@click.option(
    "--stdin",
    is_flag=True,
    help='Tag JSON lines {"id","text","title"?} from standard input instead; a workspace\'s own tagger is used.',
)
@with_scheduler
@as_json
@click.pass_obj
def tag(folder: Path, stdin: bool, scheduler: str | None, json_: bool) -> None:
    """Tag the passages that are not tagged yet.

    \b
    Example: sourcebook -C mybase tag
             echo '{"id": "1", "text": "The buyer pays after 120 days."}' | sourcebook tag --stdin
    """
    from sourcebook import cluster, stages
    from sourcebook.workspace import open_workspace

    if stdin and scheduler:
        raise click.UsageError("--stdin is answered by this machine alone. Leave --scheduler away.")
    if stdin:
        for line in tagged(folder, sys.stdin.buffer):
            click.echo(json.dumps(line, ensure_ascii=False))
        return
    workspace = open_workspace(folder)
    with cluster.spread(scheduler) as spread:
        report("Tagged", stages.tag(workspace, workspace.open(), spread), json_)


@click.command()
@with_scheduler
@as_json
@click.pass_obj
def index(folder: Path, scheduler: str | None, json_: bool) -> None:
    """Bring the semantic index up to date.

    \b
    Example: sourcebook -C mybase index
    """
    from sourcebook import cluster, stages
    from sourcebook.workspace import open_workspace

    workspace = open_workspace(folder)
    with cluster.spread(scheduler) as spread:
        report("Indexed", stages.index(workspace, workspace.open(), spread), json_)


@click.command()
@as_json
@click.pass_obj
def build(folder: Path, json_: bool) -> None:
    """Do whatever is undone: crawl the active sources, merge, extract, tag, index.

    \b
    Example: sourcebook -C mybase build
    """
    from sourcebook import gather, stages
    from sourcebook.workspace import open_workspace

    workspace = open_workspace(folder)
    results = gather.crawl(workspace, ()) if workspace.config.sources else {}
    done = stages.build(workspace, workspace.open())
    if json_:
        emit({"crawl": results, **done})
    else:
        for one in results.values():
            click.echo(gathered(one))
        for stage, counts in done.items():
            click.echo(f"{stage}: {counted(counts)}")
    if not all(one.outcome in COMPLETE for one in results.values()):
        raise SystemExit(1)


def report(verb: str, counts: dict[str, int], json_: bool) -> None:
    """Say what a stage did."""
    if json_:
        emit(counts)
    else:
        click.echo(f"{verb}: {counted(counts)}")


def tagged(folder: Path, stream: Any) -> Iterator[dict[str, Any]]:
    """The tags of the passages that come as JSON lines, a line each, in their order."""
    from nlp import tagger
    from sourcebook.workspace import workspace_or_default

    workspace = workspace_or_default(folder)
    model = tagger.load(workspace.terms, workspace.tagger)
    numbered = ((number, line) for number, line in enumerate(stream, start=1) if line.strip())
    while batch := list(islice(numbered, 256)):
        rows = [parsed(number, line) for number, line in batch]
        found = model.score([(row.get("title") or "", row["text"]) for row in rows])
        for row, scores in zip(rows, found, strict=True):
            yield {"id": row["id"], **model.answer(scores)}


def parsed(number: int, line: bytes) -> dict[str, Any]:
    """One line of `tag --stdin` as a dictionary, or an error that names the line."""
    from corpus.errors import SourcebookError
    from corpus.records import clean

    try:
        row = json.loads(line)
        if not isinstance(row, dict) or not isinstance(row["text"], str) or "id" not in row:
            raise KeyError
        return dict(clean(row), id=clean(row["id"]), text=clean(row["text"]))
    except (ValueError, KeyError, RecursionError):
        raise SourcebookError(
            f'Line {number} of the input is not a JSON object with "id" and "text". Mend it and try again.'
        ) from None
