"""paperai: a txtai index beside a SQLite database of articles and their sections.

A passage is a section here; paperai would keep a row a sentence, some four times as many. Its own functions index,
search and answer in the shell; the given vectors come in as for txtai. It filters by words alone, which it seeks in the
five times K nearest; the filter measured here looks up the parts of these passages instead. To add is to index anew.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from paperai.index import Index  # type: ignore[import-not-found]
from paperai.models import Models  # type: ignore[import-not-found]
from paperai.query import Query  # type: ignore[import-not-found]

from benchmarks.peers.measuring import Given, K, Peer, Serving, Vectors, main, model

DATABASE = "articles.sqlite"
# What paperai reads of the tables that paperetl makes, and the part.
SCHEMA = """
CREATE TABLE articles (
    Id TEXT PRIMARY KEY, Published DATETIME, Publication TEXT, Title TEXT, Tags TEXT, Reference TEXT, Entry DATETIME
);
CREATE TABLE sections (Id INTEGER PRIMARY KEY, Article TEXT, Name TEXT, Text TEXT, Part TEXT);
CREATE INDEX section_article ON sections(Article);
"""
ARTICLE = "INSERT OR IGNORE INTO articles VALUES (?, ?, NULL, ?, 'sme', NULL, NULL)"
SECTION = "INSERT INTO sections VALUES (?, ?, ?, ?, ?)"
PART_OF = "SELECT Part FROM sections WHERE Id = ?"


def build(given: Given, place: Path) -> None:
    with closing(sqlite3.connect(place / DATABASE)) as db, db:
        db.executescript(SCHEMA)
        for one in given.passages():
            db.execute(ARTICLE, [str(one["work"]), f"{one['year']}-01-01 00:00:00", one["title"]])
            db.execute(SECTION, [one["id"], str(one["work"]), one["section"], one["text"], one["part"]])
    vectors: Iterator[Vectors] = iter(given.vectors)

    def transform(texts: list[str]) -> list[Vectors]:
        return [next(vectors) for _ in texts]

    embeddings = Index.embeddings(str(place / DATABASE), {"method": "external", "transform": transform}, 0, 0)
    del embeddings.config["method"], embeddings.config["transform"]
    embeddings.config["path"] = model()
    embeddings.save(str(place))


def serve(place: Path) -> Serving:
    embeddings, db = Models.load(str(place))
    cursor = db.cursor()

    def ask(text: str, vector: Vectors | None, part: str | None) -> list[int]:
        if vector is None:
            found: list[Any] = Query.search(embeddings, cursor, text, K, -1)
        else:
            found = embeddings.search(vector, K * 5)
        ids = [one[0] for one in found]
        return [id for id in ids if not part or cursor.execute(PART_OF, [id]).fetchone()[0] == part][:K]

    return Serving(ask, None)


def shell(place: Path, text: str, _vector: Vectors) -> list[str]:
    return [sys.executable, "-m", "paperai.query", text, str(K), str(place)]


if __name__ == "__main__":
    main(Peer(build, serve, shell))
