"""Work on a Dask cluster: a scheduler and two workers started for real, one of them killed midway, the same base."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from click.testing import CliRunner, Result

from corpus.errors import SourcebookError
from corpus.records import digest
from index import store
from nlp import tagging, taxonomy
from sourcebook import cluster, config, stages
from sourcebook.cli import main
from sourcebook.workspace import Workspace, open_workspace

# Nothing here takes so long; where something hangs, all processes are ended, and what waits for them fails.
DEADLINE = 240
SUBJECTS = ("The cannery", "A weaver in the delta", "Each of nine foundries", "The dairy of the upper valley")
DOINGS = (
    "waits {n} days to be paid by the chain that it supplies",
    "won a contract after the buyer's engineers had trained {n} of its people",
    "lost {n} percent of its margin when the buyer cut prices without notice",
    "borrows against {n} confirmed orders of the large customer",
)
PASSAGE = """
INSERT INTO passage (key, work_id, ordinal, title, char_start, char_end, text, hash) VALUES (?, 1, ?, ?, 0, ?, ?, ?)
"""
# When things were done differs between two runs, and nothing else.
TIMES = ('INSERT INTO "_sqlite_migrations"', 'INSERT INTO "run"')


class Cluster:
    """A scheduler and its workers, each a process of its own, at a free port of the loopback address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(folder / "scheduler.json"))
        end = time.monotonic() + 60
        while not (folder / "scheduler.json").is_file() and time.monotonic() < end:
            time.sleep(0.05)
        self.address = str(json.loads((folder / "scheduler.json").read_text())["address"])

    def start(self, *arguments: str) -> None:
        """One process of Dask's; what it says goes to a file."""
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "dask", *arguments, "--host", "127.0.0.1"]
            self.processes.append(subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log))

    def add_workers(self, number: int) -> None:
        """Start workers without a nanny, so that a dead one stays dead, and wait until they are there."""
        from distributed import Client

        for _ in range(number):
            self.start("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        with Client(self.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(number, timeout=60)

    def kill(self) -> None:
        """Kill what was started last, as a machine that loses its power would."""
        process = self.processes.pop()
        process.kill()
        process.wait()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    (tmp_path / "dask").mkdir()
    one = Cluster(tmp_path / "dask")
    watch = Timer(DEADLINE, lambda: [process.kill() for process in one.processes])
    watch.start()
    yield one
    watch.cancel()
    while one.processes:
        one.kill()


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagging, "BATCH", 4)
    monkeypatch.setattr(store, "CHUNK", 4)


def base(folder: Path) -> Workspace:
    """A workspace with 64 invented passages of one work."""
    config.create(folder)
    workspace = open_workspace(folder)
    db = workspace.open()
    taxonomy.save(db, workspace.terms)
    texts = [f"{who} {what.format(n=20 + n)}." for n in range(4) for who in SUBJECTS for what in DOINGS]
    with db.atomic():
        db.execute("INSERT INTO work (id, key, title, csl) VALUES (1, 'nobody2020', 'Of orders', '{}')")
        for n, text in enumerate(texts):
            db.execute(PASSAGE, [f"p{n}", n, "Of orders", len(text), text, digest(text)])
    db.close()
    return workspace


def run(workspace: Workspace, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(workspace.folder), *arguments])


def held(workspace: Workspace) -> tuple[list[str], dict[str, bytes]]:
    """All rows of the database in their order, and all files of the index."""
    db = workspace.open()
    rows = [line for line in db.conn.iterdump() if not line.startswith(TIMES)]
    db.close()
    files = sorted(path for path in workspace.index.rglob("*") if path.is_file())
    return rows, {str(path.relative_to(workspace.index)): path.read_bytes() for path in files}


def at_first_chunk(monkeypatch: pytest.MonkeyPatch, do: Callable[[], None]) -> list[tuple[int, int]]:
    """Have `do` done as soon as one chunk is saved; returns the list of how far the work had come by then."""
    seen: list[tuple[int, int]] = []

    @contextmanager
    def bar(title: str) -> Iterator[Callable[[int, int], None]]:
        def advance(done: int, total: int) -> None:
            if not seen:
                seen.append((done, total))
                do()

        yield advance

    monkeypatch.setattr(stages, "bar", bar)
    return seen


@pytest.mark.parametrize("stage", ["tag", "index"])
def test_a_worker_dies_and_the_base_is_the_same(
    stage: str, tmp_path: Path, dask: Cluster, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = base(tmp_path / "here"), base(tmp_path / "there")
    dask.add_workers(2)
    with monkeypatch.context() as patch:
        seen = at_first_chunk(patch, dask.kill)
        result = run(there, stage, "--scheduler", dask.address)
    assert result.exit_code == 0, result.output
    assert seen == [(4, 64)]
    alone = run(here, stage)
    assert alone.output == result.output
    assert held(there) == held(here)


def test_when_no_worker_is_left_what_was_saved_stays(
    tmp_path: Path, dask: Cluster, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 3)
    here, there = base(tmp_path / "here"), base(tmp_path / "there")
    nobody = run(there, "index", "--scheduler", dask.address)
    assert "has no workers" in nobody.output
    dask.add_workers(1)
    with monkeypatch.context() as patch:
        at_first_chunk(patch, dask.kill)
        result = run(there, "index", "--scheduler", dask.address)
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "has no workers" in result.output
    assert 0 < json.loads(run(there, "index", "--json").output)["encoded"] <= 60
    run(here, "index")
    assert held(there) == held(here)


def test_it_is_said_when_the_scheduler_goes(
    tmp_path: Path, dask: Cluster, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 3)
    there = base(tmp_path / "there")
    dask.add_workers(1)

    def kill_all() -> None:
        while dask.processes:
            dask.kill()

    at_first_chunk(monkeypatch, kill_all)
    result = run(there, "index", "--scheduler", dask.address)
    assert result.exit_code == 1
    assert "has gone" in result.output


def test_a_tagger_that_the_workers_have_not(tmp_path: Path, dask: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    there = base(tmp_path / "there")
    dask.add_workers(1)
    monkeypatch.setattr(tagging, "version", lambda terms, path: "another")
    result = run(there, "tag", "--scheduler", dask.address)
    assert result.exit_code == 1
    assert "The worker tcp://127.0.0.1:" in result.output
    assert "is not the tagger" in result.output


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1", "http://127.0.0.1:8786", "no such place", ""])
def test_an_address_that_does_not_answer(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    config.create(tmp_path / "base")
    for stage in ("tag", "index"):
        result = run(open_workspace(tmp_path / "base"), stage, "--scheduler", address)
        assert result.exit_code == 1
        assert f"No Dask scheduler answers at {address!r}" in result.output


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    config.create(tmp_path / "base")
    result = run(open_workspace(tmp_path / "base"), "tag", "--scheduler", "tcp://127.0.0.1:1")
    assert result.exit_code == 1
    assert "sourcebook[cluster]" in result.output


def test_standard_input_is_answered_here(tmp_path: Path) -> None:
    config.create(tmp_path / "base")
    result = run(open_workspace(tmp_path / "base"), "tag", "--stdin", "--scheduler", "tcp://127.0.0.1:1")
    assert result.exit_code == 2


def test_without_an_address_it_is_this_process() -> None:
    with cluster.spread(None) as spread:
        assert list(spread(os.fspath, ["a", "b"])) == ["a", "b"]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"b": {"sourcebook": "0"}}, "The worker b would give other results (sourcebook 0, not "),
        ({"a": {}, "b": {"processor": "odd"}}, "The worker b would give other results (processor odd, not "),
        ({"a": ModuleNotFoundError("No module named 'sourcebook'")}, "The worker a cannot run Sourcebook (No module"),
    ],
)
def test_workers_must_be_like_this_machine(found: dict[str, Any], words: str) -> None:
    class Client:
        def run(self, function: Any, on_error: str) -> dict[str, Any]:
            return {name: cluster.about() | one if isinstance(one, dict) else one for name, one in found.items()}

    with pytest.raises(SourcebookError) as error:
        cluster.agreed(Client())
    assert words in str(error.value)


def test_workers_may_differ_from_this_machine_in_their_processor() -> None:
    class Client:
        def run(self, function: Any, on_error: str) -> dict[str, Any]:
            return dict.fromkeys("ab", cluster.about() | {"processor": "odd"})

    assert cluster.agreed(Client()) == cluster.about() | {"processor": "odd"}
