"""The addresses of our pages; everything else is Datasette's."""

from collections.abc import Awaitable, Callable, Iterable
from functools import cache
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
        def written(asked: Asked) -> tuple[str, int]:
            try:
                context, shown = page(asked), template
            except SourcebookError as error:
                context, shown = {"error": str(error), "status": status(error)}, "error.html"
            return rendered(datasette, shown, context, request), context.get("status", 200)

        try:
            body, code = await ask(datasette, request, written)
        except Moved as moved:
            return Response.redirect(moved.args[0], status=301)
        except SourcebookError as error:  # the base itself cannot be read
            context = {"error": str(error)}
            body, code = rendered(datasette, "error.html", context, request), status(error)
        return Response.html(body, status=code)

    return view


def rendered(datasette: Any, template: str, context: dict[str, Any], request: Any) -> str:
    """The page as HTML, made where it is asked for; Datasette's own way takes twice as long, awaiting every value."""
    return str(at_once(datasette.jinja_env).get_template(template).render(**context, request=request))


@cache
def at_once(environment: Any) -> Any:
    """Datasette's templates, without asynchrony."""
    return environment.overlay(enable_async=False)


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
