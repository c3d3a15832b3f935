"""Pages of Crossref's `/works` (https://api.crossref.org/swagger-ui/)."""

from typing import Any

from corpus.records import Item, Record
from crawl.parse import Page, fields, read_items
from crawl.parse.names import Name, name
from crawl.parse.untrusted import at, items, json_object, text

TYPES = {
    "journal-article": "article-journal",
    "book-chapter": "chapter",
    "book-section": "chapter",
    "book-part": "chapter",
    "book-track": "chapter",
    "proceedings-article": "paper-conference",
    "proceedings": "book",
    "posted-content": "article",
    "report": "report",
    "report-component": "report",
    "report-series": "report",
    "dataset": "dataset",
    "dissertation": "thesis",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "book": "book",
    "reference-entry": "entry",
    "peer-review": "review",
    "standard": "standard",
}


def parse(body: bytes) -> Page:
    """The works on a page; `next` is its `next-cursor`, which Crossref gives after the last page too."""
    try:
        answer = json_object(body)
    except ValueError as error:
        return Page(error=f"not Crossref's JSON: {error}")
    found = at(answer, "message", "items")
    if not isinstance(found, list):
        return Page(error=text(answer, "message", 0, "message") or "the answer holds no items")
    records, skipped = read_items(found, key, record)
    following = text(answer, "message", "next-cursor") if found else ""
    return Page(records=records, skipped=skipped, next=following)


def key(work: Any) -> str:
    return fields.doi(text(work, "DOI"))


def record(work: Any) -> Record:
    """A work as CSL-JSON. Raises ValueError where it has no DOI or no title."""
    title = fields.line(text(work, "title", 0))
    if not key(work):
        raise ValueError("the work has no DOI")
    if not title:
        raise ValueError("the work has no title")
    subtitle = fields.line(text(work, "subtitle", 0))
    csl: Item = {
        "type": TYPES.get(text(work, "type"), "document"),
        "title": f"{title}: {subtitle}" if subtitle and subtitle.lower() not in title.lower() else title,
        "author": [person(a) for a in items(work, "author")],
        "issued": when(work),
        "DOI": key(work),
        "URL": f"https://doi.org/{key(work)}",
        "abstract": fields.abstract(text(work, "abstract")),
        "language": fields.language(text(work, "language")),
        "container-title": fields.line(text(work, "container-title", 0)),
        "publisher": fields.line(text(work, "publisher")),
        "publisher-place": text(work, "publisher-location"),
        "volume": text(work, "volume"),
        "issue": text(work, "issue"),
        "page": text(work, "page"),
        "ISSN": text(work, "ISSN", 0),
        "ISBN": text(work, "ISBN", 0),
        "custom": {"licence": licence(work), "pdf_url": pdf(work)},
    }
    return Record(key(work), csl)


def person(author: Any) -> Name:
    """A contributor; a body has `name` in place of family and given name."""
    family = fields.line(text(author, "family"))
    if not family:
        return name(fields.line(text(author, "name") or text(author, "given")))
    given, suffix = fields.line(text(author, "given")), text(author, "suffix")
    return {k: v for k, v in (("family", family), ("given", given), ("suffix", suffix)) if v}


def when(work: Any) -> Item | None:
    """The date of issue, otherwise of publication; unknown parts are null."""
    for field in ("issued", "published"):
        parts = items(work, field, "date-parts", 0)[:3]
        numbers = [part for part in parts if isinstance(part, int)]
        if numbers:
            return fields.date_parts(*numbers)
    return None


def licence(work: Any) -> str:
    """The licence of the version of record where one is named, otherwise the first."""
    found = sorted(items(work, "license"), key=lambda one: text(one, "content-version") != "vor")
    return fields.licence(text(found, 0, "URL"))


def pdf(work: Any) -> str:
    """The address of a PDF that is not reserved for plagiarism checks."""
    for link in items(work, "link"):
        reserved = text(link, "intended-application") == "similarity-checking"
        if text(link, "content-type") == "application/pdf" and not reserved:
            return text(link, "URL")
    return ""
