"""`evaluate`: how good the tags and the search are, on labelled passages and on test collections."""

from pathlib import Path

import click

from sourcebook.commands.shared import MODES, as_json, emit


@click.group()
def evaluate() -> None:
    """Measure tags and search. Needs no workspace; in one, its own tagger is measured.

    \b
    Example: sourcebook evaluate tags labelled.jsonl
             sourcebook evaluate search scifact/ --split test
    """


@evaluate.command("tags")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@click.pass_obj
def evaluate_tags(folder: Path, file: Path, json_: bool) -> None:
    """Score the tagger on FILE: JSON lines {"id","text","tags"}, with "title" and "themes" where known.

    \b
    Example: sourcebook evaluate tags labelled.jsonl --json
    """
    from sourcebook import evaluation
    from sourcebook.workspace import workspace_or_default

    result = evaluation.tags(workspace_or_default(folder), file)
    if json_:
        emit(result)
        return
    click.echo(f"{'tag':<20}{'precision':>10}{'recall':>10}{'F1':>8}{'n':>7}   95 % of F1")
    rows = [*result.tags.items(), *([("themes (micro)", result.themes)] if result.themes else [])]
    for name, one in rows:
        figures = f"{one.precision:>10.3f}{one.recall:>10.3f}{one.f1:>8.3f}{one.n:>7}"
        click.echo(f"{name:<20}{figures}   {one.low:.2f} to {one.high:.2f}")
    click.echo(f"{'macro F1':<20}{result.macro_f1:>28.3f}{'':>7}   {result.macro_low:.2f} to {result.macro_high:.2f}")


@evaluate.command("search")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--split", default="test", show_default=True, help="Which file of qrels/ to judge by.")
@click.option("--mode", type=click.Choice(MODES), default="hybrid", show_default=True)
@as_json
def evaluate_search(folder: Path, split: str, mode: str, json_: bool) -> None:
    """Score the search on a collection in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv.

    \b
    Example: sourcebook evaluate search cranfield/ --mode keyword
    """
    from sourcebook import evaluation

    result = evaluation.search(folder, split, [mode])[mode]
    if json_:
        emit(result)
        return
    for name, value in result.items():
        click.echo(f"{name:<12}{value:>8.4f}" if isinstance(value, float) else f"{name:<12}{value:>8}")
