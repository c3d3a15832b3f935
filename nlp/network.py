"""The network behind the tagger: MiniLM whose upper layers are tuned, with attention by label on top.

Label-wise attention after Mullenbach et al. 2018 (https://aclanthology.org/N18-1100): each label looks at words
of its own, so that its score is a sum over words and can be explained by them. Only training and the first
use on a machine come here, since importing torch takes seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from nlp.models import load_with_torch, save_graph

Arrays = Mapping[str, NDArray[np.float16]]

MAX_TOKENS = 192
DROPOUT = 0.1
SCALE = 2.0  # of the sum over words


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

    def read(self, states: Any, mask: Any) -> Any:
        """The states of the last layer."""
        for layer in self.upper:
            states = through(layer, states, mask)
        return states

    def pieces(self, states: Any, of_text: Any) -> Any:
        """What each word piece of the last layer adds to each label's logit: (batch, pieces, labels)."""
        states = self.dropout(states)
        looks = (states @ self.query.T).masked_fill(~of_text[..., None], -1e9).softmax(1)
        return SCALE * looks * (states @ self.value.T)

    def forward(self, states: Any, mask: Any, of_text: Any) -> tuple[Any, Any]:
        """Logits (batch, labels), and the passages' vectors (batch, dimension)."""
        read = self.read(states, mask)
        return self.pieces(read, of_text).sum(1) + self.bias, vectors(read, of_text)


def vectors(states: Any, of_text: Any) -> Any:
    """The mean state of each passage's words, of length 1: near to each other where the tagger reads alike."""
    inside = of_text[..., None].float()
    return torch.nn.functional.normalize((states.float() * inside).sum(1), dim=1)


def encoder_of(model: Any) -> Any:
    """The transformer inside a sentence-transformers model."""
    return model[0].auto_model


def split(model: Any, tuned: int) -> tuple[Any, Any, Any]:
    """Embeddings, lower layers and the `tuned` upper layers of a sentence-transformers model."""
    inner = encoder_of(model)
    layers = inner.encoder.layer
    return inner.embeddings, layers[: len(layers) - tuned], layers[len(layers) - tuned :]


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


def lower_states(model: Any, tokens: Sequence[Tokens], tuned: int) -> list[Any]:
    """The states that the `tuned` upper layers begin from, in half precision, (pieces, dimension) each."""
    embeddings, lower, _ = split(model, tuned)
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


def adopt(model: Any, arrays: Arrays) -> None:
    """Put the tuned layers of a tagger's weights `arrays` in the place of the model's own."""
    upper = split(model, tuned_in(arrays))[2]
    upper.load_state_dict({n: torch.tensor(arrays[f"upper.{n}"].astype(np.float32)) for n in upper.state_dict()})


def arrays_of(network: Network) -> dict[str, NDArray[np.float16]]:
    """What the network learned, in half precision, by name."""
    return {name: value.detach().numpy().astype(np.float16) for name, value in network.state_dict().items()}


def tuned_in(arrays: Arrays) -> int:
    """How many upper layers the weights `arrays` hold."""
    return len({name.split(".")[1] for name in arrays if name.startswith("upper.")})


def restored(model: Any, arrays: Arrays) -> Network:
    """The network with the weights `arrays`."""
    network = Network(split(model, tuned_in(arrays))[2], *arrays["value"].shape)
    network.load_state_dict({name: torch.tensor(arrays[name].astype(np.float32)) for name in network.state_dict()})
    return network.eval()


def export(name: str, arrays: Arrays, base: Arrays | None, folder: Path) -> None:
    """Write the whole tagger, from word pieces to scores, to `folder`, with its tokenizer.

    Where `arrays` hold a head alone, it stands on the layers of `base`.
    Inputs: `ids`, `mask` and `of_text` (batch, pieces). Outputs: what each piece adds to each label (batch, pieces,
    labels), the logits (batch, labels), and the passages' vectors (batch, dimension).
    """
    model = load_with_torch(name)
    if base:
        adopt(model, base)
    embeddings, lower, _ = split(model, tuned_in(arrays))

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embeddings, self.lower, self.network = embeddings, lower, restored(model, arrays)

        def forward(self, ids: Any, mask: Any, of_text: Any) -> tuple[Any, Any, Any]:
            states = self.embeddings(input_ids=ids)
            for layer in self.lower:
                states = through(layer, states, mask)
            read = self.network.read(states, mask)
            pieces = self.network.pieces(read, of_text)
            return pieces, pieces.sum(1) + self.network.bias, vectors(read, of_text)

    tokenizer = tokenizer_of(model)
    tokens = tokenise([("A title", "Some words."), ("", "Fewer.")], tokenizer)
    save_graph(Whole().eval(), dict(zip(("ids", "mask", "of_text"), padded(tokens), strict=True)), folder)
    tokenizer.save(str(folder / "tokenizer.json"))
