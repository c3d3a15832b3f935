"""A workspace made of a neutral folder: works, passages, tags and facets written as the stages would leave them.

Nothing is imported, cut, tagged or encoded: records and works are written with the passages, tags (1.2 a passage) and
facets (4) are drawn, and the given vectors are put in where the index stage would ask its encoder.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

from sqlite_utils import Database

from benchmarks.peers.measuring import Given
from corpus import works
from corpus.extract import EXTRACTOR
from corpus.records import Item, canonical, digest, source_id
from index import store
from nlp import encoder, tagger, tagging, taxonomy
from sourcebook import config
from sourcebook.workspace import Workspace, open_workspace

SEED = 5
SECTORS, ORGANISATIONS = tuple("ABCDEFGHIJKLMNOPQRSTU"), 300
SURNAMES = "Abara Bell Chandra Diaz Eriksen Farah Girard Haddad Ito Jansen Kovacs Lund Mbeki Nowak Okafor Park".split()
DESIGNS = ("case study", "survey", "experiment", "review", "econometric", None)

RECORD = """
INSERT INTO record (id, source_id, key, csl, hash, doi, match_key, abstract_key, merged_hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
WORK = """
INSERT INTO work (id, key, title, authors, year, type, container, doi, url, abstract, language, licence, access, csl,
                  study_design, passages_of)
VALUES (:id, :key, :title, :authors, :year, :type, :container, :doi, :url, :abstract, :language, :licence, :access,
        :csl, :design, :passages_of)
"""
MEMBER = "INSERT INTO work_record (record_id, work_id, rule) VALUES (?, ?, 'single')"
PASSAGE = """
INSERT INTO passage (id, key, work_id, ordinal, title, section, char_start, char_end, text, hash, tagger)
VALUES (:id, :key, :work, :ordinal, :title, :section, 0, :length, :text, :hash, :tagger)
"""
TAG = "INSERT INTO machine_tag (passage_id, tag, score, threshold, tagger) VALUES (?, ?, ?, 0.5, ?)"
FACET = "INSERT INTO facet (passage_id, work_id, kind, value, label) VALUES (?, ?, ?, ?, ?)"


def fill(folder: Path, given: Given) -> Workspace:
    """A new workspace in `folder` with the passages of `given`, tagged, and without an index."""
    config.create(folder)
    workspace = open_workspace(folder)
    terms, random = workspace.terms, Random(SEED)
    version = tagging.version(terms, workspace.tagger), tagger.version_of(terms, workspace.tagger)
    db = workspace.open()
    taxonomy.save(db, terms)
    names = [tag.name for tag in terms.tags]
    with db.atomic():
        source = source_id(db, "import", "import")
        for work, group in groupby(given.passages(), key=lambda one: one["work"]):
            passages = list(group)
            add_work(db, source, work, passages, random)
            for one in passages:
                db.execute(PASSAGE, row(one, version[0]))
                db.conn.executemany(TAG, tags(one["id"], names, version[1], random))
                db.conn.executemany(FACET, facets(one, random))
    db.execute("ANALYZE")
    db.close()
    return workspace


def add_work(db: Database, source: int, id: int, passages: list[dict[str, Any]], random: Random) -> None:
    """A record and its work, merged and cut already; its abstract is the text of its passages."""
    item = described(id, passages, random)
    columns, csl = works.columns(item), canonical(item)
    found = columns["doi"], works.title_author(item), works.abstract_author(item)
    db.execute(RECORD, [id, source, str(id), csl, digest(csl), *found, digest(csl)])
    cut = digest(f"{EXTRACTOR}\n{columns['title']}\n{columns['abstract']}")
    db.execute(WORK, {"id": id, "key": f"w{id}", **columns, "design": random.choice(DESIGNS), "passages_of": cut})
    db.execute(MEMBER, [id, id])


def described(id: int, passages: list[dict[str, Any]], random: Random) -> Item:
    """The CSL-JSON of a work."""
    first = passages[0]
    return {
        "type": "article-journal",
        "title": first["title"],
        "author": [{"family": random.choice(SURNAMES), "given": random.choice(SURNAMES)} for _ in range(2)],
        "issued": {"date-parts": [[first["year"]]]},
        "container-title": "Journal of Made Passages",
        "DOI": f"10.5555/{id}",
        "abstract": " ".join(one["text"] for one in passages),
        "language": "en",
    }


def row(one: dict[str, Any], version: str) -> dict[str, Any]:
    """A passage's row."""
    made = {"key": f"p{one['id']}", "length": len(one["text"]), "hash": digest(one["text"]), "tagger": version}
    return {**one, **made}


def tags(id: int, names: list[str], version: str | None, random: Random) -> Iterator[tuple[Any, ...]]:
    """No tag to three tags of a passage, 1.2 on average."""
    (many,) = random.choices((0, 1, 2, 3), (0.3, 0.35, 0.2, 0.15))
    for name in random.sample(names, many):
        yield id, name, round(random.uniform(0.5, 1), 4), version


def facets(one: dict[str, Any], random: Random) -> Iterator[tuple[Any, ...]]:
    """Four facets of a passage: country, sector, organisation, and its part in place of a programme."""
    sector, organisation = random.choice(SECTORS), f"Organisation {random.randrange(ORGANISATIONS)}"
    values = {"country": one["country"], "sector": sector, "organisation": organisation, "programme": one["part"]}
    for kind, value in values.items():
        yield one["id"], one["work"], kind, value, value


def put_vectors(workspace: Workspace, given: Given) -> None:
    """Index the passages with the given vectors, which come where others would be encoded."""
    inputs = (store.passage_input(one["title"], one["section"] or "", one["text"]) for one in given.passages())
    places = {digest(text): place for place, text in enumerate(inputs)}

    def known(_encode: Callable[[Any], Any], chunks: Iterable[Any], /) -> Iterator[Any]:
        for chunk in chunks:
            yield given.vectors[[places[digest(text)] for text in chunk]]

    db = workspace.open()
    store.update(db, workspace.index, encoder.load(workspace.config.base.model), spread=known)
    db.close()
