"""How the whole search grows: 10,000 and 100,000 passages, searched with none to three filters.

    python -m benchmarks.scale [N…]     # 10,000 and 100,000 passages without them; a million takes over half an hour

Texts are single sentences, vectors are made (see benchmarks/passages.py); no tag is learned and nothing is encoded but
queries. Each size is built in a process of its own and searched in another, so that memory is each one's own. A search
is `index.search.search` for 10 passages by meaning and words, its query encoded; recall@10 is that of the index against
brute force over the float32 vectors of the passages that pass. Prints a table and keeps the figures as JSON in
build/search/scale.json. `benchmarks.million` measures the index alone, up to a million.
"""

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import passages
from benchmarks import workspace as making
from benchmarks.peers.measuring import Given, K, memory, order, quality, read, run, size, timed
from index import search, store
from index.base import open_base
from index.filters import Filters, passing
from nlp import encoder
from sourcebook.workspace import open_workspace

SIZES = (10_000, 100_000)
TAG, FIRST, LAST = "threat", 2018, 2022
MOST_FILTERS, JUDGED = 3, 100

CONDITIONS = (
    "id IN (SELECT passage_id FROM facet WHERE kind = 'country' AND value = :country)",
    "work_id IN (SELECT id FROM work WHERE year BETWEEN :first AND :last)",
    "id IN (SELECT passage_id FROM machine_tag WHERE tag = :tag)",
)

Result = dict[str, Any]


def narrowed(filters: int, query: int) -> Filters:
    """The first so many filters: a country that changes from query to query, five years, a tag."""
    wanted: dict[str, Any] = {}
    if filters > 0:
        wanted["country"] = (country(query),)
    if filters > 1:
        wanted |= {"year_first": FIRST, "year_last": LAST}
    if filters > 2:
        wanted["tag"] = (TAG,)
    return Filters(**wanted)


def named(filters: int) -> str:
    return "1 filter" if filters == 1 else f"{filters} filters"


def country(query: int) -> str:
    return passages.COUNTRIES[query % len(passages.COUNTRIES)]


def build(given: Given, folder: Path) -> Result:
    """Seconds to write the workspace and to index it, with the largest memory."""
    shutil.rmtree(folder, ignore_errors=True)
    start = time.perf_counter()
    space = making.fill(folder, given)
    filled = time.perf_counter()
    making.put_vectors(space, given)
    return {
        "fill_s": filled - start, "index_s": time.perf_counter() - filled, "peak_mb": memory()["peak"],
        "database_mb": space.database.stat().st_size / 1e6, "index_mb": size(space.index),
    }  # fmt: skip


def serve(given: Given, folder: Path) -> Result:
    """Seconds to the first hit, memory, and by number of filters latencies of searches and what the index finds."""
    space, start = open_workspace(folder), time.perf_counter()
    db = space.open()
    search.search(db, space.index, "late payment")
    result: Result = {"ready_s": time.perf_counter() - start, "memory_mb": memory()}
    coder, base = encoder.load(), open_base(db)
    opened = store.open_store(db, space.index, coder)

    def searched(place: int, filters: int) -> list[int]:
        hits = search.search(db, space.index, given.queries[place], k=K, filters=narrowed(filters, place))
        return [hit.passage_id for hit in hits]

    def near(place: int, filters: int) -> list[int]:
        among = passing(db, base, narrowed(filters, place)) if filters else None
        return [int(id) for id in base.ids[opened.nearest(given.query_vectors[place], K, among)[0]]]

    places = order(given)
    for filters in range(MOST_FILTERS + 1):
        result[f"search {filters}"] = timed(lambda i, n=filters: searched(i, n), places)  # type: ignore[misc]
        result[f"index {filters}"] = timed(lambda i, n=filters: near(i, n), places)  # type: ignore[misc]
    result["encoding"] = timed(lambda i: coder.encode([given.queries[i]])[0].tolist(), places)
    return result | {"after_mb": memory()}


def judged(result: Result, given: Given, folder: Path) -> Result:
    """`result` with the index' recall, over JUDGED queries, in place of what was found."""
    db = open_workspace(folder).open()
    for filters in range(MOST_FILTERS + 1):
        found = {int(place): ids for place, ids in result[f"index {filters}"]["found"].items()}
        sql = f"SELECT id FROM passage WHERE {' AND '.join(CONDITIONS[:filters])} ORDER BY id"
        kept, wanted = {}, []
        for place in list(found)[:JUDGED]:
            asked = {"country": country(place), "first": FIRST, "last": LAST, "tag": TAG}
            ids = np.array([row[0] for row in db.execute(sql, asked).fetchall()], dtype=int) if filters else None
            if nearest := brute(given, place, ids):
                kept[place] = found[place]
                wanted.append(nearest)
        result[f"index {filters}"] |= quality(kept, wanted)
    for one in result.values():
        if isinstance(one, dict):
            one.pop("found", None)
    return result


def brute(given: Given, place: int, ids: NDArray[np.int_] | None) -> list[int]:
    """The K nearest of the passages `ids`, or of all."""
    vectors = given.vectors if ids is None else given.vectors[ids - 1]
    best = np.argsort(-(vectors @ given.query_vectors[place]), kind="stable")[:K]
    return [int(id) for id in (best + 1 if ids is None else ids[best])]


def measure(count: int) -> Result:
    """Everything at one size; passages and workspace are removed afterwards."""
    folder = passages.BUILT / f"short-{count}"
    passages.make(folder, count, short=True)
    space = folder / "workspace"
    result: Result = {}
    for phase in ("build", "serve"):
        command = [sys.executable, "-m", "benchmarks.scale", phase, str(folder), str(space)]
        result |= json.loads(run(command).splitlines()[-1])
    result = judged(result, read(folder), space)
    shutil.rmtree(folder)
    return result


def table(results: dict[int, Result]) -> str:
    """The figures in Markdown, a line a size."""
    filters = range(MOST_FILTERS + 1)
    head = ["passages", "write, s", "index, s", "peak, MB", "database, MB", "index, MB", "first hit, s", "memory, MB"]
    head += [f"p50 / p95, {named(n)}, ms" for n in filters] + ["recall@10", "encoding, ms"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for count, one in results.items():
        cells = [f"{one[name]:,.0f}" for name in ("fill_s", "index_s", "peak_mb", "database_mb", "index_mb")]
        cells += [f"{one['ready_s']:.1f}", f"{one['after_mb']['rss']:,.0f}"]
        cells += [f"{one[f'search {n}']['p50']:.1f} / {one[f'search {n}']['p95']:.1f}" for n in filters]
        cells += [f"{min(one[f'index {n}']['recall'] for n in filters):.3f}", f"{one['encoding']['p50']:.1f}"]
        lines.append(f"| {count:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure each size and print the table."""
    if sys.argv[1:2] in (["build"], ["serve"]):
        folder, space = map(Path, sys.argv[2:])
        print(json.dumps({"build": build, "serve": serve}[sys.argv[1]](read(folder), space)))
        return
    results = {count: measure(count) for count in map(int, sys.argv[1:] or SIZES)}
    (passages.BUILT / "scale.json").write_text(json.dumps(results, indent=2))
    print(table(results))


if __name__ == "__main__":
    main()
