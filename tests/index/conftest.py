"""A small base in which passages, works and people disagree as much as they can, and filters as one would do them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlite_utils import Database

from corpus.database import open_database
from index.filters import BY, KINDS, TAGGED, Filters

FACETS = ("country", "region", "sector", "programme", "organisation", "buyer")
WORKS = {"design": "study_design", "language": "language", "type": "type", "access": "access", "work": "key"}
TAGS = (
    ("threat", None, 2), ("threat/delay", "threat", None), ("gain", None, 2), ("gain/trust", "gain", 2),
    ("scheme", None, 4), ("scheme/grant", "scheme", None), ("unused", None, 1),
)  # fmt: skip
TIME = "2025-01-01T00:00:00Z"
TAG = "INSERT INTO tag (tag, parent, label, question, definition, position) VALUES (?, ?, ?, ?, '', ?)"
WORK = """
INSERT INTO work (id, key, title, csl, year, study_design, language, type, access)
VALUES (?, ?, 'T', '{}', ?, ?, ?, ?, ?)
"""
PASSAGE = """
INSERT INTO passage (id, key, work_id, ordinal, title, char_start, char_end, text, hash, tagger)
VALUES (?, ?, ?, 0, 'T', 0, 1, 't', ?, ?)
"""
FACET = "INSERT INTO facet (passage_id, work_id, kind, value, label) VALUES (?, ?, ?, ?, ?)"
MACHINE = "INSERT INTO machine_tag (passage_id, tag, score, threshold, tagger) VALUES (?, ?, ?, 0.5, ?)"
SAY = "INSERT INTO human_tag (passage_key, tag, verdict, who, time, quote) VALUES (?, ?, ?, ?, ?, '')"
SETTLE = "INSERT INTO resolution (passage_key, tag, verdict, who, time) VALUES (?, ?, ?, 'Chair', ?)"


@dataclass
class Passage:
    """What plain SQL says of a passage; `tags` are (tag, score, by)."""

    id: int
    values: dict[str, set[str]]
    year: int | None
    tags: set[tuple[str, float, str]] = field(default_factory=set)


def build(path: Path) -> Database:
    """60 passages of 12 works, one of which has none; their ids leave gaps, and work's and passage's facets meet."""
    chance, db = random.Random(11), open_database(path)
    for position, (tag, parent, question) in enumerate(TAGS):
        db.execute(TAG, [tag, parent, tag.split("/")[-1].title(), question, position])
    for source in range(1, 4):
        db.execute("INSERT INTO source (id, name, kind) VALUES (?, ?, 'import')", [source, f"source {source}"])
    for work in range(1, 13):
        years, names = (None, 1999, 2000, 2004, 2010, 2019), (None, "a", "b", "c")
        db.execute(WORK, [work, f"w{work}", chance.choice(years), *(chance.choice(names) for _ in range(4))])
        for source in chance.sample((1, 2, 3), k=chance.randrange(3)):
            record = [work * 10 + source, source, f"r{work}"]
            db.execute("INSERT INTO record (id, source_id, key, csl, hash) VALUES (?, ?, ?, '{}', '')", record)
            db.execute("INSERT INTO work_record (record_id, work_id, rule) VALUES (?, ?, '')", [record[0], work])
    db.execute("INSERT INTO work_alias VALUES ('old', 3)")
    for number in range(60):
        add(db, chance, 1000 - 7 * number, number % 11 + 1)
    for work in range(1, 13):
        for kind in chance.sample(FACETS, k=3):
            db.execute(FACET, [None, work, kind, chance.choice(letters(kind)[:3]), "of the work"])
    db.conn.commit()
    return db


def letters(kind: str) -> str:
    """Values of a facet, in the case in which its codes are kept."""
    return "ABCD" if kind in ("country", "sector") else "abcd"


def add(db: Database, chance: random.Random, id: int, work: int) -> None:
    """A passage with facets, some of them twice, and tags by machine and people, some of which do not hold."""
    tagger = chance.choice(("tagger 1", "tagger 1", "tagger 2"))
    reader = chance.choice((None, tagger, f"{tagger} facets-1", f"{tagger} facets-2"))
    db.execute(PASSAGE, [id, f"p{id}", work, f"h{id}", reader])
    for kind in FACETS:
        for value in chance.choices(letters(kind), k=chance.randrange(3)):
            db.execute(FACET, [id, work, kind, value, f"{kind} {value}"])
    for tag, _, _ in TAGS[:-1]:
        if chance.random() < 0.4:
            score = chance.choice((0.3, 0.5, 0.7, 0.8, 0.1 + 0.2, 0.7999999999999999))
            db.execute(MACHINE, [id, tag, score, tagger])
        if chance.random() < 0.1:
            db.execute(SAY, [f"p{id}", tag, chance.choice(("confirm", "reject", "add")), "Ama", TIME])
    if chance.random() < 0.1:
        db.execute(SETTLE, [f"p{id}", "threat", chance.choice(("confirm", "reject")), TIME])


def read(db: Database) -> list[Passage]:
    """The passages in the order of their ids, asked for one by one."""
    columns = ", ".join(WORKS.values())
    found = []
    for id, work in db.execute("SELECT id, work_id FROM passage ORDER BY id").fetchall():
        facets = db.execute(
            "SELECT kind, value FROM facet WHERE passage_id = ? OR (passage_id IS NULL AND work_id = ?)", [id, work]
        ).fetchall()
        year, *own = db.execute(f"SELECT year, {columns} FROM work WHERE id = ?", [work]).fetchone()
        sources = db.execute(
            "SELECT s.name FROM source s JOIN record r ON r.source_id = s.id JOIN work_record m ON m.record_id = r.id"
            " WHERE m.work_id = ?", [work],
        ).fetchall()  # fmt: skip
        values = {kind: {value for other, value in facets if other == kind} for kind in FACETS}
        values |= {kind: {value} - {None} for kind, value in zip(WORKS, own, strict=True)}
        values["source"] = {name for (name,) in sources}
        tags = db.execute("SELECT tag, score, by FROM evidence WHERE passage_id = ?", [id]).fetchall()
        found.append(Passage(id, values, year, set(tags)))
    return found


def has(one: Passage, kind: str, wanted: tuple[str, ...], filters: Filters) -> bool:
    """Whether the passage has any of the values of a kind."""
    if kind == "year":
        first, _, last = wanted[0].partition("-") if "-" in wanted[0] else (wanted[0], "", wanted[0])
        return one.year is not None and int(first or 0) <= one.year <= int(last or 9999)
    tags = {
        tag for tag, score, by in one.tags
        if (not filters.by or by == filters.by) and (filters.score is None or score >= filters.score)
    }  # fmt: skip
    of_parent = {tag: question for tag, parent, question in TAGS if parent is None}
    answered = {str(of_parent[tag.split("/")[0]]) for tag in tags}
    return bool({"tag": tags, "question": answered, **one.values}[kind] & set(wanted))


def passes(one: Passage, filters: Filters) -> bool:
    """Whether the passage passes, one condition after the other."""
    wanted = [has(one, kind, values, filters) for kind in KINDS if (values := getattr(filters, kind))]
    if filters.year_first or filters.year_last:
        wanted.append(has(one, "year", (f"{filters.year_first or ''}-{filters.year_last or ''}",), filters))
    if (filters.by or filters.score is not None) and not any(getattr(filters, kind) for kind in TAGGED):
        wanted.append(any(has(one, "tag", (tag,), filters) for tag, _, _ in TAGS))
    return all(wanted) and not any(has(one, kind, (value,), filters) for kind, value in filters.unwanted)


@dataclass(frozen=True)
class Varied:
    """A base, what plain SQL says of its passages, and the values there are to ask for, some of which nothing has."""

    db: Database
    passages: list[Passage]
    passes: Callable[[Passage, Filters], bool] = passes

    def values(self, kind: str) -> list[str]:
        if kind == "year":
            return ["1999", "2000-2009", "2004-", "-2000"]
        of_tags = {"tag": [tag for tag, _, _ in TAGS], "question": ["1", "2", "4"], "by": list(BY)}
        known = of_tags.get(kind) or sorted({value for one in self.passages for value in one.values[kind]})
        return known if kind == "by" else [*known, "nothing has this"]

    def ids(self, filters: Filters) -> list[int]:
        """The passages that pass."""
        return [one.id for one in self.passages if passes(one, filters)]


@pytest.fixture
def make_varied() -> Callable[[Database], Varied]:
    """Reads a base anew, when a test has changed it."""
    return lambda db: Varied(db, read(db))


@pytest.fixture
def varied_base(tmp_path: Path) -> Database:
    """A base of one's own, to change."""
    return build(tmp_path / "evidence.db")


@pytest.fixture(scope="session")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Varied:
    """A base that tests only read."""
    db = build(tmp_path_factory.mktemp("varied") / "evidence.db")
    return Varied(db, read(db))
