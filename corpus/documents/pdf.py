"""PDF: lines of type with their place and size by PDFium, made into a document."""

import ctypes
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from statistics import median

import pypdfium2
from pypdfium2 import raw

from corpus.documents.document import Document, failed, sections
from corpus.documents.layout import Line, blocks_of, largest, without_running_heads
from corpus.documents.spelling import HYPHEN, clean_text
from corpus.prose import language

MOST_PAGES = 5000
LEAST_CHARACTERS = 25
BOLD = re.compile(r"bold|black|heavy|demi|CMBX", re.I)
NO_TITLE = re.compile(
    r"(?i)(?:microsoft (?:word|powerpoint)\b.*|world bank document|untitled.*|\S*"
    r"|.*\.(?:pdf|docx?|indd|qxd|rtf|pptx?|tex))"
)
NO_AUTHOR = re.compile(
    r"(?i)(?:user|admin\w*|microsoft.*|unknown|\W*(?:anonymous|unspecified)\W*|author|owner|.*[@\\/].*|[a-z]\w*)"
)
DRAWN = re.compile(f"[^\n{HYPHEN}\x02]*[\n{HYPHEN}\x02]|[^\n{HYPHEN}\x02]+$")
CREATED = re.compile(r"(?:D:)?((?:19|20)\d\d)")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def read(data: bytes) -> Document:
    """The document that a PDF holds, with pages numbered from 1 in the file's order."""
    try:
        opened = pypdfium2.PdfDocument(data)  # type: ignore[no-untyped-call]
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            return failed("encrypted", "the file asks for a password")
        return failed("damaged", str(error))
    with closing(opened):
        return read_opened(opened)


def read_opened(opened: pypdfium2.PdfDocument) -> Document:
    count = len(opened)
    if not count:
        return failed("empty", "the file has no pages", 0)
    if count > MOST_PAGES:
        return failed("too_large", f"{count} pages; a PDF is read up to {MOST_PAGES}", count)
    lines, broken = read_pages(opened)
    if len(broken) == count:
        return failed("damaged", "no page could be read", count)
    characters = sum(len(line.text) for line in lines)
    if characters < LEAST_CHARACTERS * count:
        return failed("scanned", f"{count} pages with {characters} characters of text", count)
    metadata = opened.get_metadata_dict()  # type: ignore[no-untyped-call]
    return described(metadata, lines, count, broken)


def described(metadata: Mapping[str, str], lines: list[Line], count: int, broken: list[int]) -> Document:
    first = [line for line in lines if line.page == 1]
    found = sections(blocks_of(without_running_heads(lines)))
    if not found:
        return failed("empty", "the pages hold headings and page numbers only", count)
    said = clean_text(metadata.get("Title", ""))
    return Document(
        title=(None if NO_TITLE.fullmatch(said) else said) or largest(first),
        authors=authors(clean_text(metadata.get("Author", ""))),
        year=year(metadata.get("CreationDate", ""), " ".join(line.text for line in first)),
        language=language(" ".join(section.text for section in found)),
        pages=count,
        sections=found,
        reason=f"pages that could not be read: {', '.join(map(str, broken))}" if broken else None,
    )


def authors(said: str) -> tuple[str, ...]:
    """The names in a PDF's author field, without log-in names."""
    names = (name.strip() for name in re.split(r";|,(?=\s*\S+\s+\S)|\band\b|&", said))
    return tuple(name for name in names if name and (name.isupper() or not NO_AUTHOR.fullmatch(name)))


def year(created: str, first_page: str) -> int | None:
    """The latest year on page one that is not after the file was made, else the year in which it was made."""
    made = CREATED.match(created)
    if made is None:
        return None
    printed = [int(text) for text in YEAR.findall(first_page) if int(text) <= int(made[1])]
    return max(printed, default=int(made[1]))


def read_pages(opened: pypdfium2.PdfDocument) -> tuple[list[Line], list[int]]:
    """All lines, and the numbers of the pages that could not be read."""
    lines: list[Line] = []
    broken = []
    for index in range(len(opened)):
        try:
            with closing(opened[index]) as page, closing(page.get_textpage()) as text_page:
                lines += read_lines(text_page, index + 1, page.get_height())
        except pypdfium2.PdfiumError:
            broken.append(index + 1)
    return lines, broken


def read_lines(text_page: pypdfium2.PdfTextPage, number: int, height: float) -> Iterator[Line]:
    """The lines of one page, in the order in which the file draws them."""
    text = text_page.get_text_range() if text_page.count_chars() else ""  # type: ignore[no-untyped-call]
    at = 0
    for drawn in DRAWN.findall(text):
        units = len(drawn.encode("utf-16-le", "surrogatepass")) // 2
        shown = clean_text(drawn)
        if shown:
            blank = len(drawn) - len(drawn.lstrip())
            last = at + max(len(drawn.rstrip(f"\r\n {HYPHEN}\x02")) - 1, blank)
            yield measured(text_page, shown, at + blank, last, number, height)
        at += units


def measured(text_page: pypdfium2.PdfTextPage, shown: str, first: int, last: int, number: int, height: float) -> Line:
    """One line, from the characters `first` to `last` of the page's text; its type is sampled at three."""
    three = (first, (first + last) // 2, last)
    sampled = [raw.FPDFText_GetCharIndexFromTextIndex(text_page, at) for at in three]
    styles = [style(text_page, index) for index in sampled]
    left, base = place(text_page, sampled[0])
    right, _ = place(text_page, sampled[-1])
    size = median(size for size, _ in styles)
    return Line(shown, number, left, right + size / 2, base, size, all(bold for _, bold in styles), height)


def style(text_page: pypdfium2.PdfTextPage, index: int) -> tuple[float, bool]:
    """Size in points as it appears on the page, and whether the type is bold."""
    matrix, flags, name = raw.FS_MATRIX(), ctypes.c_int(), ctypes.create_string_buffer(128)
    raw.FPDFText_GetMatrix(text_page, index, matrix)
    raw.FPDFText_GetFontInfo(text_page, index, name, len(name), flags)
    scale = (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
    size = raw.FPDFText_GetFontSize(text_page, index) * scale
    weight = raw.FPDFText_GetFontWeight(text_page, index)
    return size or 1.0, bool(BOLD.search(name.value.decode("utf-8", "replace"))) or weight >= 700


def place(text_page: pypdfium2.PdfTextPage, index: int) -> tuple[float, float]:
    """Where a character stands on its base line, in points from the page's lower left corner."""
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text_page, index, x, y)
    return x.value, y.value
