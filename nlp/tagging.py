"""The stage that tags passages: tags with their reasons, and facets, for whatever is untagged."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from corpus.errors import SourcebookError
from corpus.spread import Spread
from nlp import facets, sentences, tagger, taxonomy
from nlp.tagger import Reading, Tagger
from nlp.taxonomy import Taxonomy

UNDONE = "SELECT COUNT(*) FROM passage WHERE tagger IS NOT ?"
NEXT = "SELECT id, work_id, title, text FROM passage WHERE tagger IS NOT ? AND id > ? ORDER BY id LIMIT ?"
FORGET = ("DELETE FROM machine_tag WHERE passage_id = ?", "DELETE FROM facet WHERE passage_id = ?")
SAVE = "INSERT INTO machine_tag (passage_id, tag, score, threshold, tagger, why, near) VALUES (?, ?, ?, ?, ?, ?, ?)"
SAVE_FACET = """
INSERT INTO facet (passage_id, work_id, kind, value, label, number, unit) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
DONE = "UPDATE passage SET tagger = ? WHERE id = ?"
OF_READ = "SELECT id, title, IFNULL(abstract, '') FROM work WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
UNREAD = "SELECT id, title, IFNULL(abstract, '') FROM work WHERE id NOT IN (SELECT work_id FROM passage) ORDER BY id"
DESIGN = "UPDATE work SET study_design = ? WHERE id = ? AND study_design IS NOT ?"

Row = tuple[int, int, str, str]
"""A passage: its id, its work's, title, text."""

Tagged = tuple[str, float, float, str, str, str]
"""A tag of a passage: its name, score, threshold, tagger, the words that decided, the nearest training passages."""

# How many passages are read and saved together.
BATCH = 256

# A tag that missed its threshold is kept, for the queue of doubtful ones, down to this part of it.
NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Read:
    """What was read in a passage of a work: how many tags hold, all tags that are kept, and facets."""

    passage: int
    work: int
    held: int
    tags: list[Tagged]
    facets: list[facets.Facet]


def version(terms: Taxonomy, path: Path) -> str:
    """What tags and facets depend on; passages read by another version are read anew."""
    return (
        f"{tagger.version_of(terms, path)} facets-{facets.VERSION} programmes-{facets.programmes_version(terms.folder)}"
    )


def undone(db: Database, terms: Taxonomy, path: Path) -> int:
    """How many passages are untagged, or tagged by another version than the tagger at `path`."""
    return int(db.execute(UNDONE, [version(terms, path)]).fetchone()[0])


def tag(
    db: Database,
    terms: Taxonomy,
    path: Path,
    progress: Callable[[int, int], None] | None = None,
    spread: Spread = map,
) -> dict[str, int]:
    """Tag whatever is undone with the tagger at `path`, a batch a transaction; counts passages and tags.

    `spread` says who reads the batches; they are saved here and in their order, whoever it is.
    """
    current, total = version(terms, path), undone(db, terms, path)
    counts, works = {"passages": 0, "tags": 0}, set[int]()
    reading = partial(read, str(taxonomy.portable(terms.folder)), taxonomy.portable(path), current)
    for batch in spread(reading, batches(db, current)):
        fresh = {one.work for one in batch} - works
        with db.atomic():
            for one in batch:
                save(db, one, current)
            design_works(db, OF_READ, [json.dumps(sorted(fresh))])
        works |= fresh
        counts["passages"] += len(batch)
        counts["tags"] += sum(one.held for one in batch)
        if progress:
            progress(counts["passages"], total)
    with db.atomic():
        design_works(db, UNREAD)
    return counts


def batches(db: Database, current: str) -> Iterator[list[Row]]:
    """The undone passages, a batch at a time."""
    last = 0
    while rows := db.execute(NEXT, [current, last, BATCH]).fetchall():
        yield rows
        last = rows[-1][0]


def read(terms_name: str, path: Path, wanted: str, rows: Sequence[Row]) -> list[Read]:
    """What is read in each of `rows`, in any process that has the version `wanted` of the tagger at `path`.

    spaCy works on one core, and while OpenVINO works nothing holds Python's lock: side by side they fill two.
    """
    terms, path = taxonomy.load(terms_name), taxonomy.SHIPPED / path
    if version(terms, path) != wanted:
        raise SourcebookError(f"{path} is not there, or is not the tagger that this run began with. Begin it again.")
    model, programmes = tagger.load(terms, path), facets.load_programmes(terms.folder)
    passages = [(title, text) for _, _, title, text in rows]
    with ThreadPoolExecutor(1) as beside:
        finding = beside.submit(find_facets, passages, programmes)
        readings = [tags_of(model, one) for one in model.read(passages)]
        found = finding.result()
    return [
        Read(passage, work, held, tags, named)
        for (passage, work, _, _), (held, tags), named in zip(rows, readings, found, strict=True)
    ]


def find_facets(passages: Sequence[tuple[str, str]], programmes: facets.Programmes) -> list[list[facets.Facet]]:
    """The facets of each (title, text); only texts with figures are parsed, since nothing else needs it."""
    documents = sentences.read([text for _, text in passages], facets.has_figures)
    return [facets.find(one, title, programmes) for one, (title, _) in zip(documents, passages, strict=True)]


def tags_of(model: Tagger, reading: Reading) -> tuple[int, list[Tagged]]:
    """How many tags hold in one passage, and all that are kept: those, and the ones that it nearly carries."""
    held = model.holds(reading.scores)
    kept: list[Tagged] = []
    for place, name in enumerate(model.labels):
        score, threshold = float(reading.scores[place]), float(model.thresholds[place])
        if name in held or ("/" not in name and score >= NEAR * threshold):
            why = json.dumps(reading.words(place), ensure_ascii=False)
            near = json.dumps(model.nearest(reading, place))
            kept.append((name, round(score, 4), round(threshold, 4), model.version, why, near))
    return len(held), kept


def save(db: Database, one: Read, current: str) -> None:
    """Write the tags and facets of one passage in the place of what was there."""
    for statement in FORGET:
        db.execute(statement, [one.passage])
    for tagged in one.tags:
        db.execute(SAVE, [one.passage, *tagged])
    for named in one.facets:
        row = [one.passage, one.work, named.kind, named.value, named.label, named.number, named.unit]
        db.execute(SAVE_FACET, row)
    db.execute(DONE, [current, one.passage])


def design_works(db: Database, sql: str, values: Sequence[str] = ()) -> None:
    """Say of the works that `sql` gives how they studied their matter, from title and abstract."""
    for id, title, abstract in db.execute(sql, values).fetchall():
        design = facets.study_design(f"{title}. {abstract}")
        db.execute(DESIGN, [design, id, design])
