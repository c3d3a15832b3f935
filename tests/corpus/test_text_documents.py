import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents import OUTCOMES, media_type_of, read
from corpus.passages import cut

PAGE = """Mills and Buyers

Home
About
Contact us

Downloads 1,3 Mb
page 3/41
1 2 3 4 ... 41

1.1 How the mills began

In the valley of the Oti, eleven mills grind sorghum for one brewer. The brewer
set up a school for millers in its second year, and trained 140 of them by the
end of the third.

Barriers

Mills pay for grain in cash but are paid after ninety days.
- Banks ask for land as security.
- Few millers own land.

Share this page

© Example Press 2019 | Imprint
"""


def test_sections_are_found_and_furniture_is_dropped() -> None:
    document = read(PAGE.encode(), "text/plain", "mills.txt")
    assert (document.title, document.language, document.outcome) == ("Mills and Buyers", "en", "extracted")
    assert [section.heading for section in document.sections] == ["1.1 How the mills began", "Barriers"]
    text = "\n".join(section.text for section in document.sections)
    assert "trained 140 of them by the end of the third." in text
    assert not any(word in text for word in ("Home", "41", "Imprint", "Share", "Mb"))
    assert all(section.page_starts == () for section in document.sections)


def test_a_whole_sentence_survives_its_surroundings() -> None:
    passages = cut(read(PAGE.encode(), None, "mills.txt").sections)
    assert passages[0].text.endswith("and trained 140 of them by the end of the third.")
    assert "• " not in passages[0].text
    assert passages[1].text.endswith("- Banks ask for land as security. - Few millers own land.")


def test_lines_that_are_paragraphs_stay_apart_and_wrapped_lines_are_joined() -> None:
    long = "The brewer set up a school for the millers of the valley in its second year, as others had. " * 2
    document = read(f"{long.strip()}\n{long.strip()}\n".encode(), None, "a.txt")
    assert document.sections[0].text == f"{long.strip()}\n\n{long.strip()}"


def test_markdown_marks_are_taken_off() -> None:
    text = "# Mills\n\n## What **they** earn\n\nThe *eleven* mills earn __little__ in most of the years.\n"
    document = read(text.encode(), None, "a.md")
    assert document.title == "Mills"
    assert document.sections[0].heading == "What they earn"
    assert document.sections[0].text == "The eleven mills earn little in most of the years."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_told(encoding: str) -> None:
    sentence = "Die Mühle verkauft ihr Mehl für 40 € – an einen Händler, der spät zahlt."
    document = read(sentence.encode(encoding), None, "a.txt")
    assert document.sections[0].text == sentence


def test_a_download_cut_off_within_a_character_is_still_utf8() -> None:
    sentence = "Die Mühle verkauft ihr Mehl an einen Händler."
    data = f"{sentence}\n\n€".encode()[:-1]
    assert [section.text for section in read(data, None, "a.txt").sections] == [sentence]


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (b"", "empty"),
        (b" \n\x00\x00 ", "empty"),
        (b"Home\n\nAbout\n\n1 2 3", "empty"),
        (b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)) * 4, "unknown_type"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(200)), "unknown_type"),
        (b"\x01\x02\x03\x04\x05\x06" * 40, "unknown_type"),
        (b"%PDF-1.4 and nothing more", "damaged"),
        (b"a sentence of words. " * 1_000_000, "too_large"),
    ],
)
def test_what_cannot_be_read_has_a_named_outcome_and_a_reason(data: bytes, outcome: str) -> None:
    document = read(data, None, "some_file.bin")
    assert (document.outcome, document.title, document.sections) == (outcome, "some file", ())
    assert document.reason


@pytest.mark.parametrize(
    ("data", "said", "found"),
    [
        (b"junk\n" * 20 + b"%PDF-1.7", "text/html", "application/pdf"),
        (b"<!DOCTYPE html><p>x", "application/pdf", "text/html"),
        ("<html><p>x".encode("utf-16"), None, "text/html"),
        (b"Let a < b and b > c. So a < c.", None, "text/plain"),
        (b"x" * 2000 + b"<p>late", "text/html; charset=utf-8", "text/html"),
        (b"x" * 2000 + b"<p>late", None, "text/plain"),
        (b"\x00\x01\x02", "text/plain", None),
    ],
)
def test_the_content_decides_the_media_type(data: bytes, said: str | None, found: str | None) -> None:
    assert media_type_of(data, said) == found


@given(st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_any_bytes_end_in_a_named_outcome(data: bytes) -> None:
    document = read(data, None, "x")
    assert document.outcome in OUTCOMES
    assert bool(document.sections) == (document.outcome == "extracted")
