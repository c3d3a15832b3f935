"""Our pages beside Datasette's own."""

from typing import Any

from datasette import hookimpl
from sourcebook.reading_room.routes import ROUTES


@hookimpl
def register_routes() -> Any:
    return ROUTES
