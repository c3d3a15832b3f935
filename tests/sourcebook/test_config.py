"""`sourcebook.toml`: the template, and what is said of mistakes in it."""

import tomllib
from pathlib import Path

import pytest

from corpus.errors import SourcebookError
from sourcebook import config


def test_no_source_is_active_in_a_new_workspace(tmp_path: Path) -> None:
    config.create(tmp_path / "base")
    assert config.load(tmp_path / "base") == config.Config(config.Base(), ())


def test_every_source_of_the_template_is_valid_once_uncommented(tmp_path: Path) -> None:
    lines = config.TEMPLATE.splitlines()
    bare = [line.removeprefix("# ") if "=" in line or "[[" in line else line for line in lines]
    loaded = config.parse(tomllib.loads("\n".join(bare)), "template")
    assert [source.kind for source in loaded.sources] == ["openalex", "crossref", "oaipmh", "site"]
    assert loaded.sources[2].from_ == "2005-01-01"


def test_an_existing_configuration_is_kept(tmp_path: Path) -> None:
    (tmp_path / config.FILE).write_text("# mine")
    with pytest.raises(SourcebookError, match="is there already"):
        config.create(tmp_path)
    assert (tmp_path / config.FILE).read_text() == "# mine"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[base]\ntitel = "x"', "unknown key 'titel'. Did you mean 'title'?"),
        ("[base]\ncontact = 3", "a text in quotation marks is wanted, not 3"),
        ('[bases]\ntitle = "x"', "Did you mean 'base'?"),
        ('[[source]]\nname = "a"', "`kind` is missing"),
        ('[[source]]\nname = "a"\nkind = "openalx"', "Did you mean 'openalex'?"),
        ('[[source]]\nname = "a"\nkind = "oaipmh"', "`base_url` is missing"),
        ('[[source]]\nname = "a"\nkind = "site"', "a site needs `start_urls`"),
        ('[[source]]\nname = "a"\nkind = "site"\nstart_urls = "x"', "a list of texts is wanted"),
        ('[[source]]\nname = "a"\nkind = "openalex"\nbase_url = "x"\nlimit = -1', "less than 0"),
        ('[[source]]\nname = "a"\nkind = "openalex"\nbase_url = "x"\ndelay = true', "a number is wanted"),
        ('[[source]]\nname = "a"\nkind = "oaipmh"\nbase_url = "x"\nform = "2001"', "Did you mean 'from'?"),
        ("[base", "sourcebook.toml"),
        ("base = 3", "`base` is a table"),
        ('[source]\nname = "a"', "two brackets"),
        ('source = "x"', "two brackets"),
        ('[[source]]\nname = "import"\nkind = "openalex"\nbase_url = "x"', "`sourcebook import`"),
    ],
)
def test_a_mistake_is_named_with_its_mend(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / config.FILE).write_text(text)
    with pytest.raises(SourcebookError) as error:
        config.load(tmp_path)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_taxonomy_in_the_workspace_is_found_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/taxonomy.toml").touch()
    (tmp_path / config.FILE).write_text('[base]\ntaxonomy = "mine"')
    assert config.load(tmp_path).base.taxonomy == str(tmp_path / "mine")
    assert config.load(tmp_path).base.model == "all-MiniLM-L6-v2"


def test_two_sources_of_one_name_are_refused() -> None:
    one = {"name": "a", "kind": "openalex", "base_url": "https://a.example"}
    with pytest.raises(SourcebookError, match="two sources are called 'a'"):
        config.parse({"source": [one, one]}, "x")
