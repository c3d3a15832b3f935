"""Training the tagger on the passages in `nlp/training/`: calibration and thresholds by cross-validation, then all.

    python -m nlp.train [TAXONOMY] [--abstracts FILE]

FILE is the collection of abstracts that `real.jsonl` refers to; without it the tagger learns from written passages
alone, and its file says so.
"""

import argparse
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from corpus.records import canonical
from nlp import examples, taxonomy
from nlp.models import DEFAULT
from nlp.tagger import FILE
from nlp.taxonomy import Taxonomy

TRAINING = Path(__file__).parent / "training"
EPOCHS = 4
FOLDS = 2
REAL_WEIGHT = 2.0  # a passage that somebody published beside one written for training
GRID = np.round(np.linspace(0.05, 0.95, 91), 2)

Scores = NDArray[np.float32]


def train(terms: Taxonomy, abstracts: Path | None) -> Path:
    """Learn the tags and themes of `terms` and write them beside the taxonomy; returns the file."""
    written = [one for path in sorted(TRAINING.glob("written/*.jsonl")) for one in examples.read(path)]
    real = examples.read_references(TRAINING / "real.jsonl", abstracts) if abstracts else []
    known = [*written, *real]
    wanted = examples.labels(known, terms)
    weights = np.array([1.0] * len(written) + [REAL_WEIGHT] * len(real), dtype=np.float32)
    arrays, held = learn(known, wanted, weights, len(terms.top))
    slopes, offsets = calibrate(held, wanted, len(terms.top))
    scores = 1 / (1 + np.exp(-(held * slopes + offsets)))
    about = {
        "name": terms.name, "model": DEFAULT, "labels": (*terms.top, *terms.themes),
        "written": len(written), "real": len(real),
    }  # fmt: skip
    path = terms.folder / FILE
    found = thresholds(scores, wanted, weights, len(terms.top))
    calibration = {"slopes": slopes, "offsets": offsets, "thresholds": found}
    save(path, {"about": np.array(canonical(about)), **calibration, **arrays})
    return path


def save(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write `arrays` to `path`, wholly or not at all; the same arrays give the same bytes."""
    wip = path.with_suffix(".wip.npz")
    np.savez(wip, allow_pickle=False, **arrays)
    wip.replace(path)


def learn(
    known: list[examples.Example], wanted: NDArray[np.bool_], weights: Scores, tags: int
) -> tuple[dict[str, NDArray[np.float16]], Scores]:
    """The weights learned from all passages, and logits for each from a network that did not see it.

    Two processes with a thread each: on two cores that is faster than one with two.
    """
    passages = [(one.title, one.text) for one in known]
    fold = np.random.default_rng(0).permutation(len(known)) % FOLDS
    everything = np.ones(len(known), dtype=bool)
    jobs = [everything, *(fold != k for k in range(FOLDS))]
    held = np.zeros(wanted.shape, dtype=np.float32)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = [pool.submit(learn_from, passages, wanted, weights, job, tags) for job in jobs]
        for k in range(FOLDS):
            held[fold == k] = running[k + 1].result()[1]
        return running[0].result()[0], held


def learn_from(
    passages: list[tuple[str, str]], wanted: NDArray[np.bool_], weights: Scores, seen: NDArray[np.bool_], tags: int
) -> tuple[dict[str, NDArray[np.float16]], Scores]:
    """The weights learned from the passages that are `seen`, and logits for the others."""
    import torch

    from nlp import finetune, network
    from nlp.models import load_with_torch

    torch.set_num_threads(1)
    model = load_with_torch(DEFAULT)
    tokens = network.tokenise(passages, network.tokenizer_of(model))
    states = network.lower_states(model, tokens)
    inside, outside = np.flatnonzero(seen), np.flatnonzero(~seen)

    def of(places: NDArray[np.intp]) -> tuple[list[Any], list[network.Tokens]]:
        return [states[i] for i in places], [tokens[i] for i in places]

    learned = finetune.fit(*of(inside), wanted[inside], weights[inside], tags, EPOCHS)
    return network.arrays_of(learned), finetune.predict(learned, *of(outside))


def calibrate(logits: Scores, wanted: NDArray[np.bool_], tags: int) -> tuple[Scores, Scores]:
    """Slope and offset of each label's logits (Platt 1999); the themes, which are rare, share theirs."""
    fits = [platt(logits[:, place], wanted[:, place]) for place in range(tags)]
    themes = platt(logits[:, tags:].ravel(), wanted[:, tags:].ravel())
    fits += [themes] * (wanted.shape[1] - tags)
    return np.array([a for a, _ in fits], dtype=np.float32), np.array([b for _, b in fits], dtype=np.float32)


def platt(logits: Scores, wanted: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset that make one label's logits probabilities."""
    model = LogisticRegression(C=1e6).fit(logits[:, None], wanted)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def thresholds(scores: Scores, wanted: NDArray[np.bool_], weights: Scores, tags: int) -> Scores:
    """The threshold of each tag with its best F1, passages weighted as in learning; one for all themes."""
    own = [best_threshold(scores[:, place], wanted[:, place], weights) for place in range(tags)]
    count = wanted.shape[1] - tags
    shared = best_threshold(scores[:, tags:].ravel(), wanted[:, tags:].ravel(), np.repeat(weights, count))
    return np.array([*own, *[shared] * count], dtype=np.float32)


def best_threshold(scores: Scores, wanted: NDArray[np.bool_], weights: Scores) -> float:
    """The threshold with the best F1; of equals the lowest."""
    total = float(weights[wanted].sum())
    f1 = [
        2 * float(weights[wanted & (scores >= t)].sum()) / max(1e-9, total + float(weights[scores >= t].sum()))
        for t in GRID
    ]
    return float(GRID[int(np.argmax(f1))])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train the tagger.")
    parser.add_argument("taxonomy", nargs="?", default="procurement")
    parser.add_argument("--abstracts", type=Path)
    said = parser.parse_args()
    print(json.dumps({"written": str(train(taxonomy.load(said.taxonomy), said.abstracts))}))
