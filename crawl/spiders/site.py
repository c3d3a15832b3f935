"""Web sites: pages and PDFs, from start pages and sitemaps, by rules on their addresses."""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.linkextractors import IGNORED_EXTENSIONS
from twisted.python.failure import Failure
from w3lib.url import safe_url_string

from corpus.records import Record
from crawl.ledger import File
from crawl.outcomes import Ending, of_status
from crawl.parse import page, sitemap
from crawl.spiders.gatherer import Gatherer, Requests
from crawl.spiders.responses import HTML, PDF, header, kind_of

NEVER = tuple(f".{extension}" for extension in IGNORED_EXTENSIONS if extension != "pdf")


@dataclass(frozen=True, slots=True)
class Visit:
    """An address to see: `depth` links from a start page, `record_id` of the page that leads to it.

    `kind` is `page`, `pdf` (a link that looks like one) or `sitemap`.
    """

    url: str
    depth: int = 0
    referrer: str = ""
    record_id: int = 0
    kind: str = "page"


class Site(Gatherer):
    """Start pages, what the sitemaps list, and what their links lead to within `depth`, `allow` and `deny`.

    A PDF may lie one link further and outside `allow`, but not within `deny` nor on another host.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.allow = [re.compile(rule) for rule in self.source.allow]
        self.deny = [re.compile(rule) for rule in self.source.deny]
        self.visited: set[str] = set()
        self.trouble = ""

    def beginning(self) -> Requests:
        starts = [safe_url_string(url) for url in self.source.start_urls or (self.base_url,)]
        roots = dict.fromkeys(urljoin(url, "/sitemap.xml") for url in (*starts, self.base_url) if url)
        yield from self.pursue(Visit(url, kind="sitemap") for url in roots)
        yield from self.pursue(Visit(url) for url in starts)

    def pursue(self, visits: Iterable[Visit]) -> Requests:
        """Requests for what is undone; what a run that was cut short settled is read from the archive."""
        queue = deque(visits)
        while queue:
            visit = queue.popleft()
            if visit.url in self.visited:
                continue
            self.visited.add(visit.url)
            row = self.ledger.settled(visit.url)
            if row:
                queue.extend(self.recall(row, visit))
            else:
                yield self.request(visit)

    def request(self, visit: Visit) -> Request:
        return self.ask(
            visit.url,
            self.parse,
            visit.referrer,
            meta={"counts": visit.kind == "page", "optional": visit.kind == "sitemap"},
            cb_kwargs={"visit": visit},
        )

    def recall(self, row: Mapping[str, Any], visit: Visit) -> list[Visit]:
        """Where a settled address leads."""
        if row["outcome"] == "redirected":
            return [Visit(row["next"], visit.depth, visit.referrer, visit.record_id, visit.kind)]
        body = self.ledger.body(row)
        if body is None or visit.kind == "pdf":
            return []
        if visit.kind == "sitemap":
            return self.listed(sitemap.parse(body, visit.url))
        record_id = self.ledger.record_id(visit.url)
        if record_id:
            self.keys.add(visit.url)
        if row["media_type"] == PDF:
            return []
        return self.leads(page.parse(body, visit.url, row["media_type"] or ""), visit, record_id)

    def parse(self, response: Response, visit: Visit) -> Requests:
        response = self.renewed(response)
        visit = replace(visit, url=response.url)  # after redirects
        self.visited.add(response.url)
        ending = of_status(response.status, response.body)
        if ending is None and visit.kind != "sitemap":
            ending = self.objection(response, {HTML, PDF}) or self.over_limit(response, visit)
        if ending:
            self.notice(visit, ending)
            self.settle(response.request, ending, response)
        found: list[Visit] = []
        if visit.kind == "sitemap":
            found = self.read_sitemap(response, ending)
        elif not ending and kind_of(response) == PDF:
            self.read_pdf(response, visit)
        elif not ending:
            found = self.read_page(response, visit)
        yield from self.pursue(found)

    def over_limit(self, response: Response, visit: Visit) -> Ending | None:
        counts = kind_of(response) == HTML or not visit.record_id
        if not (counts and self.is_full() and response.url not in self.keys):
            return None
        self.limited = True
        return Ending("over_limit", f"the limit is {self.source.limit} records")

    def read_sitemap(self, response: Response, ending: Ending | None) -> list[Visit]:
        """The pages and sitemaps that a sitemap lists."""
        found = sitemap.Sitemap() if ending else sitemap.parse(response.body, response.url)
        if not ending:
            outcome = "broken" if found.error else "saved"
            self.note(self.answer(response, outcome, found.error))
        return self.listed(found)

    def listed(self, found: sitemap.Sitemap) -> list[Visit]:
        pages = [Visit(url) for url in found.pages if self.may_follow(url)]
        return pages + [Visit(url, kind="sitemap") for url in found.sitemaps]

    def read_pdf(self, response: Response, visit: Visit) -> None:
        """Save a PDF with the page that leads to it; one that nothing leads to is a record of its own."""
        if visit.record_id:
            self.save_pdf(response, record_id=visit.record_id)
            return
        name = unquote(urlsplit(response.url).path.rsplit("/", 1)[-1])
        title = re.sub(r"[-_\s]+", " ", re.sub(r"(?i)\.pdf$", "", name)).strip() or response.url
        self.keys.add(response.url)
        csl = {"type": "report", "title": title, "URL": response.url, "custom": {"pdf_url": response.url}}
        self.save_pdf(response, records=[Record(response.url, csl)])

    def read_page(self, response: Response, visit: Visit) -> list[Visit]:
        content_type, robots_tag = header(response, "Content-Type"), header(response, "X-Robots-Tag")
        found = page.parse(response.body, response.url, content_type, robots_tag)
        if found.record is None:
            self.note(self.answer(response, "broken", found.error))
            return []
        if not found.index:
            self.note(self.answer(response, "refused_by_robots", "the page asks not to be indexed"))
            return self.leads(found, visit, 0)
        self.keys.add(response.url)
        name = urlsplit(response.url).path.rsplit("/", 1)[-1] or "index.html"
        saved = self.ledger.save(self.answer(response, "saved"), [found.record], file=File(unquote(name), HTML))
        self.report(response.url)
        return self.leads(found, visit, saved[0])

    def leads(self, found: page.WebPage, visit: Visit, record_id: int) -> list[Visit]:
        """Where a page leads: its PDFs, and its links if they may be followed."""
        if not found.follow:
            return []
        depth = visit.depth + 1
        pdfs = [Visit(url, depth, visit.url, record_id, "pdf") for url in found.pdfs if not self.denies(url)]
        links = found.links if depth <= self.source.depth else ()
        return pdfs + [Visit(url, depth, visit.url, record_id) for url in links if self.may_follow(url)]

    def may_follow(self, url: str) -> bool:
        parts = urlsplit(url)
        if parts.hostname not in self.hosts or parts.path.lower().endswith(NEVER) or self.denies(url):
            return False
        return not self.allow or any(rule.search(url) for rule in self.allow)

    def denies(self, url: str) -> bool:
        return any(rule.search(url) for rule in self.deny)

    def robots_came(self, request: Request, response: Response) -> None:
        super().robots_came(request, response)
        if response.status == 200:
            named = sitemap.named_in_robots(response.body.decode("utf-8", "replace"), response.url)
            for request in self.pursue(Visit(url, kind="sitemap") for url in named):
                assert self.crawler.engine is not None
                self.crawler.engine.crawl(request)

    def was_lost(self, failure: Failure) -> None:
        ending = self.lost(failure)
        if ending:
            self.notice(failure.request.cb_kwargs["visit"], ending)  # type: ignore[attr-defined]

    def notice(self, visit: Visit, ending: Ending) -> None:
        """Keep the first reason for which a page was not had: it is the run's if none is."""
        if visit.kind == "page":
            self.trouble = self.trouble or ending.reason

    def closed(self, reason: str) -> None:
        if not self.keys and self.trouble:
            self.fail(self.trouble)
        super().closed(reason)
