"""BibTeX, well formed and not."""

from typing import Any

import bibtexparser
import pytest

from corpus.formats import read

WELL_FORMED = r"""% a note about x@example.org {none}
@comment{jabref-meta: {nothing}}
@string{ilo = "International Labour Office"}
@preamble{"\newcommand{\x}{y}"}
@techreport{osei:19,
  author = {Osei, Kwame and van der Berg, Jr., Jan and {World Bank}},
  title = {Late {SME} Payment in M{\"u}nchen \& {\O}sterbro},
  institution = ilo # " and " # {others},
  address = {Geneva}, type = "Working Paper",
  number = 34, year = 2019, month = mar,
  url = {https://example.org/a_b%20c~d},
  keywords = {SMEs, procurement},
  abstract = {First line
    second line with "quotes" and 5% of $10.}
}
"""


def items(text: str) -> list[dict[str, Any]]:
    return [record.csl for record in read(text.encode(), "x.bib").records]


def test_every_field_is_kept() -> None:
    assert items(WELL_FORMED) == [
        {
            "id": "osei:19",
            "type": "report",
            "genre": "Working Paper",
            "number": "34",
            "title": "Late SME Payment in München & Østerbro",
            "author": [
                {"family": "Osei", "given": "Kwame"},
                {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der", "suffix": "Jr."},
                {"literal": "World Bank"},
            ],
            "publisher": "International Labour Office and others",
            "publisher-place": "Geneva",
            "issued": {"date-parts": [[2019, 3]]},
            "URL": "https://example.org/a_b%20c~d",
            "keyword": "SMEs; procurement",
            "abstract": 'First line second line with "quotes" and 5% of $10.',
        }
    ]


def test_where_the_library_reads_an_entry_it_reads_the_same() -> None:
    library: Any = bibtexparser
    parser = library.bparser.BibTexParser(ignore_nonstandard_types=False, common_strings=True)
    (theirs,) = library.loads(WELL_FORMED, parser).entries
    (ours,) = items(WELL_FORMED)
    assert theirs["ID"] == ours["id"]
    assert theirs["institution"] == ours["publisher"]
    assert theirs["number"] == ours["number"]


TWO = "@article{b,\n title = {Two}\n}"


@pytest.mark.parametrize(
    "text",
    [
        "@article{a,\n title = {One},\n year = {2001}\n}\n" + TWO,
        "@article{a,\n title = {One},\n year = {2001}\n} @article{b, title = {Two}}",
        "@article{a,\n title = {One},\n year = {2001}\n\n" + TWO,
        "@article{a,\n title = {One},\n year = {2001} @article{b, title = {Two}}",
        "@article{a,\n title = {One},\n abstract = {no { end},\n year = {2001}\n}\n" + TWO,
        "@article{a,\n abstract = {one too } many},\n title = {One},\n year = {2001}\n}\n" + TWO,
        "@article{a,\n note = {x}},\n title = {One},\n year = {2001}\n}\n" + TWO,
        "@article{a,\n ???,\n title = {One},\n year = {2001}\n}\n" + TWO,
        '@article{a,\n title = "One",\n year = 2001,\n note = "open\n}\n@article{b,\n title = {Two}\n}',
        "@article(a,\n title = {One},\n year = {2001}\n)\n" + TWO,
        "@article{a b,\n funding\u00a0text 1 = {x},\n title = {One},\n year = {2001}}\n@article{,\n title = {Two}\n}",
    ],
)
def test_no_entry_is_lost_whatever_the_braces(text: str) -> None:
    found = items(text)
    assert [item["title"] for item in found] == ["One", "Two"]
    assert found[0]["issued"] == {"date-parts": [[2001]]}


def test_a_repaired_entry_says_so() -> None:
    (found,) = items("@article{a,\n title = {One},\n abstract = {no { end},\n year = {2001}\n}\n")
    assert "did not balance" in found["custom"]["repaired"]


def test_an_entry_without_fields_is_broken() -> None:
    found = read(b"@article{a}\n@article{b, title = {Two}}", "x")
    assert [one.position for one in found.broken] == [1]
    assert [record.key for record in found.records] == ["b"]


def test_web_of_science_wraps_values_twice() -> None:
    (found,) = items(
        "@inproceedings{ ISI:0001,\nAuthor = {Diallo, Awa and Townson,\n   Peter},\n"
        "Editor = {{Chova, LG and Torres, IC}},\n"
        "Title = {{Paying ``late{''}}},\nBooktitle = {{PROC}},\nYear = {{2018}},\n"
        "Month = {{MAY 4}},\n"
        "Unique-ID = {{ISI:0001}},\nISSN = {{1234-5678}},\nEISSN = {{2345-6789}},\n}"
    )
    assert found["title"] == "Paying “late”"
    assert [name["family"] for name in found["author"]] == ["Diallo", "Townson"]
    assert [name["family"] for name in found["editor"]] == ["Chova", "Torres"]
    assert found["issued"] == {"date-parts": [[2018, 5, 4]]}
    assert found["ISSN"] == "1234-5678, 2345-6789"


def test_scopus_kinds_pages_and_editors() -> None:
    (found,) = items(
        "@CONFERENCE{Ng20,\nauthor={Ng, A.},\ntitle={T},\njournal={Notes},\nyear={2020},\npages={79 - 96},\n"
        "editor={Ng A.H.C., Holm M.},\nnote={cited By 3},\ndocument_type={Conference Paper},\n"
        "url={https://www.scopus.com/inward/record.uri?eid=2-s2.0-77&doi=x},\n}"
    )
    assert (found["type"], found["page"]) == ("paper-conference", "79-96")
    assert [name["family"] for name in found["editor"]] == ["Ng", "Holm"]
    assert "note" not in found


def test_hostile_input_ends() -> None:
    for text in (
        "@a{" * 3000,
        "@a{b, c = " + "{" * 20000,
        "@a{b,\n" + "\n" * 20000,
        '@a{b, t = "' + "{}" * 9999,
    ):
        read(("@book{ok, title = {T}}\n" + text).encode(), "x")
