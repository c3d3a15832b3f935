"""The semantic index on disk: vectors in half precision, and a manifest that says what they were made from."""

import json
import os
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from sqlite_utils import Database

from corpus.errors import SourcebookError
from corpus.records import canonical, digest
from corpus.spread import Spread
from index import cache
from index.base import Base, Ints, open_base
from index.cache import Cache, Keys
from nlp.encoder import Encoder, Vectors, encode_with

VERSION = "2"
MANIFEST = "manifest.json"
PASSAGES = "SELECT title, IFNULL(section, ''), text FROM passage ORDER BY id"
PASSAGE = "SELECT title, IFNULL(section, ''), text FROM passage WHERE id = ?"
REVISION = "SELECT number FROM revision WHERE name = 'passage'"

# How many passages are encoded between two looks at the progress bar; then their vectors are safe.
CHUNK = 512

# How many passages are compared with what an index was made from.
SAMPLE = 64

# How many passages more than asked for are compared, to see whether the last of them ties with others.
TIES = 8

# How many passages a search encodes itself when it finds them missing: a few seconds' work.
MENDED = 512

# A question is one vector: threads that wait for each other take longer than one of them.
faiss.omp_set_num_threads(1)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made from.

    `rows` names the file that says which vector each passage has, in the order of ids; it is empty while the first
    index is being made. `caches` holds the vectors of each model that was ever used, by the hash of its weights.
    """

    version: str = VERSION
    model: str = ""
    model_hash: str = ""
    dimension: int = 0
    count: int = 0
    revision: int = -1
    content_hash: str = ""
    rows: str = ""
    rows_crc: int = 0
    caches: dict[str, Cache] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """The vectors of a base, by its rows; `missing` of its passages have none yet, and are nearest to nothing."""

    faiss: Any
    codes: cache.Halves
    missing: int

    def nearest(self, vector: Vectors, k: int, passing: NDArray[np.bool_] | None = None) -> tuple[Ints, Vectors]:
        """The rows of the `k` nearest passages among those `passing`, and their cosines; best first, ties by row."""
        there = self.faiss.ntotal if passing is None else int(passing.sum())
        k = min(k, there)
        if k < 1:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        parameters = None
        if passing is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(passing, bitorder="little"))  # type: ignore[call-arg, arg-type]
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        wanted = min(k + TIES, there)
        while True:
            scores, rows = self.faiss.search(vector.reshape(1, -1), wanted, params=parameters)
            if wanted == there or scores[0][-1] < scores[0][k - 1]:
                break
            wanted = min(4 * wanted, there)  # of passages that tie with the last, FAISS takes any
        order = np.lexsort((rows[0], -scores[0]))[:k]
        return rows[0][order], scores[0][order]

    def vectors(self, rows: Ints) -> Vectors:
        """The vectors of passages (rows, dimension)."""
        return self.codes[rows].astype(np.float32)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the index in `folder`; an empty one where there is none that this version can use."""
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
        caches = {name: Cache(**one) for name, one in found.pop("caches").items()}
        manifest = Manifest(**found, caches=caches)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Manifest()
    return manifest if manifest.version == VERSION else Manifest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put `manifest` in the place of the old one, at a stroke."""
    folder.mkdir(parents=True, exist_ok=True)
    wip = folder / f"{MANIFEST}.wip"
    wip.write_text(canonical(asdict(manifest)), "utf-8")
    os.replace(wip, folder / MANIFEST)


def revision(db: Database) -> int:
    """How often the passages have changed."""
    return int(db.execute(REVISION).fetchone()[0])


def passage_input(title: str, section: str, text: str) -> str:
    """What the search reads of a passage: its work's title and its section as context, and its text."""
    return "\n".join(part for part in (title, section, text) if part)


def inputs_of(db: Database) -> list[str]:
    """What is encoded of each passage, in the order of ids."""
    return [passage_input(*row) for row in db.execute(PASSAGES).fetchall()]


def undone(db: Database, folder: Path, model: str) -> int:
    """How many passages have no vector by `model` yet; all of them where the index is damaged."""
    manifest = read_manifest(folder)
    kept = manifest.caches.get(manifest.model_hash)
    if kept and manifest.model == model and cache.whole(folder, kept) and read_rows(db, folder, manifest) is not None:
        return 0
    keys = cache.keys_of(inputs_of(db))
    there = cache.read(folder, kept) if kept and manifest.model == model else None
    lacking = int((cache.find(there[0], keys) < 0).sum()) if there else len(keys)
    return lacking or int(bool(len(keys)))  # a manifest that is out of date is work, too


def open_store(db: Database, folder: Path, encoder: Encoder) -> Store:
    """The index in `folder` for the passages that `db` holds now, ready to search.

    Only vectors of passages as they are now are served: those that changed since count as `missing`. Raises
    SourcebookError where the index is missing, damaged or of another model.
    """
    base, manifest = open_base(db), read_manifest(folder)
    if not manifest.rows or manifest.model_hash != encoder.model_hash:
        state = "was made with another model" if manifest.rows else "is missing"
        raise SourcebookError(f"The semantic index {state}. Run `sourcebook index`, then search again.")
    last: tuple[Any, Store] | None = base.texts.made.get("store")
    if last and last[0] == (folder, manifest):
        return last[1]
    store = load(db, base, folder, manifest)
    base.texts.made["store"] = (folder, manifest), store  # in place of the last one: vectors are large
    return store


def lacking(db: Database) -> int:
    """How many passages have no vector in the index that was opened last for `db` as it is now."""
    last: tuple[Any, Store] | None = open_base(db).texts.made.get("store")
    return last[1].missing if last else 0


def load(db: Database, base: Base, folder: Path, manifest: Manifest) -> Store:
    """The vectors of the passages of `base`."""
    kept = cache.read(folder, manifest.caches[manifest.model_hash])
    newer = read_manifest(folder)
    if kept is None and newer != manifest and newer.model_hash == manifest.model_hash:  # it took this one's place
        return load(db, base, folder, newer)
    if kept is None:
        raise SourcebookError("The semantic index is damaged. Run `sourcebook index`, then search again.")
    keys, vectors = kept
    rows = read_rows(db, folder, manifest)
    if rows is None:
        rows = cache.find(keys, cache.keys_of(inputs_of(db)))
    return quantized(vectors, rows)


def quantized(vectors: cache.Halves, rows: Ints) -> Store:
    """The `rows` of `vectors` as FAISS keeps them, in half precision; a row of -1 gives a vector of zeros."""
    dimension = vectors.shape[1]
    index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    size = len(rows) * dimension * 2
    index.codes.resize(size)
    index.ntotal = len(rows)
    codes = faiss.rev_swig_ptr(index.codes.data(), size).view(np.float16).reshape(-1, dimension)
    for start in range(0, len(rows), CHUNK):  # straight into its place
        part = rows[start : start + CHUNK]
        codes[start : start + CHUNK] = 0
        codes[start + np.flatnonzero(part >= 0)] = vectors[part[part >= 0]]
    return Store(index, codes, int((rows < 0).sum()))


def read_rows(db: Database, folder: Path, manifest: Manifest) -> Ints | None:
    """Which vector each passage has; None where these are not the passages, or the file is not what it was."""
    if manifest.revision != revision(db):
        return None
    try:
        data = (folder / manifest.rows).read_bytes()
        keys = np.fromfile(folder / manifest.caches[manifest.model_hash].keys, dtype=cache.KEY)
    except OSError:
        return None
    rows = np.frombuffer(data, dtype=np.int64) if zlib.crc32(data) == manifest.rows_crc else None
    return rows if rows is not None and made_from(db, keys, rows) else None


def made_from(db: Database, keys: Keys, rows: Ints) -> bool:
    """Whether a few passages from all over are what was encoded: another database may have changed as often."""
    ids = open_base(db).ids
    if len(ids) != len(rows) or not len(ids):
        return len(ids) == len(rows)
    places = np.unique(np.linspace(0, len(ids) - 1, SAMPLE).astype(np.int64))
    inputs = [passage_input(*db.execute(PASSAGE, [int(id)]).fetchone()) for id in ids[places]]
    return bool((keys[rows[places]] == cache.keys_of(inputs)).all())


def update(
    db: Database, folder: Path, encoder: Encoder, progress: Progress | None = None, spread: Spread = map
) -> dict[str, int]:
    """Bring the index up to date: encode what has no vector yet, then put the new index in the old one's place.

    What was encoded is kept chunk by chunk, so that a crash costs one; until the end the old index is whole. `spread`
    may run the encoding elsewhere. Counts passages and what was encoded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        number, ids, inputs = revision(db), open_base(db).ids, inputs_of(db)
        keys = cache.keys_of(inputs)
        manifest = with_cache(folder, read_manifest(folder), encoder)
        places = missing(folder, manifest.caches[encoder.model_hash], keys)
        chunks = [places[start : start + CHUNK] for start in range(0, len(places), CHUNK)]
        encode = partial(encode_with, encoder.name, encoder.model_hash)
        done = 0
        for chunk, vectors in zip(
            chunks, spread(encode, ([inputs[i] for i in chunk] for chunk in chunks)), strict=True
        ):
            manifest = keep(folder, manifest, encoder.model_hash, keys[chunk], vectors)
            done += len(chunk)
            if progress:
                progress(done, len(places))
        publish(folder, manifest, encoder, ids, keys, number)
    return {"passages": len(keys), "encoded": len(places)}


def with_cache(folder: Path, manifest: Manifest, encoder: Encoder) -> Manifest:
    """The manifest with a sound cache for the encoder's model: the one that is there, or one to begin with."""
    kept = manifest.caches.get(encoder.model_hash)
    if kept is not None and cache.read(folder, kept):
        return manifest
    fresh = Cache(next_name(kept, encoder.model_hash), encoder.dimension)
    return replace(manifest, caches={**manifest.caches, encoder.model_hash: fresh})


def next_name(old: Cache | None, model_hash: str) -> str:
    """A name for the files of a cache that takes the place of `old`, which readers may still have open."""
    number = int(old.name.rpartition("-")[2]) + 1 if old else 1
    return f"{model_hash[:12]}-{number}"


def missing(folder: Path, kept: Cache, keys: Keys) -> list[int]:
    """The first place of each of `keys` that the cache lacks."""
    known, _ = found(folder, kept)
    _, first = np.unique(keys, return_index=True)
    lacking = cache.find(known, keys[first]) < 0
    return sorted(int(place) for place in first[lacking])


def keep(folder: Path, manifest: Manifest, model_hash: str, keys: Keys, vectors: Vectors) -> Manifest:
    """The manifest, written, with vectors added to the cache of a model."""
    grown = cache.append(folder, manifest.caches[model_hash], keys, vectors)
    manifest = replace(manifest, caches={**manifest.caches, model_hash: grown})
    write_manifest(folder, manifest)
    return manifest


def publish(folder: Path, manifest: Manifest, encoder: Encoder, ids: Ints, keys: Keys, number: int) -> None:
    """Write the index of the passages `ids`, whose inputs are known by `keys`, and drop what it does not need."""
    kept = tightened(folder, manifest.caches[encoder.model_hash], keys, encoder.model_hash)
    rows = cache.find(found(folder, kept)[0], keys)
    content = digest(canonical([encoder.model_hash, ids.tolist()]) + keys.tobytes().hex())
    name = f"{content[:16]}.rows"
    (folder / f"{name}.wip").write_bytes(rows.tobytes())
    os.replace(folder / f"{name}.wip", folder / name)
    caches = {**manifest.caches, encoder.model_hash: kept}
    manifest = Manifest(
        VERSION, encoder.name, encoder.model_hash, encoder.dimension, len(ids), number,
        content, name, zlib.crc32(rows.tobytes()), caches,
    )  # fmt: skip
    write_manifest(folder, manifest)
    tidy(folder, manifest)


def found(folder: Path, kept: Cache) -> tuple[Keys, cache.Halves]:
    """What the cache holds."""
    there = cache.read(folder, kept)
    if there is None:
        raise SourcebookError(f"The vectors in {folder} were damaged just now. Run `sourcebook index` again.")
    return there


def tightened(folder: Path, kept: Cache, keys: Keys, model_hash: str) -> Cache:
    """The cache, written anew without what no passage has any more where that is more than half of it."""
    wanted = np.unique(keys)
    if kept.rows <= 2 * len(wanted) + CHUNK:
        return kept
    known, vectors = found(folder, kept)
    rows = np.sort(cache.find(known, wanted))
    fresh = Cache(next_name(kept, model_hash), kept.dimension)
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        fresh = cache.append(folder, fresh, known[part], vectors[part])
    return fresh


def tidy(folder: Path, manifest: Manifest) -> None:
    """Remove files that the manifest does not name."""
    named = {manifest.rows, *(name for one in manifest.caches.values() for name in (one.vectors, one.keys))}
    for path in folder.iterdir():
        if path.suffix in (".f16", ".keys", ".rows", ".wip", ".faiss", ".npy") and path.name not in named:
            path.unlink(missing_ok=True)
