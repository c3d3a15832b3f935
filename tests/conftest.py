"""What tests share: a small workspace of invented works, and the way to the real data."""

from pathlib import Path

import pytest
from hypothesis import settings

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
