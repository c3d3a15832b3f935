"""Sectors: strong and weak cues, phrases that show nothing, divisions of manufacturing."""

import pytest

from nlp.facets.files import toml
from nlp.facets.sectors import find_sectors
from nlp.facets.words import words


def sectors(text: str, title: str = "") -> list[str]:
    return [f.value for f in find_sectors(words(text), words(title))]


def test_a_division_brings_its_section() -> None:
    assert sectors("Garment workers") == ["C", "C14"]


def test_a_weak_cue_needs_a_second_or_the_title() -> None:
    assert sectors("The retailer waits") == []
    assert sectors("The retailer and the dealer wait") == ["G"]
    assert sectors("They wait", "A retailer's tale") == ["G"]
    assert sectors("The retailer, that is, the retailers") == []


@pytest.mark.parametrize(
    "text",
    ["food for thought", "data mining", "mining of data", "Wood, J. (2001)", "the riverbank", "a construct of trust",
     "construction of an index", "building trust", "it serves", "random forests", "close-knit ties"],
)  # fmt: skip
def test_phrases_that_show_nothing(text: str) -> None:
    assert sectors(text, text) == []


def test_capitals_tell_information_technology_from_a_pronoun() -> None:
    assert sectors("IT services") == ["J"]
    assert sectors("it services the loan") == []


def test_what_shows_nothing_of_one_sector_may_show_another() -> None:
    assert sectors("coffee shops") == ["I"]


@pytest.mark.parametrize("text", ["dairies", "Tanneries", "auto-parts", "knitters", "fishermen", "randomly SAWMILLS"])
def test_plurals_hyphens_and_case_do_not_matter(text: str) -> None:
    assert sectors(text)


def test_every_section_and_division_of_manufacturing_has_cues() -> None:
    data = toml("sectors.toml")
    assert set(data) == set("ABCDEFGHIJKLMNOPQRSTU") | {f"C{n}" for n in range(10, 34)}
    for code, sector in data.items():
        strong, weak, none = ({words(cue).folded for cue in sector[key]} for key in ("cues", "weak", "not"))
        assert not strong & weak | strong & none | weak & none, code
