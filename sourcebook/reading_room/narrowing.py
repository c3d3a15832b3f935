"""Filters as people meet them: read from an address, chosen in a form or from counts, taken away with a click."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import quote_plus

import pycountry
from markupsafe import Markup
from sqlite_utils import Database

from corpus.errors import SourcebookError
from index import columns
from index.base import Base, open_base
from index.columns import Mask
from index.facets import Count, beside
from index.filters import KINDS, Filters, asked, questions, read, span
from sourcebook.reading_room.asking import Asked
from sourcebook.reading_room.exports import Link, Pairs, address

NAMES = {
    "tag": "Tag", "question": "Question", "country": "Country", "region": "Region", "sector": "Sector",
    "programme": "Programme", "organisation": "Organisation", "buyer": "Buyer", "design": "Study design",
    "source": "Source", "language": "Language", "type": "Kind of work", "access": "Access", "work": "Work",
    "year": "Years", "by": "Tagged by", "score": "Score",
}  # fmt: skip
HEADINGS = {
    "tag": "Tags", "question": "Questions", "country": "Countries", "sector": "Sectors", "region": "Regions",
    "buyer": "Buyers", "programme": "Programmes", "organisation": "Organisations", "design": "Study designs",
    "year": "Years", "source": "Sources", "language": "Languages", "type": "Kinds of work", "access": "Access",
    "by": "Tagged by",
}  # fmt: skip
BY = {"machine": "the machine", "person": "a person"}

# How many values of a kind a page lists; those that few passages have can be asked for all the same.
MOST = 100


@dataclass(frozen=True, slots=True)
class Active:
    """A filter that is on: what it says, and the page without it."""

    kind: str
    label: str
    without: str


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet: how many passages its page shows, and whether that is the page shown now.

    `leave_out` is the page without its passages; empty where there is none. Of a tag, `corrected` is how many should
    be there; empty where that is not known.
    """

    label: str
    count: int
    url: str
    chosen: bool
    leave_out: str = ""
    corrected: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a kind, and how many more there are that are not listed."""

    heading: str
    options: list[Option]
    more: int


def read_filters(request: Asked) -> Filters:
    """The filters in an address; SourcebookError where one cannot be read."""
    return read(request.many)


def pairs(filters: Filters) -> Pairs:
    """The query string that `read_filters` reads as `filters`."""
    found = [(kind, value) for kind in (*KINDS, "year") for value in asked(filters, kind)]
    found += [("by", filters.by)] if filters.by else []
    found += [("score", str(filters.score))] if filters.score is not None else []
    return found + [(f"not_{kind}", value) for kind, value in filters.unwanted]


def year_text(filters: Filters) -> str:
    """The years as people write them: "2010-2020", "2015", "2010-", or nothing."""
    return span(filters.year_first, filters.year_last)


def choices(db: Database) -> dict[str, dict[str, str]]:
    """What each filter can be set to: values with what people read."""
    base = open_base(db)
    tags = dict(db.execute("SELECT tag, label FROM tag ORDER BY position").fetchall())
    answers = {
        number: f"{number}: {', '.join(tags[tag] for tag in found if '/' not in tag)}"
        for number, found in questions(db).items()
    }
    kinds = [kind for kind in columns.PAIRS if kind != "year"]
    rest = base.once("choices", lambda: {kind: offered(db, base, kind) for kind in kinds})
    return {"tag": tags, "question": answers, "by": BY, **rest}


def lists(db: Database) -> dict[str, Markup]:
    """The same as options of a form, written once: they are as many for every page."""
    labels = choices(db)
    return open_base(db).once("lists", lambda: {kind: written(kind, found) for kind, found in labels.items()})


def written(kind: str, found: dict[str, str]) -> Markup:
    """Values with their labels as options; themes stand in under their tag."""
    option = Markup('<option value="{}">{}{}</option>')
    inset = {value: "\u2003" for value in found if kind == "tag" and "/" in value}
    return Markup("").join(option.format(value, inset.get(value, ""), label) for value, label in found.items())


def offered(db: Database, base: Base, kind: str) -> dict[str, str]:
    """The values of a kind with what people read, by that; sectors by their codes."""
    column = columns.column(db, base, kind)
    found = zip(column.codes, column.labels, strict=True)
    read = [(value, READ[kind](value) if kind in READ else label) for value, label in found]
    return dict(read if kind == "sector" else sorted(read, key=lambda one: (one[1].casefold(), one[0])))


@cache
def language(code: str) -> str:
    """The name of a language with an ISO 639 code; the code where it is none."""
    found = pycountry.languages.get(**{f"alpha_{len(code)}": code}) if len(code) in (2, 3) else None
    return str(found.name) if found else code


READ: dict[str, Callable[[str], str]] = {"language": language, "type": lambda value: value.replace("-", " ")}


def without(filters: Filters, kind: str, value: str | None = None) -> Filters:
    """`filters` without the `value` of `kind`, or without all of its values."""
    if kind == "year":
        return replace(filters, year_first=None, year_last=None)
    if kind in ("by", "score"):
        return replace(filters, **{kind: getattr(Filters(), kind)})
    changed: dict[str, Any] = {kind: tuple(one for one in getattr(filters, kind) if value not in (one, None))}
    return replace(filters, **changed)


def active(filters: Filters, labels: dict[str, dict[str, str]], path: str, rest: Pairs) -> list[Active]:
    """The filters that are on; `rest` is what else the address says."""

    def one(kind: str, label: str, changed: Filters) -> Active:
        return Active(NAMES[kind], label, address(path, rest + pairs(changed)))

    def name(kind: str, value: str) -> str:
        return value.replace("-", "–") if kind == "year" else labels.get(kind, {}).get(value, value)

    on = [(kind, value) for kind in (*KINDS, "year") for value in asked(filters, kind)]
    found = [one(kind, name(kind, value), without(filters, kind, value)) for kind, value in on]
    if filters.by:
        found.append(one("by", BY[filters.by], without(filters, "by")))
    if filters.score is not None:
        found.append(one("score", f"at least {filters.score}", without(filters, "score")))
    for pair in filters.unwanted:
        rest_of_them = tuple(other for other in filters.unwanted if other != pair)
        found.append(one(pair[0], f"not {name(*pair)}", replace(filters, unwanted=rest_of_them)))
    return found


def facets(
    db: Database,
    base: Base,
    filters: Filters,
    matching: Mask | None,
    path: str,
    rest: Pairs,
    corrected: Mapping[str, str] | None = None,
    most: int = MOST,
) -> list[Facet]:
    """How many passages each further filter would leave, of all or of those `matching`, and where it leads.

    `rest` is what else the address at `path` says, `corrected` how many passages should hold a tag. `base` must be of
    `db` as it is now.
    """
    labels = choices(db)
    found = []
    for kind, counted in beside(db, base, filters, matching).items():
        if kind == "tag":  # after the tags, the themes of those that are chosen
            families = {tag.split("/")[0] for tag in filters.tag}
            counted.sort(key=lambda one: "/" in one[0] and 2 - (one[0].split("/")[0] in families))
        if kind in labels and kind != "tag":
            counted = [(value, labels[kind].get(value, label), count) for value, label, count in counted]
        shown = options(kind, counted[:most], filters, path, rest, corrected or {})
        found.append(Facet(HEADINGS[kind], shown, len(counted) - len(shown)))
    return [one for one in found if one.options]


def options(
    kind: str, counted: list[Count], filters: Filters, path: str, rest: Pairs, corrected: Mapping[str, str]
) -> list[Option]:
    """The values of a kind as links."""
    chosen = (filters.by,) if kind == "by" else asked(filters, kind)
    instead = address(path, [*rest, *pairs(without(filters, kind)), (kind, "")])

    def but_for(kept: Filters) -> str:
        return address(path, [*rest, *pairs(kept), (f"not_{kind}", "")])

    leave_out = but_for(filters)  # made once: there may be hundreds of options
    found = []
    for value, label, count in counted:
        begin = but_for(without(filters, kind, value)) if value in chosen else leave_out
        away = "" if kind == "by" else begin + quote_plus(value)
        should = corrected.get(value, "") if kind == "tag" else ""
        found.append(Option(label, count, instead + quote_plus(value), value in chosen, away, should))
    return found


def whole_number(text: str, default: int, most: int, name: str) -> int:
    """`text` as a number from 1 to `most`; `default` where it is empty."""
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise SourcebookError(f"{name} must be a number from 1 to {most}. Change it in the address.")
    return int(text)


def sort_links(sorts: dict[str, str], chosen: str, path: str, rest: Pairs) -> list[tuple[Link, bool]]:
    """A link for each order of `sorts`, and whether it is the one chosen."""
    return [(Link(label, address(path, [*rest, ("sort", name)])), name == chosen) for name, label in sorts.items()]
