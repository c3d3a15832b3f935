"""Vectors kept by model and by what they were made from, so that nothing is encoded twice.

A model has a pair of files that only grow: `NAME.f16` (half precision, a row a text) and `NAME.keys` (16 bytes a row).
"""

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.records import digest

Keys = NDArray[np.bytes_]
Halves = NDArray[np.float16]

KEY = "S16"


@dataclass(frozen=True, slots=True)
class Cache:
    """The files of a model: how many rows of them count, with a checksum; what lies behind is left of a crash."""

    name: str
    dimension: int
    rows: int = 0
    vectors_crc: int = 0
    keys_crc: int = 0

    @property
    def vectors(self) -> str:
        return f"{self.name}.f16"

    @property
    def keys(self) -> str:
        return f"{self.name}.keys"


def key(text: str) -> bytes:
    """What a text is known by."""
    return bytes.fromhex(digest(text)[:32])


def keys_of(texts: list[str]) -> Keys:
    """What texts are known by (texts,)."""
    return np.frombuffer(b"".join(map(key, texts)), dtype=KEY)


def append(folder: Path, cache: Cache, keys: Keys, vectors: NDArray[np.floating]) -> Cache:
    """The cache with `vectors` (keys, dimension) added; it counts once a manifest names it."""
    folder.mkdir(parents=True, exist_ok=True)
    added, names = np.ascontiguousarray(vectors, dtype=np.float16).tobytes(), keys.tobytes()
    put(folder / cache.vectors, cache.rows * cache.dimension * 2, added)
    put(folder / cache.keys, cache.rows * 16, names)
    return Cache(
        cache.name, cache.dimension, cache.rows + len(keys),
        zlib.crc32(added, cache.vectors_crc), zlib.crc32(names, cache.keys_crc),
    )  # fmt: skip


def put(path: Path, place: int, data: bytes) -> None:
    """Write `data` at `place`, where the file then ends."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(place)
        file.seek(place)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path, cache: Cache) -> tuple[Keys, Halves] | None:
    """The keys (rows,) and vectors (rows, dimension), which stay on disk; None where the files are damaged."""
    if not cache.rows:
        return np.zeros(0, dtype=KEY), np.zeros((0, cache.dimension), dtype=np.float16)
    try:
        keys = np.fromfile(folder / cache.keys, dtype=KEY, count=cache.rows)
        shape = (cache.rows, cache.dimension)
        vectors: Halves = np.memmap(folder / cache.vectors, dtype=np.float16, mode="r", shape=shape)
    except (OSError, ValueError):
        return None
    sound = len(keys) == cache.rows and zlib.crc32(keys.tobytes()) == cache.keys_crc
    return (keys, vectors) if sound and zlib.crc32(vectors.data) == cache.vectors_crc else None


def whole(folder: Path, cache: Cache) -> bool:
    """Whether the files are as long as they should be, which is soon told."""
    try:
        sizes = ((folder / cache.vectors).stat().st_size, (folder / cache.keys).stat().st_size)
    except OSError:
        return False
    return sizes[0] >= cache.rows * cache.dimension * 2 and sizes[1] >= cache.rows * 16


def find(known: Keys, wanted: Keys) -> NDArray[np.int64]:
    """The row of each of `wanted` in `known`; -1 where it is not there."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(known, kind="stable")
    at = np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)
    rows = order[at]
    return np.where(known[rows] == wanted, rows, -1)
