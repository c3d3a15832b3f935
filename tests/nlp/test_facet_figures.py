"""Figures: numbers, units, ranges, shares, and what only looks like a figure."""

import pytest

from nlp.facets.figures import find_figures
from nlp.facets.lookalikes import blanked
from nlp.facets.numbers import scaled, value
from nlp.sentences import pipeline


def figures(text: str) -> list[tuple[str, float | None, str | None]]:
    return [(f.value, f.number, f.unit) for f in find_figures(pipeline()(text))]


def test_the_value_is_the_text_as_it_stands() -> None:
    assert figures("They cover two-thirds of the jobs.") == [("two-thirds of the jobs", 0.6667, "share of jobs")]


def test_a_range_gives_two_figures_of_one_value() -> None:
    assert figures("It rose from 35 to 57 per cent.") == [
        ("35 to 57 per cent", 35.0, "per cent"),
        ("35 to 57 per cent", 57.0, "per cent"),
    ]


def test_two_numbers_joined_by_and_are_no_range() -> None:
    assert figures("Twelve and 20 firms left.") == [("20 firms", 20.0, "firms")]


def test_the_same_figure_twice_is_one() -> None:
    assert len(figures("It took 30 days. It took 30 days.")) == 1


@pytest.mark.parametrize(
    "text",
    ["ISO 9001:2015", "Table 3", "pp. 12-14", "p < .001", "COVID-19", "https://x.example/1/20", "+44 20 7946 0958",
     "24/7", "doi:10.1/2", "2010-2014", "[3, 4]", "95% CI", "at the 1 and 5 per cent level", "Convention No. 87",
     "GB.325/INS/5/2", "r = 0.21", "β = 0.4"],
)  # fmt: skip
def test_lookalikes_are_blanked(text: str) -> None:
    assert not any(c.isdigit() for c in blanked(f"so {text} there"))


@pytest.mark.parametrize("text", ["54,000 workers", "level 30 per cent", "R1.2 million", "2019 rose 12 per cent"])
def test_figures_are_not_blanked(text: str) -> None:
    assert blanked(text) == text


@pytest.mark.parametrize(
    ("text", "number"), [("54,000", 54000), ("54\u202f000", 54000), ("2.4", 2.4), ("Twenty-five", 25), ("a", 1)]
)
def test_numbers_in_figures_and_words(text: str, number: float) -> None:
    assert value(text) == number


def test_scales() -> None:
    assert scaled("a", "hundred thousand") == 100_000
    assert scaled("2.4", "bn") == 2.4e9


@pytest.mark.parametrize(
    "text", ["9" * 5000, "1," * 3000, "a" * 20_000, "p = " + "1" * 5000, "@" * 3000, "٣٤ workers", "½ of"]
)
def test_hostile_numbers(text: str) -> None:
    assert all(number is not None and number < 1e30 for _, number, _ in figures(text))
