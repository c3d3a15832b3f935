"""Names, dates, DOIs, languages, and the keys that duplicates share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import csl


@pytest.mark.parametrize(
    "text",
    [
        "10.1000/Ab.C(1)2",
        "https://doi.org/10.1000/ab.c(1)2",
        "http://dx.doi.org/10.1000%2Fab.c%281%292",
        "https://doi.org/10.1000/ab.c(1)2?utm_source=x#top",
        "doi:10.1000/ab.c(1)2.",
        "(DOI 10.1000/ab.c(1)2), see there",
        "https://doi-org.proxy.example.edu/10.1000/ab.c(1)2",
    ],
)
def test_all_spellings_of_a_doi_are_one(text: str) -> None:
    assert csl.doi(text) == "10.1000/ab.c(1)2"


def test_brackets_that_a_doi_opened_stay() -> None:
    assert csl.doi("10.1002/(SICI)1099(199806)49:8<693::AID-X>3.0.CO;2-O") == (
        "10.1002/(sici)1099(199806)49:8<693::aid-x>3.0.co;2-o"
    )


@pytest.mark.parametrize("text", ["", "n/a", "10.1/x", "https://example.org/doi/10.1000/x/pdf", "10.1000/..."])
def test_what_is_no_doi_is_none(text: str) -> None:
    assert csl.doi(text) is None


@given(st.from_regex(r"10\.\d{4,5}/[ -~]{1,20}", fullmatch=True))
def test_a_normalised_doi_is_normal(text: str) -> None:
    if found := csl.doi(text):
        assert csl.doi(found) == found


@pytest.mark.parametrize(
    ("text", "family", "given_name", "rest"),
    [
        ("Osei, Kwame", "Osei", "Kwame", {}),
        ("Kwame Osei", "Osei", "Kwame", {}),
        ("Jan van der Berg", "Berg", "Jan", {"non-dropping-particle": "van der"}),
        ("van der Berg, Jan", "Berg", "Jan", {"non-dropping-particle": "van der"}),
        ("SMITH J.", "SMITH", "J.", {}),
        ("Zeng H.-L.", "Zeng", "H.-L.", {}),
        ("Zeng HL", "Zeng", "HL", {}),
        ("Zeng, HL", "Zeng", "HL", {}),
        ("Mora Buil R. S.", "Mora Buil", "R. S.", {}),
        ("de la Cruz M.A.", "Cruz", "M.A.", {"non-dropping-particle": "de la"}),
        ("Bhat, S.A.", "Bhat", "S.A.", {}),
        ("King, Martin, Jr.", "King", "Martin", {"suffix": "Jr."}),
        ("King, Jr., Martin", "King", "Martin", {"suffix": "Jr."}),
        ("King Jr., Martin", "King", "Martin", {"suffix": "Jr."}),
        ("Martin King Jr.", "King", "Martin", {"suffix": "Jr."}),
        ("Martin King, Jr.", "King", "Martin", {"suffix": "Jr."}),
        ("Yu. A. Petrova", "Petrova", "Yu. A.", {}),
        ("Петров В.И.", "Петров", "В.И.", {}),
        ("bell hooks", "hooks", "bell", {}),
        ("Bank, Dov *", "Bank", "Dov", {}),
    ],
)
def test_names_of_people(text: str, family: str, given_name: str, rest: dict[str, str]) -> None:
    found = csl.name(text)
    assert found == {"family": family, "given": given_name, **rest}
    assert csl.name(csl.inverted(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "World Bank",
        "OECD",
        "Ministry of Labour, Kenya",
        "Food and Agriculture Organization",
        "Acme, Inc.",
        "Unit 8200",
    ],
)
def test_names_of_bodies(text: str) -> None:
    assert csl.name(text) == {"literal": text}
    assert csl.name(csl.inverted({"literal": text})) == {"literal": text}


def test_a_comma_at_the_end_marks_a_body() -> None:
    assert csl.name("Acme Widgets,") == {"literal": "Acme Widgets"}
    assert csl.inverted({"literal": "Acme Widgets"}) == "Acme Widgets,"


@pytest.mark.parametrize("text", ["", " ; ", "[Anonymous]", "[No author name available]"])
def test_nobody_is_nobody(text: str) -> None:
    assert csl.name(text) == {}


def test_names_are_parted_by_the_separator() -> None:
    assert [one["family"] for one in csl.names("Osei, K.; ; Diallo, A.", ";")] == ["Osei", "Diallo"]


@given(st.text(max_size=40))
def test_a_name_written_is_read_as_the_same_name(text: str) -> None:
    found = csl.name(csl.inverted(csl.name(text)))
    assert csl.name(csl.inverted(found)) == found


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2022-03-07", [2022, 3, 7]),
        ("2022/09/12", [2022, 9, 12]),
        ("2021/05//", [2021, 5]),
        ("2020///", [2020]),
        ("MAY 4 2021", [2021, 5, 4]),
        ("4th of May 2021", [2021, 5, 4]),
        ("JAN-FEB 2018", [2018, 1]),
        ("2019-13", [2019]),
        ("2016-02-30", [2016, 2]),
        ("2015-2016", [2015]),
    ],
)
def test_dates(text: str, parts: list[int]) -> None:
    assert csl.date(text) == {"date-parts": [parts]}


@pytest.mark.parametrize("text", ["", "DEC", "20221231", "in press", "0999"])
def test_without_a_year_there_is_no_date(text: str) -> None:
    assert csl.date(text) == {}


@pytest.mark.parametrize(
    ("issued", "year"),
    [
        ({"date-parts": [[2016, 5]]}, 2016),
        ({"date-parts": [["2016"]]}, 2016),
        ({"raw": "May 2016"}, 2016),
        ({"date-parts": []}, None),
        ({"date-parts": [[None]]}, None),
        ("2016", None),
        (None, None),
    ],
)
def test_year(issued: object, year: int | None) -> None:
    assert csl.year({"issued": issued}) == year


def test_titles_that_differ_in_dress_share_a_key() -> None:
    bare = "sme suppliers access to e finance in orsted s cote d ivoire"
    dressed = " <i>SME</i> Suppliers&#8217; access&nbsp;to e-Finance: in &Oslash;rsted&amp;s C&ocirc;te d Ivoire?!"
    assert csl.title_key(dressed) == bare
    assert csl.title_key(bare.upper()) == bare
    assert csl.title_key("H<sub>2</sub>O < 5 & > 3") == "h2o 5 3"


@given(st.text(max_size=60))
def test_a_title_key_is_its_own_key(text: str) -> None:
    assert csl.title_key(csl.title_key(text)) == csl.title_key(text)


@given(st.text("<>&;ampltgsubpi/ ", max_size=40))
def test_plain_text_is_plain(text: str) -> None:
    assert csl.plain(csl.plain(text)) == csl.plain(text)


def test_the_family_key_knows_no_particles_or_accents() -> None:
    for name in ({"family": "Bérg", "non-dropping-particle": "van der"}, {"family": "van der Berg"}):
        assert csl.family_key({"author": [name]}) == "berg"
    assert csl.family_key({"editor": [{"literal": "World Bank"}]}) == "world bank"
    assert csl.family_key({"author": ["Osei", None]}) == ""


def test_authors_in_short() -> None:
    names = [{"family": name} for name in ("Osei", "Diallo", "Meyer", "Li")]
    short = [csl.authors_text({"author": names[:n]}) for n in range(5)]
    assert short == ["", "Osei", "Osei and Diallo", "Osei, Diallo and Meyer", "Osei et al."]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("English", "en"),
        ("en-US", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("Spanish; English", "es"),
        ("zh_CN", "zh"),
    ],
)
def test_languages(text: str, code: str) -> None:
    assert csl.language(text) == code


@pytest.mark.parametrize("text", ["", "Klingonese", "?"])
def test_unknown_languages_are_none(text: str) -> None:
    assert csl.language(text) is None
