"""The page that searches: hits with their reasons, exact filters, and exports of exactly what it shows."""

import asyncio
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from sourcebook import room
from sourcebook.reading_room import passages
from sourcebook.workspace import Workspace


def tree(response: Any) -> Any:
    return html.fromstring(response.text)


def keys(page: Any) -> list[str]:
    """The keys of the passages on a page."""
    return [url.rsplit("/", 1)[1] for url in page.xpath("//article//a[text()='In its place']/@href")]


def status(page: Any) -> str:
    return " ".join(page.xpath("string(//p[@role='status'])").split())


def test_a_hit_says_what_matched_how_well_and_where_it_is(get: Callable[..., Any]) -> None:
    first = tree(get("/search?q=late+payment+invoices&tag=threat")).xpath("//article")[0]
    words = {word.lower() for word in first.xpath(".//mark/text()")}
    assert words & {"late", "pays", "invoices", "payment"}
    assert re.search(r"Score [01]\.\d\d \(meaning 0\.\d\d, words \d+\.\d\d\)", first.text_content())
    assert "Threat" in first.xpath(".//a[contains(@class, 'chip')]")[0].text_content()
    assert first.xpath(".//p[@class='place']/a/@href")[0].startswith("/works/")


def test_a_hit_in_a_document_leads_to_its_page(get: Callable[..., Any]) -> None:
    page = tree(get("/search?q=the+buyer+pays+late&mode=keyword&k=1"))
    assert page.xpath("//a[starts-with(@href, '/document/')]/@href")[0].endswith("#page=12")
    assert "Osei 2016" in page.xpath("string(//p[@class='place'])")
    assert "p. 12, Findings" in page.xpath("string(//p[@class='place'])")


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "keyword"])
@pytest.mark.parametrize(
    "narrow",
    [
        "",
        "&tag=threat",
        "&country=gh",
        "&sector=A",
        "&source=first.ris",
        "&year=2016",
        "&region=region-gh",
        "&buyer=Veltro+%26+Sons",
        "&programme=score",
        "&organisation=ILO",
        "&design=survey",
    ],
)
def test_exports_hold_exactly_the_hits(get: Callable[..., Any], mode: str, narrow: str) -> None:
    page = tree(get(f"/search?q=study+of+payment&mode={mode}&k=4{narrow}"))
    url = page.xpath("//a[text()='CSL-JSON']/@href")[0]
    items = json.loads(get(url).text)
    assert sorted(keys(page)) == sorted(one["passage_key"] for item in items for one in item["custom"]["pinpoints"])
    assert keys(page)


def test_the_form_keeps_every_filter(get: Callable[..., Any]) -> None:
    asked = {"buyer": "Veltro & Sons", "region": "region-gh", "programme": "score", "design": "survey",
             "organisation": "ILO", "country": "GH", "sector": "C"}  # fmt: skip
    form = tree(get(f"/search?{urlencode({'q': 'payment', **asked})}")).forms[0]
    assert {name: form.fields[name] for name in asked} == asked


def test_every_format_is_offered(get: Callable[..., Any]) -> None:
    links = tree(get("/search?q=late+payment&k=2")).xpath("//p[@class='exports']/a/@href")
    answers = [get(link) for link in links]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert [link.partition("?")[0][8:] for link in links] == ["bib", "ris", "json", "csv", "txt"]
    assert all("attachment" in answer.headers["content-disposition"] for answer in answers)
    assert "@article{" in answers[0].text
    assert "TY  - JOUR" in answers[1].text


def test_totals_are_exact(get: Callable[..., Any]) -> None:
    assert "5 of 7 passages that pass" in status(tree(get("/search?q=cash&tag=threat&k=5")))
    page = tree(get("/search?q=invoices&mode=keyword&k=2"))
    assert "2 of 5 passages that hold a word" in status(page)
    assert len(keys(tree(get(page.xpath("//a[text()='Show more']/@href")[0])))) == 5


def test_the_form_keeps_the_query_and_filters_can_be_taken_away(get: Callable[..., Any]) -> None:
    page = tree(get("/search?q=%22late%22+%26+more&tag=threat&country=GH&year=2010-2020"))
    assert page.xpath("//input[@id='q']/@value") == ['"late" & more']
    assert page.xpath("//select[@name='tag']/option[@selected]/@value") == ["threat"]
    assert page.xpath("//input[@name='year']/@value") == ["2010-2020"]
    away = page.xpath("//ul[contains(@class, 'active')]//a/@href")
    assert len(away) == 3
    assert "tag=threat" not in away[0]
    assert "country=GH" in away[0]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("", 200, "Write what you look for"),
        ("?q=++", 200, "Write what you look for"),
        ("?q=late&year=soon", 400, "is no year"),
        ("?q=late&mode=magic", 400, "There is no mode"),
        ("?q=late&k=many", 400, "must be a number"),
        ("?q=late&k=0", 400, "must be a number"),
        (f"?q={'x' * 1001}", 400, "longer than"),
        ("?q=late&tag=nonsense", 200, "Nothing found"),
        ("?q=%00%22%27%3B--&mode=keyword", 200, "Nothing found"),
    ],
)
def test_what_cannot_be_answered_says_what_to_do(get: Callable[..., Any], query: str, status: int, says: str) -> None:
    response = get(f"/search{query}")
    assert response.status_code == status
    assert says in response.text


def test_an_export_of_nothing_says_so(get: Callable[..., Any]) -> None:
    response = get("/search.bib?q=late&tag=nonsense")
    assert response.status_code == 404
    assert "Nothing found to cite" in response.text
    assert get("/search.bib").status_code == 400


def test_without_an_index_words_still_find(make_base: Callable[[Path], Workspace], tmp_path: Path) -> None:
    workspace = make_base(tmp_path / "base")
    (workspace.index / "manifest.json").unlink()
    client: Any = room.application(workspace).client
    response = asyncio.run(client.get("/search?q=invoices&tag=threat"))
    assert response.status_code == 503
    assert "sourcebook index" in response.text
    by_words = tree(response).xpath("//a[starts-with(text(), 'Search by words')]/@href")[0]
    assert keys(tree(asyncio.run(client.get(by_words))))


@given(st.text(), st.sets(st.text(min_size=1, max_size=3)))
def test_pieces_put_together_are_the_text(text: str, words: set[str]) -> None:
    found = passages.pieces(text, words)
    assert "".join(piece for piece, _ in found) == text
    assert all(one[1] != other[1] for one, other in pairwise(found))
