"""Agreement: published examples with their sums, laws, and cases that have no figure."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import verdicts
from corpus.database import open_database
from corpus.verdicts import Verdict
from nlp.agreement import agreement, cohen_kappa, krippendorff_alpha

ANSWERS = st.sampled_from("abc")


def pairs(table: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
    """The answers of two reviewers that a table of counts sums up."""
    cells = [(i, j) for i, row in enumerate(table) for j, number in enumerate(row) for _ in range(number)]
    return [i for i, _ in cells], [j for _, j in cells]


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        # 50 applications, yes or no: observed 35/50 = 0.7; by chance (25·30 + 25·20)/2500 = 0.5; 0.2/0.5 = 0.4
        ([[20, 5], [10, 15]], 0.4),
        # 200 patients, three classes: observed 140/200 = 0.7; by chance (100·120 + 60·60 + 40·20)/40000 = 0.41;
        # 0.29/0.59 = 0.4915
        ([[88, 10, 2], [14, 40, 6], [18, 10, 12]], 29 / 59),
        # as alike as chance would have it
        ([[4, 4], [4, 4]], 0.0),
        # never the same: observed 0; by chance 0.5; -0.5/0.5
        ([[0, 5], [5, 0]], -1.0),
    ],
)
def test_kappa_of_worked_examples(table: list[list[int]], kappa: float) -> None:
    assert cohen_kappa(*pairs(table)) == pytest.approx(kappa)


def test_alpha_of_two_observers_and_two_values() -> None:
    # Krippendorff (2011), binary data: 10 units, 4 of which differ; 14 zeros and 6 ones among 20 values.
    # Ordered pairs that differ: 8 seen, 2·14·6 = 168 by chance; 1 - 19·8/168 = 0.095
    meg, owen = "0100000010", "1110010000"
    assert krippendorff_alpha(list(zip(meg, owen, strict=True))) == pytest.approx(1 - 19 * 8 / 168)


def test_alpha_of_two_observers_and_five_values() -> None:
    # Krippendorff (2011), nominal data: 12 units, 3 of which differ; a 4, b 6, c 6, d 6, e 2 among 24 values.
    # 6 seen, 24² - (16 + 36 + 36 + 36 + 4) = 448 by chance; 1 - 23·6/448 = 0.692
    ben, gerry = "aabbdcccedda", "babbbccceddd"
    assert krippendorff_alpha(list(zip(ben, gerry, strict=True))) == pytest.approx(0.692, abs=0.0005)


def test_alpha_of_four_observers_with_values_missing() -> None:
    # Krippendorff (2011), nominal data with missing values: the last unit has one value and drops out; 9 ones, 13 twos,
    # 10 threes, 5 fours, 3 fives are left. Units 2, 6 and 8 differ: 6/3 + 12/3 + 6/3 = 8 seen,
    # 40² - (81 + 169 + 100 + 25 + 9) = 1216 by chance; 1 - 39·8/1216 = 0.743
    observers = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    units = [[None if answer == "." else answer for answer in unit] for unit in zip(*observers, strict=True)]
    assert krippendorff_alpha(units) == pytest.approx(1 - 39 * 8 / 1216)


@pytest.mark.parametrize("answers", [[], [True], [True, True], ["a"] * 9])
def test_where_there_was_nothing_to_tell_apart_there_is_no_figure(answers: list[object]) -> None:
    assert cohen_kappa(answers, answers) is None
    assert krippendorff_alpha([(answer, answer) for answer in answers]) is None


def test_who_always_says_the_same_agrees_by_chance_alone() -> None:
    assert cohen_kappa([True, True, True, True], [True, False, True, False]) == 0.0


def test_units_that_one_judged_do_not_count() -> None:
    assert krippendorff_alpha([["a", None], [None, "b"], [None, None]]) is None
    judged = [["a", "a"], ["b", "b"], ["a", "b"]]
    assert krippendorff_alpha([*judged, ["a", None]]) == krippendorff_alpha(judged)


@given(st.lists(ANSWERS).filter(lambda answers: len(set(answers)) > 1))
def test_perfect_agreement_is_one(answers: list[str]) -> None:
    assert cohen_kappa(answers, answers) == pytest.approx(1)
    assert krippendorff_alpha([(answer,) * 3 for answer in answers]) == pytest.approx(1)


@given(st.lists(st.tuples(ANSWERS, ANSWERS)))
def test_the_order_of_two_reviewers_does_not_matter(units: list[tuple[str, str]]) -> None:
    a, b = [x for x, _ in units], [y for _, y in units]
    assert cohen_kappa(a, b) == cohen_kappa(b, a)
    assert cohen_kappa(a, b) is None or -1 <= cohen_kappa(a, b) <= 1  # type: ignore[operator]


@given(st.lists(st.lists(st.one_of(st.none(), ANSWERS), min_size=3, max_size=3)), st.permutations([0, 1, 2]))
def test_the_order_of_reviewers_units_and_names_does_not_matter(
    units: list[list[str | None]], order: list[int]
) -> None:
    alpha = krippendorff_alpha(units)
    renamed = {"a": "x", "b": "y", "c": "z", None: None}
    other = krippendorff_alpha([[renamed[unit[i]] for i in order] for unit in reversed(units)])
    assert other == (alpha if alpha is None else pytest.approx(alpha))
    assert alpha is None or alpha <= 1


@given(st.lists(st.tuples(ANSWERS, ANSWERS)))
def test_alpha_is_scotts_pi_for_a_small_sample(units: list[tuple[str, str]]) -> None:
    """For two observers alpha is pi + (1 - pi) / n, n being the number of values (Krippendorff 2011)."""
    values = [answer for unit in units for answer in unit]
    n = len(values)
    chance = sum((values.count(answer) / n) ** 2 for answer in set(values))
    if n == 0 or chance == 1:
        assert krippendorff_alpha(units) is None
        return
    pi = (sum(a == b for a, b in units) / len(units) - chance) / (1 - chance)
    assert krippendorff_alpha(units) == pytest.approx(pi + (1 - pi) / n)


def test_agreement_is_told_by_pair_and_tag_and_for_all(tagged_base: Path) -> None:
    db = open_database(tagged_base / "evidence.db")
    said = {"Ama": "ynyy", "Ben": "ynny", "Cleo": "yn  "}
    for who, answers in said.items():
        for passage, answer in enumerate(answers, start=1):
            for verdict in {"y": ["add"], "n": ["reject"]}.get(answer, []):
                verdicts.say(db, Verdict(f"passage{passage}", "threat", verdict, who, "2025-03-01T10:00:00Z"))
    verdicts.say(db, Verdict("passage1", "experience", "confirm", "Ama", "2025-03-01T10:00:00Z"))
    verdicts.resolve(db, Verdict("passage3", "threat", "confirm", "Chair", "2025-03-01T10:00:00Z"))
    found = {(one.reviewers, one.tag): one for one in agreement(db)}
    assert list(found) == [
        (group, tag)
        for group in (("Ama", "Ben"), ("Ama", "Cleo"), ("Ben", "Cleo"), ("Ama", "Ben", "Cleo"))
        for tag in (None, "threat")
    ]
    one = found[("Ama", "Ben"), "threat"]
    # observed 3/4; by chance (3·2 + 1·2)/16 = 1/2
    assert (one.n, one.same, one.kappa) == (4, 0.75, 0.5)
    assert (found[("Ama", "Cleo"), None].n, found[("Ama", "Cleo"), None].alpha) == (2, 1)
    assert found[("Ama", "Ben", "Cleo"), None].kappa is None
    # units of 3, 3, 2 and 2 values, one of which differs: 2 seen; 6 yes and 4 no: 48 by chance; 1 - 9·2/48
    assert found[("Ama", "Ben", "Cleo"), None].alpha == pytest.approx(1 - 9 * 2 / 48)


def test_nobody_to_agree_with(tagged_base: Path) -> None:
    db = open_database(tagged_base / "evidence.db")
    verdicts.say(db, Verdict("passage1", "threat", "confirm", "Ama", "2025-03-01T10:00:00Z"))
    assert agreement(db) == []
