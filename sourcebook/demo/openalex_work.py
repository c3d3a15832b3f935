"""A work in the shape of OpenAlex (https://docs.openalex.org/api-entities/works/work-object)."""

from typing import Any

from sourcebook.demo.catalogue import Author, Work

PREFIX = "https://openalex.org/"
KINDS = {
    "article-journal": ("article", "journal"),
    "paper-conference": ("article", "conference"),
    "chapter": ("book-chapter", "book series"),
    "report": ("report", "other"),
    "webpage": ("other", "other"),
}


def identifier(work: Work) -> str:
    return f"W99900{work.number:05}"


def result(work: Work, base: str) -> dict[str, Any]:
    """A work as OpenAlex gives it, without what an invented work cannot have."""
    doi = f"https://doi.org/{work.doi}" if work.doi else None
    page = base + work.page if work.page else None
    pdf = base + work.pdf if work.pdf else None
    return {
        "id": PREFIX + identifier(work),
        "doi": doi,
        "title": work.title,
        "display_name": work.title,
        "publication_year": work.year,
        "publication_date": f"{work.year}-01-01",
        "ids": {"openalex": PREFIX + identifier(work), "doi": doi},
        "language": work.language,
        "primary_location": location(work, doi or page, None),
        "best_oa_location": location(work, page, pdf) if page else None,
        "type": KINDS[work.type][0],
        "indexed_in": ["crossref"] if doi else [],
        "open_access": {
            "is_oa": bool(page),
            "oa_status": "green" if page else "closed",
            "oa_url": pdf or page,
            "any_repository_has_fulltext": bool(page),
        },
        "authorships": [authorship(work, place, author) for place, author in enumerate(work.authors)],
        "biblio": biblio(work),
        "is_retracted": False,
        "keywords": [
            {"id": f"{PREFIX}keywords/{word.lower().replace(' ', '-')}", "display_name": word, "score": 0.5}
            for word in work.keywords
        ],
        "abstract_inverted_index": inverted(work.abstract),
    }


def location(work: Work, landing_page: str | None, pdf: str | None) -> dict[str, Any]:
    """Where a work can be read: at its publisher's, or as a copy on the institution's site."""
    return {
        "is_oa": bool(work.page),
        "landing_page_url": landing_page,
        "pdf_url": pdf,
        "source": {
            "id": None,
            "display_name": work.container,
            "issn_l": None,
            "host_organization_name": work.publisher or None,
            "type": KINDS[work.type][1],
        },
        "license": "cc-by" if work.page else None,
        "version": "publishedVersion",
        "raw_source_name": work.container,
    }


def authorship(work: Work, place: int, author: Author) -> dict[str, Any]:
    last = len(work.authors) - 1
    return {
        "author_position": "first" if place == 0 else "last" if place == last else "middle",
        "author": {"id": None, "display_name": str(author), "orcid": None},
        "institutions": [],
        "is_corresponding": place == 0,
        "raw_author_name": author.inverted,
        "raw_affiliation_strings": [work.publisher] if work.publisher else [],
    }


def biblio(work: Work) -> dict[str, str | None]:
    first, _, last = work.pages.partition("-")
    found = {"volume": work.volume, "issue": work.issue, "first_page": first, "last_page": last or first}
    return {name: value or None for name, value in found.items()}


def inverted(abstract: str) -> dict[str, list[int]]:
    """Each word of `abstract` with its positions, from 0."""
    found: dict[str, list[int]] = {}
    for position, word in enumerate(abstract.split()):
        found.setdefault(word, []).append(position)
    return found
