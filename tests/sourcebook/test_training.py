"""A workspace's own tagger: trained from its own taxonomy, told what people said, held back by its floors."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from corpus import verdicts
from corpus.verdicts import Verdict
from nlp import taxonomy, train
from nlp.examples import Example
from sourcebook.cli import main
from sourcebook.workspace import Workspace, open_workspace

TAXONOMY = """
name = "water"
title = "Water in towns"
[questions]
1 = "What happens to water?"
[tags.loss]
label = "Loss"
question = 1
definition = "Water that is lost."
[tags.loss.themes]
leak = ["Leak", "It leaks from pipes."]
[tags.price]
label = "Price"
question = 1
definition = "What water costs."
[tags.price.themes]
tariff = ["Tariff", "How it is charged."]
"""
LOSS = (
    "Half of what the pumps lift never reaches a tap, since the old mains leak at every joint.",
    "Night flows showed that a third of the supply seeped from cracked pipes under the market.",
    "The town loses nine litres in twenty on the way from the spring.",
    "Corroded valves let so much escape that the upper streets ran dry by noon.",
    "After the frost, burst pipes emptied the tower within a day.",
    "Losses along the canal rise with every summer that its lining is left unmended.",
    "Where crews closed the leaks, the same wells served two more quarters.",
    "Unmetered drips in public washrooms waste as much as the hospital uses.",
)
PRICE = (
    "Households pay a flat fee, whatever they draw, and complain that it doubled.",
    "The new tariff charges the first five cubic metres at half the rate.",
    "Tankers ask eight times the price of the network's water.",
    "Since bills follow the meter, small shops spend a tenth of takings on water.",
    "A poor family's bill came to four days of wages a month.",
    "Connection costs so much that most tenants buy by the bucket.",
    "The council froze the rate for three years, then raised it by a fifth.",
    "Block charges made a cubic metre dearest for those who share one meter.",
)
NEITHER = (
    "This paper asks how towns are governed.", "We visited eleven offices in spring.", "The band played in the square.",
    "Bread is baked before dawn.", "A questionnaire went to all clerks.", "The road to the coast was paved last year.",
    "Two schools were merged under one head.", "The library opens on Sundays now.",
)  # fmt: skip


def rows() -> list[dict[str, Any]]:
    found = []
    for tag, theme, texts in (("loss", "loss/leak", LOSS), ("price", "price/tariff", PRICE), ("", "", NEITHER)):
        for text in texts:
            labels = {"tags": [tag] if tag else [], "themes": [theme] if tag else []}
            found.append({"id": f"w{len(found):02}", "register": "report", "title": "", "text": text, **labels})
    return found


@pytest.fixture(scope="module")
def water(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, train.Learned]:
    """A taxonomy of somebody's own, and what was once learned from its passages."""
    folder = tmp_path_factory.mktemp("water")
    (folder / "taxonomy.toml").write_text(TAXONOMY)
    (folder / "training/written").mkdir(parents=True)
    (folder / "training/written/passages.jsonl").write_text("\n".join(map(json.dumps, rows())))
    kept: list[train.Learned] = []
    learn = train.learn

    def remembered(*args: Any) -> train.Learned:
        kept.append(learn(*args))
        return kept[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "learn", remembered)
        result = sourcebook(workspace(folder, tmp_path_factory.mktemp("first")), "train", "--json")
    assert result.exit_code == 0, result.output
    return folder, kept[0]


@pytest.fixture
def base(water: tuple[Path, train.Learned], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with that taxonomy; what was learned once is learned again at once."""

    def learn(known: Sequence[Example], gold: Sequence[Example], wanted: Any, *rest: Any) -> train.Learned:
        more = len(known) - len(water[1].held)
        held, vectors = (np.concatenate([one, one[:more]]) for one in (water[1].held, water[1].vectors))
        return train.Learned(water[1].arrays, held, water[1].asked, vectors)

    monkeypatch.setattr(train, "learn", learn)
    return workspace(water[0], tmp_path / "base")


def workspace(terms: Path, folder: Path) -> Workspace:
    folder.mkdir(exist_ok=True)
    (folder / "sourcebook.toml").write_text(f'[base]\ntaxonomy = "{terms}"\n')
    found = open_workspace(folder)
    db = found.open()
    with db.atomic():
        db.execute("INSERT INTO work (id, key, title, csl) VALUES (1, 'osei2016water', 'Water', '{}')")
        for number, text in enumerate((LOSS[2], PRICE[3], NEITHER[1])):
            db.execute(
                "INSERT INTO passage (key, work_id, ordinal, title, char_start, char_end, text, hash)"
                " VALUES (?, 1, ?, '', 0, 9, ?, ?)",
                [f"passage{number}", number, text, text],
            )
    db.close()
    return found


def sourcebook(base: Workspace, *words: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(base.folder), *words])


def done(base: Workspace, *words: str) -> str:
    result = sourcebook(base, *words)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_taxonomy_of_ones_own_trains_tags_and_explains(base: Workspace) -> None:
    assert sourcebook(base, "tag").exit_code != 0
    answer = json.loads(done(base, "train", "--json"))
    assert answer["learned_from"] == {"written": 24, "real": 0, "review": 0}
    assert answer["base"]["taxonomy"] == "procurement"
    assert set(answer["quality"]["folds"]["tags"]) == {"loss", "price"}
    assert "3 passages" in done(base, "tag")
    reason = json.loads(done(base, "explain", "passage0", "--json"))["reasons"][0]
    assert reason["tagger"] == answer["tagger"]
    # The passage is one of those that it learned from, so that it lies nearest to itself.
    assert reason["tag"] == "loss"
    assert reason["nearest"][0] == {"id": "w02", "text": LOSS[2], "cosine": pytest.approx(1, abs=0.02)}
    told = done(base, "explain", "passage0")
    assert all(word in told for word in ("Loss (loss)", "threshold", "w02", answer["tagger"]))


def test_why_nothing_is_explained(base: Workspace) -> None:
    done(base, "train")
    done(base, "tag")
    result = sourcebook(base, "explain", "nowhere")
    assert result.exit_code == 1
    assert "No passage has the key 'nowhere'" in result.output


def test_people_are_learned_from_and_their_words_stay(base: Workspace) -> None:
    done(base, "train")
    done(base, "tag")
    nobody = sourcebook(base, "train", "--with-reviews")
    assert "Nobody has judged" in nobody.output
    db = base.open()
    word = Verdict("passage2", "loss", "add", "Ama", "2026-01-01T00:00:00Z", "I was there", NEITHER[1])
    verdicts.say(db, word)
    answer = json.loads(done(base, "train", "--with-reviews", "--json"))
    assert answer["learned_from"]["review"] == 1
    done(base, "tag")
    assert verdicts.everything_said(db) == [word]
    tags = dict(db.execute("SELECT tag, by FROM evidence WHERE passage_id = 3").fetchall())
    assert tags["loss"] == "person"


def test_a_tagger_that_falls_below_its_floors_does_not_take_the_place(
    base: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = json.loads(done(base, "train", "--json"))["tagger"]
    monkeypatch.setattr("nlp.quality.floors", lambda terms: {"folds": {"macro": 1.1}})
    result = sourcebook(base, "train", "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["in_use"]) == (1, False)
    assert answer["refused"] == [f"folds, macro: F1 {answer['quality']['folds']['macro_f1']:.3f}, floor 1.100"]
    assert (base.folder / "tagger-refused.npz").is_file()
    assert json.loads(done(base, "reliability", "--json"))[0]["tagger"] == first
    assert "The old tagger stays" in sourcebook(base, "train").output
    told = sourcebook(base, "train", "--anyway")
    assert told.exit_code == 0
    assert "falls below its floors" in told.output
    assert not (base.folder / "tagger-refused.npz").exists()


def test_what_changes_is_written_down_with_examples(
    base: Workspace, water: tuple[Path, train.Learned], monkeypatch: pytest.MonkeyPatch
) -> None:
    done(base, "train")
    bias = water[1].arrays["bias"]
    monkeypatch.setitem(water[1].arrays, "bias", bias + np.float16(9))  # it now sees everything everywhere
    told = done(base, "train")
    assert "gained" in told
    text = (base.folder / "tagger-changes.md").read_text("utf-8")
    assert "| tag | gained | lost | moved |" in text
    assert NEITHER[1] in text


def test_training_passages_are_wanted(base: Workspace, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare/taxonomy.toml").write_text(TAXONOMY)
    (base.folder / "sourcebook.toml").write_text(f'[base]\ntaxonomy = "{tmp_path / "bare"}"\n')
    result = sourcebook(base, "train")
    assert result.exit_code == 1
    assert "has no training passages" in result.output


def test_the_same_passages_make_the_same_file(water: tuple[Path, train.Learned], tmp_path: Path) -> None:
    terms = taxonomy.load(str(water[0]))
    known = [Example(row["id"], "", row["text"], tuple(row["tags"]), tuple(row["themes"])) for row in rows()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "learn", lambda *_: water[1])
        for name in ("one.npz", "two.npz"):
            train.train(terms, known, tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
