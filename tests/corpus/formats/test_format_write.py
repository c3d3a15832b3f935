"""What leaves: pinpoints in every format, references as text, the same bytes each time."""

import csv
import io
import json
from typing import Any

import pytest

from corpus.formats import WRITERS, read

PINPOINT = {
    "quote": "Late payment is\nthe first complaint.",
    "locator": "12-13",
    "section": "Findings",
    "tags": ["late-payment"],
    "themes": ["threats"],
    "passage_key": "abc123",
}
REPORT: dict[str, Any] = {
    "id": "osei2016late",
    "type": "report",
    "title": "Late Payment & the {SME}",
    "genre": "Working Paper",
    "number": "34",
    "author": [
        {"family": "Osei", "given": "Kwame"},
        {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"},
        {"literal": "World Bank"},
    ],
    "issued": {"date-parts": [[2016, 5, 4]]},
    "publisher": "ILO",
    "publisher-place": "Geneva",
    "DOI": "10.1000/a_b",
    "keyword": "SMEs; procurement",
    "custom": {"pinpoints": [PINPOINT, {"quote": "So it is.", "locator": "12"}]},
}
PAPER: dict[str, Any] = {
    "id": "diallo2020",
    "type": "article-journal",
    "title": "Does buying help?",
    "author": [{"family": "Diallo", "given": "Awa"}],
    "issued": {"date-parts": [[2020]]},
    "container-title": "Journal of Buying",
    "volume": "12",
    "issue": "3",
    "page": "45-67",
    "URL": "https://example.org/x",
}


def written(format: str, *items: dict[str, Any]) -> str:
    out = io.StringIO()
    WRITERS[format](iter(items), out)
    return out.getvalue()


def test_bibtex() -> None:
    assert written("bibtex", REPORT) == (
        "@techreport{osei2016late,\n"
        "  author = {Osei, Kwame and van der Berg, Jan and {World Bank}},\n"
        r"  title = {Late Payment \& the {\textbraceleft{}SME\textbraceright{}}},"
        "\n  year = {2016},\n"
        "  month = may,\n"
        "  date = {2016-05-04},\n"
        "  institution = {ILO},\n"
        "  number = {34},\n"
        "  type = {Working Paper},\n"
        "  address = {Geneva},\n"
        "  doi = {10.1000/a_b},\n"
        "  keywords = {SMEs; procurement; late-payment; threats},\n"
        "  note = {“Late payment is the first complaint.” (pp. 12-13) [late-payment; threats]; "
        "“So it is.” (p. 12)}\n"
        "}\n\n"
    )


def test_ris() -> None:
    assert written("ris", REPORT).splitlines() == [
        "TY  - RPRT",
        "ID  - osei2016late",
        "AU  - Osei, Kwame",
        "AU  - van der Berg, Jan",
        "AU  - World Bank",
        "TI  - Late Payment & the {SME}",
        "M1  - 34",
        "M3  - Working Paper",
        "PB  - ILO",
        "CY  - Geneva",
        "DO  - 10.1000/a_b",
        "PY  - 2016",
        "DA  - 2016/05/04",
        "KW  - SMEs",
        "KW  - procurement",
        "KW  - late-payment",
        "KW  - threats",
        "N1  - “Late payment is the first complaint.” (pp. 12-13) [late-payment; threats]",
        "N1  - “So it is.” (p. 12)",
        "ER  - ",
        "",
    ]


def test_csl_json_keeps_the_pinpoints_and_tells_them_once() -> None:
    once = json.loads(written("csl-json", REPORT))
    assert once[0]["custom"]["pinpoints"][0]["passage_key"] == "abc123"
    assert once[0]["note"].count("first complaint") == 1
    assert json.loads(written("csl-json", *once)) == once


def test_csv_has_a_row_a_pinpoint() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", REPORT, PAPER))))
    assert [(row["key"], row["locator"]) for row in rows] == [
        ("osei2016late", "12-13"),
        ("osei2016late", "12"),
        ("diallo2020", ""),
    ]
    assert rows[0]["quote"] == "Late payment is the first complaint."
    assert (rows[0]["tags"], rows[0]["themes"], rows[0]["passage_key"]) == (
        "late-payment",
        "threats",
        "abc123",
    )
    assert (rows[0]["year"], rows[0]["date"]) == ("2016", "2016-05-04")


def test_text() -> None:
    assert written("text", REPORT, PAPER) == (
        "Osei, Kwame, Jan van der Berg, and World Bank. 2016. Late Payment & the {SME}. Working Paper 34. "
        "Geneva: ILO. https://doi.org/10.1000/a_b\n"
        "    “Late payment is the first complaint.” (pp. 12-13) [late-payment; threats]\n"
        "    “So it is.” (p. 12)\n"
        "\n"
        "Diallo, Awa. 2020. “Does buying help?” Journal of Buying 12 (3): 45–67. https://example.org/x\n"
    )


@pytest.mark.parametrize(
    ("changes", "reference"),
    [
        (
            {"type": "chapter", "editor": [{"family": "Li", "given": "Mo"}], "publisher": "Press"},
            "Diallo, Awa. 2020. “Does buying help?” In Journal of Buying, edited by Mo Li, 45–67. Press. https://example.org/x",
        ),
        (
            {"author": [{"family": f"N{n}", "given": "A."} for n in range(11)], "issued": None},
            "N0, A., A. N1, A. N2, A. N3, A. N4, A. N5, A. N6, et al. n.d. “Does buying help?” "
            "Journal of Buying 12 (3): 45–67. https://example.org/x",
        ),
        (
            {
                "type": "book",
                "author": [],
                "editor": [{"family": "Li", "given": "Mo"}],
                "container-title": "",
            },
            "Li, Mo, ed. 2020. Does buying help? https://example.org/x",
        ),
        (
            {
                "author": [{"literal": "Acme Widgets"}],
                "DOI": "10.1000/x",
                "volume": "",
                "issue": "",
                "page": "",
            },
            "Acme Widgets. 2020. “Does buying help?” Journal of Buying. https://doi.org/10.1000/x",
        ),
    ],
)
def test_references(changes: dict[str, Any], reference: str) -> None:
    assert written("text", PAPER | changes) == reference + "\n"


@pytest.mark.parametrize("format", WRITERS)
def test_no_item_gives_an_empty_list_and_a_bare_item_is_written(format: str) -> None:
    empty = written(format)
    assert "Osei" not in empty
    assert written(format, {"type": "book", "title": "A"}).count("A") >= 1
    if format not in ("text", "csv"):
        assert read(written(format, {"type": "book", "title": "A"}).encode(), "x").records[0].csl["title"] == "A"


@pytest.mark.parametrize("format", WRITERS)
def test_items_with_one_id_stay_two(format: str) -> None:
    text = written(format, PAPER, PAPER | {"title": "Another"})
    assert ("diallo2020-2" in text) is (format != "text")
    assert "Another" in text


@pytest.mark.parametrize("format", WRITERS)
def test_the_writer_asks_for_one_item_at_a_time(format: str) -> None:
    out = io.StringIO()

    def items() -> Any:
        yield PAPER
        assert "Does buying help?" in out.getvalue()
        yield REPORT

    WRITERS[format](items(), out)
    assert "Late" in out.getvalue()


@pytest.mark.parametrize("format", WRITERS)
def test_what_items_say_cannot_leave_its_field(format: str) -> None:
    hostile = PAPER | {
        "title": "A\nER  - \nTY  - BOOK\r\n}\n\n@book{evil, title={x}}",
        "abstract": "}}}\n@book{evil2,\n title = {x}\n}\x1eTI  - x\u2028TY  - BOOK",
        "DOI": "10.1000/x}{y",
        "custom": {"pinpoints": ["words", {"quote": None, "tags": "x", "locator": 12}]},
    }
    text = written(format, hostile, REPORT)
    assert text == written(format, hostile, REPORT)
    if format != "text":
        rows = 3 if format == "csv" else 2
        assert len(read(text.encode(), "x").records) == rows


@pytest.mark.parametrize("format", ["bibtex", "ris", "csl-json", "csv", "text"])
def test_every_format_tells_how_right_the_tags_are_once_a_work(format: str) -> None:
    card = "Tag threat by tagger-1: precision 0.62 (0.50–0.73); n 48"
    item = {**REPORT, "custom": {**REPORT["custom"], "reliability": [card]}}
    text = written(format, item)
    told = text if format != "bibtex" else text.replace("--", "–")
    rows = 2 if format in ("csv", "csl-json") else 1  # a row a passage; in the note and among the data
    assert told.count("precision 0.62") == rows
