"""A filter narrows before anything is ranked, however few pass it: the whole search beside looking at every passage."""

from pathlib import Path

import numpy as np
import pytest
from making_passages import Small, making, opened
from sqlite_utils import Database

from index import search as searching
from index import store
from index.filters import Filters
from nlp import encoder
from nlp.encoder import Vectors

COUNT = 2000
SHARES = {"all": 1.0, "half": 0.5, "tenth": 0.1, "hundredth": 0.01, "thousandth": 0.001}
WORDS = "buyer supplier late payment audit training market price order code wage factory retailer loan credit".split()
FACET = "INSERT INTO facet (passage_id, work_id, kind, value, label) SELECT id, work_id, 'programme', ?, ? FROM passage"
QUERY = "late payment by the retailer"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, Path, Vectors, Small]:
    folder, random, small = tmp_path_factory.mktemp("base"), np.random.default_rng(2), Small()
    texts = [" ".join([*random.choice(WORDS, 9), f"x{i}", f"y{i}", f"z{i}", f"v{i}"]) for i in range(COUNT)]
    db = making(folder, texts)
    with db.atomic():
        for name, share in SHARES.items():
            db.execute(f"{FACET} WHERE id % ? = 0", [name, name, round(1 / share)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "encode_with", lambda name, model_hash, texts: small.encode(texts))
        store.update(db, folder / "index", small)  # type: ignore[arg-type]
    return db, folder / "index", small.encode(texts).astype(np.float16).astype(np.float32), small


@pytest.mark.parametrize("name", [*SHARES, "nobody"])
@pytest.mark.parametrize("k", [1, 10, 150])
def test_the_nearest_that_pass_are_found(
    base: tuple[Database, Path, Vectors, Small], monkeypatch: pytest.MonkeyPatch, name: str, k: int
) -> None:
    db, folder, vectors, small = base
    monkeypatch.setattr(encoder, "load", lambda model: small)
    hits = searching.search(db, folder, QUERY, k=k, mode="semantic", filters=Filters(programme=(name,)))
    passing = [i for i in range(COUNT) if name in SHARES and (i + 1) % round(1 / SHARES[name]) == 0]
    cosines = vectors @ small.encode([QUERY])[0]
    wanted = sorted(passing, key=lambda i: (-cosines[i], i))[:k]
    assert len(hits) == len(wanted)
    assert [hit.passage_id for hit in hits] == [int(opened(db).ids[i]) for i in wanted]
    both = searching.search(db, folder, QUERY, k=k, filters=Filters(programme=(name,)))
    assert len(both) == len(wanted)
    assert {hit.passage_id - 1 for hit in both} <= set(passing)
