"""A second review is one line of sourcebook.toml: tagged, served and told by its own taxonomy."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import html

from nlp import examples, tagger, taxonomy
from sourcebook import room
from sourcebook.cli import main
from sourcebook.workspace import open_workspace

SECOND = taxonomy.load("social-dialogue")

ABSTRACT = (
    "In Ghana, after the sector's agreement was extended, hourly pay in metal shops with fewer than twenty workers rose"
    " by nine per cent and overtime fell. Owners who met their workers' delegate every week had fewer accidents."
    " Inspectors rarely visit shops of this size."
)
REFERENCES = f"""\
TY  - RPRT
AU  - Institute for Imagined Work
TI  - Talks over the lathe: agreements in small metal shops
PY  - 2021
AB  - {ABSTRACT}
ER  -
TY  - JOUR
AU  - Nowhere, Ada
TI  - Moths of a valley
PY  - 2019
AB  - Moths were counted on warm evenings in June. Most sat near the river.
ER  -
"""


def run(folder: Path, *words: str) -> str:
    result = CliRunner().invoke(main, ["-C", str(folder), *words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base that was built for the first review, then for the second by changing a line."""
    folder = tmp_path_factory.mktemp("second")
    run(folder, "init")
    (folder / "references.ris").write_text(REFERENCES, "utf-8")
    run(folder, "import", str(folder / "references.ris"))
    run(folder, "build")
    settings = folder / "sourcebook.toml"
    text = settings.read_text("utf-8")
    assert text.count('taxonomy = "procurement" ') == 1
    settings.write_text(text.replace('taxonomy = "procurement" ', 'taxonomy = "social-dialogue" '), "utf-8")
    run(folder, "build")
    return folder


def page(base: Path, path: str) -> str:
    client: Any = room.application(open_workspace(base)).client
    response = asyncio.run(client.get(path))
    assert response.status_code == 200
    return str(html.fromstring(response.text).text_content())


def test_its_tagger_learned_from_all_its_own_passages() -> None:
    known = examples.corpus(SECOND, None)
    assert len(known) >= 300
    assert tagger.about(SECOND.folder / taxonomy.TAGGER)["learned_from"]["written"] == len(known)


def test_passages_carry_its_tags_and_no_other(base: Path) -> None:
    found = run(base, "search", "pay and overtime after the agreement was extended", "--tag", "conditions", "--json")
    assert "hourly pay in metal shops" in found
    assert "Did you mean" in CliRunner().invoke(main, ["-C", str(base), "search", "pay", "--tag", "condition"]).output
    assert CliRunner().invoke(main, ["-C", str(base), "search", "pay", "--tag", "threat"]).exit_code == 1


def test_its_questions_and_tags_are_served(base: Path) -> None:
    home = page(base, "/")
    assert all(text in home for text in SECOND.questions.values())
    about = page(base, "/about")
    assert all(one.label in about for one in SECOND.tags)
    assert "late payment" not in about.lower()
    assert "hourly pay" in page(base, "/browse?tag=conditions")
