"""Full texts: bytes in, a document of sections out, whatever the file holds."""

import re

from corpus.documents import html, pdf, text
from corpus.documents.document import OUTCOMES, REFERENCES, Document, Section, failed, retitled

__all__ = ["OUTCOMES", "REFERENCES", "Document", "Section", "media_type_of", "read"]

PDF, HTML, TEXT = "application/pdf", "text/html", "text/plain"
READERS = {PDF: pdf.read, HTML: html.read, TEXT: text.read}
MOST_BYTES = {PDF: 200_000_000, HTML: 20_000_000, TEXT: 20_000_000}

HTML_TAG = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|article|main|div|p|h1|table)\b[^>]{0,2000}>", re.I)
BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def read(data: bytes, media_type: str | None, name: str) -> Document:
    """The document that `data` holds; `name` is the file's name, `media_type` what its server said of it.

    The content decides what it is read as. A file that cannot be read comes back with its outcome and reason.
    """
    if not data.strip(b"\x00 \t\r\n"):
        return retitled(failed("empty", "the file holds no bytes but blanks"), name)
    found = media_type_of(data, media_type)
    if found is None:
        return retitled(failed("unknown_type", "neither PDF nor HTML nor plain text"), name)
    if len(data) > MOST_BYTES[found]:
        reason = f"{len(data)} bytes; {found} is read up to {MOST_BYTES[found]}"
        return retitled(failed("too_large", reason), name)
    return retitled(READERS[found](data), name)


def media_type_of(data: bytes, said: str | None = None) -> str | None:
    """PDF where %PDF stands in the first kilobyte, HTML where a tag does, text where nothing binary does."""
    head = data[:1024]
    if b"%PDF" in head:
        return PDF
    if data.startswith(BOMS):
        head = text.decode(data[:8192]).encode()
    elif b"\x00" in data[:8192] and not text.looks_utf16(data):
        return None
    if HTML_TAG.search(head) or ((said or "").startswith(HTML) and HTML_TAG.search(data[:65536])):
        return HTML
    return TEXT if text.is_text(data) else None
