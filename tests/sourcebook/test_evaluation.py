"""The measures, on cases that can be checked by hand."""

import json
import math
from pathlib import Path

import pytest

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
    result = evaluation.search(collection(tmp_path), "test", mode)
    assert result == {"ndcg@10": 1.0, "recall@100": 1.0, "queries": 1}


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    collection(tmp_path)
    with pytest.raises(SourcebookError, match="there are: test"):
        evaluation.search(tmp_path, "dev", "keyword")
    (tmp_path / "corpus.jsonl").write_text('{"_id": 1}')
    with pytest.raises(SourcebookError, match="line 1"):
        evaluation.search(tmp_path, "test", "keyword")


def test_tags_are_scored(tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text(json.dumps({"id": "1", "text": "Moths fly at night.", "tags": ["threat"]}))
    result = evaluation.tags(workspace_or_default(tmp_path), path)
    assert (result.tags["threat"].recall, result.tags["threat"].n) == (0.0, 1)
    assert (result.macro_f1, result.themes) == (0.0, None)
    path.write_text("{}")
    with pytest.raises(SourcebookError, match="line 1"):
        evaluation.tags(workspace_or_default(tmp_path), path)
