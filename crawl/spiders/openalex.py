"""OpenAlex (https://docs.openalex.org/how-to-use-the-api): works by filter, with their open PDFs."""

import os
from urllib.parse import urlencode

from crawl.parse import Page, openalex
from crawl.spiders.harvest import Harvest

PAGE = 100


class OpenAlex(Harvest):
    """Works that match `filter`, and `query` if given (which costs ten times as much).

    The key of the interface is read from the environment's OPENALEX_API_KEY and kept in no table.
    """

    default_base = "https://api.openalex.org"
    pdfs_anywhere = True

    def page_url(self, cursor: str) -> str:
        parameters = {
            "filter": self.source.filter,
            "search": self.source.query,
            "select": openalex.SELECT,
            "per-page": str(PAGE),
            "cursor": cursor,
            "mailto": self.contact,
            "api_key": os.environ.get("OPENALEX_API_KEY", ""),
        }
        given = {name: value for name, value in parameters.items() if value}
        return f"{self.base_url.rstrip('/')}/works?{urlencode(given)}"

    def read(self, body: bytes) -> Page:
        return openalex.parse(body)
