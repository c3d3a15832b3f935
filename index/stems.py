"""Words as the keyword index sees them: FTS5's own tokenizer and its Porter stems."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from threading import Lock

# What the passages are indexed by (see `corpus.schema`).
TOKENIZER = "porter unicode61"

# How many words are remembered with their stems.
MOST = 20_000

_using = Lock()
_known: dict[str, tuple[str, ...]] = {}


@cache
def tokenizer() -> sqlite3.Connection:
    """An empty FTS5 index that texts are put into for a moment, to see what becomes of them."""
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.execute(f"CREATE VIRTUAL TABLE written USING fts5(text, content='', tokenize='{TOKENIZER}')")
    connection.execute("CREATE VIRTUAL TABLE token USING fts5vocab('written', 'instance')")
    return connection


def stems(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Each of `words` with its stems: one as a rule; more where FTS5 cuts it, none where it sees no word."""
    wanted = set(words)
    with _using:
        if len(_known) > MOST:
            _known.clear()
        missing = sorted(wanted - _known.keys())
        if missing:
            _known.update(zip(missing, tokenize(missing), strict=True))
        return {word: _known[word] for word in wanted}


def tokenize(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """The stems of each text, in order."""
    connection = tokenizer()
    found: list[list[str]] = [[] for _ in texts]
    connection.execute("BEGIN")
    try:
        connection.executemany("INSERT INTO written (rowid, text) VALUES (?, ?)", enumerate(texts))
        for doc, term in connection.execute("SELECT doc, term FROM token ORDER BY doc, offset"):
            found[doc].append(term)
    finally:
        connection.execute("ROLLBACK")
    return [tuple(one) for one in found]


def words(text: str) -> list[str]:
    """The words of `text` in small letters, in order."""
    return [word.lower() for word in re.findall(r"\w+", text)]
