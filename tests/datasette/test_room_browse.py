"""The page that browses: exact counts, pages that lose nothing, exports of everything."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html
from sqlite_utils import Database

from sourcebook.reading_room import browsing

NARROWED = (
    "",
    "?tag=threat",
    "?tag=threat&country=GH",
    "?year=2010-2019",
    "?tag=opportunity&tag=experience&sector=C",
)


def tree(response: Any) -> Any:
    return html.fromstring(response.text)


def total(page: Any) -> int:
    return int(page.xpath("string(//p[@role='status'])").split("of")[1].split()[0]) if page.xpath("//article") else 0


def keys(page: Any) -> list[str]:
    return [url.rsplit("/", 1)[1] for url in page.xpath("//article//a[text()='In its place']/@href")]


@pytest.mark.parametrize("narrow", NARROWED)
def test_a_facet_counts_what_its_page_shows(get: Callable[..., Any], narrow: str) -> None:
    links = tree(get(f"/browse{narrow}")).xpath("//aside//li/a")
    assert links
    for link in links:
        assert total(tree(get(link.get("href")))) == int(link.xpath("string(span[2])")), link.get("href")


@pytest.mark.parametrize("sort", ["score", "newest", "oldest"])
def test_pages_hold_every_passage_once_in_order(
    get: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, db: Database, sort: str
) -> None:
    whole = keys(tree(get(f"/browse?sort={sort}")))
    monkeypatch.setattr(browsing, "PAGE", 4)
    found, url = [], f"/browse?sort={sort}"
    while url:
        page = tree(get(url))
        found += keys(page)
        url = next(iter(page.xpath("//a[text()='Next page']/@href")), "")
    assert found == whole
    assert len(set(found)) == db.execute("SELECT COUNT(DISTINCT passage_id) FROM evidence").fetchone()[0]


def test_exports_hold_what_all_pages_show(get: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = keys(tree(get("/browse?tag=threat")))
    monkeypatch.setattr(browsing, "PAGE", 2)
    items = json.loads(get("/browse.json?tag=threat").text)
    assert sorted(one["passage_key"] for item in items for one in item["custom"]["pinpoints"]) == sorted(whole)
    assert get("/browse.bib?tag=threat").text.count("@article{") == len(items)


def test_peoples_word_comes_first(get: Callable[..., Any], db: Database) -> None:
    rejected, added = (row[0] for row in db.execute("SELECT passage_key FROM human_tag ORDER BY id").fetchall())
    assert rejected not in keys(tree(get("/browse?tag=opportunity")))
    assert added == keys(tree(get("/browse?tag=threat")))[0]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("?tag=nonsense", 200, "Take one away"),
        ("?sort=magic", 400, "There is no order"),
        ("?after=here", 400, "is no place in the list"),
        ("?after=99,99", 200, "First page"),
        ("?year=x", 400, "is no year"),
    ],
)
def test_bad_addresses_say_what_to_do(get: Callable[..., Any], query: str, status: int, says: str) -> None:
    response = get(f"/browse{query}")
    assert response.status_code == status
    assert says in response.text
