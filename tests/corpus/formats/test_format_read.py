"""What a file is, and what becomes of odd bytes, shared keys and empty entries."""

import pytest

from corpus.errors import SourcebookError
from corpus.formats import read, recognise

RIS = "TY  - JOUR\nTI  - Late payment\nAU  - Osei, Kwame\nPY  - 2019\nER  - \n"
BIB = "@article{osei19,\n  title = {Late payment},\n  year = 2019\n}\n"
WOS = "FN Web of Science\nVR 1.0\nPT J\nAU Osei, K\nTI Late payment\nPY 2019\nUT WOS:1\nER\n\nEF\n"
JSON = '[{"id": "a", "type": "report", "title": "Late payment"}]'
PLAIN = "Title,Abstract\nLate payment,It is late.\n"
SAMPLES = {"ris": RIS, "bibtex": BIB, "wos": WOS, "csl-json": JSON, "csv": PLAIN}


@pytest.mark.parametrize("format", SAMPLES)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_format_is_known_by_its_content(format: str, codec: str, end: str) -> None:
    data = SAMPLES[format].replace("\n", end).encode(codec)
    assert recognise(data, "download") == format
    found = read(data, "download")
    assert (found.format, found.broken) == (format, ())
    assert [one.csl["title"] for one in found.records] == ["Late payment"]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf \r\n", b"\xff\xfe", b"\x00" * 9])
def test_an_empty_file_is_named(data: bytes) -> None:
    with pytest.raises(SourcebookError, match=r"^x\.ris is empty.*ris, bibtex"):
        read(data, "x.ris")


@pytest.mark.parametrize("data", [b"Dear all,\nsee you.", b"%PDF-1.7", b'{"a": 1}', b"<html>a@b.org {x}</html>"])
def test_an_unknown_format_is_named(data: bytes) -> None:
    assert recognise(data, "x.ris") is None
    with pytest.raises(SourcebookError, match=r"^x\.ris is in no format.*Known are ris, bibtex"):
        read(data, "x.ris")


def test_only_a_table_may_be_a_single_column_of_titles() -> None:
    assert recognise(b"Title\nLate payment\n", "titles.csv") == "csv"
    assert recognise(b"Title\nLate payment\n", "notes.txt") is None


def test_a_line_in_an_old_encoding_spoils_no_other() -> None:
    data = "TY  - JOUR\nTI  - Größe\n".encode() + "AU  - Müller, Jörg\n".encode("cp1252") + b"ER  - \n"
    item = read(data, "x").records[0].csl
    assert (item["title"], item["author"]) == ("Größe", [{"family": "Müller", "given": "Jörg"}])


def bib(*entries: tuple[str, str]) -> bytes:
    return "".join(f"@article{{{key},\n title = {{{title}}}\n}}\n" for key, title in entries).encode()


def test_a_shared_key_loses_nothing_and_order_does_not_matter() -> None:
    one, two, three = ("Li2025", "First"), ("Li2025", "Second"), ("Wei2025", "Third")
    keys = {r.csl["title"]: r.key for r in read(bib(one, two, three), "x").records}
    turned = {r.csl["title"]: r.key for r in read(bib(three, two, one), "x").records}
    assert keys == turned
    assert len(set(keys.values())) == 3
    assert keys["Third"] == "Wei2025"


def test_equal_entries_are_counted() -> None:
    same = [("Li2025", "First")] * 3
    keys = [record.key for record in read(bib(*same), "x").records]
    assert len(set(keys)) == 3
    assert keys == [record.key for record in read(bib(*same), "x").records]


def test_without_an_own_key_the_doi_is_the_key_and_then_the_content() -> None:
    table = "title,doi\nLate payment,10.1000/A\nOther,\n"
    with_doi, without = read(table.encode(), "x.csv").records
    assert with_doi.key == "10.1000/a"
    assert len(without.key) == 16
    assert read(table.encode(), "x.csv").records[1].key == without.key


def test_an_entry_that_says_nothing_is_broken_where_it_stands() -> None:
    found = read((RIS + "TY  - JOUR\nAU  - Osei, K.\nER  - \n" + RIS).encode(), "x")
    assert len(found.records) == 2
    assert [(one.position, one.reason) for one in found.broken] == [(2, "It has neither a title nor a DOI.")]
    assert "Osei, K." in found.broken[0].excerpt
