"""Archived documents, handed out so that a browser runs nothing that is in them."""

from dataclasses import dataclass

from corpus.archive import read_body
from corpus.errors import SourcebookError
from sourcebook.reading_room.asking import Asked, NotHere

DOCUMENT = """
SELECT t.warc_file, t.warc_offset FROM file f JOIN fetch t ON t.sha256 = f.sha256
WHERE f.sha256 = ? AND t.warc_file IS NOT NULL ORDER BY t.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of an archived file, and the headers to send them with."""

    body: bytes
    media_type: str
    disposition: str


def read(asked: Asked) -> Document:
    """The document asked for: a PDF to be looked at, anything else to be saved as text."""
    sha256 = asked.path["sha256"]
    row = asked.db.execute(DOCUMENT, [sha256]).fetchone()
    if row is None:
        raise NotHere("The archive holds no document with this SHA-256.")
    try:
        body = read_body(asked.workspace.archive, *row)
    except SourcebookError as error:
        raise NotHere(str(error)) from error
    # What the bytes are counts, not what the server once said.
    if b"%PDF-" in body[:1024]:
        return Document(body, "application/pdf", f'inline; filename="{sha256[:16]}.pdf"')
    return Document(body, "text/plain; charset=utf-8", f'attachment; filename="{sha256[:16]}.txt"')
