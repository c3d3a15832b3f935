"""The demonstration's small web: what its index, repository, site and reports answer, kind or hostile."""

import hashlib
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from corpus import documents
from crawl.parse import oaipmh as read_oai
from crawl.parse import openalex as read_openalex
from crawl.parse import page as read_page
from crawl.parse import sitemap as read_sitemap
from sourcebook.demo import catalogue, oai, oai_records, openalex, openalex_work, reports, server, site
from sourcebook.demo.answer import HTML, Answer

BASE = "http://127.0.0.1:8765"
Pages = dict[str, Answer]
Answered = tuple[HTTPResponse, bytes]

OAI = "{http://www.openarchives.org/OAI/2.0/}"


@pytest.fixture(scope="module")
def pages() -> Pages:
    return site.pages(BASE)


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    with server.serve() as base:
        yield base


def ask(
    base: str, path: str, method: str = "GET", body: str | None = None, **headers: str
) -> tuple[HTTPResponse, bytes]:
    """The response to one request, and its body."""
    connection = HTTPConnection(urlsplit(base).netloc, timeout=10)
    connection.request(method, path, body, headers)
    response: HTTPResponse = connection.getresponse()
    return response, response.read()


def works(**query: str) -> Any:
    return json.loads(openalex.answer(urlencode(query), BASE).body)


def harvest(query: str) -> etree._Element:
    return etree.fromstring(oai.answer(query, BASE).body)


def error_of(query: str) -> str | None:
    found = harvest(query).find(f"{OAI}error")
    return None if found is None else found.get("code")


class TestCatalogue:
    def test_every_work_is_whole(self) -> None:
        found = catalogue.load()
        assert len({work.slug for work in found}) == len({work.number for work in found}) == len(found) == 66
        assert all(work.title and work.authors and work.year and work.abstract for work in found)
        assert all(work.doi.startswith("10.5555/") for work in found if work.doi)
        assert all(work.body.startswith("## ") for work in found if work.page)

    def test_a_source_has_its_own_spelling_and_lacks_fields(self) -> None:
        work = next(w for w in catalogue.load() if w.slug == "label-without-premium")
        seen = catalogue.as_seen_by(work, "oaipmh")
        assert (work.issue, seen.issue) == ("4", "")
        assert seen.title != work.title
        assert seen.authors[0].inverted == "Kouassi-Delorme, A."
        assert catalogue.as_seen_by(work, "openalex") == work

    def test_omissions_come_after_the_overrides(self) -> None:
        table = {"title": "Other", "doi": "10.5555/x", "omit": ("doi", "year")}
        work = catalogue.Work(1, "a", "A", (), "report", "", (), 2015, variants=(("site", table),))
        seen = catalogue.as_seen_by(work, "site")
        assert (seen.title, seen.doi, seen.year) == ("Other", "", None)

    def test_markdown_is_escaped_and_emphasised(self) -> None:
        found = list(catalogue.blocks("## A & *B*\n\nOne <b>\nline.\n\n\n"))
        assert found == [(True, "A &amp; <i>B</i>"), (False, "One &lt;b&gt; line.")]


class TestOpenAlex:
    def test_cursors_lead_through_all_works_once(self) -> None:
        cursor, found = "*", []
        while cursor:
            page = works(cursor=cursor, **{"per-page": "100"})
            assert len(page["results"]) <= page["meta"]["per_page"] == 25
            found += [result["id"] for result in page["results"]]
            cursor = page["meta"]["next_cursor"]
        assert len(found) == len(set(found)) == page["meta"]["count"] == len(catalogue.holdings("openalex"))

    def test_our_parser_reads_back_what_the_catalogue_holds(self) -> None:
        query = urlencode({"filter": "doi:10.5555/rpsf.2017.0094", "select": read_openalex.SELECT})
        page = read_openalex.parse(openalex.answer(query, BASE).body)
        (record,) = page.records
        work = catalogue.load()[0]
        assert not page.skipped
        assert record.key == "W9990000001"
        assert record.csl["title"] == work.title
        assert record.csl["abstract"] == work.abstract
        assert record.csl["author"][1] == {"family": "Oakshott-Bielli", "given": "Daniel"}
        assert (record.csl["volume"], record.csl["issue"], record.csl["page"]) == ("12", "3", "201-228")
        assert record.csl["container-title"] == work.container

    def test_every_work_can_be_read(self) -> None:
        cursor, read = "*", 0
        while cursor:
            page = read_openalex.parse(openalex.answer(urlencode({"cursor": cursor}), BASE).body)
            assert not page.skipped
            assert not page.error
            read, cursor = read + len(page.records), page.next
        assert read == len(catalogue.holdings("openalex"))

    def test_a_work_on_the_site_names_its_pdf(self) -> None:
        (result,) = works(filter="title.search:benches")["results"]
        assert result["best_oa_location"]["pdf_url"] == f"{BASE}/reports/rising-benches.pdf"
        (closed,) = works(filter="openalex:W9990000001")["results"]
        assert closed["best_oa_location"] is None

    @pytest.mark.parametrize(
        ("condition", "holds"),
        [
            ("publication_year:2015-2018", lambda r: 2015 <= r["publication_year"] <= 2018),
            ("publication-year:>2019", lambda r: r["publication_year"] > 2019),
            (
                "from_publication_date:2016-01-01,language:en",
                lambda r: r["publication_year"] >= 2016 and r["language"] == "en",
            ),
            ("type:report|book-chapter", lambda r: r["type"] in ("report", "book-chapter")),
            ("language:!en", lambda r: r["language"] != "en"),
        ],
    )
    def test_filters(self, condition: str, holds: Callable[[Any], bool]) -> None:
        everything = [openalex_work.result(work, BASE) for work in catalogue.holdings("openalex")]
        page = works(filter=condition)
        assert page["results"]
        assert all(map(holds, page["results"]))
        assert page["meta"]["count"] == sum(map(holds, everything)) < len(everything)

    def test_search_knows_words_phrases_and_operators(self) -> None:
        either = works(search='"late payment" OR loom')["meta"]["count"]
        one, other = works(search='"late payment"'), works(search="loom")
        both = works(search='"late payment" AND loom')["meta"]["count"]
        assert either == one["meta"]["count"] + other["meta"]["count"] - both > 0
        assert works(search="zeppelin")["results"] == []

    def test_select_gives_no_more(self) -> None:
        assert all(set(result) == {"id", "title"} for result in works(select="id,title")["results"])

    @pytest.mark.parametrize(
        "query",
        [
            {"filter": "nonsense:1"},
            {"select": "nonsense"},
            {"nonsense": "1"},
            {"per-page": "101"},
            {"per-page": "0"},
            {"per-page": "²"},
            {"cursor": "nonsense"},
            {"cursor": "ÿ"},
            {"filter": "publication_year:soon"},
            {"search": ") OR ("},
            {"search": '"\0'},
        ],
    )
    def test_what_is_wrong_is_refused_with_words(self, query: Any) -> None:
        answer = openalex.answer(urlencode(query), BASE)
        told = json.loads(answer.body)
        assert answer.status == 400
        assert told["error"]
        assert told["message"]

    @settings(max_examples=60, deadline=None)
    @given(st.dictionaries(st.sampled_from(openalex.PARAMETERS), st.text(max_size=30)))
    def test_nothing_breaks_it(self, query: Any) -> None:
        assert openalex.answer(urlencode(query, errors="surrogatepass"), BASE).status in (200, 400)


class TestOaiPmh:
    def test_tokens_lead_through_all_records_once(self) -> None:
        query, found, sizes = "verb=ListRecords&metadataPrefix=oai_dc", [], []
        while query:
            page = read_oai.parse(oai.answer(query, BASE).body)
            assert not page.error
            found += [record.key for record in page.records] + [gone.key for gone in page.skipped]
            sizes.append(len(page.records) + len(page.skipped))
            query = page.next and f"verb=ListRecords&{urlencode({'resumptionToken': page.next})}"
        assert len(found) == len(set(found)) == len(catalogue.holdings("oaipmh")) + 1
        assert sizes[:-1] == [10] * (len(sizes) - 1)
        assert len(sizes) > 1

    def test_the_last_page_of_many_has_an_empty_token(self) -> None:
        token = harvest("verb=ListIdentifiers&metadataPrefix=oai_dc").findtext(f".//{OAI}resumptionToken")
        while token:
            root = harvest(f"verb=ListIdentifiers&{urlencode({'resumptionToken': token})}")
            token = root.findtext(f".//{OAI}resumptionToken")
        last = root.find(f".//{OAI}resumptionToken")
        assert token == ""
        assert int(last.get("cursor")) + len(root.findall(f".//{OAI}header")) == int(last.get("completeListSize"))

    def test_our_parser_reads_back_what_the_catalogue_holds(self) -> None:
        query = {
            "verb": "GetRecord",
            "metadataPrefix": "oai_dc",
            "identifier": f"{oai_records.PREFIX}railway-ledger",
        }
        (record,) = read_oai.parse(oai.answer(urlencode(query), BASE).body).records
        work = next(w for w in catalogue.load() if w.slug == "railway-ledger")
        assert record.csl["title"] == work.title
        assert record.csl["DOI"] == work.doi
        assert record.csl["issued"] == {"date-parts": [[2018]]}
        assert record.csl["abstract"] == work.abstract
        assert record.csl["type"] == "report"

    def test_identify_and_formats(self) -> None:
        told = harvest("verb=Identify")
        assert told.findtext(f".//{OAI}baseURL") == f"{BASE}/oai"
        assert told.findtext(f".//{OAI}protocolVersion") == "2.0"
        assert harvest("verb=ListMetadataFormats").findtext(f".//{OAI}metadataPrefix") == "oai_dc"

    def test_each_set_holds_what_it_says(self) -> None:
        specs = [e.text for e in harvest("verb=ListSets").iter(f"{OAI}setSpec")]
        assert "articles" in specs
        for spec in specs:
            headers = list(harvest(f"verb=ListIdentifiers&metadataPrefix=oai_dc&set={spec}").iter(f"{OAI}header"))
            assert headers
            assert all(header.findtext(f"{OAI}setSpec") == spec for header in headers)

    def test_dates_select_and_include_their_ends(self) -> None:
        stamps = [entry.datestamp for entry in oai_records.entries()]
        day = stamps[2][:10]
        for first, last in ((day, day), (stamps[2], stamps[2])):
            query = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "from": first, "until": last}
            assert [e.text for e in harvest(urlencode(query)).iter(f"{OAI}datestamp")] == [stamps[2]]

    def test_one_record_is_deleted(self) -> None:
        query = f"verb=GetRecord&metadataPrefix=oai_dc&identifier={oai_records.PREFIX}withdrawn-draft"
        root = harvest(query)
        assert root.find(f".//{OAI}header").get("status") == "deleted"
        assert root.find(f".//{OAI}metadata") is None

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("", "badVerb"),
            ("verb=Nonsense", "badVerb"),
            ("verb=Identify&verb=Identify", "badVerb"),
            ("verb=Identify&set=articles", "badArgument"),
            ("verb=ListRecords", "badArgument"),
            ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&set=reports&set=papers", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2025", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2025-02-30", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2025-02-02&until=2025-02-01", "badArgument"),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=2025-02-02&until=2025-03-01T00:00:00Z",
                "badArgument",
            ),
            ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
            ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%00", "badArgument"),
            ("verb=Identify&%00=1", "badArgument"),
            ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
            ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
            ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
            ("verb=GetRecord&metadataPrefix=marc21&identifier=oai:x:1", "cannotDisseminateFormat"),
            ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%3C%26%22", "idDoesNotExist"),
            ("verb=ListMetadataFormats&identifier=oai:x:1", "idDoesNotExist"),
            ("verb=ListRecords&metadataPrefix=oai_dc&set=nonsense", "noRecordsMatch"),
            ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01", "noRecordsMatch"),
        ],
    )
    def test_the_errors_of_the_protocol(self, query: Any, code: str) -> None:
        assert error_of(query) == code

    def test_a_token_serves_only_the_verb_that_it_was_given_for(self) -> None:
        token = harvest("verb=ListRecords&metadataPrefix=oai_dc").findtext(f".//{OAI}resumptionToken")
        asked = urlencode({"resumptionToken": token})
        assert error_of(f"verb=ListRecords&{asked}") is None
        assert error_of(f"verb=ListIdentifiers&{asked}") == "badResumptionToken"

    @pytest.mark.parametrize(
        ("query", "start"),
        [
            ({"verb": "ListRecords"}, 10),
            ({"verb": "ListRecords", "metadataPrefix": "marc21"}, 10),
            ({"verb": "ListRecords", "metadataPrefix": "oai_dc"}, 10_000),
            ({"verb": "ListRecords", "metadataPrefix": "oai_dc"}, -10),
            ({"verb": "ListRecords", "metadataPrefix": ["oai_dc"]}, 10),
            ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": 7}, 10),
            ({"verb": "ListRecords", "metadataPrefix": "oai_dc"}, 0.5),
        ],
    )
    def test_a_forged_token_is_refused(self, query: Any, start: Any) -> None:
        forged = urlencode({"resumptionToken": oai.token(query, start)})
        assert error_of(f"verb=ListRecords&{forged}") == "badResumptionToken"

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(["verb", "from", "set", "resumptionToken", "ä"]), st.text()), max_size=4))
    def test_every_answer_is_well_formed(self, pairs: list[tuple[str, str]]) -> None:
        assert harvest(urlencode(pairs, errors="surrogatepass")).tag == f"{OAI}OAI-PMH"


class TestSite:
    def test_robots_and_sitemap(self, pages: Pages) -> None:
        robots = pages["/robots.txt"].body.decode()
        assert "Disallow: /private/" in robots
        (address,) = read_sitemap.named_in_robots(robots, f"{BASE}/robots.txt")
        listed = read_sitemap.parse(pages[urlsplit(address).path].body, address).pages
        assert {urlsplit(url).path for url in listed} == {"/"} | {w.page for w in catalogue.load() if w.page}

    def test_one_link_alone_is_broken(self, pages: Pages) -> None:
        html = {path: answer.body for path, answer in pages.items() if answer.media_type == HTML}
        seen = [read_page.parse(body, BASE + path) for path, body in html.items()]
        links = {urlsplit(link).path for one in seen for link in one.links + one.pdfs}
        assert {link for link in links if link not in pages} == {site.BROKEN}
        assert site.PRIVATE in links

    def test_every_page_says_that_it_is_a_sample(self, pages: Pages) -> None:
        html = [answer.body for answer in pages.values() if answer.media_type == HTML]
        for body in [*html, site.not_found().body]:
            seen = etree.HTML(body).findtext(".//aside[@class='sample']")
            assert seen.startswith("Invented sample")

    def test_a_page_tells_its_record(self, pages: Pages) -> None:
        found = read_page.parse(pages["/reports/first-invoice-fund"].body, f"{BASE}/reports/first-invoice-fund")
        assert found.record
        assert found.record.csl["type"] == "report"
        assert found.record.csl["title"] == "The First Invoice Fund. Evaluation After Five Years"
        assert found.record.csl["author"][0] == {"family": "Wekesa Thorne", "given": "J."}
        assert found.record.csl["DOI"] == "10.5555/hexley.eval.2020.07"
        assert found.pdfs == (f"{BASE}/reports/first-invoice-fund.pdf",)

    def test_pages_that_are_no_works_ask_not_to_be_indexed(self, pages: Pages) -> None:
        assert not read_page.parse(pages["/"].body, f"{BASE}/").index
        assert read_page.parse(pages["/"].body, f"{BASE}/").follow
        assert read_page.parse(pages["/cases/ten-day-settlement"].body, f"{BASE}/cases/ten-day-settlement").index

    def test_the_text_can_be_taken_out_of_what_surrounds_it(self, pages: Pages) -> None:
        found = documents.read(pages["/cases/meetings-and-contracts"].body, "text/html", "")
        text = "\n".join(section.text for section in found.sections)
        assert found.outcome == "extracted"
        assert "Sixty-six meetings led to a sample" in text
        assert not any(word in text for word in ("cookies", "Invented sample", "For members", "Nowhere Row"))


class TestReports:
    @pytest.mark.parametrize("work", [w for w in catalogue.load() if w.pdf], ids=lambda w: w.slug)
    def test_a_report_is_a_whole_document(self, work: catalogue.Work, pages: Pages) -> None:
        found = documents.read(pages[work.pdf].body, "application/pdf", f"{work.slug}.pdf")
        assert found.outcome == "extracted"
        assert found.pages
        assert found.pages >= 4
        assert found.title == work.title
        assert found.language == work.language
        printed = [heading for is_heading, heading in catalogue.blocks(work.body) if is_heading]
        assert [section.heading for section in found.sections] == printed
        text = " ".join(section.text for section in found.sections)
        assert len(text.split()) > 0.95 * len(work.body.replace("##", "").split()) - len(" ".join(printed).split())
        assert "Invented sample" not in text  # the footer, which recurs

    def test_every_page_says_that_it_is_a_sample(self, pages: Pages) -> None:
        body = pages["/reports/buyer-days-evaluation.pdf"].body
        document = pypdfium2.PdfDocument(body)  # type: ignore[no-untyped-call]
        texts = [page.get_textpage().get_text_range() for page in document]
        assert all("Invented sample" in text for text in texts)
        assert "Sevgi Karahanoğuz" in texts[0]

    def test_the_same_work_gives_the_same_bytes_in_another_process(self, pages: Pages) -> None:
        script = (
            "import hashlib; from sourcebook.demo import catalogue, reports; "
            "work = next(w for w in catalogue.load() if w.pdf); "
            "print(work.pdf, hashlib.sha256(reports.pdf(work)).hexdigest())"
        )
        said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
        path, digest = said.split()
        assert hashlib.sha256(pages[path].body).hexdigest() == digest

    def test_letters_that_the_font_lacks_are_printed_as_their_base(self) -> None:
        assert reports.printable("Rădulescu, Dvořák, Őrség, Işık, “où”") == "Radulescu, Dvorák, Orség, Işık, “où”"


class TestServer:
    def test_it_serves_all_three(self, web: str) -> None:
        for path, media_type in (
            ("/openalex/works?per-page=1", "application/json"),
            ("/oai?verb=Identify", "text/xml"),
            ("/", "text/html"),
            ("/reports/rising-benches.pdf", "application/pdf"),
        ):
            response, body = ask(web, path)
            assert response.status == 200
            assert response.getheader("Content-Type", "").startswith(media_type)
            assert body

    def test_what_is_known_is_not_sent_again(self, web: str) -> None:
        for path in ("/", "/oai?verb=Identify", "/openalex/works"):
            first, _ = ask(web, path)
            again, body = ask(web, path, **{"If-None-Match": first.getheader("ETag", "")})
            assert (again.status, body) == (304, b"")
            assert ask(web, path, **{"If-None-Match": '"other"'})[0].status == 200

    def test_missing_pages_and_head(self, web: str) -> None:
        assert ask(web, site.BROKEN)[0].status == 404
        assert ask(web, "/../../etc/passwd")[0].status == 404
        response, body = ask(web, "/", "HEAD")
        assert (response.status, body) == (200, b"")
        assert int(response.getheader("Content-Length", "0")) > 0

    def test_the_repository_takes_forms_and_nothing_else_does(self, web: str) -> None:
        response, body = ask(web, "/oai", "POST", "verb=ListSets")
        assert response.status == 200
        assert b"setSpec" in body
        assert ask(web, "/", "POST", "a=b")[0].status == 405
        assert ask(web, "/oai", "POST", "verb=Identify&" + "a" * server.FORM_BYTES)[0].status == 405

    def test_it_is_quiet(self, web: str, capfd: pytest.CaptureFixture[str]) -> None:
        ask(web, "/")
        assert capfd.readouterr() == ("", "")

    def test_it_finds_another_port_where_its_own_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.socket() as taken:
            taken.bind((server.HOST, 0))
            taken.listen()
            monkeypatch.setattr(server, "PORT", taken.getsockname()[1])
            with server.serve() as base:
                assert urlsplit(base).port != taken.getsockname()[1]
                _, body = ask(base, "/robots.txt")
                assert f"Sitemap: {base}/sitemap.xml" in body.decode()


def test_keys_do_not_depend_on_the_port() -> None:
    for port in (8765, 40000):
        base = f"http://127.0.0.1:{port}"
        page = read_openalex.parse(openalex.answer("", base).body)
        listed = read_oai.parse(oai.answer("verb=ListRecords&metadataPrefix=oai_dc", base).body)
        assert page.records[0].key == "W9990000001"
        assert listed.records[0].key == f"{oai_records.PREFIX}ninety-four-days"


def test_the_workspace_has_three_sources(tmp_path: Path) -> None:
    from sourcebook.demo import demonstration  # brings in every stage

    for port in (8765, 40000):  # a later run may find another port
        workspace = demonstration.prepare(tmp_path / "demo", f"http://127.0.0.1:{port}")
        sources = workspace.config.sources
        assert [source.name for source in sources] == ["openalex", "oaipmh", "site"]
        assert all(f":{port}/" in source.base_url for source in sources)
        assert all(source.allow_private and source.delay == 0 for source in sources)
        assert "invented works" in workspace.config.base.title


@pytest.mark.parametrize("quiet", [False, True])
def test_it_says_a_line_a_stage_and_what_to_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], quiet: bool
) -> None:
    from crawl.run import Gathered
    from sourcebook.demo import demonstration

    def crawl(workspace: Any, names: Any) -> dict[str, Gathered]:
        served = urlsplit(workspace.config.sources[0].base_url)
        assert ask(f"http://{served.netloc}", f"{served.path}/works")[0].status == 200
        return {"site": Gathered("site", "failed", "no [answer]", records=0, requests=3, failed=3)}

    monkeypatch.setattr(demonstration.gather, "crawl", crawl)
    monkeypatch.setattr(demonstration.stages, "build", lambda workspace, db: {"merge": {"works": 66}})
    workspace, counts = demonstration.build(tmp_path / "a demo", quiet=quiet)
    said = capsys.readouterr().out
    assert counts == {"crawl": {"site": {"records": 0, "requests": 3, "failed": 3}}, "merge": {"works": 66}}
    assert workspace.database.is_file()
    assert ("crawl site: 0 records, 3 requests, 3 failed (no [answer])\nmerge: 66 works\n" in said) is not quiet
    assert (f"sourcebook -C '{tmp_path}/a demo' search" in said) is not quiet
    assert bool(said) is not quiet
