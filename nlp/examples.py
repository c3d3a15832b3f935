"""Labelled passages: what the tagger learns from, and what it is measured on."""

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SourcebookError, nearest
from corpus.records import digest
from nlp.taxonomy import SHIPPED, Taxonomy

TRAINING = Path(__file__).parent / "training"


@dataclass(frozen=True, slots=True)
class Example:
    """A passage with the tags and themes that it carries; `judged` are those that were asked about, None for all.

    `origin` is "written" (for training), "real" (published) or "review" (judged by people in a base).
    """

    id: str
    title: str
    text: str
    tags: tuple[str, ...]
    themes: tuple[str, ...] = ()
    register: str = ""
    judged: tuple[str, ...] | None = None
    origin: str = "written"


def corpus(terms: Taxonomy, abstracts: Path | None) -> list[Example]:
    """The passages that the tagger of `terms` learns from; those of real abstracts only where these are at hand."""
    folder = folder_of(terms)
    known = [one for path in sorted(folder.glob("written/*.jsonl")) for one in read(path)]
    if not known:
        raise SourcebookError(
            f"The taxonomy {terms.name!r} has no training passages ({folder / 'written'}/*.jsonl). "
            "Write some hundred, labelled, as docs/tags.md describes."
        )
    references = references_of(terms)
    return [*known, *(read_references(references, abstracts) if abstracts and references.is_file() else [])]


def folder_of(terms: Taxonomy) -> Path:
    """Where the training passages of `terms` lie: with ours, or in the folder of a taxonomy that is not ours."""
    ours = terms.folder.parent == SHIPPED
    return TRAINING / terms.folder.name if ours else terms.folder / "training"


def references_of(terms: Taxonomy) -> Path:
    """The file that refers to passages of published abstracts; not every taxonomy has one."""
    return folder_of(terms) / "real.jsonl"


def read(path: Path) -> list[Example]:
    """The labelled passages of a file of JSON lines `{"id","text","tags","title"?,"themes"?,"register"?}`."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise SourcebookError(f"{path} is not in UTF-8 ({error}). Save it so and try again.") from error
    examples = [parsed(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()]
    if not examples:
        raise SourcebookError(f"{path} holds no labelled passages.")
    return examples


def parsed(line: str, where: str) -> Example:
    """One line of a file of labelled passages."""
    try:
        row = json.loads(line)
        texts = [str(row["id"]), row.get("title") or "", row["text"], row.get("register") or ""]
        lists = [row["tags"], row.get("themes") or []]
        if not all(isinstance(text, str) for text in texts) or not all(isinstance(one, list) for one in lists):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SourcebookError(
            f'{where}: not a JSON object with "id", "text" and a list of "tags". Mend it and try again.'
        ) from None
    id, title, text, register = texts
    return Example(id, title, text, tuple(lists[0]), tuple(lists[1]), register)


def labels(examples: Iterable[Example], taxonomy: Taxonomy) -> NDArray[np.bool_]:
    """Which of the taxonomy's tags and themes each example carries: (examples, tags + themes).

    Raises SourcebookError where one carries a label that the taxonomy does not have.
    """
    examples = list(examples)
    names = (*taxonomy.top, *taxonomy.themes)
    for one in examples:
        for label in (*one.tags, *one.themes):
            if label not in names:
                raise SourcebookError(f"The passage {one.id!r} is labelled {label!r}{nearest(label, names)}")
    return np.array([[name in e.tags or name in e.themes for name in names] for e in examples], dtype=bool)


def judged(examples: Iterable[Example], taxonomy: Taxonomy) -> NDArray[np.bool_]:
    """Of which tags and themes it is known whether each example carries them: (examples, tags + themes)."""
    names = (*taxonomy.top, *taxonomy.themes)
    return np.array([[e.judged is None or name in e.judged for name in names] for e in examples], dtype=bool)


def read_references(path: Path, abstracts: Path) -> list[Example]:
    """The labelled passages of real abstracts that `path` refers to, with their words from the file `abstracts`.

    `path` has JSON lines `{"id","doi","title","start","end","hash","tags","themes"}`: the title and the passage as
    SHA-256 (16 digits), the passage's characters in the abstract; `abstracts` JSON lines (gzip) with `doi`, `title`,
    `abstract`. A reference that no longer fits its abstract is an error: the labels would be on other words.
    """
    opened = gzip.open if abstracts.suffix == ".gz" else open
    found: dict[str, dict[str, str]] = {}
    with opened(abstracts, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            found.setdefault(short_hash(row["title"]), row)
    examples = []
    for line in path.read_text("utf-8").splitlines():
        one = json.loads(line)
        row = found.get(one["title"])
        text = row["abstract"][one["start"] : one["end"]] if row else ""
        if row is None or short_hash(text) != one["hash"]:
            raise SourcebookError(f"{abstracts} does not hold the passage {one['id']} (DOI {one['doi'] or 'unknown'}).")
        examples.append(Example(one["id"], row["title"], text, tuple(one["tags"]), tuple(one["themes"]), origin="real"))
    return examples


def short_hash(text: str) -> str:
    """The first 16 digits of the SHA-256 of `text`."""
    return digest(text)[:16]
