"""Sourcebook, measured as benchmarks/peers/measuring.py measures others, and in the reading room as people use it.

Its own form of a query is a page of the reading room: 10 hits by meaning and words, each with its reason, and exact
counts beside them. `encoded` is that page over HTTP; `vector` and `filtered` ask the index in this process, without a
page, as others are asked.
"""

import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np

from benchmarks import workspace as making
from benchmarks.peers import measuring
from benchmarks.peers.measuring import ADDED, SOUGHT, Given, K, memory, order, size, timed
from index import store
from index.base import open_base
from index.filters import Filters, passing
from nlp import encoder
from sourcebook.workspace import Workspace

SHELL_RUNS, PATIENCE = 5, 60.0

DOCUMENT = f"""TY  - JOUR
AU  - Quill, Ada
TI  - Ferries at night
PY  - 2024
DO  - 10.5555/added
AB  - {ADDED} Their deliveries arrive before the first passengers do.
ER  - 
"""


@dataclass(frozen=True, slots=True)
class Room:
    """The reading room in a process of its own."""

    address: str
    pid: int

    def page(self, **asked: Any) -> str:
        """The page that answers a search."""
        with urlopen(f"{self.address}/search?{urlencode(asked)}", timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def ids(self, **asked: Any) -> list[int]:
        """The passages that a page shows, in order."""
        return list(dict.fromkeys(map(int, re.findall(r'/passages/p(\d+)"', self.page(**asked)))))


def measure(given: Given, folder: Path) -> dict[str, Any]:
    """Build a workspace in the new `folder` and measure all that is measured of a peer, and more."""
    start = time.perf_counter()
    space = making.fill(folder, given)
    filled = time.perf_counter() - start
    making.put_vectors(space, given)
    result: dict[str, Any] = {"build_s": time.perf_counter() - start, "fill_s": filled, "disk_mb": size(folder)}
    result |= {"index_mb": size(space.index), "float32_mb": given.vectors.nbytes / 1e6}
    command = [*sourcebook(folder), "search"]
    result["shell_s"] = measuring.from_shell(lambda text, _: [*command, "--", text], given, SHELL_RUNS)
    places = order(given)
    result |= {"encoding": encoding(given, places), **in_process(space, given, places)}
    begun = time.perf_counter()
    with room(folder) as served:
        result["ready_s"] = time.perf_counter() - begun
        result |= {"memory_mb": memory(served.pid), **pages(served, given, places), "after_mb": memory(served.pid)}
        result |= adding(served, folder, given, places)
    return result


def sourcebook(folder: Path) -> list[str]:
    """The command, in the workspace."""
    return [str(Path(sys.executable).parent / "sourcebook"), "-C", str(folder)]


def encoding(given: Given, places: list[int]) -> dict[str, Any]:
    """Milliseconds to encode a query, in this process."""
    coder = encoder.load()
    found = timed(lambda i: coder.encode([given.queries[i]])[0].tolist(), places)
    del found["found"]
    return found


def in_process(space: Workspace, given: Given, places: list[int]) -> dict[str, Any]:
    """Latencies and recall of the index alone, of all passages and of those of a part."""
    db = space.open()
    opened, base = store.open_store(db, space.index, encoder.load()), open_base(db)
    part = Filters(programme=(measuring.PART,))

    def ask(place: int, filters: Filters | None) -> list[int]:
        among = passing(db, base, filters) if filters else None
        rows, _ = opened.nearest(given.query_vectors[place], K, among)
        return [int(id) for id in base.ids[rows]]

    result = {
        "vector": timed(lambda i: ask(i, None), places),
        "filtered": timed(lambda i: ask(i, part), places),
    }
    db.close()
    return measuring.judged(result, given)


def pages(served: Room, given: Given, places: list[int]) -> dict[str, Any]:
    """Latencies of the search page: as it comes, by meaning alone, by words alone, and narrowed to a part."""
    kinds: dict[str, dict[str, Any]] = {
        "encoded": {}, "by_meaning": {"mode": "semantic"}, "by_words": {"mode": "keyword"},
        "narrowed": {"programme": measuring.PART},
    }  # fmt: skip
    result = {
        name: timed(lambda i, asked=asked: served.ids(q=given.queries[i], **asked), places)  # type: ignore[misc]
        for name, asked in kinds.items()
    }
    for one in result.values():
        one["returned"] = float(np.mean([len(ids) for ids in one.pop("found").values()]))
    return result


def answers(served: Room) -> bool:
    """Whether a search is answered yet."""
    try:
        return bool(served.page(q=SOUGHT))
    except URLError:
        return False


@contextmanager
def room(folder: Path) -> Iterator[Room]:
    """The reading room, from when it first answers a search by meaning."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = folder / "serve.log"
    with said.open("w") as log:
        process = subprocess.Popen([*sourcebook(folder), "serve", "--port", str(port)], stderr=log)
    served = Room(f"http://127.0.0.1:{port}", process.pid)
    try:
        while not answers(served):
            if process.poll() is not None:
                raise SystemExit(f"The reading room closed before it answered: {said.read_text()[-500:]}")
            time.sleep(0.02)
        yield served
    finally:
        process.terminate()
        process.wait()


def adding(served: Room, folder: Path, given: Given, places: list[int]) -> dict[str, Any]:
    """Seconds until a document that is imported and built is found, CPU seconds of both, and searches meanwhile."""
    path = folder / "added.ris"
    path.write_text(DOCUMENT)
    over, times, failed = Event(), list[float](), list[str]()

    def ask_on() -> None:
        for place in places * 1000:
            if over.is_set():
                return
            start = time.perf_counter()
            try:
                served.page(q=given.queries[place])
                times.append(1000 * (time.perf_counter() - start))
            except URLError as error:
                failed.append(str(error))

    asking = Thread(target=ask_on)
    asking.start()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    for arguments in (["import", str(path)], ["build"]):
        measuring.run([*sourcebook(folder), *arguments])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    while not (found := "Ferries at night" in served.page(q=SOUGHT, mode="semantic")):
        if time.perf_counter() - start > PATIENCE:
            break
    wall = time.perf_counter() - start
    over.set()
    asking.join()
    return {
        "add_s": wall if found else None,
        "add_cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "meanwhile": {"searches": len(times), "failed": len(failed), "slowest": max(times, default=0.0)},
    }
