"""The whole job on the real records and documents beside this checkout, with what each stage took.

    python -m benchmarks.real [FOLDER]     # a new folder; without one, a temporary one that is removed

Each command is a process of its own, as a user would run it; time is wall time, memory the largest resident set.
"""

import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parents[1].parent / "shared"
SOURCES = ("data/literature", "data/pdf", "data/seeds")
QUESTIONS = (
    "How many SMEs did SCORE train in its first phase?",
    "late payment by large customers",
)

STAGES = """
SELECT stage, (julianday(finished) - julianday(started)) * 86400, counts FROM run ORDER BY id
"""


def sourcebook(workspace: Path, *arguments: str) -> tuple[str, float, float]:
    """Run a command; returns its standard output, seconds, and the largest memory of any command so far in MB."""
    start = time.monotonic()
    command = [sys.executable, "-m", "sourcebook", "-C", str(workspace), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return done.stdout, seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def measure(workspace: Path) -> None:
    """Import, build, ask and cite, printing a line each."""
    sourcebook(workspace, "init")
    for arguments in (["import", *(str(SHARED / source) for source in SOURCES)], ["build"]):
        _, seconds, memory = sourcebook(workspace, *arguments)
        print(f"{arguments[0]}: {seconds:.0f} s, peak memory so far {memory:,.0f} MB")
    for stage, seconds, counts in sqlite3.connect(workspace / "evidence.db").execute(STAGES):
        print(f"  {stage:<10}{seconds:>6.0f} s  {counts}")
    for question in QUESTIONS:
        output, seconds, _ = sourcebook(workspace, "search", question, "-k", "3", "--json")
        print(f"\n{question} ({seconds:.1f} s)")
        for hit in json.loads(output):
            print(f"  {hit['score']:.2f} [{hit['work']}] {hit['text'][:160]}…")
    output, seconds, _ = sourcebook(workspace, "cite", "--all", "--format", "bibtex")
    print(f"\ncite --all: {output.count(chr(10) + '@') + 1:,} entries in {seconds:.1f} s")
    report(json.loads(sourcebook(workspace, "status", "--json")[0]), workspace)


def report(status: dict[str, Any], workspace: Path) -> None:
    """Print what is in the workspace, and what failed."""
    print(json.dumps(status, indent=2))
    print(sourcebook(workspace, "status")[0])


if __name__ == "__main__":
    if not SHARED.is_dir():
        raise SystemExit("The real data (../shared/data) are not here.")
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder))
