"""Real reports, articles and odd files; they are read here and never copied."""

import re
from pathlib import Path

import pypdfium2
import pytest

from corpus.documents import OUTCOMES, Document, read
from corpus.passages import cut
from corpus.prose import fold

DATA = Path(__file__).parents[2].parent / "shared" / "data"
PDFS = sorted(DATA.glob("pdf/*/*.pdf"))
ODD = {
    "empty.pdf": "empty",
    "malformed-from-issue-932.pdf": "scanned",
    "multi_page.pdf": "extracted",
    "multicolumn.pdf": "extracted",
    "normal_4pages.pdf": "extracted",
    "ocr_test.pdf": "scanned",
    "password-example.pdf": "encrypted",
    "right_to_left_01.pdf": "extracted",
    "skipped_1page.pdf": "extracted",
}

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not PDFS, reason="../shared/data is absent"),
]


def document_of(path: Path) -> Document:
    return read(path.read_bytes(), None, path.name)


@pytest.mark.parametrize("path", PDFS, ids=lambda path: path.name)
def test_every_file_ends_in_its_outcome(path: Path) -> None:
    document = document_of(path)
    assert document.outcome in OUTCOMES
    assert document.outcome == ODD.get(path.name, "extracted")
    assert document.title
    assert (document.reason is None) == (document.outcome == "extracted")


@pytest.mark.parametrize("path", [p for p in PDFS if p.parent.name != "odd"], ids=lambda path: path.name)
def test_passages_stand_on_the_pages_that_they_name(path: Path) -> None:
    passages = cut(document_of(path).sections)
    with pypdfium2.PdfDocument(path) as opened:
        pages = [set(re.findall(r"[^\W\d_]{4,}", page.get_textpage().get_text_range())) for page in opened]
    assert len(passages) >= len(pages)
    for passage in passages:
        assert passage.page_first is not None
        assert passage.page_last is not None
        there = set().union(*pages[passage.page_first - 1 : passage.page_last])
        wanted = re.findall(r"[^\W\d_]{4,}", passage.text)
        # words that line ends cut in two stand in no page's list
        assert sum(word in there for word in wanted) >= 0.7 * len(wanted), passage


def test_reports_yield_mostly_passages_of_the_wanted_length() -> None:
    sizes = [
        len(p.text.split()) for path in PDFS if path.parent.name == "reports" for p in cut(document_of(path).sections)
    ]
    assert len(sizes) > 800
    assert sum(20 <= size <= 160 for size in sizes) >= 0.9 * len(sizes)
    assert sum(size > 160 for size in sizes) <= 0.01 * len(sizes)


def test_the_sentence_on_what_score_achieved_survives_whole() -> None:
    passages = cut(document_of(next(DATA.glob("seeds/003*.txt"))).sections)
    found = [p for p in passages if re.search(r"trained more than \d+ SMEs", p.text)]
    assert len(found) == 1
    assert re.search(r"(?:^|[.] )[A-Z][^.]*trained more than \d+ SMEs representing[^.]*[.]", found[0].text)
    text = fold(" ".join(p.text for p in passages))
    assert not re.search(r"Mb\.|©|\b4 5 6 7\b|\d{2}\.\d{2}\.\d{4}", text)


def test_the_action_plan_keeps_its_parts_as_sections() -> None:
    document = document_of(next(DATA.glob("seeds/000*.txt")))
    headings = [section.heading for section in document.sections]
    assert sum(bool(heading and heading.startswith("Part I")) for heading in headings) == 3
    assert any("20(e)" in p.text and "procurement" in p.text for p in cut(document.sections))
