"""The reading room: Datasette with our pages, on this computer only."""

import os
import socket
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import click
import uvicorn

from corpus.errors import SourcebookError
from sourcebook.reading_room import searching
from sourcebook.workspace import Workspace

HOST = "127.0.0.1"


@contextmanager
def without(package: str) -> Iterator[None]:
    """While this lasts, whoever tries to import `package` is told that it is not installed."""
    sys.modules.setdefault(package, None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        if sys.modules[package] is None:
            del sys.modules[package]


# A library of units inside Datasette imports dask, and scipy with it, where the extra `cluster` brought them: half a
# second and 30 MB for nothing.
with without("dask"):
    from datasette.app import Datasette
    from datasette.utils import parse_metadata


def config_dir() -> Path:
    """Datasette's configuration directory: the repository's, or its copy in the installed package."""
    here = Path(__file__).resolve().parent
    for folder in (here.parent / "datasette", here / "datasette"):
        if (folder / "metadata.yaml").is_file():
            return folder
    raise SourcebookError("The reading room's files are missing. Install Sourcebook again.")


def application(workspace: Workspace) -> Datasette:
    """The reading room on the database of `workspace`, which it only reads: a stage may run beside it."""
    folder = config_dir()
    metadata = parse_metadata((folder / "metadata.yaml").read_text("utf-8"))
    metadata["title"] = workspace.config.base.title
    files = [str(workspace.database)]
    return Datasette(files, config_dir=folder, metadata=metadata)  # type: ignore[no-untyped-call]


def serve(workspace: Workspace, port: int, open_browser: bool) -> None:
    """Serve the reading room until it is stopped, at `port` or, for 0, at any free one.

    Raises SourcebookError where the port cannot be had.
    """
    room = application(workspace)
    with listen(port) as listening:
        address = f"http://{HOST}:{listening.getsockname()[1]}/"
        click.echo(f"The reading room is open at {address} (Ctrl+C closes it).", err=True)
        quiet()
        Thread(target=searching.warm, args=[workspace], daemon=True).start()
        if open_browser:
            webbrowser.open(address)
        app: Any = room.app()  # type: ignore[no-untyped-call]
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


def quiet() -> None:
    """Keep Datasette from printing every local variable for each page that is not found."""
    # Imported before datasette.app, this module would be registered as a plugin while it is still empty.
    from datasette import handle_exception

    setattr(handle_exception, "rich", None)  # noqa: B010


def listen(port: int) -> socket.socket:
    """A socket that listens at `port` of this computer, unseen from others."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise SourcebookError(
            f"Port {port} cannot be used ({why}). Stop what uses it, or choose another: "
            f"`sourcebook serve --port {port + 1 if 1024 <= port < 65535 else 8001}`."
        ) from error
