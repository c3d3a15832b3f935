"""Works: records of one work, brought together; each field with the record that it came from."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from corpus import csl
from corpus.keys import citation_key
from corpus.records import Item, canonical, digest

# Whose word counts first where records disagree: registries of DOIs, then indexes made from them, then
# repositories, then what people exported, then what a page says about itself.
TRUST = ("crossref", "openalex", "oaipmh", "import", "site")

# Titles shorter than this many characters are too common to mean one work when the year is missing.
TELLING_TITLE = 30

# Shorter abstracts (characters) are too often a publisher's boilerplate.
TELLING_ABSTRACT = 200

UNDONE = "SELECT COUNT(*) FROM record WHERE merged_hash IS NOT hash"
RECORDS = """
SELECT r.id, r.csl, r.hash, r.merged_hash, s.kind, r.doi, r.match_key, r.abstract_key, w.work_id
FROM record r JOIN source s ON s.id = r.source_id LEFT JOIN work_record w ON w.record_id = r.id ORDER BY r.id
"""
MARK = "UPDATE record SET doi = ?, match_key = ?, abstract_key = ?, merged_hash = hash WHERE id = ?"
SAVE_WORK = """
INSERT INTO work (id, key, title, authors, year, type, container, doi, url, abstract, language, licence, access, csl,
                  origin)
VALUES (:id, :key, :title, :authors, :year, :type, :container, :doi, :url, :abstract, :language, :licence, :access,
        :csl, :origin)
ON CONFLICT (id) DO UPDATE SET
    key = excluded.key, title = excluded.title, authors = excluded.authors, year = excluded.year, type = excluded.type,
    container = excluded.container, doi = excluded.doi, url = excluded.url, abstract = excluded.abstract,
    language = excluded.language, licence = excluded.licence, access = excluded.access, csl = excluded.csl,
    origin = excluded.origin
"""
SAVE_MEMBER = """
INSERT INTO work_record (record_id, work_id, rule, score) VALUES (?, ?, ?, 1)
ON CONFLICT (record_id) DO UPDATE SET work_id = excluded.work_id, rule = excluded.rule
"""
MOVE_PASSAGES = """
UPDATE passage SET work_id = :new WHERE file_id IN (
    SELECT f.id FROM file f JOIN work_record w ON w.record_id = f.record_id WHERE w.work_id = :new
) AND work_id <> :new
"""
RETITLE = "UPDATE passage SET title = :title, tagger = NULL WHERE work_id = :id AND title <> :title"
NEXT_WORK = "SELECT IFNULL(MAX(id), 0) + 1 FROM work"
# A key of a work that went into another one; while the work still lives, its own key comes first.
ALIAS = "INSERT OR REPLACE INTO work_alias (key, work_id) SELECT key, ? FROM work WHERE id = ?"
EMPTY_WORKS = "SELECT id FROM work WHERE id NOT IN (SELECT work_id FROM work_record)"


@dataclass(frozen=True, slots=True)
class Member:
    """One record on its way into a work; `work_id` is where it was at the last merge."""

    id: int
    item: Item
    kind: str
    doi: str | None
    match_key: str | None
    abstract_key: str
    work_id: int | None
    changed: bool


def undone(db: Database) -> int:
    """How many records have not been merged as they now are."""
    return int(db.execute(UNDONE).fetchone()[0])


def merge(db: Database, progress: Callable[[int, int], None] | None = None) -> dict[str, int]:
    """Bring new and changed records into works, in one transaction; the counts say what changed."""
    if not undone(db):
        return {"records": 0, "works": count_works(db)}
    members = [member(*row) for row in db.execute(RECORDS).fetchall()]
    everything = grouped(members)
    homes = Counter(work for group in everything for work in {one.work_id for one in group})
    groups = [group for group in everything if stirred(group, homes)]
    # a work's id stays with the records that did not move; of several that did, with the first
    claimed = {group[0].work_id for group in everything if not stirred(group, homes)}
    taken = {row[0] for row in db.execute("SELECT key FROM work UNION SELECT key FROM work_alias").fetchall()}
    with db.atomic():
        for done, group in enumerate(groups, start=1):
            save_work(db, group, taken, claimed)
            if progress:
                progress(done, len(groups))
        drop_empty_works(db)
    return {"records": sum(m.changed for m in members), "works": count_works(db)}


def count_works(db: Database) -> int:
    """How many works there are."""
    return int(db.execute("SELECT COUNT(*) FROM work").fetchone()[0])


def member(
    id: int,
    text: str,
    hash: str,
    merged: str | None,
    kind: str,
    doi: str | None,
    match_key: str | None,
    abstract_key: str | None,
    work_id: int | None,
) -> Member:
    """One row of RECORDS; the keys of a record merged before are taken from the row."""
    item: Item = json.loads(text)
    if hash != merged:
        doi, match_key = csl.doi(str(item.get("DOI", ""))), title_author(item)
    if hash != merged or abstract_key is None:
        abstract_key = abstract_author(item)
    return Member(id, item, kind, doi, match_key, abstract_key, work_id, hash != merged)


def title_author(item: Item) -> str | None:
    """What two records of one work share when neither DOI tells: normalised title and first author."""
    title, family = csl.title_key(str(item.get("title", ""))), csl.family_key(item)
    return f"{title}|{family}" if title and family else None


def grouped(members: Iterable[Member]) -> list[list[Member]]:
    """The members by work: same DOI; or same title, first author and year where no two DOIs contradict.

    A record without DOI joins the work with the DOI only if there is just one such work: a wrong merge is
    worse than a missed one.
    """
    by_doi: dict[str, list[Member]] = defaultdict(list)
    by_title: dict[str, list[Member]] = defaultdict(list)
    for one in members:
        if one.doi:
            by_doi[one.doi].append(one)
        else:
            by_title[one.match_key or f"#{one.id}"].append(one)
    anchors: dict[str, list[list[Member]]] = defaultdict(list)
    for group in by_doi.values():
        for key in {one.match_key for one in group if one.match_key}:
            anchors[key].append(group)
    loose = [piece for key, found in by_title.items() for piece in place(found, anchors.get(key, []))]
    return sorted(by_abstract([*by_doi.values(), *loose]), key=lambda group: min(one.id for one in group))


def by_abstract(groups: list[list[Member]]) -> list[list[Member]]:
    """Join groups with the same first author and abstract, where neither DOIs nor years contradict.

    So a record joins its work although its title lacks the subtitle.
    """
    sharing: dict[str, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        for key in {one.abstract_key for one in group if one.abstract_key}:
            sharing[key].append(place)
    home = list(range(len(groups)))
    for places in sharing.values():
        if len(places) == 1:
            continue
        members = [one for place in places for one in groups[place]]
        years = {year for one in members if (year := csl.year(one.item))}
        if len({one.doi for one in members if one.doi}) <= 1 and len(years) <= 1:
            target = min(home[place] for place in places)
            moved = {home[place] for place in places}
            home = [target if place in moved else place for place in home]
    joined: dict[int, list[Member]] = defaultdict(list)
    for place, group in enumerate(groups):
        joined[home[place]].extend(group)
    return list(joined.values())


def abstract_author(item: Item) -> str:
    """First author and the abstract's letters; empty where the abstract is too short to tell."""
    abstract, family = csl.title_key(str(item.get("abstract", ""))), csl.family_key(item)
    return digest(f"{abstract}|{family}") if family and len(abstract) >= TELLING_ABSTRACT else ""


def place(found: list[Member], anchors: list[list[Member]]) -> list[list[Member]]:
    """Put each of `found` (one title, one author) into the only anchor that fits; return those left, by year."""
    left: dict[int | None, list[Member]] = defaultdict(list)
    settled = {id(anchor): list(anchor) for anchor in anchors}
    for one in found:
        fitting = [a for a in anchors if any(same_year(one, other) for other in settled[id(a)])]
        if len(fitting) == 1:
            fitting[0].append(one)
        else:
            left[csl.year(one.item)].append(one)
    unknown = left.get(None, [])
    if len(left) == 2 and unknown and telling(unknown[0]):
        dated = next(group for year, group in left.items() if year is not None)
        return [dated + unknown]
    return list(left.values())


def same_year(one: Member, other: Member) -> bool:
    """Whether the years agree, or one is missing and the title is long enough to tell."""
    a, b = csl.year(one.item), csl.year(other.item)
    return a == b if a and b else telling(one)


def telling(one: Member) -> bool:
    """Whether the title is long enough to stand for a work without a year."""
    return len(str(one.item.get("title", ""))) >= TELLING_TITLE


def stirred(group: list[Member], homes: Counter[int | None]) -> bool:
    """Whether anything in the group is new or changed, or the records came together or apart since the last merge.

    `homes` counts over how many groups the records of each former work are now.
    """
    return any(one.changed or homes[one.work_id] > 1 for one in group) or len({one.work_id for one in group}) > 1


def rule(one: Member, group: list[Member]) -> str:
    """Why `one` is in its work: alone, by DOI, or by title, author and year."""
    if len(group) == 1:
        return "single"
    others = [other for other in group if other is not one]
    if one.doi and any(other.doi == one.doi for other in others):
        return "doi"
    return "title-author-year" if any(other.match_key == one.match_key for other in others) else "abstract"


def save_work(db: Database, group: list[Member], taken: set[str], claimed: set[int | None]) -> None:
    """Write the work of `group`; it keeps the id and key of the oldest work that its records were in."""
    item, origin = combined(group)
    known = sorted({one.work_id for one in group if one.work_id is not None} - claimed)
    work = known[0] if known else int(db.execute(NEXT_WORK).fetchone()[0])
    row = db.execute("SELECT key, csl FROM work WHERE id = ?", [work]).fetchone()
    key = str(row[0]) if row and not named_now(row[1], item) else citation_key(item, taken)
    if row and row[0] != key:
        db.execute(ALIAS, [work, work])
    taken.add(key)
    claimed.add(work)
    db.execute(SAVE_WORK, {"id": work, "key": key, **columns(item), "origin": canonical(origin)})
    for other in known[1:]:
        db.execute("UPDATE work_alias SET work_id = ? WHERE work_id = ?", [work, other])
        db.execute(ALIAS, [work, other])
    for one in sorted(group, key=lambda m: m.id):
        db.execute(SAVE_MEMBER, [one.id, work, rule(one, group)])
        if one.changed:
            db.execute(MARK, [one.doi, one.match_key, one.abstract_key, one.id])
    db.execute(MOVE_PASSAGES, {"new": work})
    db.execute(RETITLE, {"id": work, "title": item["title"]})


def named_now(before: str, item: Item) -> bool:
    """Whether the work was called after its file until now, and has a title of its own at last."""
    provisional = json.loads(before).get("custom", {}).get("provisional", False)
    return bool(provisional) and not item.get("custom", {}).get("provisional")


def combined(group: list[Member]) -> tuple[Item, dict[str, int]]:
    """The best value of each field over the group's records, and the record that each came from."""
    ranked = sorted(group, key=lambda m: (TRUST.index(m.kind), m.id))
    item: Item = {}
    origin: dict[str, int] = {}
    for field in sorted({field for one in ranked for field in one.item} - {"id"}):
        best = min((one for one in ranked if one.item.get(field)), key=lambda m: poorness(field, m.item[field]))
        item[field], origin[field] = best.item[field], best.id
    item.setdefault("title", "[no title]")
    item.setdefault("type", "document")
    return item, origin


def poorness(field: str, value: object) -> float:
    """0 for a good value, more for a poor one; ties go to the record trusted more (`min` is stable)."""
    text = str(value)
    if field == "abstract":
        return -len(text)
    if field == "title":
        return 1.0 if text.isupper() else 0.0
    if field == "type":
        return 1.0 if text in ("document", "webpage") else 0.0
    return 0.0


def columns(item: Item) -> dict[str, object]:
    """The columns of `work` that repeat what its CSL-JSON says, for browsing and filters."""
    custom = item.get("custom", {})
    return {
        "title": item["title"],
        "authors": csl.authors_text(item),
        "year": csl.year(item),
        "type": item["type"],
        "container": item.get("container-title"),
        "doi": csl.doi(str(item.get("DOI", ""))),
        "url": item.get("URL"),
        "abstract": item.get("abstract"),
        "language": item.get("language"),
        "licence": custom.get("licence"),
        "access": custom.get("access"),
        "csl": canonical(item),
    }


def drop_empty_works(db: Database) -> None:
    """Remove works whose records all went elsewhere; their keys stay as aliases of where they went."""
    for (work,) in db.execute(EMPTY_WORKS).fetchall():
        db.execute("DELETE FROM passage WHERE work_id = ?", [work])
        db.execute("DELETE FROM facet WHERE work_id = ?", [work])
        db.execute("DELETE FROM work WHERE id = ?", [work])
