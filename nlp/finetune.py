"""The network behind the tagger: MiniLM whose upper layers are tuned, with attention by label on top.

Label-wise attention after Mullenbach et al. 2018 (https://aclanthology.org/N18-1100): each label looks at its own words,
so that its score is a sum over words and can be explained by them. torch is imported here and nowhere else in `nlp`
but for the export of models.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from nlp.models import load_with_torch

Arrays = dict[str, NDArray[np.float16]]

TUNED = 3  # upper layers that learn; the lower ones stay MiniLM's, and their states are computed once
MAX_TOKENS = 192
BATCH = 16
RATE = 1e-4  # of the layers; the head's is HEAD times that
HEAD = 30.0
DROPOUT = 0.1
SCALE = 2.0  # of the sum over words
THEMES = 3.0  # weight of the themes' loss beside the tags'


@dataclass(frozen=True, slots=True)
class Tokens:
    """Word pieces of one input, and which of them belong to the passage rather than to the title."""

    ids: list[int]
    of_text: list[bool]


def tokenise(passages: Sequence[tuple[str, str]], tokenizer: Any) -> list[Tokens]:
    """The word pieces of each (title, text)."""
    starts = [len(title) + 1 if title else 0 for title, _ in passages]
    encodings = tokenizer.encode_batch([f"{title}\n{text}" if title else text for title, text in passages])
    return [
        Tokens(one.ids, [first >= start and last > first for first, last in one.offsets])
        for one, start in zip(encodings, starts, strict=True)
    ]


def tokenizer_of(model: Any) -> Any:
    """The model's tokenizer, cutting at MAX_TOKENS, without padding."""
    tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def through(layer: Any, states: Any, mask: Any) -> Any:
    """One transformer layer over `states`; `mask` is 1 where there is a word piece."""
    out = layer(states, attention_mask=(1.0 - mask[:, None, None, :].float()) * -1e9)
    return out[0] if isinstance(out, tuple) else out


class Network(torch.nn.Module):
    """The upper layers and the head; `states` are those of the lower layers."""

    def __init__(self, upper: Any, labels: int, dimension: int) -> None:
        super().__init__()
        self.upper = upper
        self.query = torch.nn.Parameter(torch.zeros(labels, dimension))
        self.value = torch.nn.Parameter(torch.randn(labels, dimension) * 0.02)
        self.bias = torch.nn.Parameter(torch.full((labels,), -3.0))
        self.dropout = torch.nn.Dropout(DROPOUT)

    def pieces(self, states: Any, mask: Any, of_text: Any) -> Any:
        """What each word piece adds to each label's logit: (batch, pieces, labels)."""
        for layer in self.upper:
            states = through(layer, states, mask)
        states = self.dropout(states)
        looks = (states @ self.query.T).masked_fill(~of_text[..., None], -1e9).softmax(1)
        return SCALE * looks * (states @ self.value.T)

    def forward(self, states: Any, mask: Any, of_text: Any) -> Any:
        return self.pieces(states, mask, of_text).sum(1) + self.bias


def encoder_of(model: Any) -> Any:
    """The transformer inside a sentence-transformers model."""
    return model[0].auto_model


def split(model: Any) -> tuple[Any, Any, Any]:
    """Embeddings, lower layers and upper layers of a sentence-transformers model."""
    inner = encoder_of(model)
    layers = inner.encoder.layer
    return inner.embeddings, layers[: len(layers) - TUNED], layers[len(layers) - TUNED :]


def padded(tokens: Sequence[Tokens]) -> tuple[Any, Any, Any]:
    """Ids, mask and text mask of a batch, padded to its longest."""
    width = max(len(one.ids) for one in tokens)
    ids = torch.zeros(len(tokens), width, dtype=torch.long)
    mask = torch.zeros(len(tokens), width, dtype=torch.long)
    of_text = torch.zeros(len(tokens), width, dtype=torch.bool)
    for row, one in enumerate(tokens):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = 1
        of_text[row, : len(one.ids)] = torch.tensor(one.of_text)
    return ids, mask, of_text


def lower_states(model: Any, tokens: Sequence[Tokens]) -> list[Any]:
    """The states that the upper layers begin from, in half precision, (pieces, dimension) each."""
    embeddings, lower, _ = split(model)
    states: list[Any] = [None] * len(tokens)
    order = np.argsort([len(one.ids) for one in tokens], kind="stable")
    with torch.no_grad():
        for start in range(0, len(order), 32):
            places = order[start : start + 32]
            ids, mask, _ = padded([tokens[i] for i in places])
            found = embeddings(input_ids=ids)
            for layer in lower:
                found = through(layer, found, mask)
            for row, i in enumerate(places):
                states[i] = found[row, : len(tokens[i].ids)].to(torch.float16).clone()
    return states


def batch(states: Sequence[Any], tokens: Sequence[Tokens], places: Any) -> tuple[Any, Any, Any]:
    """States, mask and text mask of the passages at `places`."""
    _, mask, of_text = padded([tokens[i] for i in places])
    found = torch.zeros(*mask.shape, states[places[0]].shape[1])
    for row, i in enumerate(places):
        found[row, : len(states[i])] = states[i].float()
    return found, mask, of_text


def batches(lengths: NDArray[np.int64], random: np.random.Generator) -> list[NDArray[np.int64]]:
    """All places in batches of like length, in random order."""
    order = random.permutation(len(lengths))
    made = []
    for chunk in np.array_split(order, max(1, len(order) // (BATCH * 16))):
        by_length = chunk[np.argsort(lengths[chunk], kind="stable")]
        made += [by_length[k : k + BATCH] for k in range(0, len(by_length), BATCH)]
    return [made[i] for i in random.permutation(len(made))]


def fit(
    states: Sequence[Any],
    tokens: Sequence[Tokens],
    wanted: NDArray[np.bool_],
    weights: NDArray[np.float32],
    tags: int,
    epochs: int,
    seed: int = 0,
    report: Callable[[int, float, Network], None] | None = None,
) -> Network:
    """Learn from passages: `wanted` (n, labels) with the tags first, `weights` (n,) of the passages."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    model = load_with_torch("all-MiniLM-L6-v2")
    network = Network(split(model)[2], wanted.shape[1], states[0].shape[1])
    target, weight = torch.tensor(wanted.astype(np.float32)), torch.tensor(weights)
    head = [network.query, network.value, network.bias]
    groups = [{"params": list(network.upper.parameters()), "lr": RATE}, {"params": head, "lr": RATE * HEAD}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    lengths = np.array([len(one.ids) for one in tokens])
    plan = [places for _ in range(epochs) for places in batches(lengths, random)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [RATE, RATE * HEAD], total_steps=len(plan), pct_start=0.1)
    lost = 0.0
    for step, places in enumerate(plan, start=1):
        network.train()
        logits = network(*batch(states, tokens, places))
        each = torch.nn.functional.binary_cross_entropy_with_logits(logits, target[places], reduction="none")
        each = each * weight[places, None]
        loss = each[:, :tags].mean() + THEMES * each[:, tags:].mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        lost += loss.item()
        if report and step % (len(plan) // epochs) == 0:
            report(step * epochs // len(plan), lost / step, network)
    return network


def predict(network: Network, states: Sequence[Any], tokens: Sequence[Tokens]) -> NDArray[np.float32]:
    """Logits (n, labels)."""
    network.eval()
    found = np.zeros((len(tokens), len(network.bias)), dtype=np.float32)
    order = np.argsort([len(one.ids) for one in tokens], kind="stable")
    with torch.no_grad():
        for start in range(0, len(order), 32):
            places = order[start : start + 32]
            found[places] = network(*batch(states, tokens, places)).float().numpy()
    return found
