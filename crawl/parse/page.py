"""HTML pages: what they say of themselves, and where they lead.

Metadata of Highwire Press (`citation_*`, as Google Scholar asks for), Dublin Core, schema.org's JSON-LD and
Open Graph, in this order of trust.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree  # type: ignore[attr-defined]
from lxml.html import HtmlElement, document_fromstring
from lxml.html import HTMLParser as Parser
from w3lib.encoding import html_to_unicode

from corpus.records import Item, Record
from crawl.parse import fields
from crawl.parse.names import name
from crawl.parse.schemaorg import Thing, first, read_things

LINKS = 5000
URL_CHARACTERS = 2000
NO_INDEX = {"noindex", "none"}
NO_FOLLOW = {"nofollow", "none"}
TYPES = {"ScholarlyArticle": "article-journal", "Report": "report", "Thesis": "thesis", "Book": "book"}

Meta = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class WebPage:
    """An HTML page: its record, the links to follow and those to PDFs, in the order of the document.

    `index` and `follow` are what the page asks of robots; `canonical` is another address that it names.
    """

    record: Record | None = None
    links: tuple[str, ...] = ()
    pdfs: tuple[str, ...] = ()
    canonical: str = ""
    index: bool = True
    follow: bool = True
    error: str = ""


def parse(body: bytes, url: str, content_type: str = "", robots_tag: str = "") -> WebPage:
    """Read the page at `url`, whose headers are Content-Type and X-Robots-Tag."""
    root = read_html(body, content_type)
    if root is None:
        return WebPage(error="the page holds no HTML")
    meta = read_meta(root)
    robots = directives(*meta.get("robots", []), robots_tag)
    base = join(url, next(iter(root.xpath("//base/@href")), "")) or url
    canonical = join(base, next(iter(root.xpath("//link[@rel='canonical']/@href")), ""))
    links = tuple(dict.fromkeys(find_links(root, base)))
    named = [join(base, link) for link in meta.get("citation_pdf_url", [])]
    pdfs = tuple(dict.fromkeys(link for link in [*named, *filter(is_pdf, links)] if link))
    same_host = urlsplit(canonical).hostname == urlsplit(url).hostname
    return WebPage(
        record=read_record(root, meta, url, canonical if same_host else url),
        links=tuple(link for link in links if link not in pdfs),
        pdfs=pdfs,
        canonical=canonical if canonical != url else "",
        index=not robots & NO_INDEX,
        follow=not robots & NO_FOLLOW,
    )


def directives(*values: str) -> set[str]:
    """The words of robots metas and X-Robots-Tag headers."""
    return set(re.split(r"[\s,]+", " ".join(values).lower()))


def read_html(body: bytes, content_type: str = "") -> HtmlElement | None:
    """The document, decoded by header, byte-order mark or `<meta>`, as browsers do."""
    _, text = html_to_unicode(content_type or None, body, default_encoding="utf-8")
    parser = Parser(encoding="utf-8", no_network=True, huge_tree=False)  # type: ignore[no-untyped-call]
    try:
        clean = text.replace("\0", "").encode("utf-8", "replace")
        return document_fromstring(clean, parser=parser)  # type: ignore[no-any-return, no-untyped-call]
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def read_meta(root: HtmlElement) -> Meta:
    """The contents of the `<meta>` elements by lower-case name or property, in their order."""
    found: Meta = {}
    for element in root.iter("meta"):
        label = (element.get("name") or element.get("property") or "").lower().replace("dcterms.", "dc.")
        content = (element.get("content") or "").strip()
        if label and content:
            found.setdefault(label, []).append(content)
    return found


def read_record(root: HtmlElement, meta: Meta, url: str, address: str) -> Record:
    """What the page says of itself, with `url` as its key, and as its title where it has none."""
    thing = first(read_things(root.xpath("//script[@type='application/ld+json']/text()")))

    def said(*labels: str) -> str:
        return next((meta[label][0] for label in labels if label in meta), "")

    heading = [" ".join(h.itertext()) for h in (*root.iter("title"), *root.iter("h1"))]
    title = said("citation_title", "dc.title") or thing.title or said("og:title") or next(iter(heading), "")
    identifiers = [said("citation_doi"), *meta.get("dc.identifier", [])]
    pages = [said("citation_firstpage"), said("citation_lastpage")]
    csl: Item = {
        "type": kind(meta, thing),
        "title": fields.line(title) or url,
        "author": authors(meta, thing),
        "issued": fields.issued(
            said("citation_publication_date", "citation_date", "dc.issued", "dc.date")
            or thing.issued
            or said("article:published_time")
        ),
        "DOI": next(filter(None, map(fields.doi, identifiers)), ""),
        "URL": address,
        "abstract": fields.abstract(
            said("citation_abstract", "dc.description", "dc.abstract")
            or thing.description
            or said("og:description", "description")
        ),
        "language": fields.language(
            said("citation_language", "dc.language") or thing.language or root.get("lang") or said("og:locale")
        ),
        "publisher": said("citation_publisher", "citation_technical_report_institution", "dc.publisher")
        or thing.publisher,
        "container-title": said("citation_journal_title", "citation_conference_title") or said("og:site_name"),
        "volume": said("citation_volume"),
        "issue": said("citation_issue"),
        "page": "-".join(dict.fromkeys(filter(None, pages))),
        "keyword": "; ".join(meta.get("citation_keywords", [])),
        "custom": {
            "licence": fields.licence(said("dc.rights", "dc.license") or thing.licence),
            "pdf_url": join(url, said("citation_pdf_url")),
        },
    }
    return Record(url, csl)


def kind(meta: Meta, thing: Thing) -> str:
    """CSL's type: of the page alone, unless it says that it presents a work."""
    for label, found in (
        ("citation_journal_title", "article-journal"),
        ("citation_conference_title", "paper-conference"),
        ("citation_dissertation_institution", "thesis"),
        ("citation_technical_report_institution", "report"),
    ):
        if label in meta:
            return found
    return TYPES.get(thing.kind, "webpage")


def authors(meta: Meta, thing: Thing) -> list[dict[str, str]]:
    named = meta.get("citation_author") or meta.get("dc.creator") or thing.authors or meta.get("author", [])
    return [name(fields.line(one)) for one in named]


def find_links(root: HtmlElement, base: str) -> Iterator[str]:
    """The absolute addresses that the page's links lead to, without those it tells robots not to follow."""
    for number, anchor in enumerate(root.iter("a", "area")):
        if number >= LINKS:
            return
        target = join(base, anchor.get("href") or "")
        if target and "nofollow" not in (anchor.get("rel") or "").lower().split():
            yield target


def join(base: str, link: str) -> str:
    """`link` as an absolute http(s) address without fragment; empty where it is none."""
    try:
        target = urldefrag(urljoin(base, link.strip())).url if link.strip() else ""
        host = urlsplit(target).hostname
    except ValueError:  # as in http://[
        return ""
    sound = host and target.lower().startswith(("http://", "https://")) and len(target) <= URL_CHARACTERS
    return target if sound else ""


def is_pdf(url: str) -> bool:
    return urlsplit(url).path.lower().endswith(".pdf")
