"""The stage that tags passages: tags with their reasons, and facets, for whatever is untagged."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sqlite_utils import Database

from nlp import facets, sentences, tagger
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
DESIGN = "UPDATE work SET study_design = ? WHERE id = ? AND study_design IS NOT ?"

Row = tuple[int, int, str, str]
"""A passage: its id, its work's, title, text."""

# How many passages are read and saved together.
BATCH = 256

# A tag that missed its threshold is kept, for the queue of doubtful ones, down to this part of it.
NEAR = 0.5


def version(terms: Taxonomy, path: Path) -> str:
    """What tags and facets depend on; passages read by another version are read anew."""
    return (
        f"{tagger.version_of(terms, path)} facets-{facets.VERSION} programmes-{facets.programmes_version(terms.folder)}"
    )


def undone(db: Database, terms: Taxonomy, path: Path) -> int:
    """How many passages are untagged, or tagged by another version than the tagger at `path`."""
    return int(db.execute(UNDONE, [version(terms, path)]).fetchone()[0])


def tag(
    db: Database, terms: Taxonomy, path: Path, progress: Callable[[int, int], None] | None = None
) -> dict[str, int]:
    """Tag whatever is undone with the tagger at `path`, a batch a transaction; counts passages and tags."""
    model, current, programmes = tagger.load(terms, path), version(terms, path), facets.load_programmes(terms.folder)
    total = undone(db, terms, path)
    counts = {"passages": 0, "tags": 0}
    with ThreadPoolExecutor(1) as beside:
        for rows, finding in ahead(beside, db, current, programmes):
            readings = model.read([(title, text) for _, _, title, text in rows])
            with db.atomic():
                for (passage, work, _, _), reading, found in zip(rows, readings, finding.result(), strict=True):
                    counts["tags"] += save(db, model, passage, reading)
                    save_facets(db, passage, work, found)
                    db.execute(DONE, [current, passage])
            counts["passages"] += len(rows)
            if progress:
                progress(counts["passages"], total)
    design_works(db)
    return counts


def ahead(
    beside: ThreadPoolExecutor, db: Database, current: str, programmes: facets.Programmes
) -> Iterator[tuple[list[Row], Future[list[list[facets.Facet]]]]]:
    """The undone passages in batches, with their facets, which are sought `beside` one batch ahead.

    spaCy works on one core, and while OpenVINO works nothing holds Python's lock: side by side they fill two.
    """
    begun: deque[tuple[list[Row], Future[list[list[facets.Facet]]]]] = deque()
    last = 0
    while rows := db.execute(NEXT, [current, last, BATCH]).fetchall():
        begun.append((rows, beside.submit(find_facets, [(title, text) for _, _, title, text in rows], programmes)))
        last = rows[-1][0]
        if len(begun) > 1:
            yield begun.popleft()
    yield from begun


def find_facets(passages: Sequence[tuple[str, str]], programmes: facets.Programmes) -> list[list[facets.Facet]]:
    """The facets of each (title, text); only texts with figures are parsed, since nothing else needs it."""
    documents = sentences.read([text for _, text in passages], facets.has_figures)
    return [facets.find(one, title, programmes) for one, (title, _) in zip(documents, passages, strict=True)]


def save(db: Database, model: Tagger, passage: int, reading: Reading) -> int:
    """Write the tags of one passage, and those it nearly carries; returns how many hold."""
    for statement in FORGET:
        db.execute(statement, [passage])
    held = model.holds(reading.scores)
    for place, name in enumerate(model.labels):
        score, threshold = float(reading.scores[place]), float(model.thresholds[place])
        if name in held or ("/" not in name and score >= NEAR * threshold):
            why = json.dumps(reading.words(place), ensure_ascii=False)
            near = json.dumps(model.nearest(reading, place))
            db.execute(SAVE, [passage, name, round(score, 4), round(threshold, 4), model.version, why, near])
    return len(held)


def save_facets(db: Database, passage: int, work: int, found: list[facets.Facet]) -> None:
    """Write the facets of one passage."""
    for one in found:
        db.execute(SAVE_FACET, [passage, work, one.kind, one.value, one.label, one.number, one.unit])


def design_works(db: Database) -> None:
    """Say of each work how it studied its matter, from its title and abstract."""
    rows = db.execute("SELECT id, title, IFNULL(abstract, '') FROM work ORDER BY id").fetchall()
    with db.atomic():
        for id, title, abstract in rows:
            design = facets.study_design(f"{title}. {abstract}")
            db.execute(DESIGN, [design, id, design])
