"""The tagger: which tags and themes a passage carries, how sure that is, and which words say so."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SourcebookError
from nlp import encoder, models
from nlp.encoder import Vectors
from nlp.taxonomy import Taxonomy

FILE = "tagger.npz"

# How many of the words that moved a score most are kept as its reason.
WORDS = 5


@dataclass(frozen=True)
class Tagger:
    """Labels (the taxonomy's tags, then its themes), and the network that scores them; `version` names these.

    `slopes` and `offsets` (labels,) turn logits into calibrated scores; a label holds from its threshold on.
    """

    labels: tuple[str, ...]
    slopes: Vectors
    offsets: Vectors
    thresholds: Vectors
    version: str
    tokenizer: Any = field(repr=False)
    graph: Any = field(repr=False)

    def score(self, passages: Sequence[tuple[str, str]]) -> list[Vectors]:
        """The calibrated scores (labels,), 0 to 1, of each (title, text)."""
        return [reading.scores for reading in self.read(passages)]

    def read(self, passages: Sequence[tuple[str, str]]) -> list["Reading"]:
        """Scores of each (title, text), with what is needed to give reasons."""
        inputs = [encoder.passage_input(title, text) for title, text in passages]
        starts = [len(whole) - len(text) for whole, (_, text) in zip(inputs, passages, strict=True)]
        encodings = self.tokenizer.encode_batch(inputs)
        readings: dict[int, Reading] = {}
        for places in encoder.batches([len(one.ids) for one in encodings]):
            ids, mask = encoder.padded([encodings[i].ids for i in places])
            offsets = [np.array(encodings[i].offsets, dtype=np.int32).reshape(-1, 2) for i in places]
            of_text = np.zeros(ids.shape, dtype=bool)
            for row, i in enumerate(places):
                of_text[row, : len(offsets[row])] = (offsets[row][:, 0] >= starts[i]) & (offsets[row][:, 1] > 0)
            out = self.graph({"ids": ids, "mask": mask, "of_text": of_text})
            scores = 1 / (1 + np.exp(-(out[1] * self.slopes + self.offsets)))
            for row, i in enumerate(places):
                pieces = np.array(out[0][row, : len(offsets[row])])
                readings[i] = Reading(inputs[i], scores[row], pieces, offsets[row])
        return [readings[i] for i in range(len(passages))]

    def holds(self, scores: Vectors) -> dict[str, float]:
        """The labels at or above their thresholds with their scores; a theme only together with its tag."""
        passed = {
            name: float(score)
            for name, score, threshold in zip(self.labels, scores, self.thresholds, strict=True)
            if score >= threshold
        }
        return {name: score for name, score in passed.items() if name.split("/")[0] in passed}

    def answer(self, scores: Vectors) -> dict[str, Any]:
        """Tags, themes and all scores of level 1, as `tag --stdin` writes them."""
        held = self.holds(scores)
        ranked = [{"tag": name, "score": round(score, 4)} for name, score in sorted(held.items(), key=by_score)]
        return {
            "tags": [one for one in ranked if "/" not in str(one["tag"])],
            "themes": [one for one in ranked if "/" in str(one["tag"])],
            "scores": {n: round(float(s), 4) for n, s in zip(self.labels, scores, strict=True) if "/" not in n},
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """The scores of one passage, and what each of its word pieces added to them."""

    text: str
    scores: Vectors
    pieces: Vectors
    offsets: NDArray[np.int32]

    def words(self, label: int) -> list[str]:
        """The words that raised the score of the label most, most telling first."""
        added: dict[tuple[int, int], float] = {}
        for (first, last), value in zip(self.offsets, self.pieces[:, label], strict=True):
            if last > first:
                span = whole_word(self.text, int(first), int(last))
                added[span] = added.get(span, 0.0) + float(value)
        best = sorted(added, key=lambda span: (-added[span], span))
        words = dict.fromkeys(self.text[a:b] for a, b in best if added[(a, b)] > 0 and b - a > 2)
        return list(words)[:WORDS]


def by_score(item: tuple[str, float]) -> tuple[float, str]:
    """Sorts the surest first, then by name."""
    return -item[1], item[0]


def whole_word(text: str, first: int, last: int) -> tuple[int, int]:
    """The word of `text` around the piece from `first` to `last`."""
    while first > 0 and text[first - 1].isalnum():
        first -= 1
    while last < len(text) and text[last].isalnum():
        last += 1
    return first, last


def version_of(taxonomy: Taxonomy) -> str | None:
    """The version of the tagger that ships with the taxonomy, without loading it; None where there is none."""
    path = taxonomy.folder / FILE
    return f"{taxonomy.name}-{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}" if path.is_file() else None


@cache
def load(taxonomy: Taxonomy) -> Tagger:
    """The tagger that ships with the taxonomy."""
    path = taxonomy.folder / FILE
    if not path.is_file():
        raise SourcebookError(f"The taxonomy {taxonomy.name!r} has no tagger ({path}). Train one first.")
    return read_file(path, taxonomy)


def read_file(path: Path, taxonomy: Taxonomy) -> Tagger:
    """The tagger in the file at `path`, which must know the taxonomy's tags and themes."""
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays = dict(data)
        about = json.loads(str(arrays.pop("about")))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise SourcebookError(f"{path} is no tagger that can be read ({error}). Train it anew.") from error
    if tuple(about["labels"]) != (*taxonomy.top, *taxonomy.themes):
        raise SourcebookError(f"{path} was trained for other tags than {taxonomy.name!r} has. Train it anew.")
    slopes, offsets, limits = (arrays.pop(name).astype(np.float32) for name in ("slopes", "offsets", "thresholds"))
    version = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    key = f"tagger-{version}-{models.fingerprint(about['model'])}"
    folder = models.kept(key, lambda made: export(about["model"], arrays, made))
    graph, tokenizer = models.compiled(folder)
    name = f"{taxonomy.name}-{version}"
    return Tagger(tuple(about["labels"]), slopes, offsets, limits, name, tokenizer, graph)


def export(model: str, arrays: dict[str, Any], folder: Path) -> None:
    """Write the network to `folder`, once a machine: this imports torch, and takes some seconds."""
    from nlp import network

    network.export(model, arrays, folder)
