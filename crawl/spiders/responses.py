"""What Scrapy's requests and responses say of themselves."""

from typing import Any

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

HTML = "text/html"
PDF = "application/pdf"


def is_for_robots(request: Request) -> bool:
    """Whether this is Scrapy's own request for a robots.txt."""
    return request.callback is NO_CALLBACK


def with_retries(reason: str, request: Request) -> str:
    """`reason`, with how often it took to get there."""
    times = request.meta.get("retry_times", 0)
    return "; ".join(filter(None, (reason, f"asked {times + 1} times" if times else "")))


def trace(request: Request) -> dict[str, Any]:
    """How we came to ask: the fields `referrer`, `hops` and `optional` of an Answer."""
    optional = request.meta.get("optional", False) or is_for_robots(request)
    return {"referrer": request.meta.get("referrer", ""), "hops": hops(request), "optional": optional}


def hops(request: Request) -> tuple[tuple[str, int], ...]:
    """The addresses that led here by redirects, with their statuses."""
    urls, statuses = request.meta.get("redirect_urls", []), request.meta.get("redirect_reasons", [])
    return tuple(zip(urls, statuses, strict=True))


def header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def pairs(response: Response) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )


def media_type(response: Response) -> str:
    return header(response, "Content-Type").split(";")[0].strip().lower()


def kind_of(response: Response) -> str:
    """The media type by content where content tells: servers mislabel PDFs and HTML."""
    start = response.body[:1024].lstrip()
    if b"%PDF-" in start:
        return PDF
    said = media_type(response)
    html = said in (HTML, "application/xhtml+xml") or start[:15].lower().startswith((b"<!doctype html", b"<html"))
    return HTML if html else said
