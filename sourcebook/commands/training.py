"""`explain`, `reliability`, `train`: why tags were given, how far to trust them, and how to teach the tagger."""

from functools import partial
from pathlib import Path
from typing import Any

import click

from sourcebook.commands.shared import as_json, emit


@click.command()
@click.argument("passage")
@as_json
@click.pass_obj
def explain(folder: Path, passage: str, json_: bool) -> None:
    """Say why PASSAGE (its key) carries its tags, and which it nearly carries.

    \b
    Example: sourcebook -C mybase search "late payment" --json    # shows passage_key
             sourcebook -C mybase explain 3f2a91c0d4
    """
    from nlp import explain
    from sourcebook.reviewing import wrapped
    from sourcebook.workspace import open_workspace

    workspace = open_workspace(folder)
    found = explain.explain(workspace.filled(), workspace.terms, passage)
    if json_:
        emit(found)
        return
    for line in explain.told(found):
        click.echo(wrapped(line))


@click.command()
@as_json
@click.pass_obj
def reliability(folder: Path, json_: bool) -> None:
    """Say how right each tag is in this base, from what people judged, and correct its count for it.

    \b
    Example: sourcebook -C mybase reliability
    """
    from sourcebook import trust
    from sourcebook.workspace import open_workspace

    workspace = open_workspace(folder)
    rows = trust.counted(workspace, workspace.filled())
    if json_:
        emit(rows)
        return
    for line in trust.table(rows):
        click.echo(line)


@click.command()
@click.option("--with-reviews", is_flag=True, help="Learn from what people said in this base, too.")
@click.option(
    "--abstracts", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The abstracts that the taxonomy's real passages refer to.",
)  # fmt: skip
@click.option(
    "--gold", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Labelled passages to measure the new tagger on; nothing is learned from them.",
)  # fmt: skip
@click.option("--anyway", is_flag=True, help="Take the new tagger even where it falls below a floor.")
@as_json
@click.pass_obj
def train(
    folder: Path, with_reviews: bool, abstracts: Path | None, gold: Path | None, anyway: bool, json_: bool
) -> None:
    """Train a tagger for this base. It takes the old one's place only where it keeps the floors of quality.

    What it would change is written to tagger-changes.md in the workspace, with examples.

    \b
    Example: sourcebook -C mybase train --with-reviews
             sourcebook -C mybase build                # tags the passages anew
    """
    from sourcebook import training
    from sourcebook.workspace import open_workspace

    workspace = open_workspace(folder)
    result: dict[str, Any] = training.train(
        workspace, with_reviews, abstracts, gold, anyway, partial(click.echo, err=True)
    )
    if json_:
        emit(result)
    else:
        for line in training.told(result):
            click.echo(line)
    if result["refused"] and not anyway:
        raise SystemExit(1)
