import pytest
from making_pdfs import drawn, report

from corpus.documents import REFERENCES, read
from corpus.passages import cut

FIRST = (
    "The brewer opened a school for millers in its second year in the valley. It had trained one hundred and "
    "forty of them by the end of the third year, most of them women who owned the mills that they ran. Those "
    "who came from far away slept in the hall of the parish. "
)
SECOND = "Buyers pay after ninety days, although the contracts promise thirty. Most mills borrow to bridge this. "
REFERENCE = "Osei, K. ({year}). Mills and buyers of the valley. Journal of Invented Trade, {n}(2), 11–29."
STORY = [
    ("title", "Mills and Buyers of the Valley"),
    ("heading", "1. How the mills began"),
    ("body", FIRST * 3),
    ("page", ""),
    ("heading", "2. Late payment"),
    ("body", SECOND * 3),
    ("page", ""),
    ("body", SECOND * 2),
    ("heading", "References"),
    *(("body", REFERENCE.format(year=2000 + n, n=n)) for n in range(5)),
]


def test_pages_headings_and_text_come_out() -> None:
    document = read(report(STORY, head="Valley papers, volume 4"), "application/pdf", "x.pdf")
    assert (document.outcome, document.pages, document.language) == ("extracted", 3, "en")
    assert document.title == "Mills and Buyers of the Valley"
    assert [s.heading for s in document.sections] == ["1. How the mills began", "2. Late payment", REFERENCES]
    assert document.sections[0].text == (FIRST * 3).strip()
    assert document.sections[1].page_starts == ((0, 2), (document.sections[1].text.rindex("\n\n") + 2, 3))


def test_running_heads_and_page_numbers_are_dropped() -> None:
    document = read(report(STORY, head="Valley papers, volume 4"), None, "x.pdf")
    text = "\n".join(section.text for section in document.sections)
    assert "Valley papers" not in text
    assert not any(line.strip() in ("1", "2", "3") for line in text.split("\n"))


def test_passages_know_their_pages_and_references_yield_none() -> None:
    passages = cut(read(report(STORY), None, "x.pdf").sections)
    first = {(p.page_first, p.page_last) for p in passages if p.section == "1. How the mills began"}
    assert first == {(1, 1)}
    assert {p.page_first for p in passages if p.section == "2. Late payment"} == {2, 3}
    assert not any("Journal" in p.text for p in passages)


def test_metadata_outranks_the_page_and_log_in_names_are_no_authors() -> None:
    document = read(report(STORY, title="Valley mills: a study", author="Awa Diallo; jdoe"), None, "x.pdf")
    assert (document.title, document.authors) == ("Valley mills: a study", ("Awa Diallo",))
    word = read(report(STORY, title="Microsoft Word - draft7.doc", author="user"), None, "x.pdf")
    assert (word.title, word.authors) == ("Mills and Buyers of the Valley", ())


def test_words_cut_at_line_ends_are_mended_as_the_document_spells_them() -> None:
    lines = [
        "Millers pro-",
        "cure grain from low-",
        "income growers by the valley-",
        "wide auction, and some of them trans-",
        "port it. A low-income grower and a valleywide list are known to them.",
    ]
    data = drawn([(60, 700 - 12 * i, 10, line) for i, line in enumerate(lines)])
    text = read(data, None, "x.pdf").sections[0].text
    assert text.startswith(
        "Millers procure grain from low-income growers by the valleywide auction, and some of them transport"
    )


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [
        "The left column speaks about mills",
        "which sell their flour to a large",
        "brewer, and which are paid too",
    ]
    right = [
        "late to buy grain for the next",
        "season. Nobody else in the valley",
        "would buy so much of their flour.",
    ]
    lines = [(60, 700 - 12 * i, 10, line) for i, line in enumerate(left)]
    lines += [(320, 700 - 12 * i, 10, line) for i, line in enumerate(right)]
    assert read(drawn(lines), None, "x.pdf").sections[0].text == " ".join(left + right)


def test_small_print_below_the_text_does_not_cut_a_sentence_in_two() -> None:
    first = [
        (60, 700, 10, "In the valley of the Oti, eleven mills grind"),
        (60, 688, 10, "sorghum, sold to"),
    ]
    note = [(60, 120, 7, "1 The mills were counted twice, in spring and in autumn.")]
    second = [(60, 700, 10, "one brewer, who pays for it"), (60, 688, 10, "after ninety days and more.")]
    found = read(drawn([*first, *note], second), None, "x.pdf").sections
    assert found[0].text.endswith("sorghum, sold to one brewer, who pays for it after ninety days and more.")
    assert [page for _, page in found[0].page_starts] == [1, 2]
    assert (found[1].heading, found[1].page_starts) == ("Notes", ((0, 1),))


def test_the_year_is_printed_on_page_one_or_else_that_of_the_file() -> None:
    printed = read(report([("title", "Mills and Buyers, 2014"), *STORY]), None, "x.pdf")
    unprinted = read(report(STORY), None, "x.pdf")
    assert printed.year == 2014
    assert unprinted.year is not None
    assert unprinted.year > 2014


@pytest.mark.parametrize(
    ("data", "outcome", "pages"),
    [
        (drawn([(60, 700, 10, "The mill sells flour to the brewer.")], password="secret"), "encrypted", None),
        (drawn([], []), "scanned", 2),
        (drawn(*[[(60, 700, 10, "Scan 7")]] * 3), "scanned", 3),
        (report(STORY)[:300], "damaged", None),
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, "damaged", None),
    ],
)
def test_what_cannot_be_read_has_a_named_outcome(data: bytes, outcome: str, pages: int | None) -> None:
    document = read(data, "application/pdf", "the_file.pdf")
    assert (document.outcome, document.pages, document.title) == (outcome, pages, "the file")
    assert document.reason


def test_a_file_cut_off_keeps_what_can_be_read_or_is_damaged() -> None:
    data = report(STORY)
    outcomes = {read(data[: len(data) * i // 12], None, "x.pdf").outcome for i in range(1, 12)}
    assert outcomes <= {"extracted", "damaged", "scanned", "empty"}


def test_the_same_bytes_give_the_same_document() -> None:
    data = report(STORY)
    assert read(data, None, "x.pdf") == read(data, None, "x.pdf")
