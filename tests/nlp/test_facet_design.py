"""Study design: the more telling cue wins, and phrases that tell nothing are passed over."""

import pytest

from nlp.facets import study_design


@pytest.mark.parametrize(
    ("text", "design"),
    [
        ("A randomised controlled trial with a survey at endline and regression", "experimental"),
        ("A quasi-experiment", "quasi-experimental"),
        ("Multiple-case study with semi-structured interviews", "case-study"),
        ("Semi-structured interviews", "qualitative"),
        ("Supplier evaluation by fuzzy AHP", "other"),
        ("In most cases, the peer review was a business case", None),
        ("", None),
        ("The plant opened in May.", None),
    ],
)
def test_the_more_telling_cue_wins(text: str, design: str | None) -> None:
    assert study_design(text) == design


def test_spelling_does_not_matter() -> None:
    assert study_design("RANDOMIZED EXPERIMENT") == study_design("randomised experiments") == "experimental"
