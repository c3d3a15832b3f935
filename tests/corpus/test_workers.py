import ctypes
import os
import signal
import time

from corpus.documents import Document
from corpus.workers import read_each


def reader(what: str) -> Document:
    """A reader that fails as hostile files make readers fail."""
    if what == "dies":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "hangs":
        ctypes.CDLL(None).pause()
    if what == "eats":
        return Document(title=str(len(bytearray(3_000_000_000))))
    if what == "raises":
        raise ValueError("a bad cross-reference")
    if what == "slow":
        time.sleep(0.2)
    return Document(title=what)


def test_documents_come_in_the_order_of_the_jobs() -> None:
    jobs = [("slow",), ("a",), ("b",), ("slow",), ("c",)]
    assert [d.title for d in read_each(reader, jobs)] == ["slow", "a", "b", "slow", "c"]


def test_a_failure_costs_its_own_file_alone() -> None:
    jobs = [("a",), ("dies",), ("raises",), ("eats",), ("b",)]
    found = list(read_each(reader, jobs))
    assert [d.outcome for d in found] == ["extracted", "crashed", "crashed", "crashed", "extracted"]
    assert [d.reason for d in found[1:4]] == [
        "the reader ended with SIGSEGV",
        "ValueError: a bad cross-reference",
        "reading took more memory than allowed",
    ]


def test_a_reader_stuck_inside_a_library_is_stopped() -> None:
    found = list(read_each(reader, [("hangs",), ("a",)], seconds=1))
    assert [(d.outcome, d.title) for d in found] == [("timed_out", None), ("extracted", "a")]
