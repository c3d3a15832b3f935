"""Cells of Datasette's tables that lead to our pages, or out."""

from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from sourcebook.reading_room.works import safe_link

LONGEST = 80
HERE = Markup('<a href="{}">{}</a>')
OUT = Markup('<a href="{}" rel="nofollow noopener noreferrer">{}</a>')


def rendered(value: Any, column: str, table: str | None) -> Markup | None:
    """The cell as a link; None where it is none."""
    if isinstance(value, dict):  # Datasette's foreign key, whose label is the stable key
        folder = {"work_id": "works", "passage_id": "passages"}.get(column)
        return link(folder, str(value["label"])) if folder else None
    if not isinstance(value, str):
        return None
    if column in ("work_key", "passage_key") or (column == "key" and table in ("work", "passage")):
        return link("works" if "work" in (column.split("_")[0], table) else "passages", value)
    if column == "sha256" and table == "file":
        return HERE.format(f"/document/{quote(value, safe='')}", value)
    if (url := safe_link(value.strip())) and not any(c.isspace() for c in url):
        return OUT.format(url, url if len(url) <= LONGEST else f"{url[: LONGEST - 1]}…")
    return None


def link(folder: str, key: str) -> Markup:
    return HERE.format(f"/{folder}/{quote(key, safe='')}", key)
