"""Citation lists of Datasette's own tables: all rows, in their order, where there is something to cite."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from lxml import html
from sqlite_utils import Database

from sourcebook.reading_room import cells

WORKS = "/evidence/work"  # a table of Datasette's own

OF_PASSAGES = "SELECT w.key FROM passage p JOIN work w ON w.id = p.work_id"


def cited(text: str) -> list[str]:
    return re.findall(r"^@\w+\{([^,]+)", text, re.MULTILINE)


def query(sql: str, extension: str = "bib") -> str:
    return f"/evidence.{extension}?sql={quote(sql)}"


@pytest.mark.parametrize(
    ("path", "sql"),
    [
        ("/evidence/work.bib?_size=3&_sort=key", "SELECT key FROM work ORDER BY key"),
        ("/evidence/work.bib?_size=3&_sort_desc=id", "SELECT key FROM work ORDER BY id DESC"),
        ("/evidence/work.bib?_size=1&year__gt=2015&_sort=id",
         "SELECT key FROM work WHERE year > 2015 ORDER BY id"),
        ("/evidence/work.bib?_size=2&_col=title&_labels=on&_sort=id", "SELECT key FROM work ORDER BY id"),
        (f"{WORKS}/3.bib", "SELECT key FROM work WHERE id = 3"),
        ("/evidence/passage.bib?_size=2&_labels=on&_sort=id", f"{OF_PASSAGES} ORDER BY p.id"),
        ("/evidence/passage.bib?_search=invoices&_size=1&_sort=id",
         f"{OF_PASSAGES} WHERE text LIKE '%invoices%' ORDER BY p.id"),
        (query("select work_id from facet where kind = 'country' order by work_id desc limit 7;"),
         "SELECT key FROM work ORDER BY id DESC LIMIT 7"),
        (query("select 'osei2016late' as work_key union all select 'oldkey2001'"), "SELECT 'osei2016late'"),
        (query("select id as work_id from work order by id -- all"), "SELECT key FROM work ORDER BY id"),
    ],
)  # fmt: skip
def test_a_list_holds_all_rows_in_their_order(get: Callable[..., Any], db: Database, path: str, sql: str) -> None:
    response = get(path)
    assert response.status_code == 200
    assert cited(response.text) == list(dict.fromkeys(row[0] for row in db.execute(sql).fetchall()))


def test_evidence_is_cited_with_its_passages(get: Callable[..., Any], db: Database) -> None:
    text = get("/evidence/evidence.ris?_size=2&tag=threat").text
    for (quotation,) in db.execute(
        "SELECT p.text FROM evidence e JOIN passage p ON p.id = e.passage_id WHERE e.tag = 'threat'"
    ).fetchall():
        assert quotation in text


def test_peoples_tags_are_cited_by_key(get: Callable[..., Any]) -> None:
    assert len(cited(get("/evidence/human_tag.bib").text)) == 2


def test_rows_about_whole_works_are_cited_without_passage(get: Callable[..., Any]) -> None:
    assert len(cited(get("/evidence/facet.bib?kind=sector").text)) == 20
    assert "“" not in get("/evidence/facet.bib?kind=sector").text


def test_a_later_page_leads_to_the_list_of_all(get: Callable[..., Any]) -> None:
    response = get("/evidence/work.bib?_size=3&_next=3")
    assert response.status_code == 302
    assert response.headers["location"] == "/evidence/work.bib?_size=3"


@pytest.mark.parametrize(
    "path",
    ["/evidence/fetch.bib", "/evidence/tags-by-country.ris", "/evidence.bib", query("select 1 as one")],
)
def test_rows_about_nothing_to_cite_are_refused(get: Callable[..., Any], path: str) -> None:
    response = get(path)
    assert response.status_code == 400
    assert "No column here names works or passages" in response.text


@pytest.mark.parametrize("what", ["999 as work_id", "x'00' as work_id", "null as passage_key", "1 as work_id where 0"])
def test_rows_about_no_work_here_are_refused(get: Callable[..., Any], what: str) -> None:
    assert get(query(f"select {what}")).status_code == 400


def test_a_query_without_end_is_stopped(
    get: Callable[..., Any], reading_room: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_room, "sql_time_limit_ms", 50)
    endless = "with recursive n(work_id) as (select 1 union all select work_id from n) select work_id from n"
    response = get(query(endless))
    assert response.status_code == 400


def test_links_are_offered_only_where_they_work(get: Callable[..., Any]) -> None:
    def offered(path: str) -> list[str]:
        found: list[str] = html.fromstring(get(path).text).xpath("//p[@class='exports']/a/text()")
        return found

    assert {"bib", "ris", "csv", "json"} <= set(offered("/evidence/work"))
    assert "bib" not in offered("/evidence/fetch")


def test_the_database_cannot_be_written_or_downloaded(get: Callable[..., Any]) -> None:
    assert get("/evidence?sql=delete+from+work").status_code == 400
    assert get("/evidence.db").status_code == 403


@pytest.mark.parametrize(
    ("value", "column", "table", "shown"),
    [
        ("osei2016late", "key", "work", '<a href="/works/osei2016late">osei2016late</a>'),
        ("0123", "passage_key", "human_tag", '<a href="/passages/0123">0123</a>'),
        ({"value": 3, "label": "osei2016late"}, "work_id", "passage",
         '<a href="/works/osei2016late">osei2016late</a>'),
        ("r1", "key", "record", None),
        (7, "key", "work", None),
        ("javascript:alert(1)", "url", "work", None),
        ('"><b>', "work_key", None, '<a href="/works/%22%3E%3Cb%3E">&#34;&gt;&lt;b&gt;</a>'),
        ('https://example.org/"><b>', "url", None,
         '<a href="https://example.org/&#34;&gt;&lt;b&gt;" rel="nofollow noopener noreferrer">'
         "https://example.org/&#34;&gt;&lt;b&gt;</a>"),
    ],
)  # fmt: skip
def test_cells_are_links_and_never_markup(value: Any, column: str, table: str | None, shown: str | None) -> None:
    assert cells.rendered(value, column, table) == shown
