"""Filters as people meet them: read from an address, chosen in a form, taken away with a click."""

from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from corpus.errors import SourcebookError
from index.filters import Filters, read
from sourcebook.reading_room.asking import Asked
from sourcebook.reading_room.exports import Link, Pairs, address

KINDS = {
    "tag": "Tag", "country": "Country", "region": "Region", "sector": "Sector", "programme": "Programme",
    "organisation": "Organisation", "buyer": "Buyer", "design": "Study design", "source": "Source", "work": "Work",
}  # fmt: skip

OF_FACET = "SELECT value, MIN(label) FROM facet WHERE kind = '{kind}' GROUP BY value ORDER BY {order}"
CHOICES = {
    "tag": "SELECT tag, label FROM tag ORDER BY position",
    "country": OF_FACET.format(kind="country", order="2, 1"),
    "region": OF_FACET.format(kind="region", order="2, 1"),
    "sector": OF_FACET.format(kind="sector", order="1"),
    "programme": OF_FACET.format(kind="programme", order="2, 1"),
    "buyer": OF_FACET.format(kind="buyer", order="2, 1"),
    "design": "SELECT DISTINCT study_design, study_design FROM work WHERE study_design IS NOT NULL ORDER BY 1",
    "source": "SELECT name, name FROM source ORDER BY name",
}


@dataclass(frozen=True, slots=True)
class Active:
    """A filter that is on: what it says, and the page without it."""

    kind: str
    label: str
    without: str


def read_filters(asked: Asked) -> Filters:
    """The filters in an address; SourcebookError where a year is none."""
    return read(asked.many, asked.one("year"))


def pairs(filters: Filters) -> Pairs:
    """The query string that `read_filters` reads as `filters`."""
    found = [(kind, value) for kind in KINDS for value in getattr(filters, kind)]
    return [*found, ("year", span)] if (span := year_text(filters)) else found


def year_text(filters: Filters) -> str:
    """The years as people write them: "2010-2020", "2015", "2010-", or nothing."""
    first, last = filters.year_first, filters.year_last
    if first == last:
        return str(first) if first is not None else ""
    return f"{'' if first is None else first}-{'' if last is None else last}"


def choices(db: Database) -> dict[str, dict[str, str]]:
    """What each filter can be set to: values with their labels."""
    return {kind: dict(db.execute(sql).fetchall()) for kind, sql in CHOICES.items()}


def without(filters: Filters, kind: str, value: str | None = None) -> Filters:
    """`filters` without the `value` of `kind`, or without all of its values."""
    if kind == "year":
        return replace(filters, year_first=None, year_last=None)
    changed: dict[str, Any] = {kind: tuple(one for one in getattr(filters, kind) if value not in (one, None))}
    return replace(filters, **changed)


def active(filters: Filters, labels: dict[str, dict[str, str]], path: str, rest: Pairs) -> list[Active]:
    """The filters that are on; `rest` is what else the address says."""
    found = []
    for kind, name in KINDS.items():
        for value in getattr(filters, kind):
            url = address(path, rest + pairs(without(filters, kind, value)))
            found.append(Active(name, labels.get(kind, {}).get(value, value), url))
    if span := year_text(filters):
        url = address(path, rest + pairs(without(filters, "year")))
        found.append(Active("Years", span.replace("-", "–"), url))
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
