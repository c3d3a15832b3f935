"""Reading hostile files, each in a process of its own with limits on time and memory."""

import os
import resource
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Any

from corpus.documents.document import Document, failed

SECONDS = 120
BYTES = 2_000_000_000

Reader = Callable[..., Document]
Started = tuple[BaseProcess, Connection]


def read_each(reader: Reader, jobs: Iterable[tuple[Any, ...]], seconds: int = SECONDS) -> Iterator[Document]:
    """What `reader` makes of each of `jobs`, in their order, some of them at once.

    A process that dies or takes longer than `seconds` costs its own job alone, as `crashed` or `timed_out`.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", "corpus.documents"])
    running: deque[Started] = deque()
    try:
        for job in jobs:
            running.append(start(context, reader, job, seconds))
            if len(running) > (os.cpu_count() or 1):
                yield finish(*running.popleft())
        while running:
            yield finish(*running.popleft())
    finally:
        for process, _ in running:
            process.kill()


def start(context: ForkServerContext, reader: Reader, job: tuple[Any, ...], seconds: int) -> Started:
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(sender, reader, job, seconds), daemon=True)
    process.start()
    sender.close()
    return process, receiver


def finish(process: BaseProcess, receiver: Connection) -> Document:
    """The process's document, or what became of the process."""
    with receiver:
        try:
            document: Document = receiver.recv()
        except EOFError:
            process.join()
            return buried(process.exitcode or 0)
    process.join()
    return document


def buried(code: int) -> Document:
    if code == -signal.SIGALRM:
        return failed("timed_out", "reading took longer than allowed")
    return failed("crashed", f"the reader ended with {signal.Signals(-code).name if code < 0 else code}")


def work(sender: Connection, reader: Reader, job: tuple[Any, ...], seconds: int) -> None:
    """Read one file, within limits, and send the document."""
    # Without a handler of Python's own, the alarm ends the process even inside a library's endless loop.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)
    # Data, not address space: mapped libraries alone may take gigabytes of the latter.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    try:
        document = reader(*job)
    except MemoryError:
        document = failed("crashed", "reading took more memory than allowed")
    except Exception as error:
        document = failed("crashed", f"{type(error).__name__}: {error}"[:500])
    signal.alarm(0)
    sender.send(document)
