"""Gathering from sources, each in a process of its own."""

import json
import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from corpus.errors import SourcebookError
from crawl.sources import KINDS, Source

CONTACT = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a source has come: counts so far, and the address that was settled last."""

    source: str
    records: int
    requests: int
    failed: int
    url: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of a source: `outcome` is `finished`, `limit`, `stopped` or `failed`, with a reason."""

    source: str
    outcome: str
    reason: str
    records: int = 0
    requests: int = 0
    failed: int = 0


def gather(
    workspace: Path,
    sources: Sequence[Source],
    contact: str,
    progress: Callable[[Progress], None] | None = None,
) -> list[Gathered]:
    """Gather `sources`, one after the other, into the workspace's database and archive.

    A source that fails costs only itself. Raises SourcebookError where `contact` is no e-mail address.
    """
    if not CONTACT.fullmatch(contact):
        raise SourcebookError(
            f"{contact!r} is no e-mail address. Set `contact`, so that the sites we visit can reach you."
        )
    workspace.mkdir(parents=True, exist_ok=True)
    return [gather_one(workspace, source, contact, progress or ignore) for source in sources]


def ignore(_: Progress) -> None:
    pass


def gather_one(workspace: Path, source: Source, contact: str, progress: Callable[[Progress], None]) -> Gathered:
    """Gather one source in a child process."""
    fault = find_fault(source)
    if fault:
        return Gathered(source.name, "failed", fault)
    job = {"workspace": str(workspace.resolve()), "contact": contact, "source": asdict(source)}
    counts = {"records": 0, "requests": 0, "failed": 0}
    ending: dict[str, str] = {}
    for line in run_child(job):
        if "outcome" in line:
            ending = line
        elif "url" in line:
            counts = {name: int(line.get(name, 0)) for name in counts}
            progress(Progress(source=source.name, url=line["url"], **counts))
        elif not ending:
            ending = {"outcome": "failed", "reason": line["crash"]}
    return Gathered(source.name, ending["outcome"], ending["reason"], **counts)


def run_child(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The lines that the crawling process says; the last, `crash`, is why it ended if it did not say so."""
    command = [sys.executable, "-m", "crawl"]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints) as child,
    ):
        assert child.stdin
        assert child.stdout
        try:
            with suppress(BrokenPipeError), child.stdin:
                child.stdin.write(json.dumps(job).encode())
            yield from (json.loads(line) for line in child.stdout if line.startswith(b"{"))
            child.wait()
        finally:
            child.kill()  # every page is a transaction: nothing is left half done
        yield {"crash": last_words(complaints)}


def last_words(complaints: IO[bytes]) -> str:
    """What the process said on stderr goes to our log; its last line is the reason."""
    complaints.seek(0)
    said = complaints.read().decode("utf-8", "replace").strip()
    if said:
        logger.debug("%s", said)
    return f"the crawling process ended: {said.splitlines()[-1] if said else 'it gave no reason'}"


def find_fault(source: Source) -> str:
    """What in a source's configuration keeps it from being gathered; empty where nothing does."""
    if source.kind not in KINDS:
        return f"{source.kind!r} is no kind of source: choose one of {', '.join(KINDS)}."
    addresses = [url for url in (source.base_url, *source.start_urls) if url]
    for url in addresses:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            return f"{url} is no address: it must begin with http:// or https://."
    if source.kind == "oaipmh" and not source.base_url:
        return "An oaipmh source needs `base_url`, the address of the repository's OAI-PMH interface."
    if source.kind == "site" and not addresses:
        return "A site source needs `start_urls` or `base_url`."
    for rule in (*source.allow, *source.deny):
        try:
            re.compile(rule)
        except re.error as error:
            return f"{rule!r} is no regular expression ({error}): mend it under `allow` or `deny`."
    return ""
