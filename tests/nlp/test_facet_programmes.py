"""Programmes by their aliases, of which some need company."""

from pathlib import Path

import pytest

from corpus.errors import SourcebookError
from nlp.facets.programmes import NONE, find_programmes, load_programmes
from nlp.facets.words import words
from nlp.taxonomy import SHIPPED

FOLDER = SHIPPED / "procurement"


def programmes(text: str, title: str = "") -> list[str]:
    return [f.value for f in find_programmes((words(text), words(title)), load_programmes(FOLDER))]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("SCORE training in 40 plants", ["score"]),
        ("The ILO brought SCORE to Ghana", ["score"]),
        ("a credit SCORE of 700", []),
        ("they score high with the ILO", []),
        ("Better Work reached every factory", ["better-work"]),
        ("Better work in every factory", []),
        ("Better Factories Cambodia", ["better-factories-cambodia"]),
        ("the FIP trained factory managers", ["factory-improvement-programme"]),
        ("a FIP for the tuna fishery", ["fishery-improvement-project"]),
        ("FIP scores rose", []),
        ("GlobalG.A.P., GLOBALGAP and SA 8000", ["globalgap", "sa8000"]),
        ("B-BBEE, SBIR and develoPPP", ["bbbee", "sbir", "developpp"]),
        ("UNDP's Supplier Development Programme", ["undp-sdp"]),
        ("our supplier development programme", []),
    ],
)
def test_names_and_their_company(text: str, keys: list[str]) -> None:
    assert programmes(text) == keys


def test_company_may_stand_in_the_title() -> None:
    assert programmes("SCORE began in 2009.", "An ILO evaluation") == ["score"]


def test_loading_is_cached() -> None:
    assert load_programmes(FOLDER) is load_programmes(FOLDER)


def test_a_taxonomy_without_programmes_has_none(tmp_path: Path) -> None:
    assert load_programmes(tmp_path) is NONE


@pytest.mark.parametrize("text", ["[x", "[x]\nname = 'X'", "x = 1", "[x]\nname = 'X'\naliases = [1]"])
def test_a_broken_file_is_explained(tmp_path: Path, text: str) -> None:
    (tmp_path / "programmes.toml").write_text(text, "utf-8")
    with pytest.raises(SourcebookError, match="cannot be read"):
        load_programmes(tmp_path)
