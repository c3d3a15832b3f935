"""What training refuses before it takes an hour, and how passages are put into folds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import SourcebookError
from nlp import examples, taxonomy, train
from nlp.examples import Example

TERMS = taxonomy.load("procurement")


def known() -> list[Example]:
    """Forty passages of as many titles, half of which carry every tag."""
    return [
        Example(f"p{n}", f"Title {n}", "Words.", TERMS.top if n % 2 else (), ("threat/late_payment",) if n % 2 else ())
        for n in range(40)
    ]


def test_passages_of_one_document_are_in_one_fold() -> None:
    passages = [Example(f"p{n}", f"Title {n % 10}", "Words.", ()) for n in range(100)]
    folds = train.folds_of(passages)
    assert set(folds) == set(range(train.FOLDS))
    assert all(len({folds[n] for n in range(100) if n % 10 == title}) == 1 for title in range(10))
    assert np.array_equal(folds, train.folds_of(passages))


def test_passages_without_a_title_are_on_their_own() -> None:
    folds = train.folds_of([Example(f"p{n}", "", "Words.", ()) for n in range(40)])
    assert abs(int((folds == 0).sum()) - 20) <= 1


def test_what_can_be_learned_passes() -> None:
    passages = known()
    train.check(TERMS, passages, examples.labels(passages, TERMS))


def test_a_tag_that_nothing_carries_is_named() -> None:
    passages = [replace(one, tags=tuple(tag for tag in one.tags if tag != "relevance")) for one in known()]
    with pytest.raises(SourcebookError, match="'relevance'"):
        train.check(TERMS, passages, examples.labels(passages, TERMS))


def test_a_label_that_is_misspelt_is_named() -> None:
    with pytest.raises(SourcebookError, match=r"'p1' is labelled 'oportunity'\. Did you mean 'opportunity'"):
        examples.labels([Example("p1", "", "Words.", ("oportunity",))], TERMS)


def test_floors_that_cannot_be_read_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "quality.toml").write_text("[folds]\nweather = 0.5\n")
    passages = known()
    with pytest.raises(SourcebookError, match=r"quality\.toml"):
        train.check(replace(TERMS, folder=tmp_path), passages, examples.labels(passages, TERMS))


def test_what_is_judged_counts_by_its_origin() -> None:
    passages = [
        Example("w", "", "Words.", ()),
        Example("r", "", "Words.", (), origin="real"),
        Example("h", "", "Words.", (), judged=("threat",), origin="review"),
    ]
    weights = train.weights_of(passages, TERMS)
    assert (weights[0] == 1).all()
    assert (weights[1] == train.WEIGHTS["real"]).all()
    assert weights[2].sum() == train.WEIGHTS["review"]
    assert train.kinds(passages) == {"written": 1, "real": 1, "review": 1}
