"""The reliability card reaches everybody who leaves with tags, and stays away where nothing is known."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from corpus import verdicts
from corpus.verdicts import Verdict
from nlp import quality, tagger, taxonomy
from nlp.reliability import Range
from nlp.taxonomy import TAGGER
from sourcebook import config, trust
from sourcebook.cli import main
from sourcebook.workspace import Workspace, open_workspace

TERMS = taxonomy.load("procurement")


def write_tagger(path: Path, **told: Any) -> str:
    """A file that tells of a tagger with recall 0.8, which gives a tag to a tenth of what lacks it; its version."""
    right = np.zeros((200, len(TERMS.tags)), dtype=bool)
    found = right.copy()
    right[:100], found[20:110] = True, True
    labels = (*TERMS.top, *TERMS.themes)
    measured = asdict(quality.quality(TERMS, right, found))
    about = {"labels": labels, "quality": {"folds": measured}} | told
    np.savez(path, about=np.array(json.dumps(about)), seen_ids=np.array(["w1", "review-passage3"]))
    return str(tagger.version_of(TERMS, path))


@pytest.fixture
def base(tagged_base: Path) -> Workspace:
    """The tagged base, read by a tagger of its own."""
    version = write_tagger(tagged_base / TAGGER)
    workspace = open_workspace(tagged_base)
    db = workspace.open()
    with db.atomic():
        db.execute("UPDATE passage SET tagger = ?", [f"{version} facets-1"])
        db.execute("UPDATE machine_tag SET tagger = ?", [version])
    return workspace


def sourcebook(base: Workspace, *words: str) -> str:
    result = CliRunner().invoke(main, ["-C", str(base.folder), *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_citations_carry_the_card_of_the_tags_that_they_quote(base: Workspace) -> None:
    (item,) = trust.cited(base, base.open(), [2])
    assert item["custom"]["pinpoints"][0]["tags"] == ["opportunity", "threat"]
    version = tagger.version_of(base.terms, base.tagger)
    assert [line.split(":")[0] for line in item["custom"]["reliability"]] == [
        f"Tag opportunity by {version}", f"Tag threat by {version}",
    ]  # fmt: skip


def test_lists_from_the_command_line_carry_it(base: Workspace) -> None:
    db = base.open()
    with db.atomic():
        db.execute("INSERT INTO list (id, name, created) VALUES (1, 'mine', '2026-01-01')")
        db.execute("INSERT INTO list_item (list_id, position, work_key, passage_key) VALUES (1, 1, 'osei2016late', ?)",
                   ["passage3"])  # fmt: skip
    for words in (("--tag", "threat"), ("--list", "mine")):
        told = sourcebook(base, "cite", *words, "--format", "ris")
        assert "N1  - Tag threat by procurement-" in told
        assert "Tag experience" not in told
    assert "by procurement-" not in sourcebook(base, "cite", "--work", "osei2016late", "--format", "ris")


def test_counts_are_told_as_they_are_and_corrected(base: Workspace) -> None:
    row = next(one for one in json.loads(sourcebook(base, "reliability", "--json")) if one["tag"] == "opportunity")
    assert row["count"] == 3
    assert row["corrected"]["value"] == pytest.approx((3 - 6 * 0.1) / (0.8 - 0.1))
    assert row["corrected"]["low"] <= row["corrected"]["value"] <= row["corrected"]["high"]
    told = sourcebook(base, "reliability")
    assert "opportunity" in told
    assert f"Tagger {row['tagger']}." in told
    assert "Intervals hold at 95 %" in told


def test_what_people_settled_is_not_corrected_again(base: Workspace) -> None:
    db = base.open()
    for number in range(1, 7):
        verdict = "reject" if number == 5 else "confirm"
        verdicts.say(db, Verdict(f"passage{number}", "threat", verdict, "Ama", "2026-01-01T00:00:00Z", asked=True))
        found = trust.corrected(base, db)["threat"]
        assert found.low >= number - (number >= 5)
    assert found == Range(5, 5, 5)
    assert trust.corrected(base, db, [4, 5])["threat"] == Range(1, 1, 1)


def test_a_part_is_corrected_on_its_own(base: Workspace) -> None:
    # Of these four it gave the tag to three.
    found = trust.corrected(base, base.open(), [1, 2, 3, 5])
    assert found["threat"].value == pytest.approx((3 - 4 * 0.1) / (0.8 - 0.1))
    # With its rates more than all of these would hold it: they are not its rates here.
    assert "threat" not in trust.corrected(base, base.open(), [1, 2, 3])
    assert trust.corrected(base, base.open(), [])["threat"].value == 0


def test_tags_of_an_older_tagger_are_not_told_by_the_new_ones_card(base: Workspace) -> None:
    db = base.open()
    write_tagger(base.folder / TAGGER, trained="anew")
    assert trust.cards(base, db) == []
    (item,) = trust.cited(base, db, [2])
    assert "reliability" not in item["custom"]
    assert trust.corrected(base, db) == {}


def test_what_the_tagger_learned_from_is_known_by_its_passages_key(base: Workspace) -> None:
    own = trust.own(base)
    assert own is not None
    assert own.seen == {"passage3"}


def test_the_file_is_read_once_while_it_stays_as_it_is(base: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = trust.own(base)
    with monkeypatch.context() as patch:
        patch.setattr(tagger, "weights_version", lambda *_: pytest.fail("it was hashed again"))
        assert trust.own(base) == first
    write_tagger(base.folder / TAGGER, trained="anew")
    assert trust.own(base) != first


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 and no more", b"{}"])
def test_a_damaged_file_costs_only_the_card(base: Workspace, body: bytes) -> None:
    (base.folder / TAGGER).write_bytes(body)
    assert trust.cards(base, base.open()) == []
    (item,) = trust.cited(base, base.open(), [2])
    assert "reliability" not in item["custom"]


@pytest.mark.parametrize("told", [{"labels": ["threat"]}, {"quality": {}}, {"quality": {"folds": [1]}}, {"labels": 5}])
def test_a_file_that_does_not_fit_costs_only_the_card(base: Workspace, told: dict[str, Any]) -> None:
    version = write_tagger(base.folder / TAGGER, **told)
    db = base.open()
    db.execute("UPDATE passage SET tagger = ?", [f"{version} facets-1"])
    assert trust.cards(base, db) == []


def test_without_the_taxonomy_there_is_no_card_and_citations_go_on(base: Workspace) -> None:
    gone = Workspace(base.folder, replace(base.config, base=replace(config.Base(), taxonomy="gone")))
    assert trust.cards(gone, base.open()) == []
    (item,) = trust.cited(gone, base.open(), [2])
    assert "reliability" not in item["custom"]
