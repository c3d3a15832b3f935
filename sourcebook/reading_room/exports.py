"""Citation lists on their way out: every page's results in every format."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from urllib.parse import urlencode

from corpus.formats import WRITERS
from corpus.records import Item

Pairs = list[tuple[str, str]]
"""A query string, in order."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format that citations leave in."""

    extension: str
    writer: str
    label: str
    media_type: str


FORMATS = {
    one.extension: one
    for one in (
        Format("bib", "bibtex", "BibTeX", "application/x-bibtex; charset=utf-8"),
        Format("ris", "ris", "RIS", "application/x-research-info-systems; charset=utf-8"),
        Format("json", "csl-json", "CSL-JSON", "application/vnd.citationstyles.csl+json; charset=utf-8"),
        Format("csv", "csv", "CSV", "text/csv; charset=utf-8"),
        Format("txt", "text", "Text", "text/plain; charset=utf-8"),
    )
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link on a page."""

    label: str
    url: str


def written(items: Iterable[Item], extension: str) -> str:
    """`items` in the format that `extension` names."""
    out = StringIO(newline="")
    WRITERS[FORMATS[extension].writer](items, out)
    return out.getvalue()


def links(path: str, pairs: Pairs | None = None) -> list[Link]:
    """The addresses of what the page at `path` shows, in every format."""
    return [Link(one.label, address(f"{path}.{one.extension}", pairs or [])) for one in FORMATS.values()]


def address(path: str, pairs: Pairs) -> str:
    """`path` with the query string of `pairs`."""
    return f"{path}?{urlencode(pairs)}" if pairs else path


def headers(name: str, extension: str) -> dict[str, str]:
    """The header that has a browser save a list under `name`, without what a file's name may not hold."""
    safe = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60] or "citations"
    return {"Content-Disposition": f'attachment; filename="{safe}.{extension}"'}
