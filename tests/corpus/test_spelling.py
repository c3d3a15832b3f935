import pytest

from corpus.documents.spelling import HYPHEN, clean_text, mended, vocabulary


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ("pro|cure", "procure"),
        ("low|income", "low-income"),
        ("valley|wide", "valleywide"),
        ("sub|Saharan", "sub-Saharan"),
        ("face-to|face", "face-to-face"),
        ("grain|mill", "grain-mill"),
        ("1990|95", "1990-95"),
    ],
)
def test_words_cut_in_two_are_spelt_as_in_the_rest_of_the_document(cut: str, whole: str) -> None:
    known = vocabulary(["a low-income grower, a valleywide list", "the grain of the mill"])
    assert mended(cut.replace("|", HYPHEN), known) == whole


def test_halves_of_words_are_no_vocabulary() -> None:
    known = vocabulary([f"he pro{HYPHEN}", "cures the maize-", "field"])
    assert sorted(known) == ["he", "the"]


@pytest.mark.parametrize(
    ("drawn", "clean"),
    [
        ("e\ufb03cient \ufb02our", "efficient flour"),
        ("\uf0b7 seed", "• seed"),
        ("a\xa0mill\u2009in\x00\tOti\u200b", "a mill in Oti"),
        ("so\u00adld", "sold"),
    ],
)
def test_characters_are_made_plain(drawn: str, clean: str) -> None:
    assert clean_text(drawn) == clean
