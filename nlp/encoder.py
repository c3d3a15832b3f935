"""The encoder: texts to vectors, and to the states of their tokens, in one forward pass."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.models import DEFAULT, exported

Vectors = NDArray[np.float32]

# Tokens in a batch, padding included: large enough to keep the cores busy, small enough to stay in their cache.
BATCH_TOKENS = 2048


@dataclass(frozen=True, slots=True)
class Encoded:
    """What one forward pass gives for one text.

    `vector` (dimension,) has length 1; `tokens` (n, dimension) are the states of the n word pieces, of which
    `offsets` (n, 2) are the characters in the text; special tokens have the offsets (0, 0).
    """

    vector: Vectors
    tokens: Vectors
    offsets: NDArray[np.int32]


@dataclass(frozen=True)
class Encoder:
    """A sentence-transformers model, run in OpenVINO on all cores; `model_hash` names its weights."""

    name: str
    model_hash: str
    dimension: int
    tokenizer: Any = field(repr=False)
    graph: Any = field(repr=False)

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors (len(texts), dimension) of length 1, in float32."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for places, _, _, sentence in self.batches(texts):
            vectors[places] = sentence
            if progress:
                progress(len(places))
        return vectors

    def read(self, texts: Sequence[str]) -> Iterator[tuple[int, Encoded]]:
        """Vectors and token states of `texts`, as (place in `texts`, Encoded), shortest first."""
        for places, encodings, tokens, sentence in self.batches(texts):
            for row, (place, encoding) in enumerate(zip(places, encodings, strict=True)):
                n = len(encoding.ids)
                offsets = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2)
                yield place, Encoded(sentence[row], tokens[row, :n], offsets)

    def batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], list[Any], Vectors, Vectors]]:
        """Batches of texts of like length: places in `texts`, encodings, token states, vectors."""
        encodings = self.tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda i: len(encodings[i].ids))
        queue: list[int] = []
        for i in order:
            if queue and (len(queue) + 1) * len(encodings[i].ids) > BATCH_TOKENS:
                yield self.run(queue, [encodings[j] for j in queue])
                queue = []
            queue.append(i)
        if queue:
            yield self.run(queue, [encodings[j] for j in queue])

    def run(self, places: list[int], encodings: list[Any]) -> tuple[list[int], list[Any], Vectors, Vectors]:
        """One forward pass over `encodings`, padded to the longest."""
        width = max(len(e.ids) for e in encodings)
        ids = np.zeros((len(encodings), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        out = self.graph({"input_ids": ids, "attention_mask": mask})
        return places, encodings, np.array(out[0]), np.array(out[1])


def passage_input(title: str, text: str) -> str:
    """What is encoded of a passage: its work's title as context, and its text."""
    return f"{title}\n{text}" if title else text


@cache
def load(name: str = DEFAULT) -> Encoder:
    """The encoder for the model `name`, loaded once a process; torch is needed only for the first export."""
    import openvino
    from tokenizers import Tokenizer

    model = exported(name)
    core = openvino.Core()
    graph = core.compile_model(model.folder / "model.xml", "CPU", {"PERFORMANCE_HINT": "LATENCY"})
    tokenizer = Tokenizer.from_file(str(model.folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(model.max_tokens)
    return Encoder(name, model.model_hash, model.dimension, tokenizer, graph)
