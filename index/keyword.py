"""Keyword search: BM25 over FTS5's own index, which is read term by term and kept in memory as arrays."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from index.base import Base, Ints
from index.query import STOP_WORDS, Phrase, Query, Term

Floats = NDArray[np.float32]


Reader = Callable[[str], Ints]
"""Where a stem stands."""

# BM25 as FTS5 has it (https://www.sqlite.org/fts5.html#the_bm25_function), which takes it 100 ms of 100,000 passages:
# how soon a word said again stops to count (its k1), how much long passages are held back (b), and what a word in each
# column counts. FTS5's own k1 and b, 1.2 and 0.75, are for longer texts.
SATURATION, LENGTH = 0.9, 0.4
WEIGHTS = {"title": 1.0, "section": 0.5, "text": 1.0}
LEAST_IDF = 1e-6

# A place where a word stands, as one number: passage, column, words before it.
COLUMN, PLACE = 1 << 2, 1 << 24
INDEX = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.instance USING fts5vocab('main', 'passage_fts', 'instance')"
# Where a word stands; of a word alone the passages and columns will do, which are read in half the time.
HELD = f"""
SELECT group_concat(doc * {COLUMN} + CASE col WHEN 'title' THEN 0 WHEN 'section' THEN 1 ELSE 2 END)
FROM temp.instance WHERE term = ?
"""
INSTANCES = f"""
SELECT group_concat((doc * {COLUMN} + CASE col WHEN 'title' THEN 0 WHEN 'section' THEN 1 ELSE 2 END) * {PLACE} + offset)
FROM temp.instance WHERE term = ?
"""
SIZES = "SELECT id, sz FROM passage_fts_docsize ORDER BY id"

# Bytes of what was read that are kept in memory, half of what 100,000 passages hold; TERM is for a term itself.
MOST, TERM = 28 << 20, 1 << 10


@dataclass(frozen=True, slots=True)
class Postings:
    """The passages that hold a term, by row, and what the term adds to the BM25 of each."""

    rows: Ints
    scores: Floats

    @property
    def nbytes(self) -> int:
        return self.rows.nbytes + self.scores.nbytes


@dataclass(slots=True, eq=False)
class Memory:
    """The terms that were asked for lately, the latest last, and how many bytes they take."""

    kept: OrderedDict[Term, Postings] = field(default_factory=OrderedDict)
    size: int = 0


def scores(db: Database, base: Base, query: Query) -> Floats:
    """The BM25 of every passage (passages,); 0 where none of the query's words occur."""
    total = np.zeros(len(base.ids), dtype=np.float32)
    for term, weight in query.wished.items():
        found = postings(db, base, term)
        total[found.rows] += np.float32(weight) * found.scores
    return total


def matching(db: Database, base: Base, query: Query) -> NDArray[np.bool_] | None:
    """Which passages hold what the query requires and nothing that it does not want; None where any will do."""
    if not query.required and not query.unwanted:
        return None
    passing = np.ones(len(base.ids), dtype=bool)
    for term in query.required:
        passing &= holding(db, base, term)
    for term in query.unwanted:
        passing &= ~holding(db, base, term)
    return passing


def holding(db: Database, base: Base, term: Term) -> NDArray[np.bool_]:
    """Which passages hold the term."""
    found = np.zeros(len(base.ids), dtype=bool)
    found[postings(db, base, term).rows] = True
    return found


def postings(db: Database, base: Base, term: Term) -> Postings:
    """The postings of a term, from memory where it was asked for lately."""
    memory = base.texts.once("words", Memory)
    with base.texts.lock:
        if term in memory.kept:
            memory.kept.move_to_end(term)
            return memory.kept[term]
    found = weighed(base, norms(db, base), places(db, term))
    with base.texts.lock:
        if term not in memory.kept:
            memory.kept[term] = found
            memory.size += found.nbytes + TERM
        while memory.size > MOST and len(memory.kept) > 1:
            _, old = memory.kept.popitem(last=False)
            memory.size -= old.nbytes + TERM
    return found


def weighed(base: Base, norms: Floats, places: Ints) -> Postings:
    """The postings of a term that stands at `places`; its names are counted together, as one word."""
    found = places // PLACE
    ids, starts = np.unique(found // COLUMN, return_index=True)
    if not len(ids):
        return Postings(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))
    rows = base.rows(ids)
    weight = np.array([*WEIGHTS.values()], dtype=np.float32)[found % COLUMN]
    often = np.add.reduceat(weight, starts)
    idf = max(np.log((len(base.ids) - len(ids) + 0.5) / (len(ids) + 0.5)), LEAST_IDF)
    gained = idf * often * (SATURATION + 1) / (often + SATURATION * norms[rows])
    return Postings(rows.astype(np.int32), gained.astype(np.float32))


def norms(db: Database, base: Base) -> Floats:
    """How long each passage is beside the average (passages,), as BM25 counts it."""

    def read() -> Floats:
        found = db.conn.execute(f"SELECT group_concat(hex(sz), '') FROM ({SIZES})").fetchone()[0] or ""
        lengths = varints(np.frombuffer(bytes.fromhex(found), dtype=np.uint8)).reshape(-1, len(WEIGHTS)).sum(axis=1)
        beside = lengths * len(lengths) / max(int(lengths.sum()), 1)
        return np.asarray(1 - LENGTH + LENGTH * beside, dtype=np.float32)

    return base.texts.once("norms", read)


def varints(data: NDArray[np.uint8]) -> Ints:
    """The numbers in `data`: seven bits a byte, the highest first; a byte under 128 ends one (SQLite's file format)."""
    ends = np.flatnonzero(data < 128)
    starts = np.concatenate(([0], ends[:-1] + 1))
    value = np.zeros(len(ends), dtype=np.int64)
    for step in range(int((ends - starts).max(initial=0)) + 1):
        at = starts + step
        inside = at <= ends
        value[inside] = value[inside] * 128 + (data[at[inside]] & 127)
    return value


def places(db: Database, term: Term) -> Ints:
    """Where any of the term's phrases begins, ascending; of a word alone, only in which column."""
    if len(term) == 1 and len(term[0]) == 1:
        return instances(db, term[0][0], HELD) * PLACE
    read: Reader = cache(partial(instances, db))  # names of one thing share words, and some of these take long to read
    found = [begins(read, phrase) for phrase in term]
    return found[0] if len(found) == 1 else np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *found]))


def begins(read: Reader, phrase: Phrase) -> Ints:
    """Where the phrase begins: its words stand one after the other."""
    found: Ints | None = None
    for step, stem in sorted(enumerate(phrase), key=lambda one: one[1] in STOP_WORDS):  # these take longest to read
        if found is None or len(found):
            there = read(stem) - step
            found = there if found is None else common(found, there)
    return np.zeros(0, dtype=np.int64) if found is None else found


def common(few: Ints, many: Ints) -> Ints:
    """What is in both, each of which ascends."""
    if not len(many):
        return many
    held = many[np.minimum(np.searchsorted(many, few), len(many) - 1)] == few
    return np.asarray(few[held], dtype=np.int64)


def instances(db: Database, stem: str, sql: str = INSTANCES) -> Ints:
    """Where the word stands, ascending."""
    db.conn.execute(INDEX)
    text = db.conn.execute(sql, [stem]).fetchone()[0]
    return np.fromstring(text or "", dtype=np.int64, sep=",")
