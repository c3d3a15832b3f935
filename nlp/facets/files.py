"""The word lists beside this code."""

import csv
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@cache
def toml(name: str) -> dict[str, Any]:
    """The TOML file `name` of our data."""
    return tomllib.loads((DATA / name).read_text("utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of the CSV file `name` of our data."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
