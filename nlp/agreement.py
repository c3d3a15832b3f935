"""How far reviewers agree: Cohen's kappa for two, Krippendorff's alpha for any number."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlite_utils import Database

from corpus import verdicts

Ratings = dict[tuple[str, str], dict[str, bool]]
"""What each reviewer says, by passage key and tag: True where the tag holds (confirm, add), False for reject."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far `reviewers` agree on `tag`, or on all tags where that is None.

    `n` counts the passages and tags that two or more of them judged, `same` is the share of these on which all said
    the same. Kappa is for two; both coefficients are None where they are undefined.
    """

    reviewers: tuple[str, ...]
    tag: str | None
    n: int
    same: float
    kappa: float | None
    alpha: float | None


def cohen_kappa(a: Sequence[Hashable], b: Sequence[Hashable]) -> float | None:
    """Agreement of two reviewers beyond chance, from -1 to 1; `a` and `b` say what each said of the same units.

    None where there are no units, or where both gave all units the same one answer, so that chance alone would have
    them agree. Cohen (1960), A coefficient of agreement for nominal scales.
    """
    n = len(a)
    same = sum(x == y for x, y in zip(a, b, strict=True))
    first, second = Counter(a), Counter(b)
    chance = sum(first[answer] * second[answer] for answer in first)  # times n²
    return (n * same - chance) / (n * n - chance) if n * n > chance else None


def krippendorff_alpha(units: Iterable[Sequence[Hashable | None]]) -> float | None:
    """Agreement beyond chance of any number of reviewers, at most 1.

    A unit holds what each said of it, None for nothing; units that fewer than two judged do not count. None where none
    is left, or where all answers are the same one, so that there was nothing to tell apart.
    Krippendorff (2011), Computing Krippendorff's alpha-reliability, nominal data.
    """
    answers: Counter[Hashable] = Counter()
    differing = 0.0
    for unit in units:
        given = Counter(answer for answer in unit if answer is not None)
        judged = given.total()
        if judged > 1:
            answers += given
            differing += unlike(given) / (judged - 1)
    by_chance = unlike(answers)
    return 1 - (answers.total() - 1) * differing / by_chance if by_chance else None


def unlike(answers: Counter[Hashable]) -> int:
    """How many ordered pairs of the answers differ."""
    return answers.total() ** 2 - sum(number * number for number in answers.values())


def agreement(db: Database) -> list[Agreement]:
    """How far each pair of reviewers agrees, then all together where there are more than two; overall, then by tag."""
    ratings = read_ratings(db)
    names = sorted({who for said in ratings.values() for who in said})
    groups = [*combinations(names, 2), *([tuple(names)] if len(names) > 2 else [])]
    tags = [row[0] for row in db.execute("SELECT tag FROM tag ORDER BY position").fetchall()]
    found = (of_group(ratings, group, tag) for group in groups for tag in (None, *tags))
    return [one for one in found if one]


def read_ratings(db: Database) -> Ratings:
    """Everything that people said; a resolution is nobody's rating."""
    ratings: Ratings = {}
    for one in verdicts.everything_said(db):
        ratings.setdefault((one.passage_key, one.tag), {})[one.who] = one.holds
    return ratings


def of_group(ratings: Ratings, group: tuple[str, ...], tag: str | None) -> Agreement | None:
    """How far the reviewers of `group` agree; None where no two of them judged the same."""
    units = [[said.get(who) for who in group] for (_, name), said in ratings.items() if tag in (None, name)]
    units = [unit for unit in units if sum(answer is not None for answer in unit) > 1]
    if not units:
        return None
    same = sum(len({answer for answer in unit if answer is not None}) == 1 for unit in units) / len(units)
    kappa = cohen_kappa(*zip(*units, strict=True)) if len(group) == 2 else None
    return Agreement(group, tag, len(units), same, kappa, krippendorff_alpha(units))
