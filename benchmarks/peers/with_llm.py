"""llm: a collection of its embeddings in SQLite, read through and compared in Python for every query.

The given vectors are written into its table, texts stored beside them. It filters by the beginning of an id alone, so
ids begin with the part: one filter, chosen once and for all. Nothing serves: Python with its library is measured.
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.peers.measuring import Given, K, Peer, Serving, Vectors, main, model

# Before llm is imported: it reads there which models there are, and would look for its database in the home folder.
USER = Path(__file__).parents[2] / "build" / "peers" / "llm-user"
USER.mkdir(parents=True, exist_ok=True)
(USER / "sentence-transformers.json").write_text(json.dumps([{"name": model()}]))
os.environ["LLM_USER_PATH"] = str(USER)

import llm  # type: ignore[import-not-found]  # noqa: E402
from sqlite_utils import Database  # noqa: E402

COLLECTION, DATABASE = "passages", "embeddings.db"


def build(given: Given, place: Path) -> None:
    db = Database(place / DATABASE)
    collection = opened(db)
    rows = (row(collection.id, one, vector) for one, vector in zip(given.passages(), given.vectors, strict=True))
    db.table("embeddings").insert_all(rows, replace=True)
    db.close()


def row(collection: str, one: dict[str, Any], vector: Vectors) -> dict[str, Any]:
    """A passage as its table holds it."""
    return {
        "collection_id": collection, "id": f"{one['part']}/{one['id']}", "embedding": llm.encode(vector.tolist()),
        "content": one["text"], "content_blob": None, "content_hash": hashlib.md5(one["text"].encode()).digest(),
        "metadata": None, "updated": int(time.time()),
    }  # fmt: skip


def opened(db: Database) -> "llm.Collection":
    return llm.Collection(COLLECTION, db, model_id=f"sentence-transformers/{model()}")


def serve(place: Path) -> Serving:
    collection = opened(Database(place / DATABASE))

    def ask(text: str, vector: Vectors | None, part: str | None) -> list[int]:
        prefix = f"{part}/" if part else None
        if vector is None:
            found = collection.similar(text, K, prefix=prefix)
        else:
            found = collection.similar_by_vector(vector.tolist(), K, prefix=prefix)
        return [int(one.id.partition("/")[2]) for one in found]

    def add(id: int, text: str) -> None:
        collection.embed(f"rest/{id}", text, store=True)

    return Serving(ask, add)


def shell(place: Path, text: str, _vector: Vectors) -> list[str]:
    command = str(Path(sys.executable).parent / "llm")
    return [command, "similar", COLLECTION, "-c", text, "-n", str(K), "-d", str(place / DATABASE)]


if __name__ == "__main__":
    main(Peer(build, serve, shell))
