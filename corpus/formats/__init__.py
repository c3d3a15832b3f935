"""Bibliographic formats: what a file is, the records in it, and writers for citations that leave.

A format that can be read is a module with `read(text) -> Iterator[Entry]`, one that can be written has
`write(items, out)`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from corpus.errors import SourcebookError
from corpus.formats import bibtex, csljson, ris, tables, text, wos
from corpus.formats.dialects import DIALECTS
from corpus.formats.reading import Broken, Entry, Reading, decode, reading
from corpus.records import Item

__all__ = ["FORMATS", "WRITERS", "Broken", "Reading", "Writer", "read", "recognise"]

Writer = Callable[[Iterable[Item], TextIO], None]

READERS: dict[str, Callable[[str], Iterator[Entry]]] = {
    "ris": ris.read,
    "bibtex": bibtex.read,
    "csl-json": csljson.read,
    "wos": wos.read,
    **{dialect.format: tables.read for dialect in DIALECTS},
}
FORMATS = tuple(READERS)

WRITERS: dict[str, Writer] = {
    "bibtex": bibtex.write,
    "ris": ris.write,
    "csl-json": csljson.write,
    "csv": tables.write,
    "text": text.write,
}

JSON = re.compile(r"\s*[\[{]")
JSON_FIELD = re.compile(r'"(?:title|type|id|DOI|items)"\s*:')


def recognise(data: bytes, name: str) -> str | None:
    """The format of `data`, from what stands in it; None where it is none of `FORMATS`.

    `name` counts only for a table of a single column, which looks like any text: it must end in .csv or .tsv.
    """
    return None if is_binary(data) else recognise_text(decode(data), name)


def is_binary(data: bytes) -> bool:
    """Whether `data` is no text: one control character in fifty of its beginning, and no mark of UTF-16."""
    head = data[:4096]
    return not head.startswith((b"\xff\xfe", b"\xfe\xff")) and sum(byte < 9 for byte in head) > len(head) / 50


def recognise_text(content: str, name: str) -> str | None:
    table = tables.head(content)
    if table and (len(table.columns) > 1 or name.lower().endswith((".csv", ".tsv"))):
        return table.dialect.format
    if JSON.match(content) and JSON_FIELD.search(content):
        return "csl-json"
    if wos.START.search(content) and re.search(r"^(?:FN |ER$|UT )", content, re.MULTILINE):
        return "wos"
    if ris.START.search(content):
        return "ris"
    return "bibtex" if next(bibtex.scan(content), None) else None


def read(data: bytes, name: str) -> Reading:
    """All entries of the file `name` with the bytes `data`.

    Raises SourcebookError where the file is empty or in no format known.
    """
    content = decode(data)
    known = f"Known are {', '.join(FORMATS)}."
    if not content.strip():
        raise SourcebookError(f"{name} is empty. Export it again. {known}")
    format = None if is_binary(data) else recognise_text(content, name)
    if not format:
        raise SourcebookError(f"{name} is in no format that Sourcebook reads. Export it in another one. {known}")
    return reading(format, READERS[format](content))
