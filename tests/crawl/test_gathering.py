"""The real spiders, in their own processes, against a simulated Web on loopback."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from simulator import Web, serve  # type: ignore[import-not-found]

from corpus.archive import read_body
from corpus.database import open_database
from corpus.errors import SourcebookError
from crawl.parse.openalex import SELECT
from crawl.run import Gathered, Progress, gather
from crawl.sources import Source

CONTACT = "librarian@example.org"
PDF = b"%PDF-1.4 an invented report"
OAI = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{}</OAI-PMH>'


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as running:
        yield running


def rows(workspace: Path, sql: str) -> list[tuple[Any, ...]]:
    return open_database(workspace / "evidence.db").execute(sql).fetchall()


def outcomes(workspace: Path, web: Web) -> dict[str, str]:
    """The last outcome of each path of the simulator, and of each other address."""
    found = rows(workspace, "SELECT url, outcome FROM fetch ORDER BY id")
    return {url.removeprefix(web.base): outcome for url, outcome in found}


def lone(workspace: Path, source: Source) -> Gathered:
    (gathered,) = gather(workspace, [source], CONTACT)
    return gathered


def site(web: Web, **more: Any) -> Source:
    return Source("site", "site", start_urls=(f"{web.base}/",), delay=0.0, allow_private=True, **more)


def works(*names: str, cursor: str | None = None, pdf: str = "") -> str:
    results = [
        {"id": f"https://openalex.org/{name}", "title": f"Work {name}", "best_oa_location": {"pdf_url": pdf}}
        for name in names
    ]
    return json.dumps({"meta": {"next_cursor": cursor, "cost_usd": 0.001}, "results": results})


def records(*names: str, token: str = "") -> str:
    dc = '<metadata><d xmlns="http://purl.org/dc/elements/1.1/"><title>{0}</title></d></metadata>'
    listed = "".join(
        f"<record><header><identifier>{name}</identifier></header>{dc.format(name)}</record>" for name in names
    )
    return OAI.format(f"<ListRecords>{listed}<resumptionToken>{token}</resumptionToken></ListRecords>")


def test_a_site_is_gathered_and_every_request_has_its_outcome(web: Web, tmp_path: Path) -> None:
    web.put("/robots.txt", f"User-agent: *\nDisallow: /private\nSitemap: {web.base}/map.xml", type="text/plain")
    web.put("/map.xml", f"<urlset><url><loc>{web.base}/listed</loc></url></urlset>", type="text/xml")
    links = [
        "/flaky",
        "/private",
        "/gone",
        "/leaves",
        "/report.pdf",
        "/data",
        "/login",
        "/hidden",
        "/huge",
        "/picture.png",
    ]
    anchors = "".join(f"<a href='{link}'>x</a>" for link in links)
    web.put("/", f"<title>Start</title>{anchors}<a href='http://localhost:9/far.pdf'>far</a>")
    web.put("/flaky", status=500)
    web.put("/flaky", "<title>Flaky</title><a href='/deep'>deep</a>")
    web.put("/listed", "<title>Listed</title>", headers={"ETag": '"v1"', "Set-Cookie": "a=b"})
    web.put("/leaves", status=302, headers={"Location": "http://localhost:9/elsewhere"})
    web.put("/report.pdf", PDF, type="application/octet-stream")
    web.put("/data", "1,2", type="text/csv")
    web.put("/huge", "x", headers={"Content-Length": "60000001"})
    web.put("/hidden", "<title>Hidden</title><meta name=robots content=noindex>")
    web.put("/deep", "<title>Deep</title><a href='/deeper'>deeper</a>")
    seen: list[Progress] = []
    (gathered,) = gather(tmp_path, [site(web, depth=2, deny=("/login",))], CONTACT, seen.append)

    assert outcomes(tmp_path, web) == {
        "/robots.txt": "saved",
        "/sitemap.xml": "not_found",
        "/map.xml": "saved",
        "/": "saved",
        "/listed": "saved",
        "/flaky": "saved",
        "/private": "refused_by_robots",
        "/gone": "not_found",
        "/leaves": "redirected",
        "http://localhost:9/elsewhere": "off_site",
        "/report.pdf": "saved",
        "http://localhost:9/far.pdf": "off_site",
        "/data": "wrong_type",
        "/hidden": "refused_by_robots",
        "/huge": "too_large",
        "/deep": "saved",
    }
    assert "/private" not in web.asked
    assert web.asked.count("/flaky") == 2
    assert gathered == Gathered("site", "finished", "", records=4, requests=16, failed=3)
    assert seen[-1] == Progress("site", 4, 16, 3, seen[-1].url)
    assert {headers["User-Agent"] for headers in web.headers} == {f"Sourcebook/0.1 (+mailto:{CONTACT})"}
    assert not any("Cookie" in headers for headers in web.headers)
    files = rows(
        tmp_path,
        "SELECT csl ->> 'title', name, media_type, outcome FROM file JOIN record ON record.id = record_id",
    )
    assert ("Start", "report.pdf", "application/pdf", None) in files
    assert ("Listed", "listed", "text/html", None) in files
    assert len(files) == 5
    place = rows(tmp_path, "SELECT warc_file, warc_offset FROM fetch WHERE url LIKE '%report.pdf'")[0]
    assert read_body(tmp_path / "archive", *place) == PDF

    web.forget()
    archived = sum(path.stat().st_size for path in (tmp_path / "archive").iterdir())
    again = lone(tmp_path, site(web, depth=2, deny=("/login",)))
    assert (again.outcome, again.records) == ("finished", 4)
    condition = dict(zip(web.asked, web.headers, strict=True))["/listed"]
    assert condition["If-None-Match"] == '"v1"'
    assert {outcomes(tmp_path, web)[path] for path in ("/", "/listed", "/flaky", "/report.pdf")} == {"unchanged"}
    assert sum(path.stat().st_size for path in (tmp_path / "archive").iterdir()) == archived
    assert rows(tmp_path, "SELECT COUNT(*) FROM record") == [(4,)]
    assert rows(tmp_path, "SELECT COUNT(*) FROM file") == [(5,)]


def test_a_site_goes_on_where_it_was_killed(web: Web, tmp_path: Path) -> None:
    web.put("/", "<title>Start</title>" + "".join(f"<a href='/{n}'>x</a>" for n in range(6)))
    for number in range(6):
        web.put(f"/{number}", f"<title>{number}</title><a href='/{number}/more'>x</a>")
        web.put(f"/{number}/more", f"<title>{number} more</title>")

    def kill(progress: Progress) -> None:
        if progress.records == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gather(tmp_path, [site(web)], CONTACT, kill)
    settled = {url for url, outcome in outcomes(tmp_path, web).items() if outcome == "saved"}
    assert len(settled) >= 4
    web.forget()
    assert lone(tmp_path, site(web)).outcome == "finished"
    assert not settled & set(web.asked)
    assert rows(tmp_path, "SELECT COUNT(*) FROM record") == [(13,)]
    assert rows(tmp_path, "SELECT outcome FROM run ORDER BY id") == [("running",), ("finished",)]


def test_the_limit_counts_pages_and_leaves_their_pdfs(web: Web, tmp_path: Path) -> None:
    web.put("/", "<title>Start</title><a href='/a.pdf'>pdf</a><a href='/b'>b</a><a href='/c'>c</a>")
    web.put("/a.pdf", PDF)
    web.put("/b", "<title>B</title>")
    web.put("/c", "<title>C</title>")
    gathered = lone(tmp_path, site(web, limit=2))
    assert (gathered.outcome, gathered.records) == ("limit", 2)
    assert outcomes(tmp_path, web)["/a.pdf"] == "saved"
    assert rows(tmp_path, "SELECT COUNT(*) FROM record") == [(2,)]


def test_private_addresses_are_asked_only_with_leave(web: Web, tmp_path: Path) -> None:
    gathered = lone(tmp_path, replace(site(web), allow_private=False))
    assert (gathered.outcome, gathered.records) == ("failed", 0)
    assert "private address" in gathered.reason
    assert set(outcomes(tmp_path, web).values()) == {"private_address"}
    assert web.asked == []


def test_a_source_that_fails_costs_only_itself(web: Web, tmp_path: Path) -> None:
    web.put("/", "<title>Start</title>")
    nowhere = Source("nowhere", "site", start_urls=("http://127.0.0.1:1/",), delay=0.0, allow_private=True)
    odd = Source("odd", "gopher")
    ruled = Source("ruled", "site", start_urls=("https://site.example/",), allow=("(",))
    found = gather(tmp_path, [nowhere, odd, ruled, site(web)], CONTACT)
    assert [one.outcome for one in found] == ["failed", "failed", "failed", "finished"]
    assert "connection was refused" in found[0].reason
    assert "'gopher' is no kind of source" in found[1].reason
    assert "regular expression" in found[2].reason


def test_a_contact_is_needed(tmp_path: Path) -> None:
    with pytest.raises(SourcebookError, match="Set `contact`"):
        gather(tmp_path, [], "nobody\r\nX-Evil: 1")


def test_openalex_resumes_at_its_cursor_and_fetches_open_pdfs(web: Web, tmp_path: Path) -> None:
    local = web.base.replace("127.0.0.1", "localhost")
    source = Source("works", "openalex", base_url=web.base, filter="type:report", delay=0.0, allow_private=True)
    web.put("/full.pdf", PDF, type="application/pdf")

    def page(cursor: str) -> str:
        return (
            f"/works?filter=type%3Areport&select={quote_plus(SELECT)}&per-page=100"
            f"&cursor={quote_plus(cursor)}&mailto={quote_plus(CONTACT)}"
        )

    web.put(page("*"), works("W1", "W2", cursor="two", pdf=f"{local}/full.pdf"), type="application/json")
    web.put(page("two"), "busy", status=429, headers={"Retry-After": "86400"})
    web.put(page("two"), works("W3", cursor="three"), type="application/json")
    web.put(page("three"), works(), type="application/json")

    first = lone(tmp_path, source)
    assert (first.outcome, first.records) == ("failed", 2)
    assert "429" in first.reason
    assert rows(tmp_path, "SELECT record_id, name FROM file") == [(1, "full.pdf")]
    web.forget()
    second = lone(tmp_path, source)
    assert (second.outcome, second.records) == ("finished", 1)
    assert web.asked == ["/robots.txt", page("two"), page("three")]
    web.forget()
    third = lone(tmp_path, source)
    assert (third.outcome, third.records, third.requests) == ("finished", 0, 0)
    assert "gathered before" in third.reason
    assert web.asked == []
    assert rows(tmp_path, "SELECT key FROM record ORDER BY id") == [("W1",), ("W2",), ("W3",)]
    assert rows(tmp_path, "SELECT ROUND(SUM(cost), 4) FROM fetch") == [(0.003,)]


def test_crossrefs_limit_can_be_raised(web: Web, tmp_path: Path) -> None:
    def page(cursor: str) -> str:
        return f"/works?query=small+firms&rows=100&cursor={cursor}&mailto=librarian%40example.org"

    def items(*names: str) -> str:
        works = [{"DOI": f"10.5555/{name}", "title": [name]} for name in names]
        return json.dumps({"message": {"items": works, "next-cursor": "again"}})

    web.put(page("%2A"), items("a", "b", "c"), type="application/json")
    web.put(page("again"), items("d"), type="application/json")
    web.put(page("again"), items(), type="application/json")
    source = Source("crossref", "crossref", base_url=web.base, query="small firms", delay=0.0, allow_private=True)
    assert lone(tmp_path, replace(source, limit=2)).outcome == "limit"
    assert rows(tmp_path, "SELECT COUNT(*) FROM record") == [(2,)]
    web.forget()
    assert lone(tmp_path, replace(source, limit=2)).outcome == "limit"
    assert web.asked == []
    raised = lone(tmp_path, replace(source, limit=4))
    assert (raised.outcome, raised.reason) == ("limit", "")
    assert [key for (key,) in rows(tmp_path, "SELECT key FROM record ORDER BY id")] == [
        f"10.5555/{name}" for name in "abcd"
    ]


def test_oaipmh_follows_tokens_and_begins_again_when_one_has_expired(web: Web, tmp_path: Path) -> None:
    expired = OAI.format('<error code="badResumptionToken">expired</error>')
    first, second = (
        "/oai?verb=ListRecords&metadataPrefix=oai_dc&set=smes",
        "/oai?verb=ListRecords&resumptionToken=t%2F2",
    )
    web.put(first, records("oai:1", "oai:2", token="t/2"), type="text/xml")
    web.put(second, expired, type="text/xml", status=422)
    web.put(second, records("oai:3"), type="text/xml")
    source = Source("repo", "oaipmh", base_url=f"{web.base}/oai", set="smes", delay=0.0, allow_private=True)
    gathered = lone(tmp_path, source)
    assert (gathered.outcome, gathered.failed) == ("finished", 1)
    assert web.asked[1:] == [first, second, first, second]
    assert rows(tmp_path, "SELECT key FROM record ORDER BY id") == [("oai:1",), ("oai:2",), ("oai:3",)]
    assert rows(tmp_path, "SELECT outcome FROM fetch WHERE url LIKE '%verb%' ORDER BY id") == [
        ("saved",), ("rejected",), ("unchanged",), ("saved",),
    ]  # fmt: skip


def test_oaipmh_lists_that_are_empty_loop_never_end_or_are_no_xml(web: Web, tmp_path: Path) -> None:
    start = "?verb=ListRecords&metadataPrefix=oai_dc"
    more = "?verb=ListRecords&resumptionToken="
    web.put(f"/empty{start}", OAI.format('<error code="noRecordsMatch"/>'), type="text/xml", status=422)
    web.put(f"/loop{start}", records("oai:1", token="again"), type="text/xml")
    web.put(f"/loop{more}again", records("oai:2", token="again"), type="text/xml")
    web.put(f"/endless{start}", records("oai:1", token="t0"), type="text/xml")
    for number in range(40):
        web.put(f"/endless{more}t{number}", records("oai:1", token=f"t{number + 1}"), type="text/xml")
    web.put(f"/html{start}", "<html><p>Down for maintenance</html>")
    sources = [
        Source(name, "oaipmh", base_url=f"{web.base}/{name}", delay=0.0, allow_private=True)
        for name in ("empty", "loop", "endless", "html")
    ]
    empty, loop, endless, html = gather(tmp_path, sources, CONTACT)
    assert (empty.outcome, empty.records, empty.failed) == ("finished", 0, 0)
    assert (loop.outcome, loop.reason) == ("failed", "the list repeats itself: its cursor was given before")
    assert (endless.outcome, endless.requests) == ("failed", 12)
    assert "does not end" in endless.reason
    assert (html.outcome, html.failed) == ("failed", 1)
    assert "not OAI-PMH" in html.reason
    assert rows(tmp_path, "SELECT outcome FROM fetch WHERE url LIKE '%/html?%'") == [("broken",)]
