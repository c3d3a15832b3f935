"""What every spider shares: asking, and settling every request with an outcome in the ledger."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, ClassVar, Self
from urllib.parse import unquote, urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure
from w3lib.url import safe_url_string

from corpus.errors import SourcebookError
from crawl.ledger import Answer, File, Ledger, without_secret
from crawl.outcomes import Ending, NotWanted, brief, of_error, of_status
from crawl.parse.page import NO_INDEX, directives
from crawl.sources import Source
from crawl.spiders.responses import PDF, header, hops, kind_of, media_type, pairs, trace, with_retries

UNCHANGED = "unchanged"

Requests = Iterator[Request]


class Gatherer(Spider, ABC):
    """A spider of one source that leaves nothing unsaid.

    `failure` says why the gathering as a whole failed, `limited` whether the limit cut it short; `tell`
    is called with the counts after every request.
    """

    name = "sourcebook"
    default_base: ClassVar[str] = ""
    pdfs_anywhere: ClassVar[bool] = False

    def __init__(self, source: Source, ledger: Ledger, contact: str, tell: Callable[[dict[str, Any]], None]):
        super().__init__()
        self.source = source
        self.ledger = ledger
        self.contact = contact
        self.tell = tell
        self.base_url = source.base_url or self.default_base
        addresses = [url for url in (self.base_url, *source.start_urls) if url]
        self.hosts = {urlsplit(url).hostname for url in addresses}
        self.keys: set[str] = set()
        self.failure = ""
        self.limited = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.broke, signals.spider_error)
        crawler.signals.connect(spider.was_dropped, signals.request_dropped)
        return spider

    @abstractmethod
    def beginning(self) -> Requests:
        """The first requests."""

    async def start(self) -> AsyncIterator[Request]:
        try:
            for request in self.beginning():
                yield request
        except Exception as error:
            self.fail(f"our own fault: {error!r}")
            raise

    def is_full(self) -> bool:
        return len(self.keys) >= self.source.limit

    def fail(self, reason: str) -> None:
        self.failure = self.failure or brief(reason)

    def closed(self, reason: str) -> None:
        """Close the run. Scrapy's own reason is `finished` unless a signal stopped it."""
        outcome = "limit" if self.limited else "finished"
        if reason != "finished":
            outcome = "stopped"
        if self.failure:
            outcome = "failed"
        self.ledger.end(outcome, self.failure)
        self.tell({"outcome": outcome, "reason": self.failure})

    def ask(self, url: str, callback: Callable[..., Any], referrer: str = "", **options: Any) -> Request:
        """A request; `options` are `meta`, `cb_kwargs`, `dont_filter`, `errback`."""
        meta = {"referrer": referrer, **options.pop("meta", {})}
        return Request(url, callback=callback, **{"errback": self.was_lost, **options, "meta": meta})

    def ask_pdfs(self, named: Iterable[tuple[int, str]], referrer: str = "") -> Requests:
        """Requests for PDFs, each with the record that names it, if they were never settled."""
        for record_id, address in named:
            url = safe_url_string(address.strip())
            if self.ledger.asked(url):
                continue
            if not url.lower().startswith(("http://", "https://")):
                self.note(Answer(url, "off_site", "not an address of http(s)", referrer))
                continue
            yield self.ask(
                url,
                self.parse_pdf,
                referrer,
                meta={"any_host": self.pdfs_anywhere},
                cb_kwargs={"record_id": record_id},
            )

    def parse_pdf(self, response: Response, record_id: int) -> None:
        response = self.renewed(response)
        ending = of_status(response.status, response.body) or self.objection(response, {PDF})
        if ending:
            self.settle(response.request, ending, response)
        else:
            self.save_pdf(response, record_id=record_id)

    def save_pdf(self, response: Response, **owner: Any) -> None:
        """Save a PDF as a file of `record_id`, or of the first of `records`."""
        name = unquote(urlsplit(response.url).path.rsplit("/", 1)[-1])
        self.ledger.save(self.answer(response, "saved"), file=File(name, PDF), **owner)
        self.report(response.url)

    def objection(self, response: Response, wanted: set[str]) -> Ending | None:
        """Why an answer of status 200 is not for us; None where it is."""
        if kind_of(response) not in wanted:
            return Ending("wrong_type", f"{media_type(response) or 'no media type'}, which is not read here")
        if kind_of(response) == PDF and directives(header(response, "X-Robots-Tag")) & NO_INDEX:
            return Ending("refused_by_robots", "X-Robots-Tag: noindex")
        return None

    def renewed(self, response: Response) -> Response:
        """For status 304, the answer as it was archived."""
        row = self.ledger.last_body(response.url) if response.status == 304 else None
        body = self.ledger.body(row) if row else None
        if row is None or body is None:
            return response
        headers = response.headers.copy()
        headers.setdefault("Content-Type", row["media_type"] or "")
        return response.replace(status=200, body=body, headers=headers, flags=[UNCHANGED])

    def answer(self, response: Response, outcome: str, reason: str = "", **more: Any) -> Answer:
        """The answer that a response is; `more` are its cost and `next`."""
        request = response.request
        assert request is not None
        return Answer(
            url=response.url,
            outcome=outcome,
            reason=with_retries(reason, request),
            status=304 if UNCHANGED in response.flags else response.status,
            headers=pairs(response),
            media_type=media_type(response),
            body=response.body,
            **trace(request),
            **more,
        )

    def settle(self, request: Request | None, ending: Ending, response: Response | None = None) -> None:
        """Note that `request` gave nothing."""
        assert request is not None
        if response is not None:
            response.request = request
            self.note(self.answer(response, ending.outcome, ending.reason))
            return
        reason = with_retries(ending.reason, request)
        self.note(Answer(request.url, ending.outcome, reason, **trace(request)))

    def note(self, answer: Answer) -> None:
        self.ledger.save(answer)
        self.report(answer.url)

    def report(self, url: str) -> None:
        self.tell({"url": without_secret(url), **self.ledger.counts})

    def robots_came(self, request: Request, response: Response) -> None:
        """Note the answer to Scrapy's request for a robots.txt."""
        self.settle(request, of_status(response.status, response.body) or Ending("saved"), response)

    def was_lost(self, failure: Failure) -> None:
        """Note a request that had no answer, or that we did not send."""
        self.lost(failure)

    def lost(self, failure: Failure) -> Ending | None:
        """How a request ended that had no answer; None where it became needless."""
        if isinstance(failure.value, NotWanted):
            self.limited = True
            return None
        assert isinstance(failure.value, Exception)
        ending = of_error(failure.value)
        self.settle(failure.request, ending)  # type: ignore[attr-defined]
        return ending

    def was_dropped(self, request: Request) -> None:
        """A redirect to an address that was asked before is not pursued: note the way there."""
        if way := hops(request):
            *earlier, (url, status) = way
            referrer = request.meta.get("referrer", "")
            reason = "the target was asked for already"
            self.note(Answer(url, "redirected", reason, referrer, status, next=request.url, hops=tuple(earlier)))

    def broke(self, failure: Failure, response: Response) -> None:
        """An exception of our own in a callback: the page is not saved, so the run is not complete."""
        error = failure.value
        mendable = isinstance(error, SourcebookError)
        self.fail(str(error) if mendable else f"our own fault at {response.url}: {error!r}")
