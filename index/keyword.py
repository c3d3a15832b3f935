"""Keyword search: a researcher's words to FTS5's language, ranked by BM25."""

import json
import re
import sqlite3

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

STOP_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before being between both but by can could did
    do does doing during each few for from further had has have having he her here hers him his how i if in into is it
    its just me more most my no nor not of off on once only or other our out over own same she should so some such
    than that the their them then there these they this those through to too under until up us very was we were what
    when where which while who whom why will with would you your""".split()
)

# BM25 weights of title, section and text.
WEIGHTS = (1.0, 0.5, 1.0)

RANKED = """
SELECT rowid, -bm25(passage_fts, {weights}) AS score FROM passage_fts
WHERE passage_fts MATCH ? {narrowed} ORDER BY score DESC, rowid LIMIT ?
"""


def to_fts(query: str) -> str:
    """`query` as an FTS5 expression: words are OR, "quoted phrases" and `-word` are obeyed, stop words dropped."""
    wanted, unwanted = [], []
    for minus, phrase, word in re.findall(r'(-?)(?:"([^"]+)"|([^\s"]+))', query):
        terms = re.findall(r"\w+", phrase or word)
        if not terms or (not phrase and not minus and word == "OR"):
            continue
        expression = '"' + " ".join(terms) + '"'
        if minus:
            unwanted.append(expression)
        elif phrase or len(terms) > 1 or terms[0].lower() not in STOP_WORDS:
            wanted.append(expression)
    if not wanted:  # only stop words: better to look for them than for nothing
        wanted = [f'"{term}"' for term in re.findall(r"\w+", query) if not unwanted]
    positive = " OR ".join(wanted)
    return f"({positive}) NOT ({' OR '.join(unwanted)})" if positive and unwanted else positive


def rank(db: Database, query: str, k: int, allowed: NDArray[np.int64] | None) -> list[tuple[int, float]]:
    """The `k` best passages by BM25 as (id, score), best first; higher is better, ties by id."""
    expression = to_fts(query)
    if not expression or k < 1:
        return []
    narrowed = ""
    values: list[str | int] = [expression, k]
    if allowed is not None:
        # the plus keeps SQLite from asking FTS5 anew for each passage allowed
        narrowed = "AND +rowid IN (SELECT value FROM json_each(?))"
        values = [expression, json.dumps(allowed.tolist()), k]
    sql = RANKED.format(weights=", ".join(map(str, WEIGHTS)), narrowed=narrowed)
    try:
        return [(int(row[0]), float(row[1])) for row in db.execute(sql, values).fetchall()]
    except sqlite3.OperationalError as error:
        if "fts5: syntax error" in str(error):
            return []
        raise
