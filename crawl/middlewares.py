"""What stands between a spider and the network: who may be asked, robots.txt, redirects, retries."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawl.addresses import has_private_address
from crawl.outcomes import NotWanted, Refused, of_error
from crawl.spiders.responses import is_for_robots

if TYPE_CHECKING:
    from crawl.spiders.gatherer import Gatherer

LONGEST_WAIT = 120.0
NOTHING_ALLOWED = b"User-agent: *\nDisallow: /"
CONDITIONS = ("If-None-Match", "If-Modified-Since")


class Guard:
    """Lets pass only what the source may ask for, on every hop of a redirect, and asks for changes only."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._private: dict[str, bool] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def spider(self) -> "Gatherer":
        return cast("Gatherer", self.crawler.spider)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("counts") and self.spider.is_full():
            raise NotWanted
        self.check_host(request)
        host = urlsplit(request.url).hostname or ""
        if not self.spider.source.allow_private and await self.is_private(host):
            raise Refused("private_address", f"{host} has a private address; allow_private permits it")
        for name in CONDITIONS:
            request.headers.pop(name, None)
        if not is_for_robots(request):
            request.headers.update(self.spider.ledger.conditions(request.url))

    def check_host(self, request: Request) -> None:
        """Refuse other schemes and other hosts; a robots.txt may move to any host (RFC 9309, 2.3.1.2)."""
        url = urlsplit(request.url)
        if url.scheme not in ("http", "https"):
            raise Refused("off_site", f"{url.scheme}: only http and https are asked")
        free = request.meta.get("any_host") or is_for_robots(request)
        if not free and url.hostname not in self.spider.hosts:
            raise Refused("off_site", f"{url.hostname} is not a host of this source")

    async def is_private(self, host: str) -> bool:
        if host not in self._private:
            self._private[host] = await has_private_address(host)
        return self._private[host]

    def process_response(self, request: Request, response: Response) -> Response:
        if not is_for_robots(request):
            return response
        try:
            self.spider.robots_came(request, response)
        except Exception as error:  # Scrapy would take this for leave to go anywhere
            self.spider.fail(f"our own fault at {request.url}: {error!r}")
            return response.replace(body=NOTHING_ALLOWED)
        # RFC 9309, 2.3.1.3: absent means that all is allowed; 2.3.1.4: out of order means that nothing is.
        if response.status >= 500:
            return response.replace(body=NOTHING_ALLOWED)
        return response if response.status < 300 else response.replace(body=b"")

    def process_exception(self, request: Request, exception: Exception) -> None:
        if is_for_robots(request):
            self.spider.settle(request, of_error(exception))


class Robots(RobotsTxtMiddleware):
    """Scrapy's robots.txt, whose refusals have a name."""

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        try:
            await super().process_request(request)
        except IgnoreRequest as error:
            raise Refused("refused_by_robots", "robots.txt disallows it") from error


class Redirects(RedirectMiddleware):
    """Scrapy's redirects, whose end has a name."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            if is_for_robots(request):
                return response
            raise Refused("rejected", "redirected too often") from error


class Retries(RetryMiddleware):
    """Scrapy's retries, which wait in between: as long as Retry-After says, otherwise longer each time."""

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        again = super().process_response(request, response)
        if isinstance(again, Response):
            return again
        asked = retry_after(response)
        if asked > LONGEST_WAIT:
            return response
        await asyncio.sleep(max(asked, self.pause(again)))
        return again

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:  # type: ignore[override]
        again = super().process_exception(request, exception)
        if not isinstance(again, Request):
            return None
        await asyncio.sleep(self.pause(again))
        return again

    def pause(self, again: Request) -> float:
        """Seconds: the source's delay, doubled at every retry."""
        delay = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        return float(min(LONGEST_WAIT, delay * 2 ** again.meta["retry_times"]))


def retry_after(response: Response) -> float:
    """The seconds that Retry-After names, as number or date (RFC 9110, 10.2.3); 0 where it names none."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (until.astimezone(UTC) - datetime.now(UTC)).total_seconds())
