"""What all templates know, and cells that are links."""

from typing import Any

from datasette import hookimpl
from sourcebook.reading_room import cells


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    env.globals["base_title"] = datasette.metadata("title") or "Sourcebook"


@hookimpl
def render_cell(value: Any, column: str, table: str | None) -> Any:
    return cells.rendered(value, column, table)
