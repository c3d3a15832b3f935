"""The invented works, and what each source of the small web says of them."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

WORKS = Path(__file__).with_name("works")
SOURCES = {"openalex": {"openalex"}, "oaipmh": {"oaipmh"}, "site": {"site-html", "site-pdf"}}
NOTICE = "Invented sample. This work, its authors, firms and figures do not exist; nothing here may be cited."


@dataclass(frozen=True, slots=True)
class Author:
    """A person by family and given name, or a body by `literal`."""

    family: str = ""
    given: str = ""
    literal: str = ""

    @property
    def inverted(self) -> str:
        """As catalogues write it: Family, Given."""
        return self.literal or f"{self.family}, {self.given}"

    def __str__(self) -> str:
        return self.literal or f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True)
class Work:
    """One invented work; `number` and `slug` name it, a field that a source lacks is empty.

    `body` is Markdown: `## ` headings, paragraphs apart by a blank line, `*emphasis*`.
    """

    number: int
    slug: str
    title: str
    authors: tuple[Author, ...]
    type: str
    abstract: str
    served_by: tuple[str, ...]
    year: int | None = None
    container: str = ""
    publisher: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    language: str = ""
    design: str = ""
    countries: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    variants: tuple[tuple[str, dict[str, Any]], ...] = ()
    body: str = ""

    @property
    def page(self) -> str:
        """The path of its page on the institution's site; empty where it has none."""
        if "site-pdf" in self.served_by:
            return f"/reports/{self.slug}"
        return f"/cases/{self.slug}" if "site-html" in self.served_by else ""

    @property
    def pdf(self) -> str:
        """The path of its PDF; empty where it has none."""
        return f"{self.page}.pdf" if "site-pdf" in self.served_by else ""


@cache
def load() -> tuple[Work, ...]:
    """All works, in the order of their numbers, as they are where no source says otherwise."""
    return tuple(map(read, sorted(WORKS.glob("[0-9]*.md"))))


def read(path: Path) -> Work:
    """The work in a file: TOML between two lines of `+++`, then Markdown."""
    _, head, body = path.read_text("utf-8").split("+++\n", 2)
    number, _, slug = path.stem.partition("-")
    table = values(tomllib.loads(head))
    variants = tuple((source, values(variant)) for source, variant in table.pop("variants", {}).items())
    return Work(number=int(number), slug=slug, body=body.strip(), variants=variants, **table)


def values(table: dict[str, Any]) -> dict[str, Any]:
    """A TOML table as the fields of a Work."""
    found: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    if "authors" in found:
        found["authors"] = tuple(Author(**author) for author in found["authors"])
    if "abstract" in found:
        found["abstract"] = found["abstract"].strip()
    return found


def as_seen_by(work: Work, source: str) -> Work:
    """`work` as `source` (openalex, oaipmh, site) gives it: other spellings, then missing fields."""
    changes = dict(dict(work.variants).get(source, {}))
    lacking = changes.pop("omit", ())
    defaults = {field.name: field.default for field in fields(Work)}
    return replace(work, **changes | {name: defaults[name] for name in lacking})


def holdings(source: str) -> tuple[Work, ...]:
    """The works that `source` serves, as it gives them."""
    return tuple(as_seen_by(work, source) for work in load() if SOURCES[source] & set(work.served_by))


def blocks(body: str) -> Iterator[tuple[bool, str]]:
    """The headings and paragraphs of Markdown, as (is a heading, escaped text with emphasis in `<i>`)."""
    for block in re.split(r"\n\s*\n", body):
        text = " ".join(block.split())
        if text:
            is_heading = text.startswith("## ")
            marked = re.sub(r"\*([^*]+)\*", r"<i>\1</i>", escape(text.removeprefix("## "), quote=False))
            yield is_heading, marked
