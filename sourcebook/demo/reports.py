"""The reports of the site as PDF, set from Markdown; the same work gives the same bytes."""

# reportlab has no types
# mypy: allow-untyped-calls

import unicodedata
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph
from reportlab.platypus.flowables import PageBreak, Spacer

from sourcebook.demo.catalogue import Work, blocks

# Bitstream Vera comes with reportlab, and is put into the file: readers need no font of their own.
FONTS = ("Vera", "VeraBd", "VeraIt", "VeraBI")
SIDE, EDGE = 96, 108  # points: margins left and right, above and below
WIDTH, HEIGHT = A4
FOOTER = "Invented sample: this work, its authors, firms and figures do not exist"

BODY = ParagraphStyle("body", fontName="Vera", fontSize=10.5, leading=16.4, spaceAfter=11)
HEADING = ParagraphStyle(
    "heading", fontName="VeraBd", fontSize=14, leading=19, spaceBefore=14, spaceAfter=9, keepWithNext=1
)
TITLE = ParagraphStyle("title", fontName="VeraBd", fontSize=24, leading=32, spaceAfter=32)
NAMES = ParagraphStyle("names", fontName="Vera", fontSize=13, leading=20, spaceAfter=14)


def pdf(work: Work) -> bytes:
    """The report of `work`: a title page, then its text, on A4."""
    fonts()
    target = BytesIO()
    about = {"title": work.title, "author": "; ".join(map(str, work.authors)), "lang": work.language}
    document = BaseDocTemplate(target, pagesize=A4, invariant=1, **about)
    frame = Frame(SIDE, EDGE, WIDTH - 2 * SIDE, HEIGHT - 2 * EDGE, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=around(work)))
    document.build([*title_page(work), PageBreak(), *text(work)])
    return target.getvalue()


@cache
def fonts() -> frozenset[int]:
    """Register the fonts, and return the characters that they hold."""
    for name in FONTS:
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFontFamily("Vera", *FONTS)
    return frozenset(pdfmetrics.getFont("Vera").face.charToGlyph)


def printable(words: str) -> str:
    """`words` with each letter that the font lacks as its base letter: Rădulescu as Radulescu."""
    return "".join(c if ord(c) in fonts() else unicodedata.normalize("NFD", c)[0] for c in words)


def title_page(work: Work) -> list[Any]:
    lines = [", ".join(map(str, work.authors)), work.publisher, f"{work.container}, {work.year}"]
    named = [paragraph(escaped, NAMES) for line in lines for _, escaped in blocks(line)]
    _, title = next(blocks(work.title))
    return [Spacer(0, 120), paragraph(title, TITLE), *named]


def text(work: Work) -> list[Any]:
    return [paragraph(marked, HEADING if heading else BODY) for heading, marked in blocks(work.body)]


def paragraph(marked: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(printable(marked), style)


def around(work: Work) -> Callable[[Any, Any], None]:
    """What draws the running head and the footer of a page."""

    def draw(canvas: Any, document: Any) -> None:
        canvas.setFont("Vera", 8)
        if document.page == 1:
            canvas._doc._timeStamp = published(work)
        else:
            canvas.drawString(SIDE, HEIGHT - 60, printable(work.title.partition(":")[0]))
        canvas.drawString(SIDE, 54, FOOTER)
        canvas.drawRightString(WIDTH - SIDE, 54, str(document.page))

    return draw


def published(work: Work) -> TimeStamp:
    """The end of the year of publication, as the time at which the file was made."""
    stamp = TimeStamp(invariant=1)
    stamp.YMDhms = (work.year or 2000, 12, 31, 12, 0, 0)
    return stamp
