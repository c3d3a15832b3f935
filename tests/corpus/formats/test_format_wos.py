"""Web of Science's tagged text."""

from corpus.formats import read

SAVED = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Osei, K
   Diallo, A
AF Osei, Kwame
   Diallo, Awa
TI Paying late: what buyers
   do
SO JOURNAL OF BUYING
VL 48
IS 5
BP 748
EP 758
DI 10.1108/ABC
PD MAY 4
PY 2021
DE late payment; SMEs
AB First line
   second line.
SN 2158-107X
EI 2156-5570
BE Meyer, A
DT Article; Early Access
UT WOS:1
ER

PT P
AU INVENTOR A
AE ACME CORP
TI Machine for paying
PN US1; US2
UT DIIDW:2
PT C
GP IEEE
TI No end
UT WOS:3
ER

EF
"""


def test_every_field_is_kept() -> None:
    paper, patent, last = read(SAVED.encode(), "savedrecs.txt").records
    assert paper.key == "WOS:1"
    assert paper.csl == {
        "type": "article-journal",
        "title": "Paying late: what buyers do",
        "container-title": "JOURNAL OF BUYING",
        "volume": "48",
        "issue": "5",
        "page": "748-758",
        "DOI": "10.1108/abc",
        "issued": {"date-parts": [[2021, 5, 4]]},
        "author": [{"family": "Osei", "given": "Kwame"}, {"family": "Diallo", "given": "Awa"}],
        "editor": [{"family": "Meyer", "given": "A"}],
        "keyword": "late payment; SMEs",
        "abstract": "First line second line.",
        "ISSN": "2158-107X, 2156-5570",
    }
    assert (patent.csl["type"], patent.csl["number"]) == ("patent", "US1; US2")
    assert last.csl["author"] == [{"literal": "IEEE"}]
