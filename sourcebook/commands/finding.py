"""`search` and `cite`: from a question to passages, and from passages to a citation list."""

import sys
from pathlib import Path
from typing import Any

import click

from sourcebook.commands.shared import MODES, as_json, emit, filters, with_filters

FORMATS = ("bibtex", "ris", "csl-json", "csv", "text")


@click.command()
@click.argument("query", default="")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 10_000), help="How many passages.")
@click.option("--mode", type=click.Choice(MODES), default="hybrid", show_default=True, help="How to search.")
@click.option("--per-work", type=click.IntRange(1, 100), metavar="N", help="At most N passages of a work, together.")
@click.option("--more", multiple=True, metavar="KEY", help="More like this passage or work; may be repeated.")
@click.option("--less", multiple=True, metavar="KEY", help="Less like this passage or work; may be repeated.")
@with_filters
@as_json
@click.pass_obj
def search(
    folder: Path, /, query: str, k: int, mode: str, per_work: int | None, more: tuple[str, ...], less: tuple[str, ...],
    json_: bool, **narrow: Any,
) -> None:  # fmt: skip
    """Find the passages that answer QUERY, by meaning and by words.

    In QUERY, "a phrase" must occur, -word must not, and of a OR b one must; SME finds small firms, too.

    \b
    Example: sourcebook search "late payment by large customers" --tag threat --year 2010-2020
             sourcebook search '"late payment" -construction' --not-country GB --per-work 2
             sourcebook search --more osei2016late
    """
    from index.feedback import Feedback
    from index.filters import check
    from sourcebook import searching
    from sourcebook.workspace import open_workspace

    if mode == "keyword" and (more or less):
        raise click.UsageError("--more and --less go by meaning: leave --mode keyword away.")
    workspace = open_workspace(folder)
    db = workspace.filled()
    wanted = filters(narrow)
    check(db, wanted)
    hits = searching.search(
        workspace, db, query, k=k, mode=mode, filters=wanted, per_work=per_work,
        feedback=Feedback(more, less), sentences=True,
    )  # fmt: skip
    if json_:
        emit(hits)
    elif not hits:
        click.echo("Nothing found. Try other words, fewer filters, or --mode semantic.")
    else:
        show(hits)


def show(hits: list[Any]) -> None:
    """Print hits for reading: the passage, its tags, where it stands, and why it is here."""
    from rich.console import Console
    from rich.markup import escape

    from corpus.citations import place

    console = Console(soft_wrap=not sys.stdout.isatty(), highlight=False)
    for hit in hits:
        console.print(f"[bold]{hit.rank}.[/bold]", marked(hit))
        console.print(f"   [cyan]{escape(place(hit))}[/cyan]  " + escape(f"[{hit.work}]"))
        halves = (("meaning", hit.why.semantic), ("words", hit.why.keyword))
        scores = ", ".join(f"{name} {score:.2f}" for name, score in halves if score is not None)
        tags = ", ".join(f"{tag['tag']} {tag['score']:.2f}" for tag in hit.tags)
        same = f"  nearly the same: {', '.join(hit.same)}" if hit.same else ""
        console.print(f"   [dim]score {hit.score:.2f} ({scores})  {escape(tags)}{escape(same)}[/dim]\n")


def marked(hit: Any) -> Any:
    """The text of a hit, its words that matched in bold, and the sentence nearest in meaning underlined."""
    from rich.text import Text

    text = Text(hit.text)
    for start, end in hit.why.marks:
        text.stylize("bold", start, end)
    if hit.why.sentence:
        text.stylize("underline", *hit.why.sentence)
    return text


@click.command()
@click.option("--query", help="Cite the passages that a search finds.")
@click.option(
    "-k", default=10, show_default=True, type=click.IntRange(1, 10_000), help="How many passages of the query."
)
@click.option("--list", "list_", metavar="NAME", help="The name of a citation list.")
@click.option("--all", "all_", is_flag=True, help="Every work.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="bibtex", show_default=True)
@with_filters
@as_json
@click.pass_obj
def cite(
    folder: Path, /, query: str | None, k: int, list_: str | None, all_: bool, format_: str, json_: bool, **narrow: Any
) -> None:  # fmt: skip
    """Print a citation list: of a search, of tags, of works, of a list, or of everything.

    Passages found by --query, by filters or in a list are quoted with their pages; filters without --query cite tagged
    passages, and narrow neither --list nor --all; --work without --query cites the works, whatever else is asked for.
    A filter may be repeated: values of one kind are OR, kinds are AND. --json is short for --format csl-json.

    \b
    Example: sourcebook cite --query "late payment" --tag threat --format ris > late-payment.ris
             sourcebook cite --all --format bibtex > all.bib
    """
    from corpus.formats import WRITERS
    from sourcebook import citing
    from sourcebook.workspace import open_workspace

    workspace = open_workspace(folder)
    wanted = citing.Wanted(query, k, filters(narrow), list_, all_)
    items = citing.items(workspace, wanted)
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    WRITERS["csl-json" if json_ else format_](items, sys.stdout)
