"""Organisations: agencies by alias, spaCy's entities cleaned, methods and concepts left out."""

import pytest

from nlp.facets.organisations import clean, find_organisations, is_name
from nlp.facets.programmes import NONE, Programmes, load_programmes
from nlp.facets.words import words
from nlp.taxonomy import SHIPPED


def organisations(text: str, *entities: str, programmes: Programmes = NONE) -> list[str]:
    spans = [(text.index(e), text.index(e) + len(e), "ORG") for e in entities]
    return [f.value for f in find_organisations(words(text), spans, programmes)]


def test_an_agency_has_one_value_under_all_its_names() -> None:
    text = "The International Labour Office, the ILO and the International Labour Organization"
    assert organisations(text, "ILO") == ["ILO"]


def test_a_longer_entity_gives_way_to_the_agency_in_it() -> None:
    assert organisations("World Bank Enterprise Surveys", "World Bank Enterprise Surveys") == ["World Bank"]


def test_entities_are_cleaned_and_named_once() -> None:
    text = "so the  Walmart\nInc.'s buyers met Walmart Inc. again"
    assert organisations(text, "the  Walmart\nInc.'s", "Walmart Inc.") == ["Walmart Inc"]


@pytest.mark.parametrize(
    "name",
    ["SEM", "SMEs", "GVCs", "9001", "ISO", "COVID-19", "Suppliers", "Industry 4.0", "lower",
     "Dynamic Capability Theory", "INR 2,300", "Kenya", "Ghana and Togo", "X"],
)  # fmt: skip
def test_what_is_no_organisation(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize("name", ["H&M", "Walmart", "Federation of Kenya Employers", "3M", "Bank of Ghana"])
def test_what_is_one(name: str) -> None:
    assert is_name(clean(name))


def test_a_concept_that_the_text_abbreviates_is_none() -> None:
    assert organisations("resilience of networks (RON) grows; RON matters", "RON") == []


def test_a_word_at_the_start_of_a_sentence_is_none() -> None:
    assert organisations("It rose. Consequence management is weak.", "Consequence") == []


def test_a_programme_is_none() -> None:
    shipped = load_programmes(SHIPPED / "procurement")
    assert organisations("with Rainforest Alliance today", "Rainforest Alliance", programmes=shipped) == []
