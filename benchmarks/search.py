"""Search beside others: Sourcebook, txtai, paperai, datasette-faiss and llm on the same passages with the same model.

    python -m benchmarks.peers.environments                       # once: an environment for each of the others
    python -m benchmarks.search [FOLDER] [--passages N]           # 100,000 passages; some 20 minutes

Prints one table of figures, a column each; what they mean is in benchmarks/peers/measuring.py, and what each of the
others can and cannot do at the head of its file there. All are given the same vectors, nothing runs beside them, and
their queries stand in the same order. The figures as JSON stay in FOLDER/measured.json.
"""

import json
import shutil
import sys
from collections.abc import Callable
from typing import Any

from benchmarks import encoding, ours, passages
from benchmarks.peers import environments, measuring

Result = dict[str, Any]

OURS = "Sourcebook"
PEERS = {"txtai": "with_txtai", "paperai": "with_paperai", "datasette-faiss": "with_datasette_faiss", "llm": "with_llm"}
NONE = "–"


def seconds(name: str) -> Callable[[Result], str]:
    return lambda one: NONE if one.get(name) is None else f"{one[name]:,.2f}"


def times(name: str) -> Callable[[Result], str]:
    return lambda one: NONE if name not in one else f"{one[name]['p50']:,.1f} / {one[name]['p95']:,.1f}"


def share(name: str, what: str) -> Callable[[Result], str]:
    return lambda one: NONE if what not in one.get(name, {}) else f"{one[name][what]:.3g}"


def megabytes(name: str) -> Callable[[Result], str]:
    return lambda one: NONE if name not in one else f"{one[name]:,.0f}"


def resident(name: str) -> Callable[[Result], str]:
    return lambda one: " / ".join(f"{one[name][kind]:,.0f}" for kind in ("rss", "pss", "peak"))


ROWS: dict[str, Callable[[Result], str]] = {
    "build from passages and vectors, s": seconds("build_s"),
    "on disk, with texts, MB": megabytes("disk_mb"),
    "of which index, MB": megabytes("index_mb"),
    "start to first answer, s": seconds("ready_s"),
    "memory of the serving process (RSS / PSS / peak), MB": resident("memory_mb"),
    "the same after all queries, MB": resident("after_mb"),
    "query from the shell, new process, s": seconds("shell_s"),
    "warm query, encoded there (p50 / p95), ms": times("encoded"),
    "encoding a query alone (p50 / p95), ms": times("encoding"),
    "page by meaning alone (p50 / p95), ms": times("by_meaning"),
    "page by words alone (p50 / p95), ms": times("by_words"),
    "page narrowed to 1 % (p50 / p95), ms": times("narrowed"),
    "vector given (p50 / p95), ms": times("vector"),
    "recall@10": share("vector", "recall"),
    "vector given, narrowed to 1 % (p50 / p95), ms": times("filtered"),
    "of 10 wanted came back, narrowed to 1 %": share("filtered", "returned"),
    "recall@10, narrowed to 1 %": share("filtered", "recall"),
    "add a document and find it, s": seconds("add_s"),
    "of which CPU, s": seconds("add_cpu_s"),
}


def table(results: dict[str, Result]) -> str:
    """The figures in Markdown."""
    lines = [f"| | {' | '.join(results)} |", f"|---|{'---|' * len(results)}"]
    for label, cell in ROWS.items():
        lines.append(f"| {label} | {' | '.join(cell(one) for one in results.values())} |")
    return "\n".join(lines)


def encoded(found: Result) -> str:
    """The comparison of encoders in a sentence."""
    speeds = ", ".join(f"{name} {speed:.1f}" for name, speed in found["medians"].items())
    return (
        f"Encoding {found['passages']:,} real passages, passages a second (median of {encoding.ROUNDS}): {speeds}; "
        f"ratio {found['ratio']:.2f}; lowest cosine {found['cosine']:.6f}."
    )


def main() -> None:
    """Measure everything and print it."""
    given = passages.arguments()
    missing = [name for name in PEERS if not environments.python(name).is_file()]
    if missing:
        raise SystemExit(f"No environment for {', '.join(missing)}. Run `python -m benchmarks.peers.environments`.")
    passages.make(given.folder, given.passages)
    space = given.folder / "workspace"
    shutil.rmtree(space, ignore_errors=True)
    results = {OURS: ours.measure(measuring.read(given.folder), space)}
    for name, module in PEERS.items():
        print(f"{name} …", file=sys.stderr, flush=True)
        place = given.folder / name
        command = [str(environments.python(name)), "-m", f"benchmarks.peers.{module}", str(given.folder), str(place)]
        results[name] = json.loads(measuring.run(command).splitlines()[-1])
        shutil.rmtree(place)
    speeds = encoding.compare()
    (given.folder / "measured.json").write_text(json.dumps({**results, "encoding": speeds}, indent=2))
    print(f"{given.passages:,} passages\n\n{table(results)}\n\n{encoded(speeds)}")
    meanwhile = results[OURS]["meanwhile"]
    print(
        f"While the document was added, {meanwhile['searches']} searches were answered, the slowest in "
        f"{meanwhile['slowest']:,.0f} ms; {meanwhile['failed']} failed. "
        f"The index takes {results[OURS]['index_mb'] / results[OURS]['float32_mb']:.2f} of the vectors in float32."
    )


if __name__ == "__main__":
    main()
