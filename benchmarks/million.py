"""The index alone, from 10,000 to a million passages: build, memory, nearest with none to three filters, recall.

    python -m benchmarks.million [N…]     # 10,000, 100,000 and 1,000,000 without them; two minutes

Vectors are made: around 1,000 centres, with noise as long as these. Filters are drawn: 30 % of the passages pass one,
9 % two, 2.7 % three. Nothing is read from a database: `benchmarks.scale` measures the whole search, and takes a minute
for each 30,000 passages that it writes. Each size has a process of its own. Recall@10 is against brute force in float32
over the vectors before they were halved. Prints a table and draws docs/scale.svg.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import plot
from benchmarks.peers.measuring import memory
from index import cache, store

SIZES = (10_000, 100_000, 1_000_000)
DIMENSION, CENTRES, CHUNK, QUERIES, K, SHARE, MOST_FILTERS = 384, 1000, 10_000, 100, 10, 0.3, 3
DRAWN = Path(__file__).parents[1] / "docs" / "scale.svg"

Result = dict[str, Any]


def part(number: int, size: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The vectors of a chunk, always the same (size, DIMENSION); those of number -1 are the queries."""
    centres = np.random.default_rng(0).standard_normal((CENTRES, DIMENSION), dtype=np.float32)
    random = np.random.default_rng(number + 2)
    found = centres[random.integers(0, CENTRES, size)] + random.standard_normal((size, DIMENSION), dtype=np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def measure(count: int) -> Result:
    """Everything at one size."""
    with tempfile.TemporaryDirectory() as temporary:
        folder, kept = Path(temporary), cache.Cache("m", DIMENSION)
        start = time.perf_counter()
        for number in range(0, count, CHUNK):
            names = cache.keys_of([str(i) for i in range(number, min(count, number + CHUNK))])
            kept = cache.append(folder, kept, names, part(number, len(names)))
        built = time.perf_counter() - start
        disk = sum(path.stat().st_size for path in folder.iterdir()) + 8 * count
        start = time.perf_counter()
        there = cache.read(folder, kept)
        assert there
        opened = store.quantized(there[1], np.arange(count))
        del there  # its file counts as memory as long as it is mapped
        result: Result = {"build_s": built, "open_s": time.perf_counter() - start, "disk_mb": disk / 1e6}
    queries = part(-1, QUERIES)
    passed = np.random.default_rng(1).random((MOST_FILTERS, count)) < SHARE
    masks: list[Any] = [None, *(passed[: n + 1].all(axis=0) for n in range(MOST_FILTERS))]
    result["memory_mb"] = memory()["rss"]
    right = exact(count, queries, masks)
    for filters, mask in enumerate(masks):
        taken, found = [], []
        for query in queries:
            start = time.perf_counter()
            found.append(opened.nearest(query, K, mask)[0])
            taken.append(time.perf_counter() - start)
        alike = [len(set(a) & set(b)) / K for a, b in zip(found, right[filters], strict=True)]
        p50, p95 = np.percentile(taken, [50, 95]) * 1000
        result[f"nearest {filters}"] = {"p50": float(p50), "p95": float(p95), "recall": float(np.mean(alike))}
    return result


def exact(count: int, queries: Any, masks: list[Any]) -> list[list[list[int]]]:
    """For each filter and query the K nearest by brute force in float32."""
    best: list[list[list[tuple[float, int]]]] = [[[] for _ in queries] for _ in masks]
    for number in range(0, count, CHUNK):
        size = min(CHUNK, count - number)
        cosines = queries @ part(number, size).T
        for filters, mask in enumerate(masks):
            held = cosines if mask is None else np.where(mask[number : number + size], cosines, -2)
            for place, row in enumerate(held):
                top = np.argpartition(-row, K)[:K]
                found = [*best[filters][place], *((float(row[i]), number + int(i)) for i in top)]
                best[filters][place] = sorted(found, reverse=True)[:K]
    return [[[row for _, row in one] for one in of_filter] for of_filter in best]


def main() -> None:
    """Measure each size in a process of its own, print a table and draw it."""
    sizes = list(map(int, sys.argv[1:])) or SIZES
    command = [sys.executable, "-m", "benchmarks.million", "one"]
    results = {n: json.loads(subprocess.run([*command, str(n)], stdout=-1, check=True).stdout) for n in sizes}
    head = ["passages", "build, s", "open, s", "on disk, MB", "memory, MB"]
    head += [f"p50 / p95, {n} filters, ms" for n in range(MOST_FILTERS + 1)] + ["recall@10"]
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for count, one in results.items():
        near = [one[f"nearest {n}"] for n in range(MOST_FILTERS + 1)]
        cells = [f"{one['build_s']:.1f}", f"{one['open_s']:.2f}", f"{one['disk_mb']:,.0f}", f"{one['memory_mb']:,.0f}"]
        cells += [f"{each['p50']:.2f} / {each['p95']:.2f}" for each in near]
        print(f"| {count:,} | {' | '.join(cells)} | {min(each['recall'] for each in near):.4f} |")
    lines: plot.Series = {
        f"{n} filters": [(c, one[f"nearest {n}"]["p50"]) for c, one in results.items()] for n in range(4)
    }
    sizes_of: plot.Series = {
        name: [(c, one[f"{name}_mb"]) for c, one in results.items()] for name in ("memory", "disk")
    }
    charts = [("The nearest ten (p50)", "ms", lines), ("Memory and disk", "MB", sizes_of)]
    DRAWN.write_text(plot.page(charts, "passages"), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        print(json.dumps(measure(int(sys.argv[2]))))
    else:
        main()
