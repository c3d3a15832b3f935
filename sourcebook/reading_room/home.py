"""The first page: what is here, and what the evidence says to each question."""

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from corpus.errors import SourcebookError
from nlp.taxonomy import Taxonomy
from sourcebook import trust
from sourcebook.reading_room.asking import Asked
from sourcebook.reading_room.exports import Link, address

COUNTS = """
SELECT (SELECT COUNT(*) FROM work) AS works,
       (SELECT COUNT(*) FROM file WHERE outcome = 'extracted') AS "full texts",
       (SELECT COUNT(*) FROM passage) AS passages,
       (SELECT COUNT(DISTINCT passage_id) FROM evidence) AS "tagged passages",
       (SELECT COUNT(DISTINCT value) FROM facet WHERE kind = 'country') AS countries
"""
TAGS = """
SELECT t.question, t.tag, t.label, t.definition, COUNT(e.passage_id), COUNT(DISTINCT e.work_id)
FROM tag t LEFT JOIN evidence e ON e.tag = t.tag WHERE t.parent IS NULL GROUP BY t.tag ORDER BY t.position
"""
SOURCES = """
SELECT s.name, s.kind, s.licence, COUNT(r.id), COUNT(DISTINCT m.work_id) FROM source s
LEFT JOIN record r ON r.source_id = s.id LEFT JOIN work_record m ON m.record_id = r.id
GROUP BY s.id ORDER BY COUNT(r.id) DESC, s.name
"""
MEANINGS = "SELECT tag, parent, label, definition FROM tag ORDER BY position"
TAGGERS = "SELECT tagger, COUNT(*) FROM machine_tag GROUP BY tagger ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of the review, with the tags that answer it: tag, label, definition, passages, works."""

    number: int
    text: str
    tags: list[tuple[str, str, str, int, int]]


def page(asked: Asked) -> dict[str, Any]:
    """What the first page shows."""
    return {
        "counts": counts(asked.db),
        "questions": questions(asked),
        "trusted": {tag: trust.whole(one) for tag, one in trust.corrected(asked.workspace, asked.db).items()},
        "sources": asked.db.execute(SOURCES).fetchall(),
        "examples": examples(asked),
    }


def about(asked: Asked) -> dict[str, Any]:
    """What the page about the evidence base shows."""
    return {
        "counts": counts(asked.db),
        "tags": asked.db.execute(MEANINGS).fetchall(),
        "cards": trust.counted(asked.workspace, asked.db),
        "bases": trust.BASES,
        "shown": trust.shown,
        "whole": trust.whole,
        "taggers": asked.db.execute(TAGGERS).fetchall(),
        "model": asked.workspace.config.base.model,
    }


def examples(asked: Asked) -> list[Link]:
    """Searches to begin with."""
    terms = known_terms(asked)
    return [Link(text, address("/search", [("q", text)])) for text in (terms.searches if terms else ())]


def known_terms(asked: Asked) -> Taxonomy | None:
    """The taxonomy, unless its folder has gone: its tags are in the database all the same."""
    try:
        return asked.workspace.terms
    except SourcebookError:
        return None


def counts(db: Database) -> dict[str, int]:
    """How much there is of what."""
    cursor = db.execute(COUNTS)
    return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))


def questions(asked: Asked) -> list[Answered]:
    """The questions in their order, each with its tags."""
    terms = known_terms(asked)
    texts = terms.questions if terms else {}
    rows = asked.db.execute(TAGS).fetchall()
    numbers = sorted({row[0] for row in rows})
    return [Answered(n, texts.get(n, ""), [row[1:] for row in rows if row[0] == n]) for n in numbers]
