"""The ledger's rows, and what it answers when a stage asks what is undone."""

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.archive import Archive
from corpus.database import open_database
from corpus.records import Record
from crawl import statements
from crawl.ledger import Answer, File, Ledger, without_secret
from crawl.outcomes import ARCHIVED, FAILED, OUTCOMES, PASSING, of_status
from crawl.parse import Skipped
from crawl.sources import Source

LIST = Source("list", "oaipmh", base_url="https://repo.example/oai")
SITE = Source("site", "site", start_urls=("https://site.example/",))
URL = "https://site.example/a"
RECORD = Record("k1", {"type": "report", "title": "T", "custom": {"pdf_url": "https://site.example/a.pdf"}})


def ledger(folder: Path, source: Source = SITE) -> Ledger:
    opened = Ledger(open_database(folder / "evidence.db"), Archive(folder / "archive"), source)
    opened.begin()
    return opened


def rows(one: Ledger, table: str, columns: str = "*") -> list[tuple[object, ...]]:
    return one.db.execute(f"SELECT {columns} FROM {table} ORDER BY id").fetchall()


def test_outcomes_are_listed_in_one_place() -> None:
    assert OUTCOMES.keys() >= ARCHIVED | FAILED | PASSING
    statuses = {of_status(status, b"") for status in range(300, 600)}
    assert {ending.outcome for ending in statuses if ending} <= OUTCOMES.keys()
    assert of_status(200, b"") is None
    assert "gave_up" in statements.FINAL


def test_an_answer_is_saved_with_its_records_skipped_items_and_file(tmp_path: Path) -> None:
    one = ledger(tmp_path)
    ids = one.save(
        Answer(
            URL,
            "saved",
            status=200,
            headers=(("ETag", '"1"'),),
            media_type="text/html",
            body=b"<p>",
            next="n",
        ),
        [RECORD],
        [Skipped("k2", "no title")],
        File("a", "text/html"),
    )
    assert rows(one, "fetch", "url, status, outcome, bytes, etag, next, records") == [
        (URL, 200, "saved", 3, '"1"', "n", 1)
    ]
    assert rows(one, "record", "id, key, fetch_id") == [(ids[0], "k1", 1)]
    assert rows(one, "skipped_record", "fetch_id, key, outcome, reason") == [(1, "k2", "broken", "no title")]
    assert rows(one, "file", "record_id, fetch_id, name, media_type, bytes, outcome") == [
        (1, 1, "a", "text/html", 3, None)
    ]
    row = one.last_body(URL)
    assert row is not None
    assert one.body(row) == b"<p>"
    assert one.conditions(URL) == {"If-None-Match": '"1"'}


def test_a_failing_page_leaves_no_half_of_itself(tmp_path: Path) -> None:
    one = ledger(tmp_path)
    with pytest.raises(TypeError):
        one.save(Answer(URL, "saved", body=b"x"), [RECORD, Record("k2", {"odd": object()})])
    assert rows(one, "fetch") == rows(one, "record") == []


def test_an_unchanged_body_is_not_archived_twice(tmp_path: Path) -> None:
    one = ledger(tmp_path)
    for url, body in (
        (URL, b"one"),
        (URL, b"one"),
        ("https://site.example/b", b"one"),
        (URL, b"two"),
        (URL, b"one"),
    ):
        one.save(Answer(url, "saved", status=200, body=body))
    assert rows(one, "fetch", "outcome, warc_offset > 0") == [
        ("saved", 0), ("unchanged", 0), ("saved", 0), ("saved", 1), ("saved", 0),
    ]  # fmt: skip


def test_a_lost_archive_is_filled_again(tmp_path: Path) -> None:
    one = ledger(tmp_path)
    one.save(Answer(URL, "saved", status=200, headers=(("ETag", "1"),), body=b"one"))
    one.archive.close()
    for path in (tmp_path / "archive").iterdir():
        path.unlink()
    assert one.conditions(URL) == {}
    one.save(Answer(URL, "saved", status=200, body=b"one"))
    row = one.last_body(URL)
    assert row is not None
    assert (row["outcome"], one.body(row)) == ("unchanged", b"one")


def test_a_file_is_what_lies_at_its_address_now(tmp_path: Path) -> None:
    one = ledger(tmp_path)
    for body in (b"%PDF-1", b"%PDF-2"):
        one.save(Answer(URL, "saved", status=200, body=body), [RECORD], file=File("a.pdf", "application/pdf"))
        one.db.execute("UPDATE file SET outcome = COALESCE(outcome, 'extracted')")
        if body == b"%PDF-1":
            first = rows(one, "file", "id, sha256")
    one.save(
        Answer(URL + "2", "saved", status=200, body=b"%PDF-2"),
        [RECORD],
        file=File("b.pdf", "application/pdf"),
    )
    assert [row[0] for row in rows(one, "file")] == [first[0][0]]
    assert rows(one, "file", "sha256") != [first[0][1:]]


def test_redirects_are_as_final_as_what_they_led_to(tmp_path: Path) -> None:
    one = ledger(tmp_path)
    way = (("https://site.example/1", 301), ("https://site.example/2", 302))
    one.save(Answer(URL, "saved", status=200, body=b"x", hops=way))
    one.save(Answer("https://site.example/down", "gave_up", "no answer", hops=(("https://site.example/3", 301),)))
    assert rows(one, "fetch", "url, status, outcome, next") == [
        ("https://site.example/1", 301, "redirected", "https://site.example/2"),
        ("https://site.example/2", 302, "redirected", URL),
        (URL, 200, "saved", None),
        ("https://site.example/3", 301, "gave_up", "https://site.example/down"),
        ("https://site.example/down", None, "gave_up", None),
    ]
    assert one.settled("https://site.example/1") is not None
    assert one.settled("https://site.example/3") is None


def test_a_run_that_was_cut_short_goes_on(tmp_path: Path) -> None:
    first = ledger(tmp_path, LIST)
    first.save(Answer("p1", "saved", body=b"1", next="cursor-2"), [RECORD])
    first.save(Answer("p2", "gave_up"))
    second = ledger(tmp_path, replace(LIST, limit=9, delay=0.0))
    assert second.last_page() == "cursor-2"
    assert second.keys() == {"k1"}
    assert second.pdfs() == [(1, "https://site.example/a.pdf")]
    assert not second.asked("p2")
    second.end("finished", "")
    third = ledger(tmp_path, LIST)
    assert third.last["outcome"] == "finished"
    assert third.last_page() is None


def test_another_query_of_the_same_name_begins_anew(tmp_path: Path) -> None:
    first = ledger(tmp_path, LIST)
    first.save(Answer("p1", "saved", body=b"1", next="cursor-2"), [RECORD])
    assert ledger(tmp_path, replace(LIST, set="other")).last_page() is None


def test_a_site_settles_pages_once_until_its_run_is_complete(tmp_path: Path) -> None:
    first = ledger(tmp_path)
    first.save(Answer(URL, "not_found", status=404))
    second = ledger(tmp_path)
    assert second.settled(URL) is not None
    second.end("limit", "")
    assert ledger(tmp_path).settled(URL) is None


def test_what_may_be_absent_is_no_failure(tmp_path: Path) -> None:
    one = ledger(tmp_path)
    one.save(Answer("https://site.example/robots.txt", "not_found", optional=True))
    one.save(Answer(URL, "not_found"))
    one.end("finished", "")
    assert one.counts == {"requests": 2, "records": 0, "failed": 1}


def test_keys_of_interfaces_are_kept_in_no_table(tmp_path: Path) -> None:
    one = ledger(tmp_path)
    url = "https://api.example/works?filter=x&api_key=SECRET&cursor=*"
    one.save(Answer(url, "saved", f"asked {url}", url, 200, body=b"x", hops=((url, 301),), next=without_secret(url)))
    assert "SECRET" not in str(rows(one, "fetch"))
    assert b"SECRET" not in b"".join(path.read_bytes() for path in (tmp_path / "archive").iterdir())
    assert without_secret("https://api.example/works?api_key=SECRET") == "https://api.example/works"
    assert one.last_body(url) is not None
