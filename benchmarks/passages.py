"""A neutral folder of passages, vectors and queries, which ours and every peer is measured on.

    python -m benchmarks.passages [FOLDER] [--passages N]     # 100,000 passages, in build/search/N

`passages.jsonl` holds a Passage a line, `vectors.npy` their vectors (N, 384), `queries.txt` 300 queries (a kind and a
text, set apart by a tab) and `queries.npy` theirs; vectors are float32 and of length 1.

What is real: up to REAL passages, cut as `sourcebook build` cuts them from the abstracts beside this checkout, with the
vectors that our encoder gives them, and the queries of the kind "sentence", from abstracts that are left out. All other
passages are made of those: sentences drawn from them, under a title of one of them, and a vector that is a mixture of
two real ones with noise, so that it has nothing to do with its text; countries, sections and parts are drawn. The
folder is good for measuring time, memory and whether the nearest are found, and says nothing of how good a search is.
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np

from corpus.documents.document import Section
from corpus.passages import cut
from corpus.records import digest
from corpus.sentences import sentences_by_rule
from index.store import passage_input
from nlp import encoder
from nlp.encoder import Vectors

ROOT = Path(__file__).parents[1]
ABSTRACTS = ROOT.parent / "shared" / "data" / "literature" / "abstracts.jsonl.gz"
WRITTEN = Path(__file__).parent / "queries.txt"
BUILT = ROOT / "build" / "search"

COUNT, REAL, SENTENCES, SEED, CHUNK, NOISE = 100_000, 10_000, 200, 4, 10_000, 0.3

# Parts of the collection, to filter by: each passage is in one.
PARTS = {"half": 0.5, "tenth": 0.1, "hundredth": 0.01, "thousandth": 0.001, "rest": 0.389}
SECTIONS = ("Introduction", "Background", "Methods", "Results", "Discussion", "Conclusions")
COUNTRIES = tuple("AR BD BR CL CN CO DE EG ES ET FR GB GH ID IN IT JP KE KR MA MX MY NG NL PE PH PK PL SE TH".split())


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage; `work` counts works from 1, `ordinal` passages in a work from 0."""

    id: int
    work: int
    ordinal: int
    title: str
    section: str | None
    text: str
    year: int
    country: str
    part: str


@dataclass(frozen=True, slots=True)
class Pool:
    """What passages are made of: real ones, their sentences, and queries as (kind, text)."""

    passages: list[Passage]
    sentences: list[str]
    queries: list[tuple[str, str]]


def make(folder: Path, count: int, short: bool = False) -> None:
    """Fill `folder` with `count` passages, unless it holds them; `short` ones that are made have one sentence."""
    about = folder / "about.json"
    wanted = json.dumps({"passages": count, "short": short, "seed": SEED, "real": REAL, "noise": NOISE})
    if about.is_file() and about.read_text() == wanted:
        return
    folder.mkdir(parents=True, exist_ok=True)
    pool = gather(np.random.default_rng(SEED))
    write_vectors(folder, pool, count)
    write_queries(folder, pool)
    with (folder / "passages.jsonl").open("w", encoding="utf-8") as file:
        for one in passages(pool, count, short):
            file.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
    about.write_text(wanted)


def gather(random: np.random.Generator) -> Pool:
    """Real passages of abstracts, and queries: those that were written, and sentences of abstracts left out."""
    if not ABSTRACTS.is_file():
        raise SystemExit("The real abstracts (../shared/data/literature/abstracts.jsonl.gz) are not here.")
    with gzip.open(ABSTRACTS, "rt", encoding="utf-8") as file:
        works = [json.loads(line) for line in file]
    works = [works[place] for place in random.permutation(len(works))]
    known: list[Passage] = []
    for work in works[SENTENCES:]:
        for one in cut([Section(None, work["abstract"])]):
            year = int(work["year"]) if work["year"].isdigit() else 2020
            known.append(Passage(0, 0, one.ordinal, work["title"], None, one.text, year, "", ""))
        if len(known) >= REAL:
            break
    asked = [sentence(work["abstract"]) for work in works[:SENTENCES]]
    pool = [one.text[a:b] for one in known for a, b in sentences_by_rule(one.text)]
    return Pool(known[:REAL], pool, [*written(), *(("sentence", text) for text in asked)])


def sentence(abstract: str) -> str:
    """The second sentence of an abstract, which seldom stands in another; the only one, where there is no second."""
    spans = sentences_by_rule(abstract)
    start, end = spans[min(1, len(spans) - 1)]
    return abstract[start:end]


def written() -> list[tuple[str, str]]:
    """The queries that were written for this, short ones and questions, as (kind, text)."""
    lines = WRITTEN.read_text("utf-8").splitlines()
    return [("question" if line.endswith("?") else "short", line) for line in lines]


def passages(pool: Pool, count: int, short: bool) -> Iterator[Passage]:
    """The first `count` passages, numbered, each of a work's country and in a part."""
    random = Random(SEED)
    work, country = 0, ""
    for id, one in enumerate(islice(texts(pool, random, short), count), start=1):
        if one.ordinal == 0:
            work, country = work + 1, random.choice(COUNTRIES)
        (part,) = random.choices(list(PARTS), list(PARTS.values()))
        yield replace(one, id=id, work=work, country=country, part=part)


def texts(pool: Pool, random: Random, short: bool) -> Iterator[Passage]:
    """The real passages, then without end such as are made of them, three a work."""
    yield from pool.passages
    while True:
        origin = random.choice(pool.passages)
        for ordinal in range(3):
            text = " ".join(random.choices(pool.sentences, k=1 if short else random.randint(2, 5)))
            yield replace(origin, ordinal=ordinal, section=random.choice(SECTIONS), text=text)


def write_vectors(folder: Path, pool: Pool, count: int) -> None:
    """`vectors.npy`: the encoder's for real passages; for others mixtures of two of those, and NOISE."""
    random = np.random.default_rng([SEED, 2])
    real = encoded([passage_input(one.title, one.section or "", one.text) for one in pool.passages])
    vectors = np.lib.format.open_memmap(
        folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(count, real.shape[1])
    )
    vectors[: len(real)] = real[:count]
    for start in range(len(real), count, CHUNK):
        size = min(CHUNK, count - start)
        weights = random.uniform(0.5, 1, size=(size, 1)).astype(np.float32)
        one, other = real[random.integers(len(real), size=(2, size))]
        noise = random.standard_normal((size, real.shape[1]), dtype=np.float32) * NOISE / real.shape[1] ** 0.5
        mixed = weights * one + (1 - weights) * other + noise
        vectors[start : start + size] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    vectors.flush()


def encoded(texts: list[str]) -> Vectors:
    """The vectors of `texts`, kept between runs."""
    model = encoder.load()
    path = BUILT / f"encoded-{digest(model.model_hash + chr(0).join(texts))[:16]}.npy"
    if not path.is_file():
        BUILT.mkdir(parents=True, exist_ok=True)
        np.save(path, model.encode(texts))
    vectors: Vectors = np.load(path)
    return vectors


def write_queries(folder: Path, pool: Pool) -> None:
    """`queries.txt` and `queries.npy`."""
    lines = [f"{kind}\t{' '.join(text.split())}\n" for kind, text in pool.queries]
    (folder / "queries.txt").write_text("".join(lines), "utf-8")
    np.save(folder / "queries.npy", encoder.load().encode([line.split("\t")[1].strip() for line in lines]))


def arguments() -> argparse.Namespace:
    """FOLDER and --passages, as the command line gives them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--passages", type=int, default=COUNT)
    given = parser.parse_args()
    given.folder = given.folder or BUILT / str(given.passages)
    return given


if __name__ == "__main__":
    given = arguments()
    make(given.folder, given.passages)
    print(given.folder)
