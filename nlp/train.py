"""Training: from labelled passages to a tagger's file, calibrated and measured by cross-validation.

    python -m nlp.train [TAXONOMY] [--abstracts FILE] [--gold FILE] [--anyway]

trains the tagger that ships with a taxonomy. FILE of `--abstracts` is the collection that `real.jsonl` refers to;
without it the tagger learns from written passages alone, and its file says so. `--gold` measures what was made on
labelled passages that nothing is learned from. `sourcebook train` does the same for a workspace, with its reviews.
"""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Mapping, Sequence, Sized
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SourcebookError
from corpus.records import canonical
from nlp import examples, quality, release, tagger, taxonomy
from nlp.calibration import calibrate, thresholds
from nlp.examples import Example
from nlp.models import DEFAULT
from nlp.taxonomy import SHIPPED, TAGGER, Taxonomy

TUNED = 4  # upper layers of MiniLM that learn
EPOCHS = 4

# With fewer passages a head alone learns, on the layers of the tagger for BASE: on 320 passages for another review that
# gave macro-F1 0.56, tuning layers of its own 0.52, a head on MiniLM as it comes 0.41 (cross-validated, 4 folds).
FEW = 1000
BASE = "procurement"
HEAD_EPOCHS = 15
FOLDS = 2
WEIGHTS = {"real": 2.0, "review": 3.0}  # beside a passage written for training, of weight 1

Scores = NDArray[np.float32]
Marks = NDArray[np.bool_]
Arrays = dict[str, NDArray[np.float16]]


@dataclass(frozen=True, slots=True)
class Learned:
    """What a network learned from all passages, and what others, which had not seen them, say of each passage.

    `held` are logits (passages, labels) by cross-validation, `asked` those of passages that nothing was learned from,
    `vectors` (passages, dimension) where each lies in the network's eyes.
    """

    arrays: Arrays
    held: Scores
    asked: Scores
    vectors: Scores


def train(terms: Taxonomy, known: Sequence[Example], path: Path, gold: Sequence[Example] = ()) -> dict[str, Any]:
    """Learn the tags and themes of `terms` from the passages `known` and write the tagger to `path`.

    Returns what the file says about itself: how many passages of which kind, and the quality that was measured, by
    cross-validation (`folds`, where reviews, whose other labels are unknown, do not count) and on `gold`.
    """
    tags, names = len(terms.top), (*terms.top, *terms.themes)
    wanted, weights = examples.labels(known, terms), weights_of(known, terms)
    check(terms, known, wanted)
    learned = learn(known, gold, wanted, weights, tags)
    whole = np.array([one.judged is None for one in known])
    held, right, counts = learned.held[whole], wanted[whole], weights[whole, 0]
    fitted = fit(held, right, counts, tags)
    # What measures a fold was fitted on the others, as what scored it was learned from them.
    found = np.zeros(right.shape, dtype=bool)
    for k in range(FOLDS):
        own = folds_of(known)[whole] == k
        found[own] = held_by(held[own], fit(held[~own], right[~own], counts[~own], tags), names)
    about: dict[str, Any] = {
        "name": terms.name, "model": DEFAULT, "labels": (*terms.top, *terms.themes), "learned_from": kinds(known),
        "quality": {"folds": quality.as_dict(quality.quality(terms, right, found))},
    }  # fmt: skip
    if is_few(known):
        about["base"] = {"taxonomy": BASE, "version": tagger.weights_version(SHIPPED / BASE / TAGGER)}
    if gold:
        labels = examples.labels(gold, terms)
        about["quality"]["gold"] = quality.as_dict(
            quality.quality(terms, labels, held_by(learned.asked, fitted, names))
        )
    seen = {
        "seen_ids": np.array([one.id for one in known]), "seen_labels": wanted,
        "seen_vectors": np.round(learned.vectors * 127).astype(np.int8),
    }  # fmt: skip
    write(path, {**learned.arrays, **fitted, **seen, "about": np.array(canonical(about))})
    return about


def is_few(known: Sized) -> bool:
    """Whether there are so few passages that only a head can learn from them."""
    return len(known) < FEW


def kinds(known: Sequence[Example]) -> dict[str, int]:
    """How many passages are written, real, and of reviews."""
    found = dict.fromkeys(("written", *WEIGHTS), 0)
    for one in known:
        found[one.origin] += 1
    return found


def weights_of(known: Sequence[Example], terms: Taxonomy) -> Scores:
    """What each label of each passage counts in learning: (passages, tags + themes); 0 where it is not known."""
    own = np.array([WEIGHTS.get(one.origin, 1.0) for one in known], dtype=np.float32)
    return own[:, None] * examples.judged(known, terms)


def check(terms: Taxonomy, known: Sequence[Example], wanted: Marks) -> None:
    """Raise SourcebookError before an hour is spent on what cannot be learned, or on floors that cannot be read."""
    quality.floors(terms)
    for place, name in enumerate(terms.top):
        for k in range(FOLDS):
            of_fold = wanted[folds_of(known) == k, place]
            if not of_fold.any() or of_fold.all():
                raise SourcebookError(
                    f"Too few training passages carry {name!r}, or too few do not. Label more, of other titles."
                )
    if terms.themes and not wanted[:, len(terms.top) :].any():
        raise SourcebookError(f"No training passage carries a theme of {terms.name!r}. Label some, or drop the themes.")


def folds_of(known: Sequence[Example]) -> NDArray[np.int64]:
    """The fold of each passage; those of one document, by its title, are in one, so that none is judged by another."""
    keys = [one.title or one.id for one in known]
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    drawn = np.random.default_rng(0).permutation(len(places)) % FOLDS
    return np.array([drawn[places[key]] for key in keys])


def fit(logits: Scores, wanted: Marks, counts: Scores, tags: int) -> dict[str, Scores]:
    """Slopes and offsets that make the logits probabilities, and the thresholds from which labels hold."""
    slopes, offsets = calibrate(logits, wanted, tags)
    limits = thresholds(scored(logits, slopes, offsets), wanted, counts, tags)
    return {"slopes": slopes, "offsets": offsets, "thresholds": limits}


def held_by(logits: Scores, fitted: Mapping[str, Scores], names: Sequence[str]) -> Marks:
    """Which labels hold."""
    scores = scored(logits, fitted["slopes"], fitted["offsets"])
    return tagger.held_labels(scores, fitted["thresholds"], names)


def scored(logits: Scores, slopes: Scores, offsets: Scores) -> Scores:
    """Calibrated scores, 0 to 1."""
    return np.asarray(np.exp(-np.logaddexp(0, -(logits * slopes + offsets))), dtype=np.float32)


def write(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write the tagger's file, whole or not at all; the same arrays give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wip = path.with_suffix(".wip.npz")
    np.savez(wip, allow_pickle=False, **arrays)
    wip.replace(path)


def learn(known: Sequence[Example], gold: Sequence[Example], wanted: Marks, weights: Scores, tags: int) -> Learned:
    """Learn from all passages, and from all but a fold, in turn.

    Two processes with a thread each: on two cores that is faster than one with two.
    """
    passages = [(one.title, one.text) for one in (*known, *gold)]
    count = len(known)
    fold = folds_of(known)
    everything = np.arange(count)
    jobs = [(everything, np.arange(len(passages)))]
    jobs += [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(FOLDS)]
    held = np.zeros(wanted.shape, dtype=np.float32)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = [pool.submit(learn_from, passages, wanted, weights, seen, asked, tags) for seen, asked in jobs]
        for k in range(FOLDS):
            held[fold == k] = running[k + 1].result()[1]
        arrays, logits, vectors = running[0].result()
    return Learned(arrays, held, logits[count:], vectors[:count])


def learn_from(
    passages: list[tuple[str, str]], wanted: Marks, weights: Scores, seen: NDArray[Any], asked: NDArray[Any], tags: int
) -> tuple[Arrays, Scores, Scores]:
    """The weights learned from the passages at `seen`; logits and vectors for those at `asked`."""
    import torch

    from nlp import finetune, network
    from nlp.models import load_with_torch

    torch.set_num_threads(1)
    tuned, epochs = (0, HEAD_EPOCHS) if is_few(wanted) else (TUNED, EPOCHS)
    model = load_with_torch(DEFAULT)
    if not tuned:
        network.adopt(model, tagger.opened(SHIPPED / BASE / TAGGER)[0])
    tokens = network.tokenise(passages, network.tokenizer_of(model))
    states = network.lower_states(model, tokens, tuned)

    def of(places: NDArray[Any]) -> tuple[list[Any], list[network.Tokens]]:
        return [states[i] for i in places], [tokens[i] for i in places]

    arrays = network.arrays_of(finetune.fit(*of(seen), wanted[seen], weights[seen], tags, tuned, epochs))
    # What is measured is what ships: the weights in half precision.
    return arrays, *finetune.predict(network.restored(model, arrays), *of(asked))


def main() -> None:
    """Train the tagger that ships with a taxonomy; below the floors of its quality.toml the old one stays."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("taxonomy", nargs="?", default=BASE)
    parser.add_argument("--abstracts", type=Path)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--anyway", action="store_true")
    said = parser.parse_args()
    terms = taxonomy.load(said.taxonomy)
    made = terms.folder / f"refused-{TAGGER}"
    gold = examples.read(said.gold) if said.gold else []
    about = train(terms, examples.corpus(terms, said.abstracts), made, gold)
    refused = release.refusals(terms, about)
    passages = [(one.title, one.text) for one in gold or examples.corpus(terms, None)]
    print(release.compared(terms, terms.folder / TAGGER, made, passages)[1], file=sys.stderr)
    if said.anyway or not refused:
        made.replace(terms.folder / TAGGER)
    print(json.dumps(about | {"refused": refused}, indent=2))
    if refused and not said.anyway:
        raise SystemExit(f"{made} falls below floors, and the old tagger stays. Say --anyway to take it all the same.")


if __name__ == "__main__":
    main()
