"""Training the tagger on the passages in `nlp/training/`, with thresholds chosen by cross-validation.

python -m nlp.train [TAXONOMY]
"""

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from corpus.records import canonical
from nlp import encoder, examples, taxonomy
from nlp.encoder import Vectors
from nlp.tagger import FILE
from nlp.taxonomy import Taxonomy

WRITTEN = Path(__file__).parent / "training"
FOLDS = 5
STRENGTH = 10.0  # inverse of the penalty on weights, chosen on the development passages
GRID = np.round(np.linspace(0.05, 0.95, 91), 2)


def train(terms: Taxonomy) -> Path:
    """Fit a head for each tag and theme of `terms` and write it beside the taxonomy; returns the file."""
    known = [one for path in sorted(WRITTEN.glob("written/*.jsonl")) for one in examples.read(path)]
    wanted = examples.labels(known, terms)
    coder = encoder.load()
    vectors = coder.encode([encoder.passage_input(one.title, one.text) for one in known])
    fitted = [fit(vectors, column) for column in wanted.T]
    path = terms.folder / FILE
    about = {
        "name": terms.name,
        "model": coder.name,
        "labels": (*terms.top, *terms.themes),
        "examples": len(known),
    }
    np.savez(
        path,
        about=np.array(canonical(about)),
        weights=np.array([weights for weights, _, _ in fitted], dtype=np.float16),
        bias=np.array([bias for _, bias, _ in fitted], dtype=np.float32),
        thresholds=np.array([threshold for _, _, threshold in fitted], dtype=np.float32),
    )
    return path


def fit(vectors: Vectors, wanted: NDArray[np.bool_]) -> tuple[Vectors, float, float]:
    """Weights, bias and threshold of one label."""
    scores = np.zeros(len(wanted))
    for learned, held in KFold(FOLDS, shuffle=True, random_state=0).split(vectors):
        scores[held] = model().fit(vectors[learned], wanted[learned]).predict_proba(vectors[held])[:, 1]
    whole = model().fit(vectors, wanted)
    return whole.coef_[0].astype(np.float32), float(whole.intercept_[0]), best_threshold(scores, wanted)


def model() -> LogisticRegression:
    """The classifier of one label."""
    return LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000)


def best_threshold(scores: NDArray[np.float64], wanted: NDArray[np.bool_]) -> float:
    """The threshold with the best F1; of equals the lowest."""
    f1 = [2 * (wanted & (scores >= t)).sum() / max(1, wanted.sum() + (scores >= t).sum()) for t in GRID]
    return float(GRID[int(np.argmax(f1))])


if __name__ == "__main__":
    print(json.dumps({"written": str(train(taxonomy.load((*sys.argv[1:], "procurement")[0])))}))
