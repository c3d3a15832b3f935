"""The stages between gathering and reading: merge, extract, tag, index, each doing what is undone."""

from sqlite_utils import Database

from corpus import extract, works
from corpus.spread import Spread
from index import store
from nlp import encoder, tagging, taxonomy
from sourcebook.progress import bar
from sourcebook.workspace import Workspace, recorded

Counts = dict[str, int]


def merge(workspace: Workspace, db: Database) -> Counts:
    """Records to works."""
    with recorded(workspace, db, "merge") as counts, bar("Merging records") as advance:
        counts.update(works.merge(db, advance))
    return counts


def extract_texts(workspace: Workspace, db: Database) -> Counts:
    """Full texts and abstracts to passages; what a document says about itself goes into its record."""
    with recorded(workspace, db, "extract") as counts, bar("Reading full texts") as advance:
        counts.update(extract.extract(db, workspace.archive, progress=advance))
    if works.undone(db):
        merge(workspace, db)
    return counts


def tag(workspace: Workspace, db: Database, spread: Spread = map) -> Counts:
    """Passages to tags and facets."""
    terms = workspace.terms
    with recorded(workspace, db, "tag", taxonomy=terms.name, model=workspace.config.base.model) as counts:
        taxonomy.save(db, terms)
        with bar("Tagging passages") as advance:
            counts.update(tagging.tag(db, terms, workspace.tagger, advance, spread))
    return counts


def index(workspace: Workspace, db: Database, spread: Spread = map) -> Counts:
    """Passages to vectors."""
    model = workspace.config.base.model
    with recorded(workspace, db, "index", model=model) as counts, bar("Indexing passages") as advance:
        counts.update(store.update(db, workspace.index, encoder.load(model), advance, spread))
    return counts


STAGES = {"merge": merge, "extract": extract_texts, "tag": tag, "index": index}


def build(workspace: Workspace, db: Database) -> dict[str, Counts]:
    """All stages after gathering, in their order."""
    return {name: stage(workspace, db) for name, stage in STAGES.items()}


def undone(workspace: Workspace, db: Database) -> Counts:
    """How many items each stage has still to do."""
    return {
        "merge": works.undone(db),
        "extract": extract.undone(db),
        "tag": tagging.undone(db, workspace.terms, workspace.tagger),
        "index": store.undone(db, workspace.index, workspace.config.base.model),
    }
