"""Plain text, and web pages that someone saved as such."""

import re
from collections.abc import Iterator

from corpus.documents.document import Block, Document, failed, sections
from corpus.prose import BULLET, CAPTION, ENDED, kind, language, words

NUMBERED = re.compile(r"(?:\d{1,2}\.)*\d{1,2}\.?\s?(?=[A-ZÀ-Þ])|[IVX]{1,4}\.\s(?=[A-ZÀ-Þ])")
MARKDOWN_HEADING = re.compile(r"#{1,6}\s+")
EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
UNDERLINE = re.compile(r"[=~-]{3,}")
MENU_MARK = re.compile(r"[|©#»]|\d{2}[./]\d{2}[./]\d{4}|\d,\d+\s?[KMG]b\b")
FURNITURE = ("fragment", "numbers", "notice")
WRAPPED_WIDTH = 100


def read(data: bytes) -> Document:
    """The document that plain text holds: headings told by number, mark or isolation, furniture dropped."""
    text = decode(data)
    blocks = list(without_furniture(blocks_of(text)))
    found = sections(blocks)
    if not found:
        return failed("empty", "no sentence was found in the text")
    title = next((block.text for block in blocks if block.heading), None)
    return Document(title=title, language=language(text), sections=found)


def decode(data: bytes) -> str:
    """`data` as text: UTF-8 or UTF-16 where it is that, else Windows-1252, with every line end made "\\n"."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    elif looks_utf16(data):
        text = data.decode("utf-16-le" if data[1] == 0 else "utf-16-be", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            # A download cut off within a character is still UTF-8.
            cut_off = error.start >= len(data) - 4 and error.start > 0
            text = data.decode("utf-8-sig" if cut_off else "cp1252", "replace")
    return re.sub(r"\r\n?|[\x0b\x0c\x85\u2028]", "\n", text).replace("\u2029", "\n\n").replace("\u00ad", "")


def looks_utf16(data: bytes) -> bool:
    """Whether nearly every second byte of the beginning is zero: Latin text in UTF-16 without its mark."""
    head = data[: min(len(data), 4096) & ~1]
    if len(head) < 4:
        return False
    zeros = head[1::2].count(0), head[::2].count(0)
    return max(zeros) > 0.4 * len(head) and min(zeros) == 0


def is_text(data: bytes) -> bool:
    """Whether `data` decodes to characters of which hardly any is a control or a failure."""
    sample = decode(data[:65536])
    odd = sum(1 for c in sample if c == "\ufffd" or (c < " " and c not in "\t\n"))
    return odd <= max(1, 0.02 * len(sample))


def blocks_of(text: str) -> Iterator[Block]:
    """The headings and paragraphs of `text`."""
    for chunk in re.split(r"\n[^\S\n]*\n", text):
        lines = [line.strip() for line in chunk.split("\n") if line.strip()]
        if len(lines) == 2 and UNDERLINE.fullmatch(lines[1]):
            lines = ["# " + lines[0]]
        held: list[str] = []
        for line in lines:
            heading = heading_of(line, alone=len(lines) == 1)
            if held and (heading or not goes_on(held[-1], line, lines)):
                yield Block(plain(" ".join(held)))
                held = []
            if heading:
                yield Block(heading, heading=True)
            else:
                held.append(line)
        if held:
            yield Block(plain(" ".join(held)))


def heading_of(line: str, alone: bool) -> str | None:
    """The heading that `line` is, without its marks, or None."""
    if MARKDOWN_HEADING.match(line):
        return plain(line.lstrip("#")) or None
    title = plain(line)
    short = 0 < words(title) <= 14 and len(title) <= 120 and not re.search(r"[.;,!]$", title)
    if not short or MENU_MARK.search(title) or CAPTION.match(title) or not any(map(str.isalpha, title)):
        return None
    if (numbered := NUMBERED.match(title)) and words(title[numbered.end() :]):
        return title
    return title if alone and title[:1].isupper() and not BULLET.match(title) and "\t" not in line else None


def goes_on(line: str, following: str, lines: list[str]) -> bool:
    """Whether `following` carries on the paragraph that `line` stands in, as in text of fixed width."""
    if BULLET.match(following) or "\t" in line or "\t" in following:
        return False
    width = max(map(len, lines))
    if ENDED.search(line):
        return width <= WRAPPED_WIDTH and len(line) + len(following.split()[0]) >= 0.8 * width
    return len(line) >= 40 or (following[:1].islower() and words(line) >= 4)


def plain(line: str) -> str:
    """`line` without Markdown's emphasis."""
    return EMPHASIS.sub("", line).strip(" \t#")


def without_furniture(blocks: Iterator[Block]) -> Iterator[Block]:
    """`blocks` without menus, counters and other short lines that are no sentences and no list items."""
    for block in blocks:
        if block.heading or BULLET.match(block.text) or kind(block.text) not in FURNITURE:
            yield block
