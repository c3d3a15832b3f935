"""Programmes, schemes and standards that a text names, by the names that the taxonomy's folder lists."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from corpus.errors import SourcebookError
from corpus.records import digest
from nlp.facets.facet import Facet
from nlp.facets.words import Phrases, Words, words

FILE = "programmes.toml"


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of the programme `key`; with `needs`, it counts only beside one of those phrases."""

    key: str
    label: str
    capitals: tuple[int, ...]
    needs: Phrases[bool] | None = None


Programmes = Phrases[Alias]

NONE: Programmes = Phrases(())


def load_programmes(folder: Path) -> Programmes:
    """The programmes of the taxonomy in `folder`; none where it has no programmes.toml.

    Raises SourcebookError where the file cannot be read.
    """
    path = folder / FILE
    return parsed(path, path.read_bytes()) if path.is_file() else NONE


@cache
def parsed(path: Path, content: bytes) -> Programmes:
    """The programmes in the file at `path` while it has this `content`: a worker may live longer than that."""
    try:
        data = tomllib.loads(content.decode("utf-8"))
        return Phrases([pair for key, one in data.items() for pair in aliases(key, one)])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourcebookError(f"{path} cannot be read: {error!r}. Compare it with the one that ships.") from error


def programmes_version(folder: Path) -> str:
    """What changes when the taxonomy's list of programmes does."""
    path = folder / FILE
    return digest(path.read_text("utf-8"))[:8] if path.is_file() else "none"


def aliases(key: str, one: dict[str, Any]) -> list[tuple[str, Alias]]:
    """The names of one programme, plain and ambiguous."""
    needs = Phrases((phrase, True) for phrase in one.get("with", ()))
    return [(name, Alias(key, one["name"], capitals(name)[:1])) for name in one["aliases"]] + [
        (name, Alias(key, one["name"], capitals(name), needs)) for name in one.get("ambiguous", ())
    ]


def capitals(name: str) -> tuple[int, ...]:
    """Which words of `name` start with a capital."""
    known = words(name)
    return tuple(i for i, start in enumerate(known.starts) if name[start].isupper())


def find_programmes(texts: tuple[Words, ...], programmes: Programmes) -> list[Facet]:
    """The programmes that `texts` name, in order of first mention.

    Capitals tell a name: "Better Work", not "better work". Of an ambiguous name every word must have its own.
    """
    found: dict[str, str] = {}
    for text in texts:
        for first, _, meanings in programmes.found(text):
            for alias in meanings:
                if all(text.text[text.starts[first + i]].isupper() for i in alias.capitals) and is_supported(
                    alias, texts
                ):
                    found.setdefault(alias.key, alias.label)
    return [Facet("programme", key, label) for key, label in found.items()]


def is_supported(alias: Alias, texts: tuple[Words, ...]) -> bool:
    """Whether an ambiguous name stands beside one of the words that it needs."""
    return alias.needs is None or any(True for text in texts for _ in alias.needs.found(text))
