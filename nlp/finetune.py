"""Fine-tuning: the tagger's network learns from labelled passages, on the CPU, from a seed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nlp.models import DEFAULT, load_with_torch
from nlp.network import Network, Tokens, padded, split

BATCH = 16
RATE = 1.5e-4  # of the layers; the head's is HEAD times that
HEAD = 30.0
# Processors that calculate in bfloat16 learn almost twice as fast in it; on others it would be slower.
HALF: bool = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
THEMES = 3.0  # weight of the themes' loss beside the tags'


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
    tuned: int,
    epochs: int,
    seed: int = 0,
) -> Network:
    """Learn from passages: `wanted` (n, labels) with the tags first, `weights` of the same shape (0: not known).

    `states` are those that the `tuned` upper layers begin from; with none tuned, only the head learns.
    """
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    model = load_with_torch(DEFAULT)
    network = Network(split(model, tuned)[2], wanted.shape[1], states[0].shape[1])
    target, weight = torch.tensor(wanted.astype(np.float32)), torch.tensor(weights)
    head = [network.query, network.value, network.bias]
    groups: list[dict[str, Any]] = [
        {"params": head, "lr": RATE * HEAD},
        {"params": list(network.upper.parameters()), "lr": RATE},
    ]
    groups = groups[: 2 if tuned else 1]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    lengths = np.array([len(one.ids) for one in tokens])
    plan = [places for _ in range(epochs) for places in batches(lengths, random)]
    rates = [group["lr"] for group in groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=len(plan), pct_start=0.1)
    for places in plan:
        network.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=HALF):
            logits = network(*batch(states, tokens, places))[0].float()
        each = torch.nn.functional.binary_cross_entropy_with_logits(logits, target[places], reduction="none")
        each = each * weight[places]
        loss = each[:, :tags].mean() + (THEMES * each[:, tags:].mean() if each.shape[1] > tags else 0.0)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return network


def predict(
    network: Network, states: Sequence[Any], tokens: Sequence[Tokens]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits (n, labels), and the passages' vectors (n, dimension)."""
    network.eval()
    logits = np.zeros((len(tokens), len(network.bias)), dtype=np.float32)
    vectors = np.zeros((len(tokens), network.query.shape[1]), dtype=np.float32)
    order = np.argsort([len(one.ids) for one in tokens], kind="stable")
    with torch.no_grad():
        for start in range(0, len(order), 32):
            places = order[start : start + 32]
            for made, out in zip((logits, vectors), network(*batch(states, tokens, places)), strict=True):
                made[places] = out.float().numpy()
    return logits, vectors
