"""How good the tags and the search are, measured on labelled passages and on test collections."""

import csv
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sqlite_utils import Database

from corpus.database import open_database
from corpus.errors import SourcebookError
from corpus.records import canonical, digest
from index import store
from index.search import search as find
from nlp import encoder, examples, quality, tagger
from nlp.quality import Quality
from sourcebook.progress import bar
from sourcebook.workspace import Workspace

INSERT_WORK = "INSERT INTO work (id, key, title, csl) VALUES (?, ?, ?, '{}')"
INSERT_PASSAGE = """
INSERT INTO passage (id, key, work_id, ordinal, title, char_start, char_end, text, hash)
VALUES (?, ?, ?, 0, ?, 0, ?, ?, ?)
"""

# How many passages of a ranking are judged: recall@100 is the deepest measure.
DEPTH = 100


def tags(workspace: Workspace, file: Path) -> Quality:
    """How right the tagger that `workspace` uses is on the labelled passages of `file`."""
    terms, known = workspace.terms, examples.read(file)
    model = tagger.load(terms, workspace.tagger)
    scores = np.array(model.score([(one.title, one.text) for one in known]))
    found = tagger.held_labels(scores, model.thresholds, model.labels)
    return quality.quality(terms, examples.labels(known, terms), found)


def search(folder: Path, split: str, mode: str) -> dict[str, float | int]:
    """nDCG@10 and recall@100 on a collection in BEIR's layout, through the very search that users have.

    Measures as in pytrec_eval (Järvelin and Kekäläinen 2002, gain = grade, discount = log2(rank + 1)).
    """
    judged = read_qrels(folder / "qrels" / f"{split}.tsv")
    queries = {str(row["_id"]): str(row["text"]) for row in rows(folder / "queries.jsonl")}
    asked = [query for query in judged if query in queries]
    if not asked:
        raise SourcebookError(f"No query of {folder / 'queries.jsonl'} is judged in qrels/{split}.tsv.")
    with tempfile.TemporaryDirectory() as temporary:
        db = open_database(Path(temporary) / "evidence.db")
        names = fill(db, folder / "corpus.jsonl")
        if mode != "keyword":
            with bar("Encoding the collection") as advance:
                store.update(db, Path(temporary) / "index", encoder.load(), advance)
        ndcg, recall = [], []
        with bar("Searching") as advance:
            for done, query in enumerate(asked, start=1):
                hits = find(db, Path(temporary) / "index", queries[query], k=DEPTH, mode=mode)
                ranking = [names[hit.passage_id] for hit in hits]
                ndcg.append(ndcg_at(10, ranking, judged[query]))
                recall.append(recall_at(DEPTH, ranking, judged[query]))
                advance(done, len(asked))
        db.close()
    return {"ndcg@10": float(np.mean(ndcg)), "recall@100": float(np.mean(recall)), "queries": len(asked)}


def fill(db: Database, corpus: Path) -> dict[int, str]:
    """Put a work and a passage for each document into `db`; returns the document of each passage."""
    names: dict[int, str] = {}
    with db.atomic():
        for id, row in enumerate(rows(corpus), start=1):
            title, text = str(row.get("title") or ""), str(row["text"])
            key = f"{id}-{row['_id']}"
            db.execute(INSERT_WORK, [id, key, title])
            db.execute(INSERT_PASSAGE, [id, key, id, title, len(text), text, digest(canonical([title, text]))])
            names[id] = str(row["_id"])
    return names


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file of JSON lines."""
    if not path.is_file():
        raise SourcebookError(f"{path} is missing. A collection has corpus.jsonl, queries.jsonl and qrels/.")
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    row = json.loads(line)
                    row["_id"], row["text"]
                except (ValueError, KeyError, TypeError):
                    raise SourcebookError(f'{path}, line {number}: no JSON object with "_id" and "text".') from None
                yield row


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Judgements as {query: {document: grade}}, those above 0 only."""
    if not path.is_file():
        there = ", ".join(sorted(p.stem for p in path.parent.glob("*.tsv"))) or "none"
        raise SourcebookError(f"{path} is missing. Choose another --split; there are: {there}.")
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t"):
            if len(row) >= 3 and row[2].strip().lstrip("-").isdigit() and int(row[2]) > 0:
                judged[row[0]][row[1]] = int(row[2])
    return dict(judged)


def ndcg_at(k: int, ranking: list[str], judged: dict[str, int]) -> float:
    """Normalised discounted cumulative gain of the first `k`."""
    gains = [judged.get(document, 0) for document in ranking[:k]]
    ideal = sorted(judged.values(), reverse=True)[:k]
    return dcg(gains) / dcg(ideal)


def dcg(gains: list[int]) -> float:
    """Discounted cumulative gain."""
    return float(sum(gain / np.log2(rank + 1) for rank, gain in enumerate(gains, start=1)))


def recall_at(k: int, ranking: list[str], judged: dict[str, int]) -> float:
    """The part of the relevant documents that is among the first `k`."""
    return len(set(ranking[:k]) & set(judged)) / len(judged)
