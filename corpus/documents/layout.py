"""From the lines of pages to headings and paragraphs, by place, size and weight of type."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from corpus.documents.document import Block
from corpus.documents.spelling import HYPHEN, mended, vocabulary
from corpus.prose import BULLET, CAPTION, words

MARGIN = 0.12
PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|página)?\s*[-–|]?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*[-–|]?(?:\s*(?:of|/)\s*\d{1,4})?", re.I
)
NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2})+\.?\s+[A-ZÀ-Þ]")
STOPPED = re.compile(r"""[.!?…。！？؟۔]["'”’»)\]]*(?:\d{1,3}|\[[\d,\s–-]{1,12}\])?$""")
SMALL_PRINT = 0.88
HEADLINE = 1.12


@dataclass(frozen=True, slots=True)
class Line:
    """A line of type: `left`, `right`, `base` (up from the page's foot), `size`, page `height`, in points."""

    text: str
    page: int
    left: float
    right: float
    base: float
    size: float
    bold: bool
    height: float


def without_running_heads(lines: Sequence[Line]) -> list[Line]:
    """`lines` without page numbers and what recurs at the heads and feet of pages."""
    pages: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        if in_margin(line):
            pages[normal(line)].add(line.page)
    often = 2 if len({line.page for line in lines}) <= 4 else 3
    recurring = {text for text, where in pages.items() if len(where) >= often}
    return [
        line
        for line in lines
        if not in_margin(line) or not (normal(line) in recurring or PAGE_NUMBER.fullmatch(line.text))
    ]


def in_margin(line: Line) -> bool:
    return not MARGIN * line.height < line.base < (1 - MARGIN) * line.height


def normal(line: Line) -> str:
    return re.sub(r"\d+", "#", " ".join(line.text.casefold().split()))


def blocks_of(lines: Sequence[Line]) -> list[Block]:
    """Headings and paragraphs; footnotes come last, so that no paragraph is cut by them."""
    if not lines:
        return []
    body = body_size(lines)
    bold = 2 * sum(len(line.text) for line in lines if line.bold) > sum(len(line.text) for line in lines)
    running, notes = apart(lines, body)
    known = vocabulary(line.text for line in lines)
    groups = resumed(list(paragraphs(running, leading(running))), body)
    blocks = [block(group, known, is_heading(group, body, bold)) for group in groups]
    notes_found = [block(group, known) for group in paragraphs(notes, leading(notes))]
    return blocks + ([Block("Notes", heading=True), *notes_found] if notes_found else [])


def body_size(lines: Iterable[Line]) -> float:
    """The size most characters are set in."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], size))


def leading(lines: Sequence[Line]) -> float:
    """The usual distance between lines, in sizes of type."""
    steps = [
        (a.base - b.base) / a.size
        for a, b in pairwise(lines)
        if a.page == b.page and alike(a, b) and 0.8 * a.size < a.base - b.base < 3 * a.size
    ]
    return median(steps) if steps else 1.2


def apart(lines: Sequence[Line], body: float) -> tuple[list[Line], list[Line]]:
    """Running text, and the small print below it."""
    lowest: dict[int, float] = {}
    for line in lines:
        if line.size > SMALL_PRINT * body:
            lowest[line.page] = min(line.base, lowest.get(line.page, line.base))
    small = [line.size <= SMALL_PRINT * body and line.base < lowest.get(line.page, 0) for line in lines]
    running = [line for line, is_small in zip(lines, small, strict=True) if not is_small]
    return running, [line for line, is_small in zip(lines, small, strict=True) if is_small]


def alike(a: Line, b: Line) -> bool:
    return abs(a.size - b.size) <= 0.08 * max(a.size, b.size) and a.bold == b.bold


def paragraphs(lines: Iterable[Line], step: float) -> Iterator[list[Line]]:
    """Lines that run on, together; `step` is the usual leading in sizes of type."""
    held: list[Line] = []
    for line in lines:
        if held and not runs_on(held, line, step):
            yield held
            held = []
        held.append(line)
    if held:
        yield held


def runs_on(held: Sequence[Line], line: Line, step: float) -> bool:
    """Whether `line` belongs to the paragraph of the lines `held`."""
    last = held[-1]
    if last.text.endswith(HYPHEN):
        return True
    ended = STOPPED.search(last.text) is not None
    mid_sentence = not ended and line.text[:1].islower()
    if on_one_row(last, line):
        return True
    if not alike(last, line) and not (mid_sentence and abs(last.size - line.size) <= 0.08 * last.size):
        return False
    if BULLET.match(line.text):
        return False
    if last.page != line.page or line.base > last.base:
        return mid_sentence or (not ended and not last.bold and not starts_capital_after_short(held, line))
    drop = (last.base - line.base) / last.size
    if drop > 1.35 * step:
        return mid_sentence and drop < 2.2 * step
    if ended:
        return not (is_indented(held, line) or is_short(held, line))
    return not (line.text[:1].isupper() and is_short(held, line))


def on_one_row(last: Line, line: Line) -> bool:
    """Whether a change of type alone, such as a note's number, split one line in two."""
    near = -line.size < line.left - last.right < 2 * line.size
    return last.page == line.page and abs(last.base - line.base) < 0.4 * last.size and near


def starts_capital_after_short(held: Sequence[Line], line: Line) -> bool:
    """Whether a column or page ended with a line too short to run on into one that starts a sentence."""
    return len(held) == 1 and words(held[0].text) < 6 and line.text[:1].isupper()


def is_indented(held: Sequence[Line], line: Line) -> bool:
    """Whether `line` begins further in than the lines before, or further out as entries of a list do."""
    last = held[-1]
    shift = line.left - last.left
    if shift > 0.9 * line.size:
        return not BULLET.match(last.text)
    return shift < -0.9 * line.size and len(held) > 1


def is_short(held: Sequence[Line], line: Line) -> bool:
    """Whether the first word of `line` would have fitted on the line before, which then ended a paragraph."""
    edge = max(each.right for each in (*held, line))
    first = line.text.split()[0]
    width = (line.right - line.left) * (len(first) + 1) / max(len(line.text), 1)
    return edge - held[-1].right > width + line.size


def resumed(groups: list[list[Line]], body: float) -> list[list[Line]]:
    """Paragraphs that a figure, table or box cut in two, made whole."""
    done: list[list[Line]] = []
    taken: set[int] = set()
    for i, group in enumerate(groups):
        if i in taken:
            continue
        while is_body(group, body) and not STOPPED.search(group[-1].text) and len(group) > 1:
            near = (j for j in range(i + 1, min(i + 6, len(groups))) if j not in taken)
            after = next((j for j in near if is_body(groups[j], body) and len(groups[j]) > 1), None)
            if after is None or not groups[after][0].text[:1].islower():
                break
            taken.add(after)
            group = group + groups[after]
        done.append(group)
    return done


def is_body(group: Sequence[Line], body: float) -> bool:
    return abs(group[0].size - body) <= 0.08 * body and not group[0].bold


def is_heading(group: Sequence[Line], body: float, bold_body: bool) -> bool:
    """Whether the lines are a heading: few words in larger or bolder type, in capitals, or numbered 1.1."""
    text = " ".join(line.text for line in group)
    size = max(line.size for line in group)
    letters = [c for c in text if c.isalpha()]
    if len(group) > 4 or not 0 < words(text) <= 22 or len(text) > 160 or size < 0.8 * body:
        return False
    if not re.search(r"[^\W\d_]{3}", text) or 2 * len(letters) < len(text) or text[0].islower() or text[-1] in ".;,":
        return False
    if CAPTION.match(text.lstrip("> ")) or text.startswith(("•", "–", "-", "“", "‘", "(", "*")):
        return False
    stands_out = size >= HEADLINE * body or (all(line.bold for line in group) and not bold_body)
    capitals = all(c.isupper() for c in letters) and len(letters) >= max(5, 0.7 * len(text))
    return stands_out or (words(text) <= 12 and (capitals or NUMBERED.match(text) is not None))


def block(group: Sequence[Line], known: Counter[str], heading: bool = False) -> Block:
    """The lines as one text with its words mended, and the pages it lies on."""
    text = ""
    starts: list[tuple[int, int]] = []
    for line in group:
        if text and not text.endswith(HYPHEN):
            hyphened = text[-1] in "-‐‑\u00ad" and text[-2:-1].isalpha() and line.text[:1].islower()
            text = text[:-1] + HYPHEN if hyphened else text + " "
        if not starts or starts[-1][1] != line.page:
            starts.append((len(text), line.page))
        text += line.text
    pages = tuple((len(mended(text[:offset], known)), page) for offset, page in starts)
    whole = mended(text, known)
    return Block(whole.strip(">: ") if heading else whole, pages, heading)


def largest(lines: Sequence[Line]) -> str | None:
    """The text in the largest type, where it is clearly larger than the body and reads as a title."""
    body = body_size(lines) if lines else 0.0
    sizes = sorted({round(line.size, 1) for line in lines if line.size > HEADLINE * body}, reverse=True)
    for size in sizes:
        text = " ".join(line.text for line in lines if abs(line.size - size) < 0.5)
        if 2 <= words(text) <= 40 and sum(c.isalpha() for c in text) > 0.5 * len(text):
            return text.replace(HYPHEN, "-")
    return None
