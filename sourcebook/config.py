"""`sourcebook.toml`: what a workspace gathers, by which taxonomy and with which model."""

import datetime
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from corpus.errors import SourcebookError, nearest
from crawl.sources import KINDS, Source
from nlp.models import DEFAULT

FILE = "sourcebook.toml"
T = TypeVar("T")

TEMPLATE = """\
# Sourcebook: what this evidence base is about, and where its evidence comes from.
# Lines that begin with "#" do nothing. No source is asked before you take away the "#" signs of its lines.

[base]
title = "Procurement from SMEs"
contact = ""                           # your e-mail address: goes into every User-Agent and mailto
taxonomy = "procurement"               # the name of a taxonomy that ships, or a folder with a taxonomy.toml
model = "all-MiniLM-L6-v2"             # any sentence-transformers name or folder

# An index of scholarly works. Since February 2026 it wants a (free) key for more than a few requests a day.
# [[source]]
# name = "openalex"                    # unique: the name under which you see it everywhere
# kind = "openalex"
# base_url = "https://api.openalex.org"
# filter = 'title_and_abstract.search:(SME OR "small firms") AND (procurement OR suppliers)'
# limit = 5000                         # records, at most

# The registry of DOIs.
# [[source]]
# name = "crossref"
# kind = "crossref"
# base_url = "https://api.crossref.org"
# query = "small firms procurement supply chain"
# limit = 1000

# An institution's repository that speaks OAI-PMH 2.0.
# [[source]]
# name = "repository"
# kind = "oaipmh"
# base_url = "https://repository.example.org/oai"
# set = "com_reports"                  # leave out for everything
# metadata_prefix = "oai_dc"
# from = "2005-01-01"
# until = "2025-12-31"

# An institution's web site: its pages and the PDF reports that they link to.
# [[source]]
# name = "institute"
# kind = "site"
# start_urls = ["https://www.example.org/publications/"]
# allow = ["/publications/"]           # regular expressions: a URL must match one of these
# deny = ["/login"]                    # and none of these
# depth = 2                            # links away from a start page, at most
# delay = 2                            # seconds between two requests
"""


@dataclass(frozen=True, slots=True)
class Base:
    """The `[base]` table."""

    title: str = "Procurement from SMEs"
    contact: str = ""
    taxonomy: str = "procurement"
    model: str = DEFAULT


@dataclass(frozen=True, slots=True)
class Config:
    """A workspace's configuration."""

    base: Base
    sources: tuple[Source, ...]


def create(workspace: Path) -> Path:
    """Make a workspace: the folder and a commented `sourcebook.toml` in it; one that is there is kept."""
    path = workspace / FILE
    if path.exists():
        raise SourcebookError(f"{path} is there already. Edit it, or choose another folder.")
    workspace.mkdir(parents=True, exist_ok=True)
    path.write_text(TEMPLATE, "utf-8")
    return path


def load(workspace: Path) -> Config:
    """The configuration of `workspace`; SourcebookError tells what is wrong and where."""
    path = workspace / FILE
    if not path.is_file():
        raise SourcebookError(
            f"{workspace} is not a workspace (no {FILE}). Make one with `sourcebook -C {workspace} init`."
        )
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourcebookError(f"{path}: {error}. Mend that line and try again.") from error
    return in_folder(parse(data, str(path)), workspace)


def in_folder(config: Config, workspace: Path) -> Config:
    """`config` with the taxonomy's and the model's folders, where they are such, looked for in the workspace."""
    inside = {
        name: str(workspace / value)
        for name, holds in (("taxonomy", "taxonomy.toml"), ("model", "config.json"))
        if (value := getattr(config.base, name)) and (workspace / value / holds).is_file()
    }
    return replace(config, base=replace(config.base, **inside))


def parse(data: dict[str, Any], where: str) -> Config:
    """The configuration in the TOML document `data`, every key and type checked."""
    check_keys(data, {"base", "source"}, where)
    if not isinstance(data.get("base", {}), dict):
        raise SourcebookError(f"{where}: `base` is a table. Write [base] on a line of its own.")
    declared = data.get("source", [])
    if not isinstance(declared, list) or not all(isinstance(one, dict) for one in declared):
        raise SourcebookError(f"{where}: write [[source]], with two brackets on each side: there may be several.")
    base = table(Base, data.get("base", {}), f"{where} [base]")
    sources = tuple(source(one, f"{where} [[source]]") for one in declared)
    names = [one.name for one in sources]
    for name in names:
        if names.count(name) > 1:
            raise SourcebookError(f"{where}: two sources are called {name!r}. Give each a name of its own.")
    return Config(base, sources)


def source(data: dict[str, Any], where: str) -> Source:
    """One `[[source]]` table as a Source."""
    renamed = {"from_" if key == "from" else key: value for key, value in data.items()}
    if "from_" in data:
        raise SourcebookError(f"{where}: unknown key 'from_'. Did you mean 'from'?")
    for needed in ("name", "kind"):
        if not renamed.get(needed):
            raise SourcebookError(f"{where}: `{needed}` is missing. Every source needs a name and a kind.")
    where = f"{where} {renamed['name']!r}"
    if renamed["name"] == "import":
        raise SourcebookError(f"{where}: this name is that of the files taken in with `sourcebook import`.")
    if renamed["kind"] not in KINDS:
        raise SourcebookError(f"{where}: unknown kind {renamed['kind']!r}{nearest(str(renamed['kind']), KINDS)}")
    one = table(Source, renamed, where)
    if one.kind == "site" and not (one.start_urls or one.base_url):
        raise SourcebookError(f"{where}: a site needs `start_urls` (or `base_url`, whose sitemap is read).")
    if one.kind != "site" and not one.base_url:
        raise SourcebookError(f"{where}: `base_url` is missing. It is the address of the service.")
    return one


def table(cls: type[T], data: dict[str, Any], where: str) -> T:
    """`data` as the dataclass `cls`, whose field types are those that TOML must give."""
    known = {field.name: field.type for field in fields(cls)}  # type: ignore[arg-type]
    check_keys(data, {name.rstrip("_") for name in known}, where, aliases={"from_": "from"})
    return cls(**{name: typed(value, known[name], f"{where} {name.rstrip('_')}") for name, value in data.items()})


def typed(value: Any, wanted: Any, where: str) -> Any:
    """`value` as the type `wanted`, or an error that names what was expected."""
    if wanted == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise SourcebookError(f'{where}: a list of texts is wanted, such as ["…", "…"].')
    if wanted is str and isinstance(value, datetime.date):
        return value.isoformat()
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, wanted) or (wanted is not bool and isinstance(value, bool)):
        names = {
            str: "a text in quotation marks",
            int: "a whole number",
            float: "a number",
            bool: "true or false",
        }
        raise SourcebookError(f"{where}: {names[wanted]} is wanted, not {value!r}.")
    if wanted in (int, float) and value < 0:
        raise SourcebookError(f"{where}: {value} is less than 0.")
    return value


def check_keys(data: dict[str, Any], known: set[str], where: str, aliases: dict[str, str] | None = None) -> None:
    """Refuse a key that is not known, naming the nearest one that is."""
    for key in data:
        if (aliases or {}).get(key, key) not in known:
            raise SourcebookError(f"{where}: unknown key {key!r}{nearest(key, known)}")
