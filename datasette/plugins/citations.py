"""`.bib` and `.ris` of every table and query whose rows are about works or passages."""

from typing import Any

from datasette import hookimpl
from sourcebook.reading_room import tables


def renderer(extension: str) -> Any:
    async def render(datasette, request, data, columns, rows, database, table):  # type: ignore[no-untyped-def]
        return await tables.render(datasette, request, data, columns, rows, database, table, extension)

    return {"extension": extension, "render": render, "can_render": tables.can_render}


@hookimpl
def register_output_renderer() -> Any:
    return [renderer("bib"), renderer("ris")]
