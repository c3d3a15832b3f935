"""The pages of a work, a passage and a document, and what leaves of them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from sqlite_utils import Database

from sourcebook.workspace import Workspace

WORKS = "/evidence/work"  # a table of Datasette's own


def tree(response: Any) -> Any:
    return html.fromstring(response.text)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def passage_key(db: Database, text: str) -> str:
    return str(db.execute("SELECT key FROM passage WHERE text = ?", [text]).fetchone()[0])


def test_a_work_shows_its_reference_records_and_passages(get: Callable[..., Any]) -> None:
    page = tree(get("/works/osei2016late"))
    text = " ".join(page.text_content().split())
    assert page.xpath("string(//p[@class='reference'])").startswith("Osei, A. 2016. “Late payment")
    assert "2 of 4 passages hold a tag." in text
    assert "first.ris" in text
    assert page.xpath("//summary[starts-with(., 'Findings')]")
    assert page.xpath("//a[@href='https://example.org/0']")
    assert page.xpath("//a[@href='/browse?country=GH']")
    origin = page.xpath("//details//table//tr[th='title']/td[2]")
    assert [cell.text_content() for cell in origin] == ["first.ris"]


def test_only_web_addresses_become_links(get: Callable[..., Any]) -> None:
    assert not tree(get("/works/diallo2018credit-b")).xpath("//a[text()='At its publisher']")
    assert "javascript:alert(3)" in tree(get(f"{WORKS}/8")).text_content()


@pytest.mark.parametrize("extension", ["", ".bib", ".ris", ".json"])
def test_a_former_key_leads_to_the_work(get: Callable[..., Any], extension: str) -> None:
    response = get(f"/works/oldkey2001{extension}")
    assert response.status_code == 301
    assert response.headers["location"] == f"/works/osei2016late{extension}"


@pytest.mark.parametrize(
    ("extension", "holds"),
    [("bib", "@article{osei2016late"), ("ris", "ID  - osei2016late"), ("json", '"osei2016late"')],
)
def test_a_work_leaves_in_every_format(get: Callable[..., Any], extension: str, holds: str) -> None:
    response = get(f"/works/osei2016late.{extension}")
    assert holds in response.text
    assert f'filename="osei2016late.{extension}"' in response.headers["content-disposition"]
    assert get(f"/works/nobody1900.{extension}").status_code == 404


def test_a_passage_is_shown_in_its_place_and_traced_to_its_source(get: Callable[..., Any], db: Database) -> None:
    page = tree(get(f"/passages/{passage_key(db, 'The buyer pays late.')}"))
    around = [text.strip() for text in page.xpath("//p[@class='around']/text()") if text.strip()]
    assert around == ["The first passage opens.", "The third one closes."]
    row = [" ".join(cell.text_content().split()) for cell in page.xpath("//table[@class='why']/tbody/tr/*")]
    assert row == ["Threat", "0.91", "0.50", "pays late"]
    chain = " ".join(page.xpath("string(//ol[@class='chain'])").split())
    sha256 = db.execute("SELECT sha256 FROM file WHERE id = 1").fetchone()[0]
    for part in ("Page 12", sha256, "https://example.org/report.pdf", "status 200", ".warc.gz at byte 0"):
        assert part in chain
    assert "Source first.ris" in chain


def test_a_passage_of_an_abstract_is_traced_to_its_record(get: Callable[..., Any], db: Database) -> None:
    key = db.execute("SELECT key FROM passage WHERE work_id = 5").fetchone()[0]
    chain = " ".join(tree(get(f"/passages/{key}")).xpath("string(//ol[@class='chain'])").split())
    assert "Abstract of record r4" in chain
    assert "Source first.ris" in chain


def test_what_people_said_is_told(get: Callable[..., Any], db: Database) -> None:
    key = db.execute("SELECT passage_key FROM human_tag WHERE verdict = 'reject'").fetchone()[0]
    text = " ".join(tree(get(f"/passages/{key}")).text_content().split())
    assert "Ama rejected Opportunity on 2025-03-01: it is a wish" in text
    assert "Chair settled the conflict against Opportunity on 2025-03-02: still a wish" in text


@pytest.mark.parametrize("extension", ["bib", "ris", "csv", "txt"])
def test_a_passage_leaves_with_its_page(get: Callable[..., Any], db: Database, extension: str) -> None:
    text = get(f"/passages/{passage_key(db, 'The buyer pays late.')}.{extension}").text
    assert "The buyer pays late." in text
    assert "12" in text


def test_a_passage_leaves_as_csl_json_with_its_locator(get: Callable[..., Any], db: Database) -> None:
    key = passage_key(db, "The buyer pays late.")
    (item,) = json.loads(get(f"/passages/{key}.json").text)
    (pinpoint,) = item["custom"]["pinpoints"]
    assert (pinpoint["passage_key"], pinpoint["locator"], pinpoint["tags"]) == (key, "12", ["threat"])


def test_a_pdf_is_shown_in_a_sandbox(get: Callable[..., Any], documents: dict[str, bytes]) -> None:
    body = documents["application/pdf"]
    response = get(f"/document/{sha256(body)}")
    assert response.content == body
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-disposition"].startswith("inline")
    assert "sandbox" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"


def test_anything_else_is_saved_as_text(get: Callable[..., Any], documents: dict[str, bytes]) -> None:
    body = documents["text/html"]
    response = get(f"/document/{sha256(body)}")
    assert response.content == body
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("sha", ["0" * 64, "0" * 63, "../../etc/passwd", "%2e%2e%2fevidence.db"])
def test_what_the_archive_lacks_is_not_found(get: Callable[..., Any], sha: str) -> None:
    response = get(f"/document/{sha}")
    assert response.status_code in (302, 404)
    assert b"SQLite" not in response.content


def test_a_damaged_archive_is_explained(
    get: Callable[..., Any], workspace: Workspace, documents: dict[str, bytes]
) -> None:
    (file,) = Path(workspace.archive).iterdir()
    kept = file.read_bytes()
    file.write_bytes(b"")
    try:
        response = get(f"/document/{sha256(documents['application/pdf'])}")
    finally:
        file.write_bytes(kept)
    assert response.status_code == 404
    assert "missing or damaged" in response.text
