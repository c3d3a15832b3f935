"""BibTeX and biblatex, as reference managers, Scopus, Web of Science and Lens write it."""

import re
from collections.abc import Iterable, Iterator
from typing import TextIO

from corpus import csl
from corpus.csl import Name
from corpus.formats.bibtex_scan import MONTHS, Raw, scan
from corpus.formats.fields import CHATTER, EID, NUMBERED, Columns, Fields, assemble, people, persons, pick
from corpus.formats.pinpoints import keywords, notes, prepared
from corpus.formats.reading import Entry
from corpus.formats.tex import decode, encode, unescape
from corpus.records import Item

TYPES = {
    "article": "article-journal",
    "inproceedings": "paper-conference",
    "incollection": "chapter",
    "book": "book",
    "techreport": "report",
    "phdthesis": "thesis",
    "online": "webpage",
    "dataset": "dataset",
    "patent": "patent",
    "standard": "standard",
    "software": "software",
    "unpublished": "manuscript",
    "legislation": "legislation",
    "misc": "document",
    "conference": "paper-conference",
    "inbook": "chapter",
    "proceedings": "book",
    "booklet": "book",
    "collection": "book",
    "mvbook": "book",
    "report": "report",
    "manual": "report",
    "thesis": "thesis",
    "mastersthesis": "thesis",
    "electronic": "webpage",
    "www": "webpage",
}
"""CSL types by type of entry; of several for one, the first is written."""

AND = re.compile(r"\s+and\s+", re.IGNORECASE)

JOURNALS = ("article-journal", "article-newspaper", "article-magazine", "article")

COLUMNS: Columns = {
    "title": ("title",),
    "container-title": ("journal", "journaltitle", "booktitle"),
    "collection-title": ("series",),
    "date": ("date",),
    "year": ("year", "date"),
    "month": ("month",),
    "volume": ("volume",),
    "issue": ("number", "issue"),
    "edition": ("edition",),
    "page": ("pages",),
    "article-number": ("article-number", "art_number", "eid"),
    "publisher": ("publisher", "institution", "school", "organization"),
    "publisher-place": ("address", "location"),
    "DOI": ("doi",),
    "URL": ("url", "bdsk-url-1", "howpublished", "note"),
    "ISSN": ("issn", "eissn"),
    "ISBN": ("isbn",),
    "abstract": ("abstract",),
    "keyword": ("author_keywords", "keywords", "keyword"),
    "language": ("language", "langid"),
    "document-type": ("document_type", "type"),
    "note": ("note", "annote"),
    "access": ("oa",),
}
USED = frozenset({"subtitle", *(name for names in COLUMNS.values() for name in names)})
ADDRESSES = frozenset({"doi", "url", "bdsk-url-1", "howpublished"})


def read(text: str) -> Iterator[Entry]:
    """The entries of `text`; one whose braces do not balance is read as far as its fields stand on lines."""
    for raw in scan(text):
        if not raw.fields:
            yield Entry({}, raw.key, raw.source[:1000], "No field of it can be read.")
            continue
        item = to_item(raw)
        if raw.repaired:
            item["custom"] = {**item.get("custom", {}), "repaired": "The entry's braces did not balance."}
        own = [decode(v) for v in raw.fields.get("unique-id", [])] or EID.findall(" ".join(raw.fields.get("url", [])))
        yield Entry(item | ({"id": raw.key} if raw.key else {}), next(iter(own), raw.key), raw.source[:1000])


def to_item(raw: Raw) -> Item:
    fields: Fields = {
        name: [unescape(v) if name in ADDRESSES else decode(v) for v in values]
        for name, values in raw.fields.items()
        if name in USED
    }
    values = pick(fields, COLUMNS)
    if subtitle := fields.get("subtitle"):
        values["title"] = [f"{title}: {subtitle[0]}" for title in values.get("title", [])]
    values["keyword"] = [part for text in values.get("keyword", []) for part in keyword_parts(text)]
    values["note"] = [note for note in values.get("note", []) if not CHATTER.match(note) and "://" not in note[:8]]
    kind = TYPES.get(raw.kind, "document")
    return assemble(values, kind, creators(raw, "author"), creators(raw, "editor"))


def keyword_parts(text: str) -> list[str]:
    """Keywords parted by semicolons, or else by commas."""
    return text.split(";" if ";" in text else ",")


def creators(raw: Raw, role: str) -> list[Name]:
    """The names in field `role`, else of the groups that Web of Science has apart."""
    for name in (role, f"book-{role}", f"{role}-group", f"book-group-{role}"):
        if found := [one for text in raw.fields.get(name, []) for one in creator_list(text)]:
            return found
    return []


def creator_list(text: str) -> list[Name]:
    """Names that "and" parts outside braces; names in braces are bodies, a list in braces is a list."""
    parts = outside(text, AND)
    if len(parts) == 1 and is_braced(text):
        inner = outside(text.strip()[1:-1], AND)
        if not all("," in part for part in inner):
            return [{"literal": decode(text)}]
        parts = inner
    if len(parts) == 1 and "," in text:
        return people(decode(text))
    return [
        one for part in parts for one in ([{"literal": decode(part)}] if is_braced(part) else persons([decode(part)]))
    ]


def outside(text: str, separator: re.Pattern[str]) -> list[str]:
    """`text` split at `separator` where no brace is open."""
    pieces, depth, begin = [], 0, 0
    for mark in re.compile(rf"[{{}}]|{separator.pattern}", separator.flags).finditer(text):
        if mark.group() in "{}":
            depth += 1 if mark.group() == "{" else -1
        elif depth <= 0:
            pieces.append(text[begin : mark.start()])
            begin = mark.end()
    return [piece for piece in (*pieces, text[begin:]) if piece.strip()]


def is_braced(text: str) -> bool:
    """Whether one pair of braces goes around all of `text`."""
    text = text.strip()
    depths = 0
    for place, mark in enumerate(text):
        depths += {"{": 1, "}": -1}.get(mark, 0)
        if depths == 0:
            return place > 0 and place == len(text) - 1
    return False


def write(items: Iterable[Item], out: TextIO) -> None:
    """Write `items`, one entry each, pinpoints as `note` and their tags among the `keywords`."""
    kinds = {kind: name for name, kind in reversed(TYPES.items())} | dict.fromkeys(JOURNALS, "article")
    for item in prepared(items):
        key = re.sub(r"[^\w.:+/-]+", "-", item["id"])
        out.write(f"@{kinds.get(item.get('type', ''), 'misc')}{{{key}")
        for name, value in lines(item):
            if value:
                out.write(f",\n  {name} = {value if name == 'month' else f'{{{value}}}'}")
        out.write("\n}\n\n")


def lines(item: Item) -> Iterator[tuple[str, str]]:
    """The fields of `item` with their values in TeX, in a fixed order."""
    kind = item.get("type", "")
    yield "author", " and ".join(map(creator, csl.people(item)))
    yield "editor", " and ".join(map(creator, csl.people(item, "editor")))
    yield "title", " ".join(map(capitals, str(item.get("title", "")).split()))
    yield from dates(item)
    yield "journal" if kind in JOURNALS else "booktitle", tex(item, "container-title")
    yield {"report": "institution", "thesis": "school"}.get(kind, "publisher"), tex(item, "publisher")
    own, issue = tex(item, "number"), tex(item, "issue")
    yield from (("number", issue or own), ("eid", own if issue else ""))
    yield "type", tex(item, "genre") if kind in NUMBERED or kind == "thesis" else ""
    yield from ((name, tex(item, known)) for name, known in WRITTEN)
    yield "pages", tex(item, "page").replace("-", "--")
    # Addresses and identifiers are read verbatim by biblatex, with % and _ as they are.
    yield from ((name, verbatim(item, known)) for name, known in (("doi", "DOI"), ("url", "URL")))
    yield "keywords", encode("; ".join(keywords(item)))
    yield "note", encode("; ".join(notes(item)))


WRITTEN = tuple(
    pair.split("=")
    for pair in (
        "series=collection-title volume=volume edition=edition address=publisher-place issn=ISSN isbn=ISBN "
        "language=language abstract=abstract"
    ).split()
)


def tex(item: Item, name: str) -> str:
    return encode(str(item.get(name, "")))


def verbatim(item: Item, name: str) -> str:
    """The value with its braces and backslashes percent-encoded, which would end the field."""
    return re.sub(r"[{}\\\s]", lambda m: f"%{ord(m.group()):02X}", str(item.get(name, "")))


def dates(item: Item) -> Iterator[tuple[str, str]]:
    """The year, the month as a macro, and the date where the day is known."""
    date = csl.issued(item)
    yield from (("year", str(year)) for year in date[:1])
    yield from (("month", list(MONTHS)[month - 1]) for month in date[1:2] if 1 <= month <= 12)
    if len(date) == 3:
        yield "date", f"{date[0]:04}-{date[1]:02}-{date[2]:02}"


def capitals(word: str) -> str:
    """A word of a title in TeX; one with capitals inside is kept from being set in lower case."""
    return f"{{{encode(word)}}}" if any(c.isupper() for c in word[1:]) else encode(word)


def creator(name: Name) -> str:
    """ "van der Family, Jr., Given", or a body in braces."""
    if not name.get("family"):
        return f"{{{encode(csl.family(name))}}}"
    parts = (csl.family(name), name.get("suffix"), name.get("given"))
    return ", ".join(encode(part) for part in parts if part)
