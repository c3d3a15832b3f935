"""`review`: what people say of the tags, at the keyboard and by CSV; how far they agree; what they say differently."""

from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import click

from sourcebook.commands.shared import as_json, counted, emit

F = TypeVar("F", bound=Callable[..., Any])


def of_queue(function: F) -> F:
    """Adds the options that say what is to be judged."""
    options = (
        click.option("--who", metavar="NAME", help="Who judges."),
        click.option("--tag", metavar="TAG", help="Only this tag or tag/theme."),
        click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="How much of the queue."),
        click.option("--second", is_flag=True, help="What others have judged and NAME has not."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def needed(who: str | None) -> str:
    """The reviewer's name, or an error that asks for it."""
    from corpus.errors import SourcebookError

    name = " ".join((who or "").split())
    if not name:
        raise SourcebookError("Say who judges: --who NAME. Your word is kept under this name.")
    return name


@click.group(invoke_without_command=True)
@of_queue
@as_json
@click.pass_context
def review(ctx: click.Context, who: str | None, tag: str | None, limit: int, second: bool, json_: bool) -> None:
    """Judge tags one by one, the least certain and most valuable first; one key an answer, saved at once.

    With --json, print the queue instead.

    \b
    Example: sourcebook -C mybase review --who Ama --tag threat
             sourcebook -C mybase review --who Ben --second
             sourcebook -C mybase review export to-judge.csv --who Ama
    """
    from nlp import queue
    from sourcebook import keyboard, reviewing
    from sourcebook.workspace import open_workspace

    if ctx.invoked_subcommand:
        if who or tag or second or json_:
            raise click.UsageError(f"Write options behind `{ctx.invoked_subcommand}`.")
        return
    name = needed(who)
    db = open_workspace(ctx.obj).filled()
    asks = queue.queue(db, name, tag, second, limit)
    if json_:
        emit(asks)
    elif not asks:
        click.echo("Nothing to judge here." + ("" if second else " Run `sourcebook tag` for more, or add --second."))
    else:
        cards = [reviewing.asking(db, name, ask, second) for ask in asks]
        click.echo(f"\n{counted(keyboard.go_through(db, cards))}")


@review.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@of_queue
@click.option(
    "--judged", is_flag=True, help="What people said, instead of the queue; of NAME only, where one is given."
)
@as_json
@click.pass_obj
def export(
    folder: Path, /, file: Path, who: str | None, tag: str | None, limit: int, second: bool, judged: bool, json_: bool
) -> None:
    """Write the queue to FILE, a CSV for a spreadsheet: fill in the column `verdict` (confirm, reject or add).

    \b
    Example: sourcebook -C mybase review export to-judge.csv --who Ama
             sourcebook -C mybase review export judged.csv --judged
    """
    from corpus import verdicts
    from nlp import queue
    from sourcebook import verdict_csv
    from sourcebook.workspace import open_workspace

    db = open_workspace(folder).filled()
    queue.check(db, tag)
    if judged:
        rows = [one for one in verdicts.everything_said(db) if tag in (None, one.tag) and who in (None, one.who)]
    else:
        name = needed(who) if second else who or ""
        rows = list(verdict_csv.unanswered(queue.queue(db, name, tag, second, limit), name, second))
    verdict_csv.write(db, file, rows)
    if json_:
        emit({"file": file, "rows": len(rows)})
    else:
        click.echo(f"Wrote {len(rows):,} rows to {file}.")


@review.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@click.pass_obj
def import_(folder: Path, file: Path, json_: bool) -> None:
    """Take in FILE, a CSV with the columns passage_key, tag, verdict, who, and where wanted time and why.

    Each row is saved, unchanged, unanswered, or refused with its line and the reason; the rest is taken in anyway.
    A row replaces an earlier word of the same person, never a later one; without a time it replaces none.

    \b
    Example: sourcebook -C mybase review import judged.csv
    """
    from sourcebook import verdict_csv
    from sourcebook.workspace import open_workspace, recorded

    workspace = open_workspace(folder)
    db = workspace.filled()
    with recorded(workspace, db, "review", file=str(file)) as counts:
        rows = verdict_csv.read(db, file)
        counts.update(verdict_csv.counted(rows))
    refused = [row for row in rows if row.outcome == "refused"]
    if json_:
        emit({**counts, "rows": refused})
    else:
        click.echo(counted(counts))
        for row in refused:
            click.echo(f"line {row.line}: refused: {row.reason}")
    if refused:
        raise SystemExit(1)


@review.command("agreement")
@as_json
@click.pass_obj
def agreement(folder: Path, json_: bool) -> None:
    """Say how far reviewers agree on what two of them judged, overall and by tag.

    \b
    Example: sourcebook -C mybase review agreement
    """
    from nlp import agreement as agreeing
    from sourcebook.workspace import open_workspace

    found = agreeing.agreement(open_workspace(folder).filled())
    if json_:
        emit(found)
    elif not found:
        click.echo("No two people judged the same. Try `sourcebook review --who NAME --second`.")
    else:
        show(found)


def show(found: list[Any]) -> None:
    """Print how far reviewers agree, a group of them after the other."""
    click.echo(f"{'tag':<40}{'n':>6}{'same':>8}{'kappa':>8}{'alpha':>8}")
    for group, rows in groupby(found, key=lambda one: one.reviewers):
        click.echo(", ".join(group))
        for one in rows:
            numbers = (f"{'–' if value is None else f'{value:.2f}':>8}" for value in (one.same, one.kappa, one.alpha))
            click.echo(f"  {one.tag or 'all tags':<38}{one.n:>6}{''.join(numbers)}")


@review.command("conflicts")
@click.option("--who", metavar="NAME", help="Settle them, one key each, as NAME.")
@click.option("--again", is_flag=True, help="With --who: those too that are settled.")
@as_json
@click.pass_obj
def conflicts(folder: Path, who: str | None, again: bool, json_: bool) -> None:
    """List what people say differently, open ones first; with --who, settle it. Everybody's own word stays.

    What is settled is open again once somebody says something new of it.

    \b
    Example: sourcebook -C mybase review conflicts
             sourcebook -C mybase review conflicts --who Chair
             sourcebook -C mybase review conflicts --who Chair --again
    """
    from corpus import verdicts
    from sourcebook import keyboard, reviewing
    from sourcebook.workspace import open_workspace

    if again and who is None:
        raise click.UsageError("Say who settles them: --again goes with --who NAME.")
    db = open_workspace(folder).filled()
    found = verdicts.conflicts(db)
    if json_:
        emit(found)
    elif not found:
        click.echo("People say nothing differently.")
    elif who is None:
        for one in found:
            quote = reviewing.wrapped(one.verdicts[0].quote)
            click.echo(f"{one.tag} of {one.passage_key}\n{quote}\n{reviewing.opinions(one)}\n")
    else:
        cards = [reviewing.settling(db, needed(who), one) for one in found if one.is_open or again]
        settled = "All conflicts are settled. Say --again to go through them once more."
        click.echo(f"\n{counted(keyboard.go_through(db, cards))}" if cards else settled)
