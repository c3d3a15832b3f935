"""The parsers on real recorded answers of OpenAlex, Crossref and Zenodo."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from crawl.parse import Page, crossref, oaipmh, openalex

API = Path(__file__).parents[2].parent / "shared/data/api"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not API.is_dir(), reason="the recorded answers of ../shared/data/api are absent"),
]


def answers(name: str, part: str) -> list[dict[str, Any]]:
    with gzip.open(API / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [answer for answer in map(json.loads, file) if part in answer["url"] and "text" in answer]


def pages(name: str, part: str, parse: Any) -> list[tuple[dict[str, Any], Page]]:
    return [(answer, parse(answer["text"].encode())) for answer in answers(name, part)]


@pytest.mark.parametrize(
    ("name", "part", "parse", "fewest"),
    [
        ("openalex", "/works?filter=", openalex.parse, 440),
        ("crossref", "/works?", crossref.parse, 440),
        ("oaipmh-zenodo", "verb=ListRecords", oaipmh.parse, 200),
    ],
)
def test_nearly_all_items_become_records_with_a_title(name: str, part: str, parse: Any, fewest: int) -> None:
    found = [page for _, page in pages(name, part, parse)]
    records = [record for page in found for record in page.records]
    assert len(records) >= fewest
    assert all(record.key and record.csl["title"] and record.csl["type"] for record in records)
    dated = sum(bool(record.csl["issued"]) for record in records)
    assert dated >= 0.85 * len(records)


def test_refusals_are_errors_with_the_servers_words() -> None:
    refused = [page for answer, page in pages("openalex", "DOESNTEXIST", openalex.parse) if answer["status"] == 400]
    assert refused
    assert all("not a valid" in page.error for page in refused)
    (cursor,) = (page for answer, page in pages("crossref", "cursor=thing", crossref.parse))
    assert "cursor" in cursor.error.lower()


def test_openalex_abstracts_keep_every_word() -> None:
    lengths = []
    for answer, page in pages("openalex", "/works?filter=", openalex.parse):
        works = {openalex.key(work): work for work in json.loads(answer["text"]).get("results", [])}
        for record in page.records:
            index = works[record.key].get("abstract_inverted_index") or {}
            lengths.append((sum(map(len, index.values())), len(record.csl["abstract"].split())))
    assert sum(given > 0 for given, _ in lengths) > 200
    strayed = [(given, kept) for given, kept in lengths if abs(given - kept) > 0.1 * given + 3]
    assert len(strayed) <= 0.02 * len(lengths), strayed  # formulas lose their markup


def test_zenodos_errors_come_with_status_422() -> None:
    errors = [
        (answer, page)
        for answer, page in pages("oaipmh-zenodo", "ListRecords", oaipmh.parse)
        if answer["status"] == 422
    ]
    assert len(errors) >= 4
    for answer, page in errors:
        nothing = "noRecordsMatch" in answer["text"]
        assert (page == Page()) == nothing
        assert page.expired == ("badResumptionToken" in answer["text"])


def test_zenodos_lists_go_on_by_token_until_the_last_page() -> None:
    lists = [page for answer, page in pages("oaipmh-zenodo", "ListRecords", oaipmh.parse) if answer["status"] == 200]
    assert {bool(page.next) for page in lists} == {True, False}
