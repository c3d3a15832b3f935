"""CSV and TSV: the dialects, and rows out of shape."""

import csv
import io
from typing import Any

import pytest

from corpus.formats import WRITERS, read
from corpus.formats.dialects import DIALECTS


def table(header: list[str], *rows: list[str], delimiter: str = ",", before: str = "") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([header, *rows])
    return (before + out.getvalue()).encode("utf-8-sig")


def item(data: bytes, format: str) -> dict[str, Any]:
    found = read(data, "x")
    assert (found.format, found.broken) == (format, ())
    return found.records[0].csl


SCOPUS = [
    "Authors",
    "Title",
    "Source title",
    "Link",
    "Affiliations",
    "Source",
    "Editors",
    "Page start",
    "Page end",
    "EID",
]


def scopus(authors: str, editors: str = "") -> list[str]:
    return [
        authors,
        "T",
        "J",
        "https://x.example/?eid=2-s2.0-9&doi=1",
        "",
        "Scopus",
        editors,
        "12",
        "19",
        "2-s2.0-9",
    ]


@pytest.mark.parametrize(
    ("authors", "families"),
    [
        ("Xue J., Wang Q., Zhang M.", ["Xue", "Wang", "Zhang"]),
        ("Fatima Z., Waseemullah, Zardari S.", ["Fatima", "Waseemullah", "Zardari"]),
        ("Zeng H.; Li R.Y.M.", ["Zeng", "Li"]),
        ("Zeng, Huiling (57928967900); Li, Rita Yi Man (35189135600)", ["Zeng", "Li"]),
        ("[No author name available]", []),
    ],
)
def test_scopus_has_written_authors_in_several_ways(authors: str, families: list[str]) -> None:
    found = item(table(SCOPUS, scopus(authors)), "scopus-csv")
    assert [name.get("family") or name["literal"] for name in found.get("author", [])] == families


def test_scopus_glues_editors() -> None:
    found = item(table(SCOPUS, scopus("Xue J.", "Ng A.H.C.Holm M.von Cieminski G.Abd. Aziz R.")), "scopus-csv")
    assert [name["family"] for name in found["editor"]] == ["Ng", "Holm", "Cieminski", "Abd. Aziz"]
    assert found["page"] == "12-19"


def test_web_of_science() -> None:
    row = {
        "Publication Type": "J",
        "Authors": "Osei, K",
        "Author Full Names": "Osei, Kwame",
        "Article Title": "T",
        "Source Title": "JOURNAL",
        "Author Keywords": "late payment; SMEs",
        "Publication Date": "JUL 3",
        "Publication Year": "2023",
        "ISSN": "1234-5678",
        "eISSN": "2345-678X",
        "Issue": "5, SI",
        "Article Number": "e12",
        "DOI": "10.1000/X",
        "UT (Unique WOS ID)": "WOS:1",
    }
    found = item(table(list(row), list(row.values())), "wos-csv")
    assert found["author"] == [{"family": "Osei", "given": "Kwame"}]
    assert (found["issue"], found["issued"]) == ("5", {"date-parts": [[2023, 7, 3]]})
    assert (found["ISSN"], found["page"], found["keyword"]) == (
        "1234-5678, 2345-678X",
        "e12",
        "late payment; SMEs",
    )


def test_web_of_science_with_tabs() -> None:
    data = table(
        ["PT", "AU", "TI", "SO", "PY", "UT"],
        ["J", "Osei, K; Li, M", "T", "J", "2020", "WOS:1"],
        delimiter="\t",
    )
    assert len(item(data, "wos-tab")["author"]) == 2


def test_lens() -> None:
    header = [
        "Lens ID",
        "Title",
        "Date Published",
        "Publication Year",
        "Publication Type",
        "ISSNs",
        "Author/s",
    ]
    row = ["000-1", "T", "2022-03-07", "2022", "book chapter", "14327643; 14337479", "Kwame Osei; Awa Diallo"]
    found = item(table(header, row), "lens-csv")
    assert (found["type"], found["issued"]) == ("chapter", {"date-parts": [[2022, 3, 7]]})
    assert found["ISSN"] == "1432-7643, 1433-7479"


def test_dimensions_has_its_header_on_the_second_row() -> None:
    header = [
        "Publication ID",
        "Title",
        "PubYear",
        "Pagination",
        "Publication Type",
        "Authors",
        "Dimensions URL",
    ]
    data = table(
        header,
        ["pub.1", "T", "2021", "591-594", "Article", "Osei, K.; Diallo, A.", "https://d.example/pub.1"],
        before='"About the data: title, abstract",,\n',
    )
    assert item(data, "dimensions-csv")["page"] == "591-594"
    assert read(data, "x").records[0].key == "pub.1"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_plain_table_needs_a_title(delimiter: str) -> None:
    data = table(["ID", "Authors", "TITLE", "Abstract"], ["7", "Osei, K.", "T, and; more", "A\nb"], delimiter=delimiter)
    assert item(data, "csv") == {
        "id": "7",
        "type": "document",
        "author": [{"family": "Osei", "given": "K."}],
        "title": "T, and; more",
        "abstract": "A b",
    }


def test_a_quote_that_never_closes_costs_its_row() -> None:
    found = read(b'title,year,doi\nOne,2001,\n"Two,2002,\nThree,2003,\nSay "four",2004,\n"Fi"ve,2005,\n', "x")
    assert [record.csl["title"] for record in found.records] == ["One", "Three", 'Say "four"', "Five"]
    assert [(one.position, one.excerpt) for one in found.broken] == [(2, '"Two,2002,')]


def test_a_row_with_too_many_cells_is_broken_and_a_short_one_is_not() -> None:
    found = read(b"title,year\nOne,2001,extra\nTwo\nThree,2003,,\n", "x")
    assert [record.csl["title"] for record in found.records] == ["Three"]
    assert [one.reason for one in found.broken] == [
        "It has 3 cells where the header has 2.",
        "It has 1 cells where the header has 2.",
    ]


def test_blank_rows_are_no_entries() -> None:
    assert len(read(b"title,year\n\nOne,2001\n,\n\n", "x").records) == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_becomes_a_formula_and_none_is_changed_for_the_reader(start: str) -> None:
    out = io.StringIO()
    poisoned = f'{start}HYPERLINK("http://x")'
    WRITERS["csv"]([{"id": "a", "type": "book", "title": poisoned, "author": [{"literal": f"{start}body"}]}], out)
    cells = [cell for row in csv.reader(io.StringIO(out.getvalue())) for cell in row]
    assert not [cell for cell in cells if cell.startswith(start)]
    assert read(out.getvalue().encode(), "x").records[0].csl["title"] == poisoned


def test_the_dialects_do_not_shadow_each_other() -> None:
    for dialect in DIALECTS:
        assert next(d for d in DIALECTS if d.signature <= dialect.signature) is dialect
