"""The tagger: which tags and themes a passage carries, how sure that is, and which words say so."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SourcebookError
from nlp import encoder, models
from nlp.encoder import Vectors
from nlp.taxonomy import SHIPPED, TAGGER, Taxonomy

# Raise it when the exported network's inputs or outputs change, so that kept ones are made anew.
FORM = 2

# How many of the words that moved a score most, and of the nearest training passages, are kept as its reasons.
WORDS = 5
NEAREST = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """The passages that a tagger learned from: names, labels (passages, labels), vectors (passages, dimension)."""

    ids: tuple[str, ...]
    labels: NDArray[np.bool_]
    vectors: Vectors


@dataclass(frozen=True)
class Tagger:
    """Labels (the taxonomy's tags, then its themes), and the network that scores them; `version` names these.

    `slopes` and `offsets` (labels,) turn logits into calibrated scores; a label holds from its threshold on.
    `about` says what it learned from and how right it was found to be.
    """

    labels: tuple[str, ...]
    slopes: Vectors
    offsets: Vectors
    thresholds: Vectors
    version: str
    about: dict[str, Any]
    seen: Seen = field(repr=False)
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
            near = out[2] @ self.seen.vectors.T
            scores = 1 / (1 + np.exp(-(out[1] * self.slopes + self.offsets)))
            for row, i in enumerate(places):
                pieces = np.array(out[0][row, : len(offsets[row])])
                readings[i] = Reading(inputs[i], scores[row], pieces, offsets[row], near[row])
        return [readings[i] for i in range(len(passages))]

    def holds(self, scores: Vectors) -> dict[str, float]:
        """The labels at or above their thresholds with their scores; a theme only together with its tag."""
        held = held_labels(scores[None], self.thresholds, self.labels)[0]
        return {self.labels[place]: float(scores[place]) for place in np.flatnonzero(held)}

    def nearest(self, reading: "Reading", label: int) -> list[tuple[str, float]]:
        """The training passages with this label that the network sees nearest to a passage, with their cosines."""
        having = np.flatnonzero(self.seen.labels[:, label])
        cosines = reading.near[having]
        best = np.argsort(-cosines, kind="stable")[:NEAREST]
        return [(self.seen.ids[having[i]], round(float(cosines[i]), 3)) for i in best]

    def answer(self, scores: Vectors) -> dict[str, Any]:
        """Tags, themes and all scores of level 1, as `tag --stdin` writes them."""
        held = self.holds(scores)
        ranked = [{"tag": name, "score": round(score, 4)} for name, score in sorted(held.items(), key=by_score)]
        return {
            "tags": [one for one in ranked if "/" not in str(one["tag"])],
            "themes": [one for one in ranked if "/" in str(one["tag"])],
            "scores": {n: round(float(s), 4) for n, s in zip(self.labels, scores, strict=True) if "/" not in n},
        }


@dataclass(frozen=True)
class Reading:
    """The scores of one passage, what each of its word pieces added to them, its cosines with what was learned from."""

    text: str
    scores: Vectors
    pieces: Vectors
    offsets: NDArray[np.int32]
    near: Vectors

    @cached_property
    def spans(self) -> list[tuple[int, int, list[int]]]:
        """The words of the text as (first character, one after the last, places of its pieces)."""
        found: dict[tuple[int, int], list[int]] = {}
        for place, (first, last) in enumerate(self.offsets.tolist()):
            if last > first:
                found.setdefault(whole_word(self.text, first, last), []).append(place)
        return [(first, last, places) for (first, last), places in sorted(found.items())]

    def words(self, label: int) -> list[str]:
        """The words that raised the score of the label most, most telling first."""
        values = self.pieces[:, label].tolist()
        added = [(sum(values[place] for place in places), first, last) for first, last, places in self.spans]
        telling = sorted((one for one in added if one[0] > 0 and one[2] - one[1] > 2), key=lambda one: -one[0])
        return list(dict.fromkeys(self.text[first:last] for _, first, last in telling))[:WORDS]


def held_labels(scores: Vectors, thresholds: Vectors, labels: Sequence[str]) -> NDArray[np.bool_]:
    """Which labels hold: at or above its threshold, and a theme only together with its tag; (passages, labels)."""
    passed = scores >= thresholds
    tags = [labels.index(name.split("/")[0]) for name in labels]
    return np.asarray(passed & passed[:, tags], dtype=bool)


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


def version_of(taxonomy: Taxonomy, path: Path) -> str | None:
    """The version of the tagger at `path`, without loading it; None where there is none."""
    return f"{taxonomy.name}-{weights_version(path)}" if path.is_file() else None


def weights_version(path: Path) -> str:
    """What changes when a tagger's file does."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def about(path: Path) -> dict[str, Any]:
    """What the tagger at `path` says of itself: what it learned from, and how right it was found to be."""
    return opened(path, ("about",))[1]


def fits(path: Path, taxonomy: Taxonomy) -> bool:
    """Whether the tagger at `path` knows the taxonomy's tags and themes, and no others."""
    return about(path).get("labels") == [*taxonomy.top, *taxonomy.themes]


def opened(path: Path, names: Sequence[str] = ()) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The arrays of a tagger's file, all or those called `names`, and what it says of itself."""
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays = {name: data[name] for name in names or data.files}
        return arrays, dict(json.loads(str(arrays.pop("about"))))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise SourcebookError(f"{path} is no tagger that can be read ({error}). Train it anew.") from error


def load(taxonomy: Taxonomy, path: Path) -> Tagger:
    """The tagger at `path`, which must know the taxonomy's tags and themes."""
    if not path.is_file():
        raise SourcebookError(f"The taxonomy {taxonomy.name!r} has no tagger ({path}). Run `sourcebook train` first.")
    return loaded(taxonomy, path, weights_version(path))


@cache
def loaded(taxonomy: Taxonomy, path: Path, version: str) -> Tagger:
    """The tagger at `path` while it has this `version`, loaded once a process."""
    arrays, about = opened(path)
    if not fits(path, taxonomy):
        raise SourcebookError(f"{path} was trained for other tags than {taxonomy.name!r} has. Train it anew.")
    slopes, offsets, limits = (arrays.pop(name).astype(np.float32) for name in ("slopes", "offsets", "thresholds"))
    ids, known, lying = (arrays.pop(f"seen_{name}") for name in ("ids", "labels", "vectors"))
    seen = Seen(tuple(map(str, ids)), known, (lying / 127).astype(np.float32))
    base = base_of(about.get("base"), path)
    key = f"tagger-{FORM}-{version}-{models.fingerprint(about['model'])}"
    folder = models.kept(key, lambda made: export(about["model"], arrays, base, made))
    graph, tokenizer = models.compiled(folder, spare=1)  # spaCy reads beside it
    labels = tuple(about["labels"])
    return Tagger(labels, slopes, offsets, limits, f"{taxonomy.name}-{version}", about, seen, tokenizer, graph)


def base_of(named: dict[str, str] | None, path: Path) -> dict[str, NDArray[Any]] | None:
    """The weights of the tagger whose layers the one at `path` stands on, where it does; they must be the same ones."""
    if named is None:
        return None
    below = SHIPPED / named["taxonomy"] / TAGGER
    if not below.is_file() or weights_version(below) != named["version"]:
        raise SourcebookError(f"{path} stands on another tagger than the one that ships here. Train it anew.")
    return opened(below)[0]


def export(model: str, arrays: dict[str, Any], base: dict[str, Any] | None, folder: Path) -> None:
    """Write the network to `folder`, once a machine: this imports torch, and takes some seconds."""
    from nlp import network

    network.export(model, arrays, base, folder)
