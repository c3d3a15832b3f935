"""Our encoder beside sentence-transformers' default, on the same real passages with the same weights.

    python -m benchmarks.encoding [COUNT]     # COUNT passages of abstracts; 1,000 without it

Each encodes alone in a process of its own, by turns, ROUNDS times, WARM passages first; loading and the one-time export
do not count. Of each the median is reported, and over all passages the lowest cosine of the two vectors.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import passages
from index.store import passage_input
from nlp import encoder, models
from nlp.encoder import Vectors

COUNT, WARM, ROUNDS = 1000, 64, 3


def ours() -> Callable[[list[str]], Vectors]:
    return encoder.load().encode


def theirs() -> Callable[[list[str]], Vectors]:
    """As it comes: 32 texts a batch."""
    model = models.load_with_torch(models.DEFAULT)
    return lambda texts: np.asarray(model.encode(texts, batch_size=32))


ENCODERS = {"Sourcebook": ours, "sentence-transformers": theirs}


def texts(count: int) -> list[str]:
    """What is encoded of `count` real passages."""
    known = passages.gather(np.random.default_rng(passages.SEED)).passages[:count]
    return [passage_input(one.title, one.section or "", one.text) for one in known]


def encode(name: str, wanted: list[str], path: Path) -> float:
    """Passages a second; the vectors go to `path`."""
    run = ENCODERS[name]()
    run(wanted[:WARM])
    start = time.perf_counter()
    vectors = run(wanted)
    seconds = time.perf_counter() - start
    np.save(path, vectors)
    return len(wanted) / seconds


def compare(count: int = COUNT) -> dict[str, Any]:
    """Passages a second of each in every round, the ratio of their medians, and the lowest cosine."""
    speeds: dict[str, list[float]] = {name: [] for name in ENCODERS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for place, name in enumerate(ENCODERS):
                command = [sys.executable, "-m", "benchmarks.encoding", str(count), name, f"{folder}/{place}.npy"]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    raise SystemExit(done.stderr)
                speeds[name].append(float(done.stdout.split()[-1]))
        one, other = (np.load(Path(folder) / f"{place}.npy") for place in range(2))
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    cosine = float(((one * other).sum(axis=1) / lengths).min())
    medians = {name: float(np.median(found)) for name, found in speeds.items()}
    first, second = medians.values()
    return {"passages": count, "speeds": speeds, "medians": medians, "ratio": first / second, "cosine": cosine}


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    if len(sys.argv) > 2:
        print(encode(sys.argv[2], texts(count), Path(sys.argv[3])))
    else:
        print(json.dumps(compare(count), indent=2))
