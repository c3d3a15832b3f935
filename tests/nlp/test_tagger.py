"""The tagger that ships: what it answers, its reasons, and the floors below which it must not fall."""

import json
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import SourcebookError
from nlp import quality, tagger, taxonomy
from nlp.tagger import Tagger
from sourcebook import evaluation
from sourcebook.workspace import workspace_or_default

LATE = ("", "The supermarket pays its small bakeries only after 120 days, so that they run out of cash for flour.")
NOTHING = ("Moths of the valley", "The moth was seen on warm evenings in June, mostly near the river.")


@pytest.fixture(scope="module")
def model() -> Tagger:
    terms = taxonomy.load("procurement")
    return tagger.load(terms, terms.folder / taxonomy.TAGGER)


def test_a_plain_case_is_tagged_and_a_stranger_is_not(model: Tagger) -> None:
    late, nothing = (model.holds(one) for one in model.score([LATE, NOTHING]))
    assert {"threat", "threat/late_payment"} <= set(late)
    assert nothing == {}


def test_answers_keep_their_order_and_do_not_depend_on_neighbours(model: Tagger) -> None:
    together = model.score([NOTHING, LATE, NOTHING])
    assert np.allclose(together[1], model.score([LATE])[0], atol=0.02)
    assert np.allclose(together[0], together[2], atol=0.02)


def test_a_theme_never_stands_without_its_tag(model: Tagger) -> None:
    scores = np.zeros(len(model.labels), dtype=np.float32)
    scores[model.labels.index("threat/late_payment")] = 1
    assert model.holds(scores) == {}


def test_reasons_are_words_of_the_passage(model: Tagger) -> None:
    reading = model.read([LATE])[0]
    words = reading.words(model.labels.index("threat"))
    assert 0 < len(words) <= tagger.WORDS
    assert all(word in LATE[1] for word in words)


@pytest.mark.parametrize("text", ["", " ", "\x00", "a" * 100_000, "word " * 5000, "日本語" * 300, "<b>&amp;</b>"])
def test_any_text_gets_scores(model: Tagger, text: str) -> None:
    scores = model.score([("", text), ("A title", text)])
    assert all(np.isfinite(one).all() and (one >= 0).all() and (one <= 1).all() for one in scores)


def test_a_tagger_for_other_tags_is_refused(tmp_path: Path) -> None:
    about = json.dumps({"labels": ["threat"], "name": "x", "model": "all-MiniLM-L6-v2"})
    np.savez(tmp_path / taxonomy.TAGGER, about=np.array(about))
    with pytest.raises(SourcebookError, match="trained for other tags"):
        tagger.load(taxonomy.load("procurement"), tmp_path / taxonomy.TAGGER)


@pytest.mark.parametrize("data", [b"", b"PK nonsense", b"x" * 1000])
def test_a_damaged_tagger_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / taxonomy.TAGGER).write_bytes(data)
    with pytest.raises(SourcebookError, match="no tagger that can be read"):
        tagger.load(taxonomy.load("procurement"), tmp_path / taxonomy.TAGGER)


def test_the_version_can_be_had_without_loading(model: Tagger) -> None:
    terms = taxonomy.load("procurement")
    assert tagger.version_of(terms, terms.folder / taxonomy.TAGGER) == model.version


@pytest.mark.real
def test_quality_stays_above_its_floors(shared: Path, tmp_path: Path) -> None:
    floors = quality.floors(taxonomy.load("procurement"))["gold"]
    assert set(floors) == {"macro", "themes", *taxonomy.load("procurement").top}
    assert quality.fallen(floors, evaluation.tags(workspace_or_default(tmp_path), shared / "gold/dev.jsonl")) == []
