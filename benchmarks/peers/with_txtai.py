"""txtai: an index of its default kind (FAISS, IVF from 5,000 passages on) with the content in its SQLite database.

Built from the given vectors by its external method, then told to encode queries itself. Filters are SQL beside
`similar()`, which looks through the ten times K nearest. Adding changes the index in memory; nothing is saved.
"""

import sys
from pathlib import Path
from typing import Any

from txtai import Embeddings  # type: ignore[import-not-found]

from benchmarks.peers.measuring import Given, K, Peer, Serving, Vectors, main, model

ASK = "SELECT id, score FROM txtai WHERE similar(:query){narrowed} LIMIT {k}"
SHELL = (
    "import sys; from txtai import Embeddings; e = Embeddings(); e.load(sys.argv[1]); print(e.search(sys.argv[2], 10))"
)


def build(given: Given, place: Path) -> None:
    vectors = iter(given.vectors)

    def transform(texts: list[str]) -> list[Vectors]:
        return [next(vectors) for _ in texts]

    embeddings = Embeddings(method="external", transform=transform, content=True)
    embeddings.index((one["id"], {"text": one["text"], "title": one["title"], "part": one["part"]}, None)
                     for one in given.passages())  # fmt: skip
    del embeddings.config["method"], embeddings.config["transform"]
    embeddings.config["path"] = model()
    embeddings.save(str(place))


def serve(place: Path) -> Serving:
    embeddings = Embeddings()
    embeddings.load(str(place))

    def ask(text: str, vector: Vectors | None, part: str | None) -> list[int]:
        query: Any = text if vector is None else vector
        sql = ASK.format(narrowed=" AND part = :part" if part else "", k=K)
        found = embeddings.search(sql, K, parameters={"query": query, "part": part})
        return [int(one["id"]) for one in found]

    def add(id: int, text: str) -> None:
        embeddings.upsert([(id, {"text": text, "part": "rest"}, None)])

    return Serving(ask, add)


def shell(place: Path, text: str, _vector: Vectors) -> list[str]:
    return [sys.executable, "-c", SHELL, str(place), text]


if __name__ == "__main__":
    main(Peer(build, serve, shell))
