"""Repositories by OAI-PMH 2.0 (http://www.openarchives.org/OAI/openarchivesprotocol.html)."""

from urllib.parse import urlencode

from crawl.parse import Page, oaipmh
from crawl.spiders.harvest import FIRST, Harvest


class OaiPmh(Harvest):
    """The records of `set` between `from_` and `until`; a resumption token stands alone (2.5.1)."""

    def page_url(self, cursor: str) -> str:
        source = self.source
        if cursor == FIRST:
            parameters = {
                "metadataPrefix": source.metadata_prefix,
                "from": source.from_,
                "until": source.until,
                "set": source.set,
            }
        else:
            parameters = {"resumptionToken": cursor}
        given = {name: value for name, value in parameters.items() if value}
        query = urlencode({"verb": "ListRecords", **given})
        return f"{self.base_url}{'&' if '?' in self.base_url else '?'}{query}"

    def read(self, body: bytes) -> Page:
        return oaipmh.parse(body)
