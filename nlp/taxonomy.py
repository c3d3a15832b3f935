"""The taxonomy as data: questions, tags and themes of one review, read from a folder."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from corpus.errors import SourcebookError
from corpus.records import canonical

SHIPPED = Path(__file__).parent / "taxonomies"

SAVE_TAG = """
INSERT INTO tag (tag, parent, label, question, definition, examples, near_misses, position)
VALUES (:tag, :parent, :label, :question, :definition, :examples, :near_misses, :position)
ON CONFLICT (tag) DO UPDATE SET
    parent = excluded.parent, label = excluded.label, question = excluded.question,
    definition = excluded.definition, examples = excluded.examples, near_misses = excluded.near_misses,
    position = excluded.position
"""


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag or theme; a theme is named `tag/theme` and has its tag as `parent`."""

    name: str
    label: str
    question: int
    definition: str
    parent: str | None = None
    examples: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Taxonomy:
    """The questions of a review and the tags that answer them; `folder` holds its other data."""

    name: str
    title: str
    questions: dict[int, str]
    tags: tuple[Tag, ...]
    folder: Path

    @property
    def top(self) -> tuple[str, ...]:
        """The names of the tags of level 1, in order."""
        return tuple(tag.name for tag in self.tags if tag.parent is None)

    @property
    def themes(self) -> tuple[str, ...]:
        """The names of the themes, in order."""
        return tuple(tag.name for tag in self.tags if tag.parent is not None)


@cache
def load(name: str) -> Taxonomy:
    """The taxonomy that ships under `name`, or that is in the folder `name`."""
    folder = SHIPPED / name if (SHIPPED / name).is_dir() else Path(name)
    path = folder / "taxonomy.toml"
    if not path.is_file():
        shipped = ", ".join(sorted(p.name for p in SHIPPED.iterdir() if p.is_dir()))
        raise SourcebookError(
            f"No taxonomy {name!r}: set `taxonomy` in sourcebook.toml to one that ships ({shipped}) "
            "or to a folder with a taxonomy.toml."
        )
    try:
        return parse(tomllib.loads(path.read_text("utf-8")), folder)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise SourcebookError(f"{path} cannot be read: {error}. Compare it with one that ships.") from error


def parse(data: dict[str, Any], folder: Path) -> Taxonomy:
    """The taxonomy that the TOML document `data` declares."""
    tags: list[Tag] = []
    for name, one in data["tags"].items():
        tags.append(
            Tag(name, one["label"], one["question"], one["definition"], None,
                tuple(one.get("examples", ())), tuple(one.get("near_misses", ())))
        )  # fmt: skip
        for theme, (label, definition) in one.get("themes", {}).items():
            tags.append(Tag(f"{name}/{theme}", label, one["question"], definition, name))
    questions = {int(number): text for number, text in data["questions"].items()}
    return Taxonomy(data["name"], data["title"], questions, tuple(tags), folder)


def save(db: Database, taxonomy: Taxonomy) -> None:
    """Write the tags of `taxonomy` to the table `tag`, where people and queries look them up."""
    with db.atomic():
        for position, tag in enumerate(taxonomy.tags):
            row = {
                "tag": tag.name, "parent": tag.parent, "label": tag.label, "question": tag.question,
                "definition": tag.definition, "examples": canonical(list(tag.examples)),
                "near_misses": canonical(list(tag.near_misses)), "position": position,
            }  # fmt: skip
            db.execute(SAVE_TAG, row)
