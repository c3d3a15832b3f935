"""What tests share: a small workspace of invented works, and the way to the real data."""

from pathlib import Path

import pytest
from hypothesis import settings

# The same cases in every run: a property that fails shall fail for everybody.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("repeatable")

SHARED = Path(__file__).parents[1].parent / "shared"

REFERENCES = """\
TY  - JOUR
AU  - Marrin, Ottla
AU  - Quaye, Esi
TI  - Waiting for the invoice: payment delays among packaging suppliers
PY  - 2014
T2  - Invented Journal of Small Trade
DO  - 10.5555/test.1
AB  - Supermarkets in Ghana settle the invoices of small packaging suppliers after 97 days on average. Workshops borrow at high rates to buy paper while they wait for the money. Two in five owners put off wages at least once in the year.
ER  -
TY  - RPRT
AU  - Institute for Imagined Enterprise
TI  - Clinics for second-tier machine shops
PY  - 2018
AB  - The clinics trained 212 managers of machine shops in Viet Nam that supply motorcycle makers. Defect rates fell from 6 to 2 per cent within a year, and a third of the shops won larger orders. Shops that had joined with workers' delegates kept their gains.
ER  -
TY  - JOUR
AU  - Sol, Inés
TI  - Bulk buying of school meals and family farms
PY  - 2020
DO  - 10.5555/test.3
AB  - Since the law reserved thirty per cent of school meal purchases for family farms in Peru, cooperatives have sold vegetables at stable prices. Farms far from paved roads were left out. Paperwork for the tender took nine working days.
ER  -
"""


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
