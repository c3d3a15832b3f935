"""PDFs made for the tests, so that no document of others is copied here."""

from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

STYLES = getSampleStyleSheet()
BODY = ParagraphStyle("body", parent=STYLES["BodyText"], fontSize=10, leading=12)
HEADING = ParagraphStyle("heading", parent=STYLES["Heading2"], fontSize=13)
TITLE = ParagraphStyle("title", parent=STYLES["Title"], fontSize=22)


def report(story: list[tuple[str, str]], head: str = "", **metadata: str) -> bytes:
    """A PDF of ("title" | "heading" | "body" | "page", text), with `head` and a number on each page."""
    styles = {"title": TITLE, "heading": HEADING, "body": BODY}
    flow = [PageBreak() if kind == "page" else Paragraph(text, styles[kind]) for kind, text in story]
    buffer = BytesIO()

    def furnish(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, A4[1] - 30, head)
        canvas.drawCentredString(A4[0] / 2, 25, f"{document.page}")

    SimpleDocTemplate(buffer, pagesize=A4, **metadata).build(flow, onFirstPage=furnish, onLaterPages=furnish)
    return buffer.getvalue()


def drawn(*pages: list[tuple[float, float, float, str]], password: str = "") -> bytes:
    """A PDF whose pages hold texts put at (x, y, size)."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, encrypt=StandardEncryption(password) if password else None)
    for page in pages:
        for x, y, size, text in page:
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()
