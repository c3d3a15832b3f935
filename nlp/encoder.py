"""The encoder: texts to vectors, in OpenVINO."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SourcebookError
from nlp.models import DEFAULT, compiled, exported

Vectors = NDArray[np.float32]

# Tokens in a batch, padding included: large enough to keep the cores busy, small enough to stay in their cache.
BATCH_TOKENS = 2048


@dataclass(frozen=True)
class Encoder:
    """A sentence-transformers model, run in OpenVINO on all cores; `model_hash` names its weights."""

    name: str
    model_hash: str
    dimension: int
    tokenizer: Any = field(repr=False)
    graph: Any = field(repr=False)
    lock: Lock = field(default_factory=Lock, repr=False)  # the graph refuses a second caller

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors (len(texts), dimension) of length 1, in float32."""
        encodings = [one.ids for one in self.tokenizer.encode_batch(list(texts))]
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for places in batches([len(ids) for ids in encodings]):
            ids, mask = padded([encodings[i] for i in places])
            with self.lock:
                vectors[places] = self.graph({"input_ids": ids, "attention_mask": mask})[1]
        return vectors


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of inputs of like length (in tokens), shortest first, as many as BATCH_TOKENS lets into one pass."""
    queue: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if queue and (len(queue) + 1) * lengths[place] > BATCH_TOKENS:
            yield queue
            queue = []
        queue.append(place)
    if queue:
        yield queue


def padded(inputs: Sequence[list[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids (inputs, longest) and the mask that is 1 where there is one."""
    ids = np.zeros((len(inputs), max(map(len, inputs))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, one in enumerate(inputs):
        ids[row, : len(one)] = one
        mask[row, : len(one)] = 1
    return ids, mask


def passage_input(title: str, text: str) -> str:
    """What the tagger reads of a passage: its work's title as context, and its text."""
    return f"{title}\n{text}" if title else text


def load(name: str = DEFAULT) -> Encoder:
    """The encoder for the model `name`, loaded once a process; torch is needed only for the first export."""
    return loaded(name)


@cache
def loaded(name: str) -> Encoder:
    model = exported(name)
    graph, tokenizer = compiled(model.folder, model.max_tokens)
    return Encoder(name, model.model_hash, model.dimension, tokenizer, graph)


def encode_with(name: str, model_hash: str, texts: Sequence[str]) -> Vectors:
    """The vectors of `texts` by the model `name`, in any process that has it with the weights `model_hash`."""
    encoder = load(name)
    if encoder.model_hash != model_hash:
        raise SourcebookError(f"The model {name} has other weights here. Install the same one, or start this anew.")
    return encoder.encode(texts)
