"""A workspace: its folder, its configuration, its database, and the record of what was run in it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from corpus.database import explained, open_database
from corpus.errors import SourcebookError
from corpus.records import canonical, now
from nlp import tagger, taxonomy
from nlp.taxonomy import TAGGER, Taxonomy
from sourcebook import config


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with `sourcebook.toml`, `evidence.db`, `archive/` and `index/`."""

    folder: Path
    config: config.Config

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.folder / "evidence.db"

    @property
    def archive(self) -> Path:
        """The folder of WARC files."""
        return self.folder / "archive"

    @property
    def index(self) -> Path:
        """The folder of vectors."""
        return self.folder / "index"

    @property
    def terms(self) -> Taxonomy:
        """The taxonomy that the base is tagged by."""
        return taxonomy.load(self.config.base.taxonomy)

    @property
    def tagger(self) -> Path:
        """The tagger's file: the workspace's own if it has trained one for this taxonomy, or the one that ships."""
        own = self.folder / TAGGER
        return own if own.is_file() and tagger.fits(own, self.terms) else self.terms.folder / TAGGER

    def open(self) -> Database:
        """The database, made where it is missing."""
        return open_database(self.database)

    def filled(self) -> Database:
        """The database of a workspace that holds passages; SourcebookError where there are none yet."""
        if not self.database.is_file():
            raise SourcebookError(
                "There is no evidence here yet. Gather some with `sourcebook crawl` or `sourcebook import FILE…`, "
                "then run `sourcebook build`."
            )
        db = self.open()
        if not db.execute("SELECT 1 FROM passage LIMIT 1").fetchone():
            raise SourcebookError("There are no passages here yet. Run `sourcebook build` first.")
        return db


def open_workspace(folder: Path) -> Workspace:
    """The workspace in `folder`."""
    return Workspace(folder, config.load(folder))


def workspace_or_default(folder: Path) -> Workspace:
    """The workspace in `folder`; where there is none, one with the default settings, for what needs no database."""
    there = (folder / config.FILE).is_file()
    return open_workspace(folder) if there else Workspace(folder, config.Config(config.Base(), ()))


@contextmanager
def recorded(workspace: Workspace, db: Database, stage: str, **parameters: Any) -> Iterator[dict[str, int]]:
    """Note a run of `stage` in the table `run`; the counts put into the dictionary are kept with it."""
    counts: dict[str, int] = {}
    with explained(workspace.database):
        with db.atomic():
            cursor = db.execute(
                "INSERT INTO run (stage, started, versions, parameters) VALUES (?, ?, ?, ?)",
                [stage, now(), canonical({"sourcebook": version("sourcebook")}), canonical(parameters)],
            )
        run = cursor.lastrowid
        outcome = "failed"
        try:
            yield counts
            outcome = "finished"
        finally:
            db.rollback()
            with db.atomic():
                db.execute(
                    "UPDATE run SET finished = ?, counts = ?, outcome = ? WHERE id = ?",
                    [now(), json.dumps(counts, sort_keys=True), outcome, run],
                )
