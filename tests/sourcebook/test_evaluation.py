"""The measures, on cases that can be checked by hand."""

import json
import math
from pathlib import Path

import pytest

from corpus.database import open_database
from corpus.errors import SourcebookError
from sourcebook import evaluation
from sourcebook.workspace import workspace_or_default


def test_ndcg_and_recall() -> None:
    judged = {"a": 2, "b": 1}
    assert evaluation.ndcg_at(10, ["a", "b"], judged) == 1.0
    swapped = (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))
    assert evaluation.ndcg_at(10, ["b", "a"], judged) == pytest.approx(swapped)
    assert evaluation.ndcg_at(1, ["c", "a"], judged) == 0.0
    assert evaluation.recall_at(100, ["c", "a"], judged) == 0.5


def collection(folder: Path) -> Path:
    texts = {"d1": "Reverse factoring pays suppliers early.", "d2": "Bees make honey.", "d3": "Rain falls."}
    (folder / "qrels").mkdir()
    lines = [json.dumps({"_id": id, "title": "", "text": text}) for id, text in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(lines))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "early payment of suppliers"}))
    (folder / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td1\t1\nq\td2\t0\n")
    return folder


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "keyword"])
def test_a_collection_is_searched_as_users_search(tmp_path: Path, mode: str) -> None:
    result = evaluation.search(collection(tmp_path), "test", [mode])[mode]
    assert result == {"ndcg@10": 1.0, "recall@100": 1.0, "queries": 1}


LONG = (
    "Buyers settle invoices after ninety days, and small suppliers borrow to wait for what they are owed. " * 3,
    "The cooperative taught forty growers to grade their beans, and exporters paid more for what they graded. " * 3,
    "Machine shops near the assembly plant learned to read drawings, and kept the contract in the lean years. " * 3,
)


def test_documents_are_works_cut_into_passages(tmp_path: Path) -> None:
    collection(tmp_path)
    document = {"_id": "d/1", "title": "On chains", "text": "\n\n".join(LONG)}
    odd = [{"_id": "2", "text": "—"}, {"_id": "3", "title": None, "text": ""}]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, [document, *odd])) + "\n\n")
    db = open_database(tmp_path / "evidence.db")
    names = evaluation.fill(db, tmp_path / "corpus.jsonl")
    assert list(names) == [row[0] for row in db.execute("SELECT key FROM passage ORDER BY id").fetchall()]
    assert list(names.values()) == [*["d/1"] * (len(names) - 2), "2", "3"]
    assert len(names) > 3
    assert db.execute("SELECT DISTINCT title FROM passage WHERE work_id = 1").fetchall() == [("On chains",)]
    assert db.execute("SELECT id, title FROM work").fetchall() == [(1, "On chains"), (2, ""), (3, "")]


def test_measures_are_means_over_the_judged_queries(tmp_path: Path) -> None:
    """One query finds its document, one finds it behind another, one not at all."""
    collection(tmp_path)
    queries = {"q": "early payment of suppliers", "r": "rain rain honey", "s": "zebra", "unjudged": "bees"}
    lines = [json.dumps({"_id": id, "text": text}) for id, text in queries.items()]
    (tmp_path / "queries.jsonl").write_text("\n".join(lines))
    judged = "query-id\tcorpus-id\tscore\nq\td1\t2\nr\td2\t1\nr\td3\t0\ns\td1\t1\ngone\td1\t1\nq\td9\t-1\n"
    (tmp_path / "qrels/test.tsv").write_text(judged)
    result = evaluation.search(tmp_path, "test", ["keyword"])["keyword"]
    assert result["queries"] == 3
    assert result["recall@100"] == pytest.approx(2 / 3)
    assert result["ndcg@10"] == pytest.approx((1 + 1 / math.log2(3) + 0) / 3)  # d3 is as good, and shorter


def test_a_copy_of_a_document_stands_right_behind_it(tmp_path: Path) -> None:
    collection(tmp_path)
    texts = {"d1": LONG[0], "d2": LONG[1], "d3": LONG[0].replace("ninety", "ninety five")}
    lines = [json.dumps({"_id": id, "text": text}) for id, text in texts.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines))
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "settle invoices after days beans"}))
    (tmp_path / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td1\t1\nq\td3\t1\n")
    measured = evaluation.search(tmp_path, "test")
    assert {mode: one["recall@100"] for mode, one in measured.items()} == dict.fromkeys(measured, 1.0)
    assert set(measured) == {"hybrid", "semantic", "keyword"}
    assert measured["semantic"]["ndcg@10"] == 1.0


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    collection(tmp_path)
    with pytest.raises(SourcebookError, match="there are: test"):
        evaluation.search(tmp_path, "dev", ["keyword"])
    (tmp_path / "corpus.jsonl").write_text('{"_id": 1}')
    with pytest.raises(SourcebookError, match="line 1"):
        evaluation.search(tmp_path, "test", ["keyword"])


def test_tags_are_scored(tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text(json.dumps({"id": "1", "text": "Moths fly at night.", "tags": ["threat"]}))
    result = evaluation.tags(workspace_or_default(tmp_path), path)
    assert (result.tags["threat"].recall, result.tags["threat"].n) == (0.0, 1)
    assert (result.macro_f1, result.themes) == (0.0, None)
    path.write_text("{}")
    with pytest.raises(SourcebookError, match="line 1"):
        evaluation.tags(workspace_or_default(tmp_path), path)
