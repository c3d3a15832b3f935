"""The command line: `sourcebook -C WORKSPACE COMMAND`."""

import sqlite3
from pathlib import Path
from typing import Any

import click

from corpus.errors import SourcebookError
from sourcebook.commands import evaluating, finding, gathering, reading, reviewing, serving, training

COMMANDS = (
    gathering.init, gathering.crawl, gathering.import_files, reading.tag, reading.index, reading.build,
    finding.search, finding.cite, training.explain, reviewing.review, training.train, training.reliability,
    serving.serve, serving.demo, evaluating.evaluate, serving.status,
)  # fmt: skip


class Group(click.Group):
    """A group that lists its commands in the order of the work, and prints users' errors as one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SourcebookError as error:
            raise click.ClickException(" ".join(str(error).split())) from error
        except (PermissionError, FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise click.ClickException(
                f"{error.filename}: {error.strerror}. Choose another place, or mend it."
            ) from error
        except sqlite3.OperationalError as error:
            if "readonly" in str(error):
                raise click.ClickException(
                    "This base cannot be written: it is a frozen copy, or its permissions forbid it. "
                    "Work in the base that it was copied from (docs/scale.md)."
                ) from error
            if "locked" not in str(error):
                raise
            raise click.ClickException(
                "The database is locked by another process. Wait for it to end, or stop it, and try again."
            ) from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C", "workspace", type=click.Path(file_okay=False, path_type=Path), default=Path(),
    show_default="this folder", help="The workspace: a folder with a sourcebook.toml.",
)  # fmt: skip
@click.version_option(package_name="sourcebook")
@click.pass_context
def main(ctx: click.Context, workspace: Path) -> None:
    """An evidence base on how large buyers procure from small and medium-sized enterprises.

    Gather literature, tag its passages, search them by meaning, leave with a citation list.

    \b
    Example:
      sourcebook demo                       # see all of it on invented works
      sourcebook -C mybase init             # begin a base of your own
      sourcebook -C mybase import refs.ris
      sourcebook -C mybase build
      sourcebook -C mybase search "late payment by large customers"
    """
    ctx.obj = workspace


for command in COMMANDS:
    main.add_command(command)
