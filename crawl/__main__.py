"""The crawling process, `python -m crawl`: one job as JSON on stdin, JSON lines of progress on stdout.

Scrapy's reactor cannot be started twice in a process, so each source has a process of its own.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from scrapy.crawler import CrawlerProcess

from corpus.archive import Archive
from corpus.database import explained, open_database
from corpus.errors import SourcebookError
from crawl.ledger import Ledger
from crawl.settings import settings
from crawl.sources import Source
from crawl.spiders.crossref import Crossref
from crawl.spiders.oaipmh import OaiPmh
from crawl.spiders.openalex import OpenAlex
from crawl.spiders.site import Site

SPIDERS = {"openalex": OpenAlex, "crossref": Crossref, "oaipmh": OaiPmh, "site": Site}


def tell(words: dict[str, Any]) -> None:
    """Say a line of JSON; end at once where nobody listens any more."""
    try:
        print(json.dumps(words), flush=True)
    except BrokenPipeError:
        os._exit(1)


def main() -> None:
    job = json.load(sys.stdin)
    given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in job["source"].items()}
    try:
        gather(Path(job["workspace"]), Source(**given), job["contact"])
    except SourcebookError as error:
        tell({"outcome": "failed", "reason": str(error)})


def gather(workspace: Path, source: Source, contact: str) -> None:
    """Gather one source, unless its list was read to the end before."""
    database = workspace / "evidence.db"
    db = open_database(database)
    archive = Archive(workspace / "archive")
    with explained(database):
        ledger = Ledger(db, archive, source)
        if is_done(ledger, source):
            tell(
                {
                    "outcome": ledger.last["outcome"],
                    "reason": f"gathered before, on {ledger.last['finished']}",
                }
            )
            return
        ledger.begin()
    process = CrawlerProcess(settings(source, contact))
    process.crawl(SPIDERS[source.kind], source=source, ledger=ledger, contact=contact, tell=tell)
    process.start()
    archive.close()


def is_done(ledger: Ledger, source: Source) -> bool:
    """Whether the list needs no more asking: a site may always have changed."""
    last = ledger.last
    if source.kind == "site" or not last:
        return False
    return bool(last["outcome"] == "finished" or (last["outcome"] == "limit" and last["limit"] >= source.limit))


if __name__ == "__main__":
    main()
