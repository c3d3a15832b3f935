"""The page that browses: exact counts, pages that lose nothing, exports of everything."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html
from sqlite_utils import Database

from sourcebook import trust
from sourcebook.reading_room import browsing
from sourcebook.workspace import Workspace

OF_SECTOR = """
SELECT p.id FROM passage p WHERE p.work_id IN (SELECT work_id FROM facet WHERE kind = 'sector' AND value = 'C')
"""
NARROWED = (
    "",
    "?tag=threat",
    "?tag=threat&country=GH",
    "?year=2010-2019",
    "?tag=opportunity&tag=experience&sector=C",
    "?buyer=Veltro+%26+Sons&region=Region-GH",
    "?programme=score&design=survey&organisation=ILO",
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


def test_regions_buyers_programmes_and_designs_are_offered(get: Callable[..., Any]) -> None:
    page = tree(get("/browse?buyer=Veltro+%26+Sons"))
    headings = page.xpath("//aside/details/summary/text()")
    assert {"Regions", "Buyers", "Programmes", "Study designs"} <= set(headings)
    assert page.xpath("//aside//li/a[@aria-current]/span[1]/text()") == ["Veltro & Sons"]
    # A design is the work's: of the first work, a passage of the document is tagged too.
    assert total(page) + 1 == total(tree(get("/browse?design=survey")))


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


def test_the_total_and_each_tag_are_corrected(
    get: Callable[..., Any], workspace: Workspace, db: Database, measured: None
) -> None:
    ids = [row[0] for row in db.execute(OF_SECTOR).fetchall()]
    tagged = [
        row[0] for row in db.execute(f"SELECT DISTINCT passage_id FROM evidence WHERE passage_id IN ({OF_SECTOR})")
    ]
    expected = {tag: trust.whole(one) for tag, one in trust.corrected(workspace, db, ids).items()}
    # What it missed has no tag, so that the untagged passages count too.
    assert expected["threat"] != trust.whole(trust.corrected(workspace, db, tagged)["threat"])
    page = tree(get("/browse?tag=threat&sector=C"))
    assert f"corrected {expected['threat']} passages" in " ".join(page.xpath("string(//p[@role='status'])").split())
    shown = {
        one.xpath("substring-after(string(ancestor::a/@href), 'tag=')"): one.text
        for one in page.xpath("//aside//small")
    }
    assert shown == {tag: f"corrected {expected[tag]}" for tag in shown}
    assert {"threat", "opportunity", "experience"} <= set(shown)


def test_themes_several_tags_and_all_evidence_have_no_corrected_total(get: Callable[..., Any], measured: None) -> None:
    for narrow in ("", "?tag=threat&tag=experience", "?tag=threat/late_payment"):
        page = tree(get(f"/browse{narrow}"))
        assert "corrected" not in page.xpath("string(//p[@role='status'])")
        assert page.xpath("//aside//small")


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
