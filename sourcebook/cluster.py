"""Dask workers that do a stage's work: chunks go out, results come back in the chunks' order."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from importlib.metadata import version
from threading import Lock
from typing import Any, TypeVar

from corpus.errors import SourcebookError
from corpus.spread import Spread

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

# Seconds that a cluster has to answer, and that it may be without any worker.
PATIENCE = 10

AGAIN = "Then run this command again: what is saved stays."

# Chunks under way for each thread of a worker: one that is worked on, and one that waits.
DEPTH = 2

# What results depend on, beside the files of tagger and model, which the work itself looks at.
PACKAGES = ("sourcebook", "openvino", "tokenizers", "spacy", "numpy")

# One chunk at a time in a process: OpenVINO's graphs refuse a second caller.
WORKING = Lock()


@contextmanager
def spread(address: str | None) -> Iterator[Spread]:
    """Who does a stage's work: this process or, with an `address`, the workers of the Dask scheduler there.

    Raises SourcebookError where it does not answer, has no workers, or one of them is not like this machine. A chunk
    whose worker dies goes to another; where none is left, SourcebookError is raised, and earlier results were yielded.
    """
    if address is None:
        yield map
        return
    with connected(address) as client:
        with told(client, address):
            await_workers(client, address)
            wanted = agreed(client)
        yield partial(over, client, address, wanted)


@contextmanager
def told(client: Any, address: str) -> Iterator[None]:
    """Turn what befalls the cluster into words that say what to do."""
    from distributed import CancelledError, KilledWorker

    try:
        yield
    except (CancelledError, OSError) as error:
        if isinstance(error, OSError) and client.status == "running":  # raised by the work, on a worker
            raise
        raise SourcebookError(f"The scheduler at {address} has gone. Start it anew. {AGAIN}") from error
    except KilledWorker as error:
        raise SourcebookError(
            f"A part of the work ended one worker after another, {error.last_worker.address} last: look into its log, "
            f"mostly it lacks memory. {AGAIN}"
        ) from error


def connected(address: str) -> Any:
    """A client of the scheduler at `address`."""
    try:
        from distributed import Client
        from distributed.comm import resolve_address
    except ImportError as error:
        raise SourcebookError(
            "--scheduler needs the extra `cluster`. Install it here and on the workers: "
            "pip install 'sourcebook[cluster]'."
        ) from error
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what goes wrong is told by our errors
    try:
        resolve_address(address)  # a client that is given no address at all complains twice
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise SourcebookError(
            f"No Dask scheduler answers at {address!r} ({error}). "
            "Start one with `dask scheduler`, or leave --scheduler away."
        ) from error


def await_workers(client: Any, address: str) -> None:
    """Return as soon as there is a worker."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise SourcebookError(
            f"The scheduler at {address} has no workers. Start some with `dask worker {address} --nthreads 1`. {AGAIN}"
        ) from error


def agreed(client: Any) -> dict[str, str]:
    """What all workers say of themselves; their packages must be those of this machine, their processors alike."""
    found = dict(sorted(client.run(about, on_error="return").items()))
    processors = [one["processor"] for one in found.values() if isinstance(one, dict)]
    wanted = about() | {"processor": next(iter(processors), "")}
    for worker, one in found.items():
        if not isinstance(one, dict):
            raise SourcebookError(f"The worker {worker} cannot run Sourcebook ({one}). Install it there.")
        differ(f"The worker {worker}", one, wanted)
    return wanted


@cache
def about() -> dict[str, str]:
    """What results depend on in this process: versions, and the number formats that the processor knows."""
    import openvino

    formats = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return {name: version(name) for name in PACKAGES} | {"processor": " ".join(sorted(formats))}


def differ(who: str, found: dict[str, str], wanted: dict[str, str]) -> None:
    """Raise SourcebookError where what is `found` is not what is `wanted`."""
    other = ", ".join(f"{name} {found[name]}, not {wanted[name]}" for name in wanted if found[name] != wanted[name])
    if other:
        raise SourcebookError(f"{who} would give other results ({other}). Make it like the rest, or stop it.")


def over(
    client: Any, address: str, wanted: dict[str, str], function: Callable[[Chunk], Result], chunks: Iterable[Chunk]
) -> Iterator[Result]:
    """The results of `function` for `chunks`, in their order, from the workers of `client`."""
    begun: deque[Any] = deque()
    with told(client, address):
        for chunk in chunks:
            # In a partial, the chunk is nothing that Dask would look into.
            begun.append(client.submit(partial(work, wanted, function, chunk), pure=False))
            while len(begun) >= DEPTH * max(1, sum(client.nthreads().values())):
                yield finish(client, address, begun.popleft())
        while begun:
            yield finish(client, address, begun.popleft())


def work(wanted: dict[str, str], function: Callable[[Chunk], Result], chunk: Chunk) -> Result:
    """`function(chunk)`, on a worker; it may have come after the others were looked at."""
    from distributed import get_worker

    try:
        differ("This worker", about(), wanted)
        with WORKING:
            return function(chunk)
    except SourcebookError as error:
        raise SourcebookError(f"The worker {get_worker().address}: {error}") from error


def finish(client: Any, address: str, future: Any) -> Any:
    """The result of `future`, waited for as long as there are workers."""
    while True:
        try:
            return future.result(timeout=PATIENCE)
        except TimeoutError:
            if future.status == "error":  # raised by the work, not by our waiting
                raise
            await_workers(client, address)
