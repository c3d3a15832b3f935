"""One request to the reading room: the database as it is at one moment, and what is asked of it."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from sqlite_utils import Database

from corpus.database import explained
from corpus.errors import SourcebookError
from sourcebook.workspace import Workspace, open_workspace

DATABASE = "evidence"
T = TypeVar("T")


class NotHere(SourcebookError):
    """What was asked for is not in this evidence base."""


class Moved(Exception):
    """What was asked for has another address, given as the only argument."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is made from; `path` holds the named parts of the address, `args` its query string."""

    db: Database
    workspace: Workspace
    path: Mapping[str, str]
    args: Mapping[str, Sequence[str]]

    def one(self, name: str) -> str:
        """The first value of the argument `name`; empty where there is none."""
        return next(iter(self.many(name)), "")

    def many(self, name: str) -> tuple[str, ...]:
        """The values of the argument `name` that are not blank, each once."""
        return tuple(dict.fromkeys(value.strip() for value in self.args.get(name, ()) if value.strip()))


@contextmanager
def snapshot(path: Path) -> Iterator[Database]:
    """The database at `path`, read only, and unchanged while a page is made of it."""
    with explained(path):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            connection.execute("BEGIN")
            yield Database(connection, recursive_triggers=False)
        finally:
            connection.close()


async def ask(datasette: Any, request: Any, function: Callable[[Asked], T]) -> T:
    """What `function` makes of `request`, in a thread of its own, so that other readers need not wait."""
    # The database's folder is the workspace.
    database = Path(datasette.get_database(DATABASE).path)
    args = {name: request.args.getlist(name) for name in request.args}
    path = {name: unquote(value) for name, value in request.url_vars.items()}

    def answer() -> T:
        workspace = open_workspace(database.parent)
        with snapshot(database) as db:
            return function(Asked(db, workspace, path, args))

    return await asyncio.to_thread(answer)
