"""An index of works that answers as OpenAlex's `/works` does (https://docs.openalex.org/api-entities/works)."""

import json
import re
import sqlite3
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import parse_qsl

from sourcebook.demo.answer import JSON, Answer
from sourcebook.demo.catalogue import Work, holdings
from sourcebook.demo.openalex_work import KINDS, PREFIX, identifier, result

PARAMETERS = ("filter", "search", "per_page", "cursor", "select", "mailto", "api_key")
MOST_ASKED = 100
MOST_GIVEN = 25  # fewer than the works there are, so that whoever gathers them needs a cursor
OPERATORS = {"AND", "OR", "NOT", "(", ")"}
SEARCHED = {
    "title_and_abstract.search": "title abstract",
    "default.search": "title abstract",
    "title.search": "title",
    "display_name.search": "title",
    "abstract.search": "abstract",
}
TESTS: dict[str, Callable[[Work, str], bool]] = {
    "openalex": lambda work, value: identifier(work) == value.removeprefix(PREFIX).upper(),
    "doi": lambda work, value: work.doi.lower() == value.lower().removeprefix("https://doi.org/") != "",
    "publication_year": lambda work, value: in_years(work.year or 0, value),
    "from_publication_date": lambda work, value: f"{work.year}-01-01" >= value,
    "to_publication_date": lambda work, value: f"{work.year}-01-01" <= value,
    "language": lambda work, value: work.language == value,
    "type": lambda work, value: KINDS[work.type][0] == value,
}


class BadQuery(ValueError):
    """A request that OpenAlex refuses with status 400; the message says why."""


def answer(query: str, base: str) -> Answer:
    """The answer to GET /works?`query`; `base` is the address of the site with the full texts."""
    try:
        return as_json(page(parameters(query), base))
    except BadQuery as error:
        return as_json({"error": "Invalid query parameters error.", "message": str(error)}, 400)


def as_json(value: dict[str, Any], status: int = 200) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), JSON, status)


def parameters(query: str) -> dict[str, str]:
    """The parameters by name, hyphens as underscores."""
    asked = {name.replace("-", "_"): value for name, value in parse_qsl(query)}
    unknown = [name for name in asked if name not in PARAMETERS]
    if unknown:
        raise BadQuery(f"{unknown[0]} is not a valid parameter. Valid parameters are: {', '.join(PARAMETERS)}.")
    return asked


def page(asked: dict[str, str], base: str) -> dict[str, Any]:
    """One page of the works asked for, with its `meta`."""
    found = filtered(asked.get("filter", ""))
    if asked.get("search"):
        matches = matching(asked["search"], SEARCHED["default.search"])
        found = [work for work in found if work.number in matches]
    size = per_page(asked.get("per_page", "25"))
    cursor = asked.get("cursor")
    after = position(cursor) if cursor else 0
    left = [work for work in found if work.number > after]
    results = [selected(result(work, base), asked.get("select", "")) for work in left[:size]]
    meta: dict[str, Any] = {
        "count": len(found),
        "db_response_time_ms": 7,
        "page": None if cursor else 1,
        "per_page": size,
        "groups_count": None,
    }
    if cursor:
        meta["next_cursor"] = cursor_after(left[size - 1]) if len(left) > size else None
    return {"meta": meta, "results": results, "group_by": []}


def per_page(value: str) -> int:
    if not re.fullmatch(r"\d{1,3}", value) or not 1 <= int(value) <= MOST_ASKED:
        raise BadQuery(f"per-page parameter must be between 1 and {MOST_ASKED}")
    return min(int(value), MOST_GIVEN)


def cursor_after(work: Work) -> str:
    return urlsafe_b64encode(f"[{work.number}]".encode()).decode()


def position(cursor: str) -> int:
    """The number of the work after which the page begins."""
    if cursor == "*":
        return 0
    try:
        decoded = urlsafe_b64decode(cursor.encode("ascii"))
    except ValueError:
        decoded = b""
    found = re.fullmatch(rb"\[(\d{1,6})\]", decoded)
    if not found:
        raise BadQuery("Cursor value is invalid.")
    return int(found[1])


def filtered(conditions: str) -> list[Work]:
    """The works that meet all of `conditions`, as in `language:en|fr,title.search:loom,type:!report`."""
    found = list(holdings("openalex"))
    for condition in filter(None, conditions.split(",")):
        field, _, value = condition.partition(":")
        field = field.strip().replace("-", "_")
        if field in SEARCHED:
            matches = matching(value, SEARCHED[field])
            found = [work for work in found if work.number in matches]
        elif field in TESTS:
            found = [work for work in found if holds(work, field, value.strip())]
        else:
            valid = ", ".join(sorted((*TESTS, *SEARCHED)))
            raise BadQuery(f"{field} is not a valid field. Valid fields are: {valid}.")
    return found


def holds(work: Work, field: str, value: str) -> bool:
    """Whether any of the values apart by `|` fits, or none where `!` stands before them."""
    wanted = value.removeprefix("!").split("|")
    return any(TESTS[field](work, one) for one in wanted) != value.startswith("!")


def in_years(year: int, value: str) -> bool:
    """Whether `year` lies in 2015, 2010-2020, 2010-, -2020, >2010 or <2020."""
    found = re.fullmatch(r"(\d{4})?(?:(-)(\d{4})?)?|([<>])(\d{4})", value)
    if not found or not value.strip("-"):
        raise BadQuery(f"{value} is not a valid value for publication_year.")
    first, dash, last, sign, bound = found.groups()
    if sign:
        return year > int(bound) if sign == ">" else year < int(bound)
    return int(first or 0) <= year <= int(last or (9999 if dash else first))


def matching(expression: str, columns: str) -> set[int]:
    """The numbers of the works whose `columns` match words, "phrases", AND, OR, NOT and brackets."""
    parts = re.findall(r'"[^"]*"|[()]|[^\s()"]+', expression)
    quoted = " ".join(part if part in OPERATORS or part[0] == '"' else f'"{part}"' for part in parts)
    texts = [(work.number, work.title, work.abstract) for work in holdings("openalex")]
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE work USING fts5(title, abstract, tokenize='porter unicode61')")
        db.executemany("INSERT INTO work (rowid, title, abstract) VALUES (?, ?, ?)", texts)
        try:
            rows = db.execute("SELECT rowid FROM work WHERE work MATCH ?", [f"{{{columns}}} : ({quoted})"])
            return {number for (number,) in rows}
        except sqlite3.Error as error:
            raise BadQuery(f"{expression} cannot be read as a search.") from error


def selected(whole: dict[str, Any], names: str) -> dict[str, Any]:
    """The fields of `whole` that `names`, apart by commas, ask for; all where it is empty."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in whole:
            raise BadQuery(f"{name} is not a valid select field. Valid fields for select are: {', '.join(whole)}.")
    return {name: whole[name] for name in wanted} if wanted else whole
