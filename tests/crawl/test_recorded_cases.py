"""Each folder `<parser>/<case>/` holds an answer as it comes and, in `parsed.json`, what is to be read.

`python tests/crawl/test_recorded_cases.py` writes `parsed.json` anew, for you to look over.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from corpus.records import clean
from crawl.parse import crossref, oaipmh, openalex, page, sitemap

HERE = Path(__file__).parent
URL = "https://site.example/reports/index"
PARSERS: dict[str, Callable[[bytes], Any]] = {
    "openalex": openalex.parse,
    "crossref": crossref.parse,
    "oaipmh": oaipmh.parse,
    "page": lambda body: page.parse(body, URL),
    "sitemap": lambda body: sitemap.parse(body, URL),
}
CASES = sorted(path for parser in PARSERS for path in (HERE / parser).glob("*/answer.*"))


def parsed(answer: Path) -> Any:
    return clean(asdict(PARSERS[answer.parent.parent.name](answer.read_bytes())))


@pytest.mark.parametrize("answer", CASES, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_answer_is_read_as_recorded(answer: Path) -> None:
    expected = json.loads((answer.parent / "parsed.json").read_text("utf-8"))
    assert parsed(answer) == expected


def test_there_are_cases_of_every_parser() -> None:
    assert {path.parent.parent.name for path in CASES} == set(PARSERS)


if __name__ == "__main__":
    for case in CASES:
        text = json.dumps(parsed(case), ensure_ascii=False, indent=1, sort_keys=True)
        (case.parent / "parsed.json").write_text(text + "\n", "utf-8")
