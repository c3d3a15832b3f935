"""Labelled passages: what the tagger learns from, and what it is measured on."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SourcebookError
from nlp.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Example:
    """A passage with the tags and themes that it carries."""

    id: str
    title: str
    text: str
    tags: tuple[str, ...]
    themes: tuple[str, ...] = ()
    register: str = ""


def read(path: Path) -> list[Example]:
    """The labelled passages of a file of JSON lines `{"id","text","tags","title"?,"themes"?,"register"?}`."""
    examples = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            example = Example(
                str(row["id"]), row.get("title") or "", row["text"], tuple(row["tags"]),
                tuple(row.get("themes") or ()), row.get("register") or "",
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError):
            raise SourcebookError(
                f'{path}, line {number}: not a JSON object with "id", "text" and "tags". Mend it and try again.'
            ) from None
        examples.append(example)
    if not examples:
        raise SourcebookError(f"{path} holds no labelled passages.")
    return examples


def labels(examples: Iterable[Example], taxonomy: Taxonomy) -> NDArray[np.bool_]:
    """Which of the taxonomy's tags and themes each example carries: (examples, tags + themes)."""
    names = (*taxonomy.top, *taxonomy.themes)
    return np.array([[name in e.tags or name in e.themes for name in names] for e in examples], dtype=bool)
