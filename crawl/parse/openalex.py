"""Pages of OpenAlex's `/works` (https://docs.openalex.org/api-entities/works/work-object)."""

from typing import Any

from corpus.records import Item, Record
from crawl.parse import Page, fields, read_items
from crawl.parse.names import author
from crawl.parse.untrusted import at, items, json_object, text

SELECT = (
    "id,doi,title,publication_year,publication_date,language,primary_location,best_oa_location,type,"
    "open_access,authorships,biblio,keywords,abstract_inverted_index,is_retracted"
)
TYPES = {
    "article": "article-journal",
    "review": "article-journal",
    "editorial": "article-journal",
    "letter": "article-journal",
    "book": "book",
    "book-chapter": "chapter",
    "dissertation": "thesis",
    "preprint": "article",
    "report": "report",
    "dataset": "dataset",
    "standard": "standard",
    "reference-entry": "entry",
    "peer-review": "review",
}
ABSTRACT_WORDS = 50_000


def parse(body: bytes) -> Page:
    """The works on a page; `next` is its `next_cursor`."""
    try:
        answer = json_object(body)
    except ValueError as error:
        return Page(error=f"not OpenAlex's JSON: {error}")
    if not isinstance(answer.get("results"), list):
        return Page(error=text(answer, "message") or text(answer, "error") or "the answer holds no results")
    records, skipped = read_items(answer["results"], key, record)
    cost = at(answer, "meta", "cost_usd")
    return Page(
        records=records,
        skipped=skipped,
        next=text(answer, "meta", "next_cursor") if answer["results"] else "",
        cost=float(cost) if isinstance(cost, int | float) else 0.0,
    )


def key(work: Any) -> str:
    """OpenAlex's identifier without its prefix, as in W2741809807."""
    return (text(work, "id") or text(work, "ids", "openalex")).rsplit("/", 1)[-1]


def record(work: Any) -> Record:
    """A work as CSL-JSON. Raises ValueError where it has no identifier or no title."""
    title = fields.line(text(work, "title") or text(work, "display_name"))
    if not key(work):
        raise ValueError("the work has no id")
    if not title:
        raise ValueError("the work has no title")
    doi = fields.doi(text(work, "doi"))
    csl: Item = {
        "type": kind(work),
        "title": title,
        "author": [author(text(a, "raw_author_name"), text(a, "author", "display_name")) for a in authors(work)],
        "issued": fields.issued(date(work)),
        "DOI": doi,
        "URL": f"https://doi.org/{doi}" if doi else text(work, "primary_location", "landing_page_url"),
        "abstract": abstract(at(work, "abstract_inverted_index")),
        "keyword": "; ".join(filter(None, (text(k, "display_name") for k in items(work, "keywords")))),
        "language": fields.language(text(work, "language")),
        "status": "retracted" if at(work, "is_retracted") is True else "",
        **venue(work),
        **biblio(work),
        "custom": access(work),
    }
    return Record(key(work), csl)


def authors(work: Any) -> list[Any]:
    return items(work, "authorships")


def kind(work: Any) -> str:
    """CSL's type: an article counts as a paper where its venue is a conference."""
    raw = text(work, "primary_location", "raw_type")
    host = text(work, "primary_location", "source", "type")
    if text(work, "type") == "article" and (host == "conference" or raw.startswith("proceedings")):
        return "paper-conference"
    return TYPES.get(text(work, "type"), "document")


def abstract(index: Any) -> str:
    """The text whose words and positions an inverted index holds."""
    if not isinstance(index, dict):
        return ""
    placed = [
        (position, word)
        for word, positions in index.items()
        if isinstance(positions, list)
        for position in positions
        if isinstance(position, int)
    ]
    return fields.abstract(" ".join(word for _, word in sorted(placed)[:ABSTRACT_WORDS]))


def venue(work: Any) -> Item:
    location = at(work, "primary_location")
    source = at(location, "source")
    name = text(source, "display_name") or text(location, "raw_source_name")
    return {
        "container-title": fields.line(name) if text(source, "type") != "repository" else "",
        "publisher": text(source, "host_organization_name"),
        "ISSN": text(source, "issn_l"),
    }


def biblio(work: Any) -> Item:
    """Volume, issue and pages; one page stands alone."""
    pages = [text(work, "biblio", "first_page"), text(work, "biblio", "last_page")]
    return {
        "volume": text(work, "biblio", "volume"),
        "issue": text(work, "biblio", "issue"),
        "page": "-".join(dict.fromkeys(filter(None, pages))),
    }


def access(work: Any) -> Item:
    """Open access status (gold, green, hybrid, bronze, diamond, closed), licence, PDF."""
    best = at(work, "best_oa_location")
    primary = at(work, "primary_location")
    return {
        "access": text(work, "open_access", "oa_status"),
        "licence": fields.licence(text(best, "license") or text(primary, "license")),
        "pdf_url": text(best, "pdf_url") or text(primary, "pdf_url"),
    }


def date(work: Any) -> str:
    """The day of publication; of 1 January, which OpenAlex writes where it knows no day, the year alone."""
    day = text(work, "publication_date")
    return text(work, "publication_year") if not day or day.endswith("-01-01") else day
