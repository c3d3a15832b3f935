"""`search` and `cite`: from a question to passages, and from passages to a citation list."""

import sys
from pathlib import Path
from typing import Any

import click

from sourcebook.commands.shared import MODES, as_json, emit, filters, with_filters

FORMATS = ("bibtex", "ris", "csl-json", "csv", "text")


@click.command()
@click.argument("query")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 10_000), help="How many passages.")
@click.option("--mode", type=click.Choice(MODES), default="hybrid", show_default=True, help="How to search.")
@with_filters
@as_json
@click.pass_obj
def search(folder: Path, /, query: str, k: int, mode: str, json_: bool, **narrow: Any) -> None:
    """Find the passages that answer QUERY, by meaning and by words.

    \b
    Example: sourcebook search "late payment by large customers" --tag threat --year 2010-2020
    """
    from index import search as searching
    from index.filters import check
    from sourcebook.workspace import open_workspace

    workspace = open_workspace(folder)
    db = workspace.filled()
    wanted = filters(narrow)
    check(db, wanted)
    hits = searching.search(
        db, workspace.index, query, k=k, mode=mode, filters=wanted, model=workspace.config.base.model
    )
    if json_:
        emit(hits)
    elif not hits:
        click.echo("Nothing found. Try other words, fewer filters, or --mode semantic.")
    else:
        show(hits)


def show(hits: list[Any]) -> None:
    """Print hits for reading: the passage, its tags, where it stands."""
    from rich.console import Console
    from rich.markup import escape

    from corpus.citations import place

    console = Console(soft_wrap=not sys.stdout.isatty(), highlight=False)
    for hit in hits:
        tags = ", ".join(f"{tag['tag']} {tag['score']:.2f}" for tag in hit.tags)
        console.print(f"[bold]{hit.rank}.[/bold] {escape(hit.text)}")
        console.print(f"   [cyan]{escape(place(hit))}[/cyan]  " + escape(f"[{hit.work}]"))
        console.print(f"   [dim]score {hit.score:.2f}{'  ' + escape(tags) if tags else ''}[/dim]\n")


@click.command()
@click.option("--query", help="Cite the passages that a search finds.")
@click.option(
    "-k", default=10, show_default=True, type=click.IntRange(1, 10_000), help="How many passages of the query."
)
@click.option("--work", multiple=True, metavar="KEY", help="A citation key; may be repeated.")
@click.option("--list", "list_", metavar="NAME", help="The name of a citation list.")
@click.option("--all", "all_", is_flag=True, help="Every work.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="bibtex", show_default=True)
@with_filters
@as_json
@click.pass_obj
def cite(
    folder: Path, /, query: str | None, k: int, work: tuple[str, ...], list_: str | None, all_: bool, format_: str,
    json_: bool, **narrow: Any,
) -> None:  # fmt: skip
    """Print a citation list: of a search, of tags, of works, of a list, or of everything.

    Passages found by --query, by filters or in a list are quoted with their pages; filters without --query cite tagged
    passages, and narrow neither --work nor --list nor --all. --json is short for --format csl-json.

    \b
    Example: sourcebook cite --query "late payment" --tag threat --format ris > late-payment.ris
             sourcebook cite --all --format bibtex > all.bib
    """
    from corpus.formats import WRITERS
    from sourcebook import citing
    from sourcebook.workspace import open_workspace

    workspace = open_workspace(folder)
    wanted = citing.Wanted(query, k, filters(narrow), work, list_, all_)
    items = citing.items(workspace, wanted)
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    WRITERS["csl-json" if json_ else format_](items, sys.stdout)
