"""The vectors on disk: half-precision FAISS, with a manifest that says what they were made from."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from corpus.errors import SourcebookError
from corpus.records import canonical, digest
from nlp.encoder import Encoder, Vectors, passage_input

VERSION = "1"
MANIFEST = "manifest.json"
PASSAGES = "SELECT id, title, text FROM passage ORDER BY id"
REVISION = "SELECT number FROM revision WHERE name = 'passage'"

# How many passages are encoded between two looks at the progress bar.
CHUNK = 512


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made from; `vectors` and `inputs` name its files, so that a new index is a new pair."""

    version: str
    model: str
    model_hash: str
    dimension: int
    count: int
    revision: int
    content_hash: str
    vectors: str
    inputs: str


@dataclass(frozen=True, slots=True)
class Store:
    """An index in memory: FAISS over passage ids."""

    manifest: Manifest
    faiss: Any

    def nearest(self, vector: Vectors, k: int, allowed: NDArray[np.int64] | None = None) -> list[tuple[int, float]]:
        """The `k` nearest passages as (id, cosine), best first; exact among `allowed` where that is given."""
        k = min(k, self.manifest.count if allowed is None else len(allowed))
        if k < 1:
            return []
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(allowed)
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, ids = self.faiss.search(vector.reshape(1, -1), k, params=parameters)
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]

    def cosines(self, vector: Vectors, ids: list[int]) -> list[float]:
        """The cosine of `vector` with each of the passages `ids`."""
        found = self.faiss.reconstruct_batch(np.array(ids, dtype=np.int64)) if ids else np.zeros((0, vector.size))
        return [float(value) for value in found @ vector.reshape(-1)]


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of the index in `folder`; None where there is none that this version can use."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = Manifest(**json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError):
        return None
    whole = (folder / manifest.vectors).is_file() and (folder / manifest.inputs).is_file()
    return manifest if manifest.version == VERSION and whole else None


def is_current(db: Database, manifest: Manifest | None, model_hash: str) -> bool:
    """Whether the index was made with this model from the passages as they are now."""
    return manifest is not None and manifest.model_hash == model_hash and manifest.revision == revision(db)


def revision(db: Database) -> int:
    """How often the passages have changed."""
    return int(db.execute(REVISION).fetchone()[0])


def indexed(db: Database, folder: Path, model: str) -> int:
    """How many passages the index in `folder` holds as they are now; 0 where it must be made anew."""
    manifest = read_manifest(folder)
    if manifest is None or manifest.model != model:
        return 0
    if manifest.revision == revision(db):
        return manifest.count
    known = {bytes(key) for key in np.load(folder / manifest.inputs)}
    return sum(bytes(key) in known for key in inputs_of(db)[2])


def inputs_of(db: Database) -> tuple[NDArray[np.int64], list[str], NDArray[np.bytes_]]:
    """The ids of all passages, what is encoded of each, and its hash (16 bytes)."""
    rows = db.execute(PASSAGES).fetchall()
    inputs = [passage_input(row[1], row[2]) for row in rows]
    hashes = np.array([bytes.fromhex(digest(one)[:32]) for one in inputs], dtype="S16")
    return np.array([row[0] for row in rows], dtype=np.int64), inputs, hashes


def open_store(db: Database, folder: Path, encoder: Encoder) -> Store:
    """The index in `folder`, ready to search; SourcebookError where it is missing or out of date."""
    manifest = read_manifest(folder)
    if manifest is None or not is_current(db, manifest, encoder.model_hash):
        state = "out of date" if manifest else "missing"
        raise SourcebookError(f"The semantic index is {state}. Run `sourcebook index`, then search again.")
    opened = load_faiss(str(folder / manifest.vectors))
    if opened is None:
        raise SourcebookError("The semantic index is damaged. Run `sourcebook index`, then search again.")
    return Store(manifest, opened)


@lru_cache(maxsize=2)
def load_faiss(path: str) -> Any:
    """The FAISS index at `path`, kept in memory (a rebuilt index has another name); None where it is damaged."""
    try:
        return faiss.read_index(path)
    except RuntimeError:
        return None


def update(
    db: Database, folder: Path, encoder: Encoder, progress: Callable[[int, int], None] | None = None
) -> dict[str, int]:
    """Bring the index up to date; what has a vector already is not encoded again, and a crash leaves the old one."""
    number = revision(db)
    ids, inputs, hashes = inputs_of(db)
    content = digest(canonical([encoder.model_hash, ids.tolist()]) + "".join(h.hex() for h in hashes))
    manifest = read_manifest(folder)
    if manifest is not None and manifest.content_hash == content and load_faiss(str(folder / manifest.vectors)):
        write_manifest(folder, replace(manifest, model=encoder.name, revision=number))
        return {"passages": len(ids), "encoded": 0}
    vectors, encoded = gather(folder, manifest, encoder, inputs, hashes, progress)
    write(folder, encoder, ids, hashes, vectors, content, number)
    return {"passages": len(ids), "encoded": encoded}


def gather(
    folder: Path,
    manifest: Manifest | None,
    encoder: Encoder,
    inputs: list[str],
    hashes: NDArray[np.bytes_],
    progress: Callable[[int, int], None] | None,
) -> tuple[Vectors, int]:
    """A vector for each input, from the old index where it has one, and how many were encoded."""
    vectors = np.zeros((len(inputs), encoder.dimension), dtype=np.float32)
    known = known_vectors(folder, manifest, encoder)
    missing = []
    for place, key in enumerate(hashes):
        old = known.get(bytes(key))
        if old is None:
            missing.append(place)
        else:
            vectors[place] = old
    for start in range(0, len(missing), CHUNK):
        places = missing[start : start + CHUNK]
        vectors[places] = encoder.encode([inputs[place] for place in places])
        if progress:
            progress(start + len(places), len(missing))
    return vectors, len(missing)


def known_vectors(folder: Path, manifest: Manifest | None, encoder: Encoder) -> dict[bytes, Vectors]:
    """The vectors that the old index holds, by hash of what they were made from."""
    if manifest is None or manifest.model_hash != encoder.model_hash or not manifest.count:
        return {}
    opened = load_faiss(str(folder / manifest.vectors))
    if opened is None:
        return {}
    hashes = np.load(folder / manifest.inputs)
    old = opened.index.reconstruct_n(0, manifest.count)
    return {bytes(key): vector for key, vector in zip(hashes, old, strict=True)}


def write(
    folder: Path,
    encoder: Encoder,
    ids: NDArray[np.int64],
    hashes: NDArray[np.bytes_],
    vectors: Vectors,
    content: str,
    number: int,
) -> None:
    """Write a new pair of files, then the manifest that makes them the index, then drop the old ones."""
    folder.mkdir(parents=True, exist_ok=True)
    flat = faiss.IndexScalarQuantizer(encoder.dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    built = faiss.IndexIDMap2(flat)
    if len(ids):
        built.add_with_ids(vectors, ids)
    manifest = Manifest(
        VERSION, encoder.name, encoder.model_hash, encoder.dimension, len(ids), number,
        content, f"{content[:16]}.faiss", f"{content[:16]}.npy",
    )  # fmt: skip
    load_faiss.cache_clear()  # a damaged file may be written anew under its name
    faiss.write_index(built, str(folder / f"{manifest.vectors}.wip"))
    (folder / f"{manifest.vectors}.wip").rename(folder / manifest.vectors)
    np.save(folder / manifest.inputs, hashes)
    write_manifest(folder, manifest)
    for path in folder.iterdir():
        if path.suffix in (".faiss", ".npy", ".wip") and path.name not in (manifest.vectors, manifest.inputs):
            path.unlink(missing_ok=True)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put `manifest` in the place of the old one, at a stroke."""
    wip = folder / f"{MANIFEST}.wip"
    wip.write_text(canonical(asdict(manifest)), "utf-8")
    os.replace(wip, folder / MANIFEST)
