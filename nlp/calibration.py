"""Calibration: logits to probabilities, and from which probability on a label holds."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Scores = NDArray[np.float32]
Marks = NDArray[np.bool_]

GRID = np.round(np.linspace(0.05, 0.95, 91), 2)


def calibrate(logits: Scores, wanted: Marks, tags: int) -> tuple[Scores, Scores]:
    """Slope and offset of each label's logits (Platt 1999); the themes, which are rare, share theirs."""
    fits = [platt(logits[:, place], wanted[:, place]) for place in range(tags)]
    if wanted.shape[1] > tags:
        fits += [platt(logits[:, tags:].ravel(), wanted[:, tags:].ravel())] * (wanted.shape[1] - tags)
    return np.array([a for a, _ in fits], dtype=np.float32), np.array([b for _, b in fits], dtype=np.float32)


def platt(logits: Scores, wanted: Marks) -> tuple[float, float]:
    """Slope and offset that make one label's logits probabilities."""
    model = LogisticRegression(C=1e6).fit(logits[:, None], wanted)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def thresholds(scores: Scores, wanted: Marks, weights: Scores, tags: int) -> Scores:
    """The threshold of each tag with its best F1, passages weighted as in learning; one for all themes."""
    own = [best_threshold(scores[:, place], wanted[:, place], weights) for place in range(tags)]
    if count := wanted.shape[1] - tags:
        own += [best_threshold(scores[:, tags:].ravel(), wanted[:, tags:].ravel(), np.repeat(weights, count))] * count
    return np.array(own, dtype=np.float32)


def best_threshold(scores: Scores, wanted: Marks, weights: Scores) -> float:
    """The threshold with the best F1; of equals the lowest."""
    total = float(weights[wanted].sum())
    f1 = [
        2 * float(weights[wanted & (scores >= t)].sum()) / max(1e-9, total + float(weights[scores >= t].sum()))
        for t in GRID
    ]
    return float(GRID[int(np.argmax(f1))])
