"""The headers of every answer."""

from typing import Any

from datasette import hookimpl
from sourcebook.reading_room.headers import secured


@hookimpl
def asgi_wrapper() -> Any:
    return secured
