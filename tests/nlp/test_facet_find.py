"""All facets of a passage: kinds, order, repetition, and text that means harm."""

from math import isfinite

from hypothesis import given
from hypothesis import strategies as st

from nlp.facets import Facet, find, load_programmes
from nlp.sentences import pipeline
from nlp.taxonomy import SHIPPED

PASSAGE = (
    "With the ILO's SCORE training, 412 garment workshops in Viet Nam cut defects by 38 per cent. "
    "Vietnamese workshops now wait 60 days, as H&M had promised its suppliers."
)
KINDS = ["country", "region", "sector", "programme", "organisation", "buyer", "figure"]


def facets(text: str, title: str = "") -> list[Facet]:
    return find(pipeline()(text), title, load_programmes(SHIPPED / "procurement"))


def test_kinds_stand_in_a_fixed_order_and_each_facet_once() -> None:
    found = facets(PASSAGE)
    assert list(dict.fromkeys(f.kind for f in found)) == KINDS
    assert len(set(found)) == len(found)
    assert Facet("country", "VN", "Viet Nam") in found
    assert Facet("programme", "score", "SCORE: Sustaining Competitive and Responsible Enterprises") in found
    assert Facet("organisation", "ILO", "International Labour Organization") in found
    assert Facet("figure", "60 days", "60 days", 60.0, "days") in found


def test_the_same_passage_gives_the_same_facets() -> None:
    assert facets(PASSAGE, "Garments") == facets(PASSAGE, "Garments")


def test_a_title_gives_places_sectors_and_programmes_but_no_figures() -> None:
    found = facets("They waited.", "Fairtrade coffee in Kenya: 300 farmers at Walmart")
    assert {f.kind for f in found} == {"country", "region", "sector", "programme"}


def test_without_programmes_none_is_found() -> None:
    assert all(f.kind != "programme" for f in find(pipeline()(PASSAGE)))


def test_nothing_in_nothing() -> None:
    assert facets("") == []


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_can_be_read(text: str, title: str) -> None:
    for facet in facets(text, title):
        assert facet.value
        assert facet.label
        assert facet.kind in KINDS
        assert facet.number is None or isfinite(facet.number)


@given(st.lists(st.sampled_from("12 3.5 54,000 % per cent of the half third in ten US$ million - – to and or workers "
                                "Georgia Paris , Texas ( ) U.S. 2019 a one".split(" ")), max_size=25))  # fmt: skip
def test_any_heap_of_telling_words_can_be_read(heap: list[str]) -> None:
    text = " ".join(heap)
    assert facets(text, text) == facets(text, text)
