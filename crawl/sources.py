"""What a source is: where evidence comes from, as `sourcebook.toml` declares it."""

from dataclasses import dataclass

KINDS = ("openalex", "crossref", "oaipmh", "site")


@dataclass(frozen=True, slots=True)
class Source:
    """One `[[source]]` of the configuration; which fields count depends on `kind`.

    `limit` counts records (pages for a site), `delay` is in seconds a request, `from_` and `until` are
    ISO 8601 dates, `depth` counts links from a start page, `allow` and `deny` are regular expressions on URLs.
    """

    name: str
    kind: str
    base_url: str = ""
    filter: str = ""
    query: str = ""
    set: str = ""
    metadata_prefix: str = "oai_dc"
    from_: str = ""
    until: str = ""
    start_urls: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    depth: int = 3
    limit: int = 5000
    delay: float = 1.0
    allow_private: bool = False
