"""The taxonomy as data: questions, tags and themes of one review, read from a folder."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from corpus import verdicts
from corpus.errors import SourcebookError
from corpus.records import canonical

SHIPPED = Path(__file__).parent / "taxonomies"

# The tagger's file, in the taxonomy's folder or, where a workspace trained its own, in the workspace's.
TAGGER = "tagger.npz"

SAVE_TAG = """
INSERT INTO tag (tag, parent, label, question, definition, examples, near_misses, position, taxonomy)
VALUES (:tag, :parent, :label, :question, :definition, :examples, :near_misses, :position, :taxonomy)
ON CONFLICT (tag) DO UPDATE SET
    parent = excluded.parent, label = excluded.label, question = excluded.question,
    definition = excluded.definition, examples = excluded.examples, near_misses = excluded.near_misses,
    position = excluded.position, taxonomy = excluded.taxonomy
"""
DROP_MACHINE_TAGS = "DELETE FROM machine_tag WHERE tag NOT IN (SELECT value FROM json_each(?))"
# Taxonomies share names of tags: what machines said under another one is void, and to be said anew.
START_AGAIN = ("DELETE FROM machine_tag", "UPDATE passage SET tagger = NULL WHERE tagger IS NOT NULL")
DROP_TAGS = "DELETE FROM tag WHERE tag NOT IN (SELECT value FROM json_each(?))"


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
    """The questions of a review and the tags that answer them; `folder` holds its other data.

    `searches` are queries to begin with.
    """

    name: str
    title: str
    questions: dict[int, str]
    searches: tuple[str, ...]
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


def portable(path: Path) -> Path:
    """`path` as another process finds it with `SHIPPED / path`: what ships may lie in another folder there."""
    return path.relative_to(SHIPPED) if path.is_relative_to(SHIPPED) else path.resolve()


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
    return Taxonomy(data["name"], data["title"], questions, tuple(data.get("searches", ())), tuple(tags), folder)


def save(db: Database, taxonomy: Taxonomy) -> None:
    """Write the tags of `taxonomy` to the table `tag`, where people and queries look them up.

    Those of another taxonomy go, with what machines said of them; what people said is put aside and comes back. Tags
    that go by the same name in both are not the same: the taxonomy's name decides.
    """
    names = canonical([tag.name for tag in taxonomy.tags])
    before = present(db, taxonomy)
    with db.atomic():
        for statement in START_AGAIN if before != taxonomy.name else ():
            db.execute(statement)
        db.execute(DROP_MACHINE_TAGS, [names])
        for position, tag in enumerate(taxonomy.tags):
            row = {
                "tag": tag.name, "parent": tag.parent, "label": tag.label, "question": tag.question,
                "definition": tag.definition, "examples": canonical(list(tag.examples)),
                "near_misses": canonical(list(tag.near_misses)), "position": position,
                "taxonomy": taxonomy.name,
            }  # fmt: skip
            db.execute(SAVE_TAG, row)
        verdicts.shelve(db, before, taxonomy.name, [tag.name for tag in taxonomy.tags])
        db.execute(DROP_TAGS, [names])


def present(db: Database, taxonomy: Taxonomy) -> str:
    """The name of the taxonomy whose tags are in `db`; that of `taxonomy` where there are none.

    A base from before names were kept has that one, of `taxonomy` and those that ship, which shares most tags with it.
    """
    tags = dict(db.execute("SELECT tag, taxonomy FROM tag").fetchall())
    if name := next(iter(tags.values()), taxonomy.name):
        return str(name)
    known = [taxonomy, *(load(path.parent.name) for path in sorted(SHIPPED.glob("*/taxonomy.toml")))]
    return max(known, key=lambda one: len(tags.keys() & {tag.name for tag in one.tags})).name
