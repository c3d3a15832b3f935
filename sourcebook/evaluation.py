"""How good the tags and the search are, measured on labelled passages and on test collections."""

import csv
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlite_utils import Database

from corpus.database import open_database
from corpus.documents.document import Section
from corpus.errors import SourcebookError
from corpus.passages import cut
from corpus.records import digest
from index import store
from index.search import MODES
from index.search import search as find
from nlp import encoder, examples, quality, tagger
from nlp.quality import Quality
from sourcebook.progress import bar
from sourcebook.workspace import Workspace

INSERT_WORK = "INSERT INTO work (id, key, title, csl) VALUES (?, ?, ?, '{}')"
INSERT_PASSAGE = """
INSERT INTO passage (key, work_id, ordinal, title, char_start, char_end, text, hash)
VALUES (?, ?, ?, ?, 0, ?, ?, ?)
"""

Judged = dict[str, dict[str, int]]
"""The grades of documents, by query."""

# How many passages of a ranking are judged: recall@100 is the deepest measure.
DEPTH = 100


def tags(workspace: Workspace, file: Path) -> Quality:
    """How right the tagger that `workspace` uses is on the labelled passages of `file`."""
    terms, known = workspace.terms, examples.read(file)
    model = tagger.load(terms, workspace.tagger)
    scores = np.array(model.score([(one.title, one.text) for one in known]))
    found = tagger.held_labels(scores, model.thresholds, model.labels)
    return quality.quality(terms, examples.labels(known, terms), found)


def search(folder: Path, split: str, modes: Sequence[str] = MODES) -> dict[str, dict[str, float | int]]:
    """nDCG@10 and recall@100 of each mode on a collection in BEIR's layout, through the very search that users have.

    Documents are works, cut into passages; a work stands where the best of them does. Near-copies that the search shows
    under another document stand right behind it. Measures as in pytrec_eval (Järvelin and Kekäläinen 2002, gain =
    grade, discount = log2(rank + 1)).
    """
    judged = read_qrels(folder / "qrels" / f"{split}.tsv")
    queries = {str(row["_id"]): str(row["text"]) for row in rows(folder / "queries.jsonl")}
    asked = {query: queries[query] for query in judged if query in queries}
    if not asked:
        raise SourcebookError(f"No query of {folder / 'queries.jsonl'} is judged in qrels/{split}.tsv.")
    with tempfile.TemporaryDirectory() as temporary:
        index, db = Path(temporary) / "index", open_database(Path(temporary) / "evidence.db")
        names = fill(db, folder / "corpus.jsonl")
        if set(modes) - {"keyword"}:
            with bar("Encoding the collection") as advance:
                store.update(db, index, encoder.load(), advance)
        measured = {mode: measure(db, index, asked, judged, names, mode) for mode in modes}
        db.close()
    return measured


def measure(
    db: Database,
    index: Path,
    asked: dict[str, str],
    judged: dict[str, dict[str, int]],
    names: dict[str, str],
    mode: str,
) -> dict[str, float | int]:
    """The means over the queries of `asked`; `names` holds the document of each passage."""
    ndcg, recall = [], []
    with bar(f"Searching ({mode})") as advance:
        for done, (query, text) in enumerate(asked.items(), start=1):
            hits = find(db, index, text, k=DEPTH, mode=mode, per_work=1)
            found = dict.fromkeys(names[key] for hit in hits for key in (hit.passage_key, *hit.same))
            ranking = list(found)[:DEPTH]
            ndcg.append(ndcg_at(10, ranking, judged[query]))
            recall.append(recall_at(DEPTH, ranking, judged[query]))
            advance(done, len(asked))
    return {"ndcg@10": float(np.mean(ndcg)), "recall@100": float(np.mean(recall)), "queries": len(asked)}


def fill(db: Database, corpus: Path) -> dict[str, str]:
    """Put a work for each document into `db`, cut into passages as abstracts are; returns each passage's document."""
    names: dict[str, str] = {}
    with db.atomic():
        for id, row in enumerate(rows(corpus), start=1):
            title, text = str(row.get("title") or ""), str(row["text"])
            db.execute(INSERT_WORK, [id, f"{id}-{row['_id']}", title])
            for number, part in enumerate(cut_whole(text)):
                key = f"{id}-{number}"
                db.execute(INSERT_PASSAGE, [key, id, number, title, len(part), part, digest(part)])
                names[key] = str(row["_id"])
    return names


def cut_whole(text: str) -> list[str]:
    """The passages of a text; all of it as one where nothing in it reads like prose."""
    return [passage.text for passage in cut([Section(None, text)])] or [text]


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


def read_qrels(path: Path) -> Judged:
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
