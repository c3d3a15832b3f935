"""Crossref: works by query and filter.

https://www.crossref.org/documentation/retrieve-metadata/rest-api/
"""

from urllib.parse import urlencode

from crawl.parse import Page, crossref
from crawl.spiders.harvest import Harvest

PAGE = 100


class Crossref(Harvest):
    """Works that match `query` and `filter`."""

    default_base = "https://api.crossref.org"

    def page_url(self, cursor: str) -> str:
        parameters = {
            "query": self.source.query,
            "filter": self.source.filter,
            "rows": str(PAGE),
            "cursor": cursor,
            "mailto": self.contact,
        }
        given = {name: value for name, value in parameters.items() if value}
        return f"{self.base_url.rstrip('/')}/works?{urlencode(given)}"

    def read(self, body: bytes) -> Page:
        return crossref.parse(body)
