"""The tagging stage beside sentence-transformers' default embedding, on the passages that the tagger learned from.

    python -m benchmarks.tag [COUNT]     # COUNT passages, spread over all; 1,000 without it

Both read the same texts with the same MiniLM weights on all cores, each alone in a process of its own, by turns, and
the better of ROUNDS counts. Ours is the whole stage (entities, dependencies, facets, tags, themes, their reasons) from
a new database's passages to its rows, titles included; theirs is `SentenceTransformer(...).encode(texts)`, texts alone.
Neither's loading counts, nor the one-time export to OpenVINO: each reads WARM passages first.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlite_utils import Database

from corpus.database import open_database
from corpus.records import digest
from nlp import examples, models, tagging, taxonomy
from nlp.examples import Example
from nlp.taxonomy import TAGGER

COUNT, WARM, ROUNDS = 1000, 64, 2
OURS, THEIRS = "sourcebook tag", "sentence-transformers"

WORK = "INSERT INTO work (id, key, title, csl) VALUES (?, ?, ?, '{}')"
PASSAGE = """
INSERT INTO passage (key, work_id, ordinal, title, char_start, char_end, text, hash) VALUES (?, ?, 0, ?, 0, ?, ?, ?)
"""


def passages(count: int) -> list[Example]:
    """`count` of the written training passages (all, where there are fewer), evenly spread over registers."""
    known = examples.corpus(taxonomy.load("procurement"), None)
    return known[:: max(1, len(known) // count)][:count]


def filled(path: Path, known: list[Example]) -> Database:
    """A new database with a work of one passage for each of `known`."""
    db = open_database(path)
    terms = taxonomy.load("procurement")
    taxonomy.save(db, terms)
    with db.atomic():
        for number, one in enumerate(known, start=1):
            db.execute(WORK, [number, one.id, one.title])
            db.execute(PASSAGE, [one.id, number, one.title, len(one.text), one.text, digest(one.text)])
    return db


def tag(known: list[Example]) -> float:
    """Seconds that our tagging stage takes."""
    terms = taxonomy.load("procurement")
    with tempfile.TemporaryDirectory() as folder:
        tagging.tag(filled(Path(folder) / "warm.db", known[:WARM]), terms, terms.folder / TAGGER)
        db = filled(Path(folder) / "evidence.db", known)
        start = time.perf_counter()
        tagging.tag(db, terms, terms.folder / TAGGER)
        return time.perf_counter() - start


def embed(known: list[Example]) -> float:
    """Seconds that sentence-transformers takes to embed the texts."""
    model = models.load_with_torch(models.DEFAULT)
    texts = [one.text for one in known]
    model.encode(texts[:WARM])
    start = time.perf_counter()
    model.encode(texts)
    return time.perf_counter() - start


def alone(what: str, count: int) -> float:
    """Passages a second of `what`, measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.tag", str(count), what], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return float(done.stdout)


def compare(count: int) -> None:
    """Measure both by turns and print the better of each, and their ratio."""
    best = {OURS: 0.0, THEIRS: 0.0}
    for _ in range(ROUNDS):
        for what in best:
            best[what] = max(best[what], alone(what, count))
    print(f"{len(passages(count)):,} passages, the better of {ROUNDS} runs each, loading excluded")
    for what, speed in best.items():
        print(f"{what:<22}{speed:>7.1f} passages a second")
    print(f"{'ratio':<22}{best[OURS] / best[THEIRS]:>7.2f}")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    if len(sys.argv) > 2:
        known = passages(count)
        print(len(known) / {OURS: tag, THEIRS: embed}[sys.argv[2]](known))
    else:
        compare(count)
