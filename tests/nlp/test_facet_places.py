"""Countries and regions: names that are also something else, and names that several countries have."""

import pycountry
import pytest

from nlp.facets.files import rows
from nlp.facets.gazetteer import gazetteer, parts
from nlp.facets.places import find_places
from nlp.facets.words import words

CITIES_OF_NOTE = 300


def places(text: str, kind: str = "country") -> list[str]:
    return [f.value for f in find_places([(words(text), [])]) if f.kind == kind]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Traders from Guinea, Guinea-Bissau and Papua New Guinea", ["GN", "GW", "PG"]),
        ("Nigerien and Nigerian millers", ["NE", "NG"]),
        ("suppliers in Jordan", ["JO"]),
        ("Jordan Smith chairs the board", []),
        ("as (Chad, 2009) has it", []),
        ("Chad, J. and others", []),
        ("Israel, G. D. (1992)", []),
        ("a survey in Ghana (2015)", ["GH"]),
        ("surveys in Jordan (2015)", ["JO"]),
        ("mills in Athens, Georgia", ["US"]),
        ("mills in Tbilisi, Georgia", ["GE"]),
        ("tell us what US buyers pay in US$", ["US"]),
        ("JOIN US NOW AND SAVE MONEY", []),
        ("Hyderabad in Pakistan", ["PK"]),
        ("Hyderabad is full of start-ups", ["IN"]),
        ("Spanish-speaking staff", []),
        ("KENYA", ["KE"]),
        ("The Netherlands and the Gambia", ["NL", "GM"]),
    ],
)
def test_names_are_told_from_their_doubles(text: str, codes: list[str]) -> None:
    assert places(text) == codes


def test_a_country_brings_its_regions_and_words_bring_theirs() -> None:
    assert places("Ghanaian firms in the Maghreb and South-East Asia", "region") == [
        "sub-saharan-africa", "north-africa", "south-east-asia",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["in sub-Saharan Africa", "Sub-Saharan African firms", "in Sub-saharan Africa"])
def test_a_region_that_begins_small(text: str) -> None:
    assert places(text, "region") == ["sub-saharan-africa"]


def test_two_regions_in_one_phrase() -> None:
    assert places("Latin America and the Caribbean", "region") == ["latin-america", "caribbean"]


def test_every_member_state_is_known_by_name_and_has_a_region() -> None:
    ours = {row["code"]: row for row in rows("countries.csv")}
    codes = {country.alpha_2 for country in pycountry.countries}
    assert set(ours) - codes == {"XK"}  # Kosovo: the code in use, which ISO 3166 leaves to users
    assert len(ours) >= 195
    known = gazetteer()
    for code, row in ours.items():
        assert places(row["label"]) == [code], row["label"]
        assert set(parts(row["regions"])) <= set(known.labels), row["label"]
        assert parts(row["regions"]), row["label"]


def test_cities_of_note() -> None:
    cities = [row for row in rows("places.csv") if row["kind"] == "city"]
    assert sum(len(parts(row["names"])) for row in cities) >= CITIES_OF_NOTE
    assert {row["code"] for row in cities} <= {row["code"] for row in rows("countries.csv")}
