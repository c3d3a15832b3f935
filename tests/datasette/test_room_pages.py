"""What holds on every page: nothing runs, nothing comes from elsewhere, everything crawled is text."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html
from sqlite_utils import Database

from sourcebook import trust
from sourcebook.workspace import Workspace

WORKS = "/evidence/work"  # a table of Datasette's own

PAGES = (
    "/", "/about", "/search", "/search?q=late+payment", "/search?q=study&mode=keyword&k=100", "/browse",
    "/browse?tag=threat&sort=oldest", "/works/diallo2018credit-b", "/works/osei2016late", "/evidence",
    "/evidence/work", f"{WORKS}/8", "/evidence/passage?_search=study", "/evidence/evidence",
    "/evidence/fetch", "/evidence/what-failed", "/evidence/tags-by-country", "/evidence/works-by-year",
    "/evidence?sql=select+title,+url+from+work",
)  # fmt: skip
MISSING = (
    "/works/nobody1900",
    "/passages/0000000000000000",
    "/nothing",
    "/evidence/nothing",
    "/works/%3Cscript%3E",
)


def tree(response: Any) -> Any:
    return html.fromstring(response.text)


@pytest.mark.parametrize("path", PAGES + MISSING)
def test_nothing_in_a_page_runs_or_comes_from_elsewhere(get: Callable[..., Any], path: str) -> None:
    response = get(path)
    page = tree(response)
    assert response.status_code == (404 if path in MISSING else 200)
    assert not page.xpath("//script | //style | //iframe | //img | //object | //*[@style]")
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    assert all(url.startswith("/static/") for url in page.xpath("//link/@href"))
    assert not [url for url in page.xpath("//@href") if url.lower().startswith(("javascript:", "data:"))]


@pytest.mark.parametrize("path", [*PAGES, *MISSING, "/static/room.css", "/search.bib?q=late"])
def test_every_answer_carries_the_headers(get: Callable[..., Any], path: str) -> None:
    headers = get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


def test_crawled_markup_is_shown_as_text(get: Callable[..., Any]) -> None:
    for path in (
        "/works/diallo2018credit-b",
        "/browse?tag=experience",
        f"{WORKS}/8",
        "/search?q=alert",
    ):
        assert "<script>alert(1)</script>" in tree(get(path)).text_content()


def test_every_page_works_by_keyboard_and_names_its_parts(get: Callable[..., Any]) -> None:
    for path in PAGES:
        page = tree(get(path))
        assert page.get("lang") == "en"
        assert len(page.xpath("//h1")) == 1
        assert page.xpath("//a[@href='#main']")
        labelled = set(page.xpath("//label/@for"))
        for field in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
            assert field.get("id") in labelled or field.get("aria-label"), (path, field.get("name"))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "192.0.2.1:8001"])
def test_other_names_for_this_computer_are_refused(get: Callable[..., Any], host: str) -> None:
    assert get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost", "[::1]:8001"])
def test_its_own_names_are_not(get: Callable[..., Any], host: str) -> None:
    assert get("/", headers={"host": host}).status_code == 200


def test_home_counts_what_is_there(get: Callable[..., Any], db: Database) -> None:
    page = tree(get("/"))
    shown = [f"{one.xpath('string(dd)')} {one.xpath('string(dt)')}" for one in page.xpath("//dl/div")]
    assert shown == ["20 works", "2 full texts", "23 passages", "20 tagged passages", "6 countries"]
    rows = page.xpath("//table[@class='evidence']/tbody/tr[td]")
    found = {row.xpath("string(th/a)"): [int(row.xpath(f"string(td[{n}])")) for n in (1, 3)] for row in rows}
    sql = """SELECT t.label, COUNT(e.tag), COUNT(DISTINCT e.work_id) FROM tag t
             LEFT JOIN evidence e ON e.tag = t.tag WHERE t.parent IS NULL GROUP BY t.tag"""
    assert found == {label: [passages, works] for label, passages, works in db.execute(sql).fetchall()}
    assert len(page.xpath("//tr[@class='question']")) == 4


def test_home_corrects_the_counts(get: Callable[..., Any], workspace: Workspace, db: Database, measured: None) -> None:
    rows = tree(get("/")).xpath("//table[@class='evidence']/tbody/tr[td]")
    shown = {row.xpath("substring-after(string(th/a/@href), '=')"): row.xpath("string(td[2])") for row in rows}
    expected = trust.corrected(workspace, db)
    assert shown == {tag: trust.whole(expected.get(tag)) for tag in shown}
    assert len(shown) == 6
    # No passage has these, and of 23 the tagger should see them in some even where they are not: its rates fail here.
    assert [tag for tag in shown if tag not in expected] == ["relevance", "factor_external"]
    text = tree(get("/about")).xpath("string(//table)")
    assert "Tagger tagger 1" in text
    assert trust.whole(expected["experience"]) in text


def test_nothing_is_corrected_where_nothing_is_known(get: Callable[..., Any]) -> None:
    assert set(tree(get("/")).xpath("//table[@class='evidence']/tbody/tr/td[2]/text()")) == {"–"}


def test_internal_tables_are_not_listed(get: Callable[..., Any]) -> None:
    listed = {path.rsplit("/", 1)[1] for path in tree(get("/evidence")).xpath("//table//a/@href")}
    assert {"work", "passage", "evidence", "facet", "fetch", "record"} <= listed
    assert not [name for name in listed if name.startswith(("passage_fts", "_sqlite"))]


def test_tables_keep_their_json(get: Callable[..., Any]) -> None:
    rows = json.loads(get("/evidence/work.json?_shape=array&_size=max").text)
    assert len(rows) == 20
