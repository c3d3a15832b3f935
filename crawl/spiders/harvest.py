"""What the spiders of lists share: page after page by cursor, resumed where a run was cut short."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from scrapy.http import Response
from twisted.python.failure import Failure

from corpus.records import Record
from crawl.outcomes import Ending, of_status
from crawl.parse import Page
from crawl.spiders.gatherer import Gatherer, Requests

FIRST = "*"
STALE_PAGES = 10
SPEAKING = {"rejected", "not_found"}
"""Endings whose body may be the protocol's own answer, as OAI-PMH's errors with status 422."""


class Harvest(Gatherer):
    """A spider that reads a list to its end, and the PDFs that its records name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = self.ledger.keys()
        self.cursors: set[str] = set()
        self.seen: set[str] = set()
        self.stale = 0
        self.restarted = False

    @abstractmethod
    def page_url(self, cursor: str) -> str:
        """The address of the page at `cursor`; `*` is the first."""

    @abstractmethod
    def read(self, body: bytes) -> Page:
        """The page that `body` is."""

    def beginning(self) -> Requests:
        cursor = self.ledger.last_page()
        yield from self.ask_pdfs(self.ledger.pdfs())
        if cursor != "":
            yield from self.ask_page(FIRST if cursor is None else cursor)

    def ask_page(self, cursor: str) -> Requests:
        self.cursors.add(cursor)
        yield self.ask(
            self.page_url(cursor),
            self.parse_page,
            errback=self.page_was_lost,
            cb_kwargs={"cursor": cursor},
            dont_filter=True,
        )

    def page_was_lost(self, failure: Failure) -> None:
        ending = self.lost(failure)
        if ending:
            self.fail(ending.reason)

    def parse_page(self, response: Response, cursor: str) -> Requests:
        response = self.renewed(response)
        ending = of_status(response.status, response.body)
        if ending and ending.outcome not in SPEAKING:
            self.settle(response.request, ending, response)
            self.fail(ending.reason)
            return
        page = self.read(response.body)
        if page.error:
            yield from self.turn_back(response, page, ending, cursor)
        else:
            yield from self.take(response, page, cursor)

    def turn_back(self, response: Response, page: Page, ending: Ending | None, cursor: str) -> Requests:
        """A page that is of no use: begin again, once, if it was the cursor's fault; otherwise fail."""
        outcome = ending.outcome if ending else "rejected" if page.expired else "broken"
        self.settle(response.request, Ending(outcome, page.error), response)
        resumed = self.cursors == {cursor}
        if self.restarted or cursor == FIRST or not (page.expired or (ending and resumed)):
            self.fail(page.error)
            return
        self.restarted = True
        self.cursors.clear()
        self.seen.clear()
        yield from self.ask_page(FIRST)

    def take(self, response: Response, page: Page, cursor: str) -> Requests:
        """Save what a page gave, then go on to its PDFs and to the next page."""
        records = self.within_limit(page.records)
        cut = len(records) < len(page.records)
        following = cursor if cut else page.next  # a cut page is read again if the limit is raised
        answer = self.answer(response, "saved", cost=page.cost, next=following)
        ids = self.ledger.save(answer, records, page.skipped)
        self.report(response.url)
        yield from self.ask_pdfs(pdfs_of(ids, records), response.url)
        self.limited = cut or (self.is_full() and bool(following))
        if following and not self.limited and self.goes_on(page):
            yield from self.ask_page(following)

    def within_limit(self, records: Sequence[Record]) -> list[Record]:
        """The records that the limit leaves room for; those known already take none."""
        taken = []
        for record in records:
            if record.key not in self.keys and self.is_full():
                break
            self.keys.add(record.key)
            taken.append(record)
        return taken

    def goes_on(self, page: Page) -> bool:
        """Whether the list makes progress; a cursor that comes again, or gives nothing new, is a failure."""
        if page.next in self.cursors:
            self.fail("the list repeats itself: its cursor was given before")
            return False
        keys = {record.key for record in page.records} | {skipped.key for skipped in page.skipped}
        self.stale = 0 if keys - self.seen else self.stale + 1
        self.seen |= keys
        if self.stale >= STALE_PAGES:
            self.fail(f"the list does not end: {STALE_PAGES} pages in a row gave nothing new")
            return False
        return True


def pdfs_of(ids: Sequence[int], records: Sequence[Record]) -> list[tuple[int, str]]:
    """The PDFs that records name, with the records' ids."""
    named = ((i, record.csl["custom"].get("pdf_url", "")) for i, record in zip(ids, records, strict=True))
    return [(i, url) for i, url in named if url]
