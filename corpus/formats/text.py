"""References as plain text, author-date, near the Chicago Manual of Style; quotations indented below."""

from collections.abc import Iterable
from typing import TextIO

from corpus import csl
from corpus.csl import Name
from corpus.formats.pinpoints import pinpoints, prepared, quotation, reliability
from corpus.records import Item

# Of more than ten authors, seven are named.
MOST_NAMES, NAMED = 10, 7
QUOTED = frozenset(
    {
        "article",
        "article-journal",
        "article-magazine",
        "article-newspaper",
        "chapter",
        "paper-conference",
        "webpage",
        "thesis",
    }
)
INDENT = "    "


def write(items: Iterable[Item], out: TextIO) -> None:
    """Write a paragraph for each of `items`: its reference, and a line for each of its pinpoints."""
    between = ""
    for item in prepared(items):
        own = [*(quotation(one) for one in pinpoints(item)), *reliability(item)]
        lines = [reference(item), *(f"{INDENT}{line}" for line in own if line)]
        out.write(between + "\n".join(lines) + "\n")
        between = "\n"


def reference(item: Item) -> str:
    """One item as a reference: "Osei, Kwame, and Awa Diallo. 2016. “Title.” Journal 12 (3): 45–67. https://…"."""
    title = value(item, "title") or "[No title]"
    title = f"“{ended(title)}”" if item.get("type") in QUOTED else ended(title)
    date = str(csl.year(item) or "n.d.")
    parts = [creators(item), date, title, source(item), publisher(item), address(item)]
    return " ".join(part if part.endswith("”") or part.startswith("http") else ended(part) for part in parts if part)


def value(item: Item, name: str) -> str:
    return " ".join(str(item.get(name, "")).split())


def ended(text: str) -> str:
    """`text` with a full stop, where it has no mark at its end."""
    return text if text.endswith((".", "?", "!", ".”", "?”", "!”")) else f"{text}."


def creators(item: Item) -> str:
    """The authors, else the editors, the first with the family name before."""
    authors, editors = csl.people(item), csl.people(item, "editor")
    label = ", eds" if len(editors) > 1 else ", ed"
    return listed(authors, inverted=True) or (
        listed(editors, inverted=True) + label if editors else value(item, "publisher")
    )


def listed(names: list[Name], inverted: bool) -> str:
    """ "Osei, Kwame, Awa Diallo, and Anna Meyer", or with `inverted` false "Kwame Osei, …"."""
    shown = [csl.inverted(n).rstrip(",") if inverted and not i else natural(n) for i, n in enumerate(names)]
    if len(shown) > MOST_NAMES:
        return ", ".join(shown[:NAMED]) + ", et al"
    if len(shown) < 2:
        return "".join(shown)
    comma = "," if inverted or len(shown) > 2 else ""
    return f"{', '.join(shown[:-1])}{comma} and {shown[-1]}"


def natural(name: Name) -> str:
    return " ".join(
        part for part in (name.get("given") if name.get("family") else "", csl.family(name), name.get("suffix")) if part
    )


def source(item: Item) -> str:
    """Where it appeared: a journal with volume, issue and pages, or a book with editors and pages."""
    kind, container, pages = (
        str(item.get("type", "")),
        value(item, "container-title"),
        value(item, "page").replace("-", "–"),
    )
    if kind in ("chapter", "paper-conference") and container:
        editors = listed(csl.people(item, "editor"), inverted=False) if csl.people(item) else ""
        return ", ".join(part for part in (f"In {container}", f"edited by {editors}" if editors else "", pages) if part)
    number = " ".join(part for part in (value(item, "genre"), value(item, "number")) if part)
    if not container:
        return ". ".join(part for part in (number, value(item, "collection-title")) if part)
    issue = f" ({value(item, 'issue')})" if item.get("issue") else ""
    volume = f" {value(item, 'volume')}" if item.get("volume") else ""
    return f"{container}{volume}{issue}{f': {pages}' if pages else ''}"


def publisher(item: Item) -> str:
    """ "Place: Publisher", which journals go without."""
    if str(item.get("type", "")).startswith("article-"):
        return ""
    return ": ".join(part for part in (value(item, "publisher-place"), value(item, "publisher")) if part)


def address(item: Item) -> str:
    return f"https://doi.org/{value(item, 'DOI')}" if item.get("DOI") else value(item, "URL")
