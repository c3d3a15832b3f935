"""Small bases and a small model, for tests that need no real ones."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from sqlite_utils import Database

from corpus.database import open_database
from index.base import Base, open_base
from index.store import Store, quantized
from nlp.encoder import Vectors

WORK = "INSERT OR IGNORE INTO work (id, key, title, authors, csl) VALUES (?, ?, ?, 'Ama Osei', '{}')"
PASSAGE = """
INSERT INTO passage (key, work_id, ordinal, title, section, char_start, char_end, text, hash)
VALUES (?, ?, 0, ?, ?, 0, ?, ?, ?)
"""
SIZE = 64


@dataclass(frozen=True)
class Text:
    """A passage to be."""

    text: str
    title: str = ""
    section: str | None = None
    work: int = 1


def add(db: Database, texts: Iterable[Text | str]) -> None:
    """Passages, with keys "p1", "p2" and so on."""
    with db.atomic():
        for one in (Text(one) if isinstance(one, str) else one for one in texts):
            number = db.execute("SELECT IFNULL(MAX(id), 0) + 1 FROM passage").fetchone()[0]
            db.execute(WORK, [one.work, f"w{one.work}", one.title])
            row = [f"p{number}", one.work, one.title, one.section, len(one.text), one.text, str(number)]
            db.execute(PASSAGE, row)


def making(folder: Path, texts: Iterable[Text | str]) -> Database:
    """A base of its own with these passages."""
    db = open_database(folder / "evidence.db")
    add(db, texts)
    return db


def stored(vectors: Vectors, missing: int = 0) -> Store:
    """A store of the vectors, which need not come from a model."""
    return replace(quantized(vectors.astype(np.float16), np.arange(len(vectors))), missing=missing)


def opened(db: Database) -> Base:
    return open_base(db)


@dataclass(frozen=True, eq=False)
class Small:
    """A model of single words: each has a direction of its own. `read` holds all that it encoded."""

    name: str = "small"
    model_hash: str = "5" * 64
    dimension: int = SIZE
    read: list[str] = field(default_factory=list)

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.read.extend(texts)
        vectors = np.array([self.vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    def vector(self, text: str) -> Vectors:
        total = np.zeros(self.dimension)
        for word in re.findall(r"\w+", text.lower()):
            seed = int.from_bytes(hashlib.sha256(f"{self.name} {word}".encode()).digest()[:4], "big")
            total += np.random.default_rng(seed).normal(size=self.dimension)
        return total.astype(np.float32)
