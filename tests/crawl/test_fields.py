"""Dates, DOIs, languages, licences, markup and names, as sources write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.parse import fields
from crawl.parse.names import author, name


@pytest.mark.parametrize(
    ("given", "doi"),
    [
        ("https://doi.org/10.5555/ABC", "10.5555/abc"),
        ("http://dx.doi.org/10.5555/a%2Fb", "10.5555/a/b"),
        ("doi: 10.5555/x(95)1-3", "10.5555/x(95)1-3"),
        ("urn:doi:10.5555/x", "10.5555/x"),
        ("https://repo.example/10.5555/x", ""),
        ("10.5555", ""),
        ("", ""),
    ],
)
def test_doi(given: str, doi: str) -> None:
    assert fields.doi(given) == doi


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ("2021-03-09T10:00:00Z", [2021, 3, 9]),
        ("2021/3", [2021, 3]),
        ("2021", [2021]),
        ("2021-02-30", [2021, 2]),
        ("2021-13-01", [2021]),
        ("0021-01-01", None),
        ("20210309", None),
        ("March 2021", None),
    ],
)
def test_issued(given: str, parts: list[int] | None) -> None:
    assert fields.issued(given) == ({"date-parts": [parts]} if parts else None)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("eng", "en"),
        ("fre", "fr"),
        ("fra", "fr"),
        ("en_US", "en"),
        ("PT-br", "pt"),
        ("German", "de"),
        ("und", "und"),
    ],
)
def test_language(given: str, code: str) -> None:
    assert fields.language(given) == code


def test_licence_has_a_short_name_where_its_address_is_known() -> None:
    assert fields.licence("http://creativecommons.org/licenses/by-nc-nd/4.0/legalcode") == "cc-by-nc-nd-4.0"
    assert fields.licence("https://press.example/Terms") == "https://press.example/terms"


def test_plain_keeps_what_only_looks_like_markup() -> None:
    assert fields.plain("if a &lt; b and c &gt; d, x<sub>2</sub>") == "if a < b and c > d, x2"
    assert fields.plain("<p>One\n line</p><p>Two</p>") == "One line\nTwo"


@given(st.text())
def test_plain_leaves_no_line_empty_and_is_done_at_once_on_text(text: str) -> None:
    lines = fields.plain(text).split("\n")
    assert lines == [""] or all(line == line.strip() and line for line in lines)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Ngozi Okafor", {"family": "Okafor", "given": "Ngozi"}),
        ("Okafor, Ngozi", {"family": "Okafor", "given": "Ngozi"}),
        ("Ludwig van der Rohe", {"family": "van der Rohe", "given": "Ludwig"}),
        ("Martin King Jr.", {"family": "King", "given": "Martin", "suffix": "Jr."}),
        ("King, Jr., Martin", {"family": "King", "given": "Martin", "suffix": "Jr."}),
        ("Van Morrison", {"family": "Morrison", "given": "Van"}),
        ("International Labour Office", {"literal": "International Labour Office"}),
        ("王小明", {"literal": "王小明"}),
        ("  ", {}),
    ],
)
def test_name(given: str, expected: dict[str, str]) -> None:
    assert name(given) == expected


def test_author_takes_the_printed_name_where_its_comma_tells_the_family_name() -> None:
    assert author("DOS SANTOS, Maria", "Maria dos Santos") == {"family": "dos Santos", "given": "Maria"}
    assert author("M. Santos", "Maria Santos") == {"family": "Santos", "given": "Maria"}
    assert author("M. Santos", "") == {"family": "Santos", "given": "M."}


@given(st.text())
def test_name_loses_no_word(text: str) -> None:
    short = " ".join(text.split())[:300]
    kept = " ".join(name(text).values()).replace(",", " ").split()
    assert sorted(kept) == sorted(short.replace(",", " ").split())
