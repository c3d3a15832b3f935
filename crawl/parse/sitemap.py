"""Sitemaps (https://www.sitemaps.org/protocol.html) and the lines of robots.txt that name them."""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree  # type: ignore[attr-defined]

from crawl.parse.page import join
from crawl.parse.untrusted import XML_BYTES, xml_root

GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The pages that a sitemap lists, or the sitemaps that an index lists."""

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    error: str = ""


def parse(body: bytes, url: str) -> Sitemap:
    """Read the sitemap or index at `url`, in XML, packed by gzip or not, or as lines of text."""
    try:
        body = unpack(body)
        if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return Sitemap(pages=addresses(body.decode("utf-8", "replace").splitlines(), url))
        root, _ = xml_root(body)
    except ValueError as error:
        return Sitemap(error=str(error))
    found = addresses((e.text or "" for e in root.iterfind("{*}*/{*}loc")), url)
    kind = etree.QName(root).localname
    if kind == "sitemapindex":
        return Sitemap(sitemaps=found)
    return Sitemap(pages=found) if kind == "urlset" else Sitemap(error=f"not a sitemap but <{kind}>")


def unpack(body: bytes) -> bytes:
    """`body` without gzip. Raises ValueError where it is damaged or would grow beyond bounds."""
    if not body.startswith(GZIP):
        return body
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = stream.decompress(body, XML_BYTES)
    except zlib.error as error:
        raise ValueError(f"the sitemap's gzip is damaged: {error}") from error
    if stream.unconsumed_tail:
        raise ValueError(f"the sitemap unpacks to more than {XML_BYTES} bytes")
    return unpacked


def addresses(found: Iterable[str], url: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (join(url, one) for one in found))))


def named_in_robots(robots: str, url: str) -> tuple[str, ...]:
    """The sitemaps that the robots.txt at `url` names."""
    return addresses(re.findall(r"(?im)^\s*sitemap\s*:\s*(\S+)", robots), url)
