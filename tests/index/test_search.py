"""Search over a small base: what is found, why, and that filters are exact."""

from pathlib import Path

import numpy as np
import pytest
from sqlite_utils import Database

from corpus.errors import SourcebookError
from index import filters, store
from index.filters import Filters
from index.search import search
from nlp import encoder
from sourcebook.workspace import open_workspace


@pytest.fixture(scope="module")
def base(small: Path) -> tuple[Database, Path]:
    workspace = open_workspace(small)
    return workspace.open(), workspace.index


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "keyword"])
def test_the_passage_in_question_comes_first(base: tuple[Database, Path], mode: str) -> None:
    hits = search(*base, "late payment of suppliers' invoices", k=3, mode=mode)
    assert hits[0].work == "marrin2014waiting"
    assert "invoices" in hits[0].text
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_hit_says_why(base: tuple[Database, Path]) -> None:
    why = search(*base, "settling an invoice", k=1)[0].why
    assert {"settle", "invoices"} <= set(why.words)
    assert why.semantic is not None
    assert why.keyword is not None


def test_meaning_finds_what_words_do_not(base: tuple[Database, Path]) -> None:
    query = "money owed by retail chains"
    assert search(*base, query, k=1, mode="semantic")[0].work == "marrin2014waiting"
    assert search(*base, query, k=1, mode="semantic")[0].why.keyword is None


def test_asking_for_k_gives_k_or_all_there_are(base: tuple[Database, Path]) -> None:
    db, _ = base
    everything = db.execute("SELECT COUNT(*) FROM passage").fetchone()[0]
    assert len(search(*base, "suppliers", k=2)) == 2
    assert len(search(*base, "suppliers", k=1000)) == everything
    one = Filters(work=("sol2020bulk",))
    of_work = db.execute("SELECT COUNT(*) FROM passage WHERE work_id = 3").fetchone()[0]
    assert len(search(*base, "suppliers", k=1000, filters=one)) == of_work
    assert search(*base, "suppliers", filters=Filters(work=("nobody",))) == []


@pytest.mark.parametrize(
    ("wanted", "works"),
    [
        (Filters(year_first=2015), {"iie2018clinics", "sol2020bulk"}),
        (Filters(year_first=2015, year_last=2018), {"iie2018clinics"}),
        (Filters(country=("GH", "PE")), {"marrin2014waiting", "sol2020bulk"}),
        (Filters(source=("import",)), {"marrin2014waiting", "iie2018clinics", "sol2020bulk"}),
        (Filters(source=("elsewhere",)), set()),
    ],
)
def test_filters_hold(base: tuple[Database, Path], wanted: Filters, works: set[str]) -> None:
    for mode in ("hybrid", "semantic"):
        found = {hit.work for hit in search(*base, "small suppliers", k=50, mode=mode, filters=wanted)}
        assert found == works


def test_every_mistake_is_a_sentence(base: tuple[Database, Path], tmp_path: Path) -> None:
    with pytest.raises(SourcebookError, match="query is empty"):
        search(*base, "  ")
    with pytest.raises(SourcebookError, match="Run `sourcebook index`"):
        search(base[0], tmp_path, "late payment")
    with pytest.raises(SourcebookError, match="no year or range"):
        filters.years("last year")


def test_filtered_neighbours_are_those_of_brute_force(tmp_path: Path) -> None:
    """At any selectivity: the same passages in the same order as comparing with all of them."""
    random = np.random.default_rng(3)
    vectors = random.normal(size=(2000, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = np.arange(10, 2010)
    hashes = np.array([f"{i:032x}"[:16].encode() for i in ids], dtype="S16")
    store.write(tmp_path, encoder.load(), ids, hashes, vectors, "0" * 64, 0)
    manifest = store.read_manifest(tmp_path)
    assert manifest
    opened = store.Store(manifest, store.load_faiss(str(tmp_path / manifest.vectors)))
    kept = vectors.astype(np.float16).astype(np.float32)
    for share in (1.0, 0.5, 0.1, 0.01, 0.001, 0.0):
        allowed = np.sort(random.choice(ids, int(share * len(ids)), replace=False)).astype(np.int64)
        wanted = sorted(allowed, key=lambda i: -float(kept[i - 10] @ vectors[0]))[:10]
        assert [i for i, _ in opened.nearest(vectors[0], 10, allowed)] == wanted
