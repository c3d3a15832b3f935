"""`serve`, `demo`, `status`: the reading room, the demonstration, and where things stand."""

from pathlib import Path
from typing import Any

import click

from sourcebook.commands.shared import as_json, emit


@click.command()
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535))
@click.option("--open", "open_", is_flag=True, help="Open the page in a browser.")
@as_json
@click.pass_obj
def serve(folder: Path, port: int, open_: bool, json_: bool) -> None:
    """Open the reading room at http://127.0.0.1:8001.

    With --json, print the address as JSON before serving.

    \b
    Example: sourcebook -C mybase serve --open
    """
    from sourcebook import room
    from sourcebook.workspace import open_workspace

    workspace = open_workspace(folder)
    workspace.filled().close()
    if json_:
        emit({"url": f"http://127.0.0.1:{port}/"})
    room.serve(workspace, port, open_)


@click.command()
@click.option("--no-serve", is_flag=True, help="Do all but serve.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535))
@as_json
@click.pass_obj
def demo(folder: Path, no_serve: bool, port: int, json_: bool) -> None:
    """Build and serve a demonstration on invented works, in WORKSPACE/demo-workspace.

    \b
    Example: sourcebook demo
    """
    from sourcebook import room
    from sourcebook.demo import demonstration

    workspace, counts = demonstration.build(folder / "demo-workspace", quiet=json_, port=port)
    if json_:
        emit({"workspace": workspace.folder, **counts})
    if not no_serve:
        room.serve(workspace, port, open_browser=False)


@click.command()
@as_json
@click.pass_obj
def status(folder: Path, json_: bool) -> None:
    """Say what is here: counts a stage, what is undone, what failed and why, disk used.

    \b
    Example: sourcebook -C mybase status
    """
    from sourcebook import standing
    from sourcebook.workspace import open_workspace

    workspace = open_workspace(folder)
    result = standing.status(workspace)
    if json_:
        emit(result)
    else:
        show(result, standing.failures(workspace), standing.disk(workspace))


def show(result: dict[str, Any], failures: list[tuple[str, str, str]], disk: dict[str, int]) -> None:
    """Print where things stand, for people."""
    for name, one in result["sources"].items():
        click.echo(f"source {name}: {one['records']:,} records, {one['requests']:,} requests, {one['failed']:,} failed")
    files = ", ".join(f"{number:,} {outcome}" for outcome, number in result["files"].items()) or "none"
    click.echo(f"works: {result['works']:,}\nfull texts: {files}")
    click.echo(f"passages: {result['passages']:,}, tagged {result['tagged']:,}, indexed {result['indexed']:,}")
    undone = {stage: number for stage, number in result["undone"].items() if number}
    click.echo("undone: " + (", ".join(f"{number:,} to {stage}" for stage, number in undone.items()) or "nothing"))
    click.echo("disk: " + ", ".join(f"{name} {size / 1e6:,.1f} MB" for name, size in disk.items()))
    for what, outcome, reason in failures:
        click.echo(f"failed: {what}: {outcome}" + (f" ({reason})" if reason else ""))
    if undone:
        click.echo("Run `sourcebook build` to do what is undone.")
