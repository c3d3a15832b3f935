"""RIS as Scopus, Lens, Dimensions and reference managers write it."""

from typing import Any

from corpus.formats import read

SCOPUS = """TY  - CONF
TI  - Buying from the small
T2  - Conference on Buying, COB 2021
C3  - Lecture Notes in Buying
VL  - 12
SP  - 45
EP  - 67
PY  - 2021
DO  - 10.1000/COB.12
SN  - 12345678 (ISSN); 9781234567897 (ISBN)
AU  - Osei, K.
AU  - van der Berg, J.
A2  - Diallo A.
AB  - Purpose: we ask.
Findings: they answer.
KW  - SMEs
KW  - Procurement
PB  - Example Press
M3  - Conference Paper
LA  - English
N1  - Cited By :3
N1  - References: Someone, S., Something (2001); 
Another, A., Else (2002)
UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-123&doi=10.1000%2fcob.12
ER  - 

"""


def item(text: str) -> dict[str, Any]:
    (record,) = read(text.encode(), "x.ris").records
    return record.csl


def test_every_field_is_kept() -> None:
    assert item(SCOPUS) == {
        "type": "paper-conference",
        "title": "Buying from the small",
        "container-title": "Lecture Notes in Buying",
        "event-title": "Conference on Buying, COB 2021",
        "volume": "12",
        "page": "45-67",
        "issued": {"date-parts": [[2021]]},
        "DOI": "10.1000/cob.12",
        "ISSN": "1234-5678",
        "ISBN": "9781234567897",
        "author": [
            {"family": "Osei", "given": "K."},
            {"family": "Berg", "given": "J.", "non-dropping-particle": "van der"},
        ],
        "editor": [{"family": "Diallo", "given": "A."}],
        "abstract": "Purpose: we ask. Findings: they answer.",
        "keyword": "SMEs; Procurement",
        "publisher": "Example Press",
        "language": "en",
        "URL": "https://www.scopus.com/inward/record.uri?eid=2-s2.0-123&doi=10.1000%2fcob.12",
    }


def test_the_key_is_the_source_s_own() -> None:
    assert read(SCOPUS.encode(), "x").records[0].key == "2-s2.0-123"
    assert read(b"TY  - JOUR\nID  - 000-1\nTI  - A\nER  - ", "x").records[0].key == "000-1"
    assert read(b"TY  - JOUR\nAN  - pub.1\nTI  - A\nER  - ", "x").records[0].key == "pub.1"


def test_a_missing_end_merges_no_entries() -> None:
    found = read(b"TY  - JOUR\nTI  - First\nTY  - JOUR\nTI  - Second\n", "x")
    assert [record.csl["title"] for record in found.records] == ["First", "Second"]


def test_blank_lines_and_single_blanks_before_the_dash_are_read() -> None:
    assert item("TY - BOOK\n\nTI - First\n\nAU - Osei, K.\nER -\n")["author"] == [{"family": "Osei", "given": "K."}]


def test_the_date_that_says_most_and_fits_the_year_counts() -> None:
    assert item("TY  - JOUR\nTI  - A\nPY  - 2021\nDA  - 2021/05/06/\nER  - ")["issued"] == {
        "date-parts": [[2021, 5, 6]]
    }
    assert item("TY  - JOUR\nTI  - A\nPY  - 2021\nDA  - 2020/12/31/\nER  - ")["issued"] == {"date-parts": [[2021]]}


def test_a_report_has_a_number() -> None:
    found = item("TY  - RPRT\nTI  - A\nIS  - 34\nM3  - Working Paper\nPB  - ILO\nCY  - Geneva\nER  - ")
    assert (found["type"], found["number"], found["genre"]) == ("report", "34", "Working Paper")
    assert (found["publisher"], found["publisher-place"]) == ("ILO", "Geneva")


def test_markup_in_abstracts_goes() -> None:
    found = item("TY  - JOUR\nTI  - A &amp; B\nAB  - <jats:p>x&lt;5 <jats:sup>nd</jats:sup></jats:p>\nER  - ")
    assert (found["title"], found["abstract"]) == ("A & B", "x<5 nd")
