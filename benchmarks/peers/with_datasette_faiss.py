"""datasette-faiss: a flat FAISS index in Datasette's process, filled from a table of embeddings when it starts.

It encodes nothing, so the process that asks does it, with sentence-transformers; its memory is not in that of the
serving process, and a query from the shell (`datasette --get`) brings its vector along. Filters are exact: `faiss_agg`
makes an index of the rows that pass for each query. An added document is found after a restart.
"""

import json
import socket
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from benchmarks.peers.measuring import Given, K, Peer, Serving, Vectors, main, model

DATABASE, TABLE, HOST = "evidence", "passages", "127.0.0.1"
METADATA = {"plugins": {"datasette-faiss": {"tables": [[DATABASE, TABLE]]}}}
FOUND = """
SELECT p.id, p.title, p.text FROM json_each(({search})) j JOIN passages p ON p.id = j.value ORDER BY j.key
"""
ALL = f"SELECT faiss_search('{DATABASE}', '{TABLE}', faiss_encode(:vector), {K})"
SCHEMA = f"""
CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY, title TEXT, text TEXT, part TEXT, embedding BLOB);
CREATE INDEX {TABLE}_part ON {TABLE}(part);
"""
INSERT = f"INSERT INTO {TABLE} VALUES (:id, :title, :text, :part, :embedding)"
PART = f"SELECT faiss_agg(id, embedding, faiss_encode(:vector), {K}) FROM passages WHERE part = :part"


def build(given: Given, place: Path) -> None:
    rows = zip(given.passages(), given.vectors, strict=True)
    insert(place, (row(one, vector) for one, vector in rows), SCHEMA)
    (place / "metadata.json").write_text(json.dumps(METADATA))


def insert(place: Path, rows: Iterable[dict[str, Any]], schema: str = "") -> None:
    """Write `rows` into the table, which `schema` makes."""
    with closing(sqlite3.connect(place / f"{DATABASE}.db")) as db, db:
        db.executescript(schema)
        db.executemany(INSERT, rows)


def row(one: dict[str, Any], vector: Vectors) -> dict[str, Any]:
    """A passage as its table holds it."""
    wanted = {name: one[name] for name in ("id", "title", "text", "part")}
    return {**wanted, "embedding": struct.pack(f"{len(vector)}f", *vector.tolist())}


def command(place: Path, *options: str) -> list[str]:
    """Datasette on the database, with a limit of time that no query here meets."""
    datasette = str(Path(sys.executable).parent / "datasette")
    limit = ["--setting", "sql_time_limit_ms", "60000"]
    return [datasette, str(place / f"{DATABASE}.db"), "--metadata", str(place / "metadata.json"), *limit, *options]


def address(vector: Vectors, part: str | None) -> str:
    """The path that answers with the nearest passages as JSON."""
    sql = FOUND.format(search=PART if part else ALL)
    asked = {"sql": sql, "vector": json.dumps(vector.tolist()), "part": part or "", "_shape": "array"}
    return f"/{DATABASE}.json?{urlencode(asked)}"


def started(place: Path, port: int) -> subprocess.Popen[bytes]:
    """Datasette, once it answers."""
    options = ["--host", HOST, "--port", str(port)]
    process = subprocess.Popen(command(place, *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            urlopen(f"http://{HOST}:{port}/-/versions.json").close()
            return process
        except URLError:
            time.sleep(0.02)
    raise SystemExit("datasette did not start.")


def serve(place: Path) -> Serving:
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]

    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    coder = SentenceTransformer(model(), device="cpu")
    running = [started(place, port)]

    def ask(text: str, vector: Vectors | None, part: str | None) -> list[int]:
        wanted = coder.encode([text])[0] if vector is None else vector
        with urlopen(f"http://{HOST}:{port}{address(wanted, part)}") as answer:
            return [int(one["id"]) for one in json.load(answer)]

    def add(id: int, text: str) -> None:
        one = {"id": id, "title": "", "text": text, "part": "rest"}
        insert(place, [row(one, coder.encode([text])[0])])
        close()
        running.append(started(place, port))

    def close() -> None:
        process = running.pop()
        process.terminate()
        process.wait()

    return Serving(ask, add, running[0].pid, close)


def shell(place: Path, _text: str, vector: Vectors) -> list[str]:
    return command(place, "--get", address(vector, None))


if __name__ == "__main__":
    main(Peer(build, serve, shell))
