"""A search in a workspace, whose index is brought up to date where that takes seconds."""

from contextlib import closing, suppress
from threading import Lock, Thread
from typing import Any

from sqlite_utils import Database

from corpus.errors import SourcebookError
from index import store
from index.search import Hit
from index.search import search as find
from sourcebook.workspace import Workspace

# One index at a time is mended beside the reading room.
MENDING = Lock()


def search(workspace: Workspace, db: Database, text: str, **asked: Any) -> list[Hit]:
    """What `index.search.search` finds; a small lack of the index is made good before it is asked."""
    if asked.get("mode") != "keyword" and mendable(workspace, db):
        # A copy that is only read, or a base that is locked: search what there is.
        with suppress(SourcebookError, OSError):
            index(workspace, db)
    with db.atomic():  # one moment of the base, whoever writes meanwhile
        return find(db, workspace.index, text, model=workspace.config.base.model, **asked)


def index(workspace: Workspace, db: Database) -> None:
    """Run the stage; what it needs is seldom needed here, and takes half a second to import."""
    from sourcebook import stages

    stages.index(workspace, db)


def mendable(workspace: Workspace, db: Database) -> bool:
    """Whether the index lacks passages, and few enough that nobody needs to be asked."""
    return 0 < store.undone(db, workspace.index, workspace.config.base.model) <= store.MENDED


def mend_beside(workspace: Workspace) -> bool:
    """Begin to bring the index up to date in a thread, for those who only read; False where one is at it already."""
    if not MENDING.acquire(blocking=False):
        return False

    def mend() -> None:
        try:
            with suppress(SourcebookError, OSError), closing(workspace.open().conn) as connection:
                index(workspace, Database(connection, recursive_triggers=False))
        finally:
            MENDING.release()

    Thread(target=mend, daemon=True).start()
    return True
