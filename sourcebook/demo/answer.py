"""What a server of the small web says to one request."""

from dataclasses import dataclass

HTML = "text/html; charset=utf-8"
JSON = "application/json"
PDF = "application/pdf"
TEXT = "text/plain; charset=utf-8"
XML = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, media type and body of an HTTP response."""

    body: bytes
    media_type: str = HTML
    status: int = 200
