"""The addresses of our pages; everything else is Datasette's."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from datasette.utils import asgi

from corpus.errors import SourcebookError
from corpus.records import Item
from sourcebook.reading_room import browsing, documents, exports, home, passage, searching, works
from sourcebook.reading_room.asking import Asked, Moved, NotHere, ask
from sourcebook.reading_room.headers import POLICY

Response: Any = asgi.Response  # bears no types
View = Callable[[Any, Any], Awaitable[Any]]
Page = Callable[[Asked], dict[str, Any]]
Export = Callable[[Asked], tuple[str, Iterable[Item]]]


def html(template: str, page: Page) -> View:
    """The view that shows what `page` gives in `template`."""

    async def view(datasette: Any, request: Any) -> Any:
        try:
            context = await ask(datasette, request, page)
        except Moved as moved:
            return Response.redirect(moved.args[0], status=301)
        except SourcebookError as error:
            context, shown = {"error": str(error), "status": status(error)}, "error.html"
        else:
            shown = template
        body = await datasette.render_template(shown, context, request=request)
        return Response.html(body, status=context.get("status", 200))

    return view


def export(items: Export) -> View:
    """The view that hands out what `items` gives, in the format that the address ends in."""

    async def view(datasette: Any, request: Any) -> Any:
        extension = request.url_vars["extension"]

        def written(asked: Asked) -> tuple[str, str]:
            name, found = items(asked)
            return name, exports.written(found, extension)

        try:
            name, text = await ask(datasette, request, written)
        except Moved as moved:
            return Response.redirect(moved.args[0], status=301)
        except SourcebookError as error:
            return Response.text(f"{error}\n", status=status(error))
        media_type = exports.FORMATS[extension].media_type
        return Response(text, headers=exports.headers(name, extension), content_type=media_type)

    return view


async def document(datasette: Any, request: Any) -> Any:
    """An archived document."""
    try:
        found = await ask(datasette, request, documents.read)
    except SourcebookError as error:
        return Response.text(f"{error}\n", status=status(error))
    headers = {
        "Content-Disposition": found.disposition,
        "Content-Security-Policy": POLICY.format("sandbox; "),
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found.body, headers=headers, content_type=found.media_type)


def status(error: SourcebookError) -> int:
    return 404 if isinstance(error, NotHere) else 400


EXTENSION = rf"\.(?P<extension>{'|'.join(exports.FORMATS)})"
ROUTES = [
    (r"/$", html("home.html", home.page)),
    (r"/about$", html("about.html", home.about)),
    (r"/search$", html("search.html", searching.page)),
    (rf"/search{EXTENSION}$", export(searching.items)),
    (r"/browse$", html("browse.html", browsing.page)),
    (rf"/browse{EXTENSION}$", export(browsing.items)),
    (rf"/works/(?P<key>[^/]+){EXTENSION}$", export(works.items)),
    (r"/works/(?P<key>[^/]+)$", html("work.html", works.page)),
    (rf"/passages/(?P<key>[^/]+){EXTENSION}$", export(passage.items)),
    (r"/passages/(?P<key>[^/]+)$", html("passage.html", passage.page)),
    (r"/document/(?P<sha256>[0-9a-f]{64})$", document),
]
