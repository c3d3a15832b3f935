"""What tests share: a small workspace of invented works, and the way to the real data."""

from pathlib import Path

import pytest
from hypothesis import settings
from sqlite_utils import Database

# The same cases in every run: a property that fails shall fail for everybody.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("repeatable")

SHARED = Path(__file__).parents[1].parent / "shared"

REFERENCES = (Path(__file__).parent / "references.ris").read_text("utf-8")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real records and documents; skips where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the real data (../shared/data) are not here")
    return SHARED


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with three invented works: imported, built, searchable. Tests only read it."""
    from sourcebook import config, importing, stages
    from sourcebook.workspace import open_workspace

    folder = tmp_path_factory.mktemp("small")
    config.create(folder)
    (folder / "references.ris").write_text(REFERENCES, "utf-8")
    workspace = open_workspace(folder)
    importing.import_files(workspace, [folder / "references.ris"])
    db = workspace.open()
    stages.build(workspace, db)
    db.close()
    return folder


PASSAGES = (
    # work, score of threat, score of opportunity; the threshold is 0.5
    ("osei2016late", 0.52, 0.30), ("osei2016late", 0.95, 0.60), ("osei2016late", 0.70, 0.45),
    ("silva2019quality", 0.54, 0.28), ("silva2019quality", 0.26, 0.99), ("silva2019quality", 0.80, 0.75),
)  # fmt: skip


@pytest.fixture
def tagged_base(tmp_path: Path) -> Path:
    """A workspace of two works with three passages each, `passage1` to `passage6`, tagged by hand and not indexed."""
    from nlp import taxonomy
    from sourcebook import config
    from sourcebook.workspace import open_workspace

    config.create(tmp_path / "base")
    db = open_workspace(tmp_path / "base").open()
    taxonomy.save(db, taxonomy.load("procurement"))
    with db.atomic():
        for id, key in enumerate(dict.fromkeys(key for key, _, _ in PASSAGES), start=1):
            db.execute(
                "INSERT INTO work (id, key, title, authors, year, csl) VALUES (?, ?, ?, ?, 2016, '{}')",
                [id, key, f"On {key}", key[:4].title()],
            )
        for number, (work, threat, opportunity) in enumerate(PASSAGES, start=1):
            tag_passage(db, number, work, {"threat": threat, "opportunity": opportunity})
    db.close()
    return tmp_path / "base"


def tag_passage(db: Database, number: int, work: str, scores: dict[str, float]) -> None:
    """One passage with its tags; a high score brings the tag's first theme with it."""
    text = f"Passage {number} tells of a buyer."
    db.execute(
        "INSERT INTO passage (id, key, work_id, ordinal, title, section, page_first, page_last, char_start, char_end,"
        " text, hash) SELECT ?, ?, id, ?, title, 'Findings', ?, ?, 0, 9, ?, ? FROM work WHERE key = ?",
        [number, f"passage{number}", number, number, number, text, text, work],
    )
    themes = {"threat": "threat/late_payment", "opportunity": "opportunity/finance"}
    for tag, score in scores.items():
        for name in (tag, themes[tag]) if score > 0.9 else (tag,):
            db.execute(
                "INSERT INTO machine_tag (passage_id, tag, score, threshold, tagger, why)"
                " VALUES (?, ?, ?, 0.5, 'tagger 1', '[\"buyer\"]')",
                [number, name, score],
            )
