"""BibTeX's entries and fields, from files that break its grammar too.

bibtexparser reads well-formed files only: of two Scopus exports it lost 114 of 474 entries for a blank in a
field's name or a key, and one of 3.6 MB took it 15 s; so the grammar is here. It is small: "BibTeXing"
(O. Patashnik, 1988).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

START = re.compile(r"(?<![\w.])@[ \t]*([A-Za-z]+)\s*[{(]")
# Where an entry must begin, whatever the braces before say: on a line of its own with a key, or amid a line
# with a key and a first field.
RESTART = re.compile(
    r"^[ \t]{0,20}@[ \t]{0,20}[A-Za-z]{1,40}\s{0,20}[{(]\s{0,20}[^\s,{}=\"]{0,200}"
    r"(?:[ \t][^\s,{}=\"]{1,200}){0,5}\s{0,20},|"
    r"@[A-Za-z]{1,40}\s{0,20}\{\s{0,20}[^\s,{}=\"]{1,200}\s{0,20},\s{0,20}[A-Za-z_-]{1,40}\s{0,20}=\s{0,20}[{\"]",
    re.MULTILINE,
)
FIELD = re.compile(r"[\s,]*([A-Za-z][^\s=,{}\"#@]*(?:[^\S\n]+[\w-]+)?)\s*=\s*")
NEXT_FIELD = re.compile(r"\n[ \t,]*(?=[A-Za-z][\w-]*(?:[^\S\n]+[\w-]+)?\s*=\s*[{\"\w])")
BRACE_OR_PARENTHESIS = re.compile(r"[{})]")
DELIMITER = re.compile(r"[{}\"]")
AND_MORE = re.compile(r"\s*#\s*")
END_OF_VALUE = re.compile(r"\s*(?:,|$)")
WORD = re.compile(r"[^\s,{}\"#=]+")
KEY = re.compile(r"\s*([^,={}\"]*?)\s*(?:,|$)")

MONTHS = {month: month for month in "jan feb mar apr may jun jul aug sep oct nov dec".split()}
DECLARATIONS = frozenset({"comment", "string", "preamble"})


@dataclass(slots=True)
class Raw:
    """One entry as it stands: values by lower-case field name; `repaired` says that its braces failed."""

    kind: str
    key: str
    source: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    repaired: bool = False


def scan(text: str) -> Iterator[Raw]:
    """The entries of `text` in order, with macros resolved; comments, preambles and macros are no entries."""
    macros = dict(MONTHS)
    restarts = [found.start() for found in RESTART.finditer(text)] + [len(text)]
    position = 0
    while start := START.search(text, position):
        limit = restarts[bisect_left(restarts, start.end())]
        kind = start[1].lower()
        end = closing(text, start.end(), limit, "}" if text[start.end() - 1] == "{" else ")")
        # Fields left behind the closing brace: it was one too many.
        early = end is not None and FIELD.match(text, end + 1, limit) and kind not in DECLARATIONS
        position = limit if end is None or early else end + 1
        body = text[start.end() : (limit if end is None or early else end)]
        if kind == "string":
            macros.update((name, values[0]) for name, values in parse_fields(body, macros)[0].items())
        elif kind not in DECLARATIONS:
            yield entry(kind, body, text[start.start() : position], macros, repaired=end is None or bool(early))


def closing(text: str, begin: int, limit: int, closer: str) -> int | None:
    """Where the entry that was opened before `begin` closes, if it does before `limit`."""
    depth = 0
    for brace in BRACE_OR_PARENTHESIS.finditer(text, begin, limit):
        if depth == 0 and brace.group() == closer:
            return brace.start()
        depth += {"{": 1, "}": -1}.get(brace.group(), 0)
        if depth < 0:
            return None
    return None


def entry(kind: str, body: str, source: str, macros: dict[str, str], repaired: bool) -> Raw:
    key = KEY.match(body)
    begin = key.end() if key else 0
    fields, mended = parse_fields(body[begin:], macros, repaired)
    return Raw(kind, key[1] if key else "", source, fields, repaired or mended)


def parse_fields(body: str, macros: dict[str, str], broken: bool = False) -> tuple[dict[str, list[str]], bool]:
    """The fields in `body`, and whether any value had to be cut off where the next field's line begins.

    Where the entry is known as `broken`, no value goes on beyond the next line that begins like a field.
    """
    fields: dict[str, list[str]] = {}
    position, mended = 0, False
    while name := FIELD.match(body, position) or skip(body, position):
        mended |= name.start() > position
        stop = next_field(body, name.end()) if broken else len(body)
        value, position = parse_value(body, name.end(), stop, macros)
        if not END_OF_VALUE.match(body, position, stop):
            position, mended = next_field(body, position), True
            value = unwrapped(body[name.end() : position])
        if value.strip():
            fields.setdefault(" ".join(name[1].lower().split()), []).append(value.strip())
    return fields, mended


def next_field(body: str, position: int) -> int:
    ahead = NEXT_FIELD.search(body, position)
    return ahead.start() if ahead else len(body)


def skip(body: str, position: int) -> re.Match[str] | None:
    """The next field on a line of its own, past whatever cannot be read."""
    ahead = NEXT_FIELD.search(body, position)
    return FIELD.match(body, ahead.end()) if ahead else None


def parse_value(body: str, position: int, stop: int, macros: dict[str, str]) -> tuple[str, int]:
    """A value made of strings in braces or quotes, numbers and macros with `#` between, and where it ends."""
    pieces = []
    while position < stop:
        piece, position = parse_piece(body, position, stop, macros)
        pieces.append(piece)
        joined = AND_MORE.match(body, position, stop)
        if not joined:
            break
        position = joined.end()
    return "".join(pieces), position


def parse_piece(body: str, position: int, stop: int, macros: dict[str, str]) -> tuple[str, int]:
    if body[position] in '{"':
        closer = '"' if body[position] == '"' else "}"
        depth = 0
        for mark in DELIMITER.finditer(body, position + 1, stop):
            if depth == 0 and mark.group() == closer:
                return body[position + 1 : mark.start()], mark.end()
            depth += {"{": 1, "}": -1}.get(mark.group(), 0)
        return "", position
    word = WORD.match(body, position, stop)
    return (macros.get(word.group().lower(), word.group()), word.end()) if word else ("", position)


def unwrapped(text: str) -> str:
    """A value whose braces do not balance, without the delimiters around it."""
    return re.sub(r'^[\s{"]+|[\s}",]+$', "", text)
