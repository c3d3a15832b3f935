"""Answers that mean harm, or are broken, end in words and never in an exception."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.parse import Page, crossref, oaipmh, openalex, page, sitemap

URL = "https://site.example/x"
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><l>&d;</l>"""
FILE = b"""<!DOCTYPE l [<!ENTITY f SYSTEM "file:///etc/hostname">]><OAI-PMH>&f;</OAI-PMH>"""
JSON_PARSERS = [openalex.parse, crossref.parse]
BROKEN_JSON = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"<html>",
    b"\xff\xfe\x00",
    b'{"results": 5}',
    b"[" * 100_000,
    b"9" * 9999,
]
BROKEN_XML = [b"", b"<", b"not xml", b"<html><p>Maintenance</html>", b"\xff\xfe\x00", b"\x00" * 50]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def shaped(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the fields that a parser looks for, holding anything."""
    return st.dictionaries(st.sampled_from(names), anything, max_size=len(names))


@pytest.mark.parametrize("body", BROKEN_JSON, ids=range(len(BROKEN_JSON)))
@pytest.mark.parametrize("parse", JSON_PARSERS)
def test_broken_json_is_an_error_of_the_page(parse: Any, body: bytes) -> None:
    assert parse(body).error
    assert parse(body).records == ()


@pytest.mark.parametrize("body", BROKEN_XML, ids=range(len(BROKEN_XML)))
def test_broken_xml_is_an_error_of_the_page(body: bytes) -> None:
    assert oaipmh.parse(body).error


@pytest.mark.parametrize("body", [LAUGHS, FILE])
def test_document_types_are_refused(body: bytes) -> None:
    assert oaipmh.parse(body) == Page(error="the XML declares a document type, which is refused")
    assert "document type" in sitemap.parse(body, URL).error


def test_depth_beyond_the_parsers_bounds_is_an_error() -> None:
    assert oaipmh.parse(b"<a>" * 100_000).error
    assert page.parse(b"<div>" * 100_000 + b"text", URL).record is not None


@given(
    shaped(
        "id", "title", "doi", "authorships", "primary_location", "best_oa_location", "biblio", "keywords",
        "abstract_inverted_index", "publication_date", "publication_year", "language", "open_access", "type",
    )
)  # fmt: skip
def test_openalex_survives_any_json(work: dict[str, Any]) -> None:
    answer = json.dumps({"results": [work | {"id": "https://openalex.org/W1", "title": "T"}]}).encode()
    assert [record.key for record in openalex.parse(answer).records] == ["W1"]


@given(
    shaped(
        "title", "subtitle", "author", "issued", "published", "container-title", "license", "link", "ISSN",
        "abstract", "ISBN", "language", "type",
    )
)  # fmt: skip
def test_crossref_survives_any_json(work: dict[str, Any]) -> None:
    answer = json.dumps({"message": {"items": [work | {"DOI": "10.5555/x", "title": ["T"]}]}}).encode()
    assert [record.key for record in crossref.parse(answer).records] == ["10.5555/x"]


@given(
    st.lists(st.sampled_from(["OAI-PMH", "record", "header", "identifier", "metadata", "title", "error"])),
    st.text(),
)
def test_oaipmh_survives_any_nesting(names: list[str], text: str) -> None:
    opening = "".join(f'<{name} xmlns="http://www.openarchives.org/OAI/2.0/">' for name in names)
    assert isinstance(oaipmh.parse((opening + text).encode("utf-8", "replace")), Page)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_page_or_an_error(body: bytes) -> None:
    found = page.parse(body, URL)
    assert bool(found.error) == (found.record is None)
    assert isinstance(sitemap.parse(body, URL).error, str)


@given(anything)
def test_any_json_ld_leaves_the_title(value: Any) -> None:
    script = json.dumps({"@type": "Report", "@graph": value, "author": value, "publisher": value, "name": value})
    body = f'<title>T</title><script type="application/ld+json">{script.replace("<", " ")}</script>'
    record = page.parse(body.encode(), URL).record
    assert record is not None
    assert record.csl["title"]


def test_a_gzip_bomb_is_not_unpacked() -> None:
    assert "more than" in sitemap.parse(gzip.compress(b" " * 60_000_001), URL).error
    assert "damaged" in sitemap.parse(b"\x1f\x8bnothing", URL).error
    packed = gzip.compress(f"<urlset><url><loc>{URL}</loc></url></urlset>".encode())
    assert sitemap.parse(packed, URL).pages == (URL,)


def test_a_page_of_too_many_or_too_long_links_is_bounded() -> None:
    links = b"".join(b"<a href='/%d'>x</a>" % number for number in range(6000))
    assert len(page.parse(b"<title>T</title>" + links, URL).links) == page.LINKS
    assert page.parse(b"<title>T</title><a href='/" + b"x" * 3000 + b"'>x</a>", URL).links == ()


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        ("<title>Größe</title>".encode("latin-1"), "text/html; charset=iso-8859-1", "Größe"),
        ("<meta charset=windows-1252><title>Größe</title>".encode("cp1252"), "text/html", "Größe"),
        ("\ufeff<title>Größe</title>".encode("utf-16-le"), "text/html", "Größe"),
        ("<title>Größe</title>".encode(), "text/html; charset=no-such-thing", "Größe"),
        ("<title>Größe</title>".encode("latin-1"), "text/html; charset=utf-8", "Gr\ufffd\ufffde"),
        (
            b"<?xml version='1.0' encoding='utf-8'?><html><title>X</title></html>",
            "application/xhtml+xml",
            "X",
        ),
    ],
)
def test_encodings(body: bytes, content_type: str, title: str) -> None:
    record = page.parse(body, URL, content_type).record
    assert record is not None
    assert record.csl["title"] == title


def test_json_that_is_not_utf8_costs_only_its_letters() -> None:
    body = '{"results": [{"id": "https://openalex.org/W1", "title": "Größe"}]}'.encode("latin-1")
    assert openalex.parse(body).records[0].csl["title"] == "Gr\ufffd\ufffde"


def test_another_sites_canonical_address_is_not_believed() -> None:
    found = page.parse(b"<title>T</title><link rel=canonical href='https://evil.example/'>", URL)
    assert found.record is not None
    assert (found.record.key, found.record.csl["URL"]) == (URL, URL)
