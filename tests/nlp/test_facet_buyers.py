"""Buyers: organisations that the passage itself shows buying, and those beside the same words that do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.facets.buyers import find_buyers
from nlp.facets.files import toml
from nlp.facets.programmes import NONE, load_programmes
from nlp.facets.words import words
from nlp.taxonomy import SHIPPED


def buyers(text: str, *entities: str, label: str = "ORG") -> list[str]:
    spans = [(text.index(e), text.index(e) + len(e), label) for e in entities]
    return [f.value for f in find_buyers(words(text), spans, NONE)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("they supply to Veltro", ["Veltro"]),
        ("the mill supplies Veltro with cloth", ["Veltro"]),
        ("beans are sold to the German retailer Veltro", ["Veltro"]),
        ("firms sew shirts for Veltro", ["Veltro"]),
        ("firms sold beans to Veltro, Omnit and Kardo", ["Veltro", "Omnit", "Kardo"]),
        ("both Veltro and Omnit buy from villages", ["Veltro", "Omnit"]),
        ("then Veltro’s small suppliers left", ["Veltro"]),
        ("then Veltro trained its suppliers", ["Veltro"]),
        ("buyers such as Veltro and Omnit", ["Veltro", "Omnit"]),
        ("brands like Veltro", ["Veltro"]),
        ("with Veltro, the retailer", ["Veltro"]),
        ("the largest customer, Veltro, pays late", ["Veltro"]),
        ("Veltro buys maize", ["Veltro"]),
        ("with Veltro, which sources maize here", ["Veltro"]),
        ("a contract with Veltro", ["Veltro"]),
        ("under the tender of Veltro", ["Veltro"]),
        ("sold to Veltro; again sold to Veltro", ["Veltro"]),
    ],
)
def test_words_that_show_a_buyer(text: str, found: list[str]) -> None:
    assert buyers(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "then Veltro sells to small firms",
        "suppliers such as Veltro",
        "the supplier Veltro",
        "they buy yarn from Veltro",
        "a contract with the NGO Veltro",
        "a contract with Veltro, a donor agency",
        "a contract with the Veltro Foundation",
        "they never sold to Veltro",
        "they did not supply Veltro",
        "the depot supplies Veltro to shops",
        "they sold out. Veltro came",
        "then Veltro, a supplier to retailers, closed",
        "Garment suppliers wait",
        "Workshops buy yarn",
        "sold to Kenya and to SMEs",
        "as Veltro (2015) buys",
        "Veltro et al. buy from villages",
        "the brand Veltro",
        "sold to Mary Otieno",
    ],
)
def test_words_that_show_none(text: str) -> None:
    assert buyers(text, *(["Mary Otieno"] if "Mary" in text else []), label="PERSON") == []


def test_an_agency_is_a_buyer_only_where_it_buys() -> None:
    assert buyers("they signed a contract with UNIDO") == []
    assert buyers("there UNICEF procures desks") == ["UNICEF"]


def test_a_place_is_a_buyer_only_by_a_trade() -> None:
    assert buyers("sold to Primark", "Primark", label="GPE") == []
    assert buyers("sold to the retailer Primark", "Primark", label="GPE") == ["Primark"]


def test_a_programme_is_none() -> None:
    text = words("a contract with Rainforest Alliance")
    assert find_buyers(text, [], load_programmes(SHIPPED / "procurement")) == []


def test_every_cue_says_something() -> None:
    for name, known in toml("buyers.toml").items():
        assert known, name
        assert all(words(one).folded for one in known), name


HEAP = "sold to Veltro , . ( and 's suppliers such as the retailer buys from never NGO Omnit Foundation its – ’".split()


@given(st.lists(st.sampled_from(HEAP), max_size=30))
def test_any_heap_of_telling_words_can_be_read(heap: list[str]) -> None:
    text = " ".join(heap)
    assert all(name in text for name in buyers(text))


@pytest.mark.parametrize(
    "text", ["sold to " * 3000, "Veltro " * 3000, "Veltro, " * 2000, "supplier " * 3000 + "Veltro"]
)
def test_long_and_hostile_text_is_read(text: str) -> None:
    assert len(find_buyers(words(text), [], NONE)) <= 1
