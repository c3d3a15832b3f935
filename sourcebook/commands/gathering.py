"""`init`, `crawl`, `import`: making a workspace and bringing evidence into it."""

from pathlib import Path

import click

from sourcebook.commands.shared import COMPLETE, as_json, emit, gathered


@click.command()
@as_json
@click.pass_obj
def init(folder: Path, json_: bool) -> None:
    """Make a workspace with a commented sourcebook.toml.

    \b
    Example: sourcebook -C mybase init
    """
    from sourcebook import config

    path = config.create(folder)
    if json_:
        emit({"created": path})
    else:
        click.echo(f"Made {path}. Write your contact address into it, and uncomment the sources that you want.")


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]…")
@as_json
@click.pass_obj
def crawl(folder: Path, sources: tuple[str, ...], json_: bool) -> None:
    """Gather the configured sources, or only those named.

    \b
    Example: sourcebook -C mybase crawl openalex institute
    """
    from sourcebook import gather
    from sourcebook.workspace import open_workspace

    results = gather.crawl(open_workspace(folder), sources)
    if json_:
        emit(results)
    else:
        for one in results.values():
            click.echo(gathered(one))
    if not all(one.outcome in COMPLETE for one in results.values()):
        raise SystemExit(1)


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@as_json
@click.pass_obj
def import_files(folder: Path, files: tuple[Path, ...], json_: bool) -> None:
    """Take in files: RIS, BibTeX, CSL-JSON, CSV, Web of Science, PDF, HTML, text; or folders of them.

    \b
    Example: sourcebook -C mybase import savedrecs.txt reports/
    """
    from sourcebook import importing
    from sourcebook.workspace import open_workspace

    results = importing.import_files(open_workspace(folder), files)
    if json_:
        emit(results)
    else:
        for one in results:
            click.echo(f"{one.file}: {one.outcome}" + (f", {one.records:,} records" if one.records else "")
                       + (f" ({one.reason})" if one.reason else ""))  # fmt: skip
    if any(one.outcome in importing.FAILED for one in results):
        raise SystemExit(1)
