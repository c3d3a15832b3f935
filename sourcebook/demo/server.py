"""The small web: an index of works, a repository and a site, served on this machine only."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from sourcebook.demo import oai, openalex, site
from sourcebook.demo.answer import TEXT, Answer

HOST = "127.0.0.1"
PORT = 8765
"""Where the small web is, if nobody else is there: a page's address is its key, and should stay the same."""
FORM_BYTES = 10_000

Respond = Callable[[str, str], Answer]


@contextmanager
def serve() -> Iterator[str]:
    """Serve the small web, at `PORT` or any free port; gives its base URL, without a slash at the end."""
    server = opened()
    base = f"http://{HOST}:{server.server_address[1]}"
    server.RequestHandlerClass = handler(router(base))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield base
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def opened() -> ThreadingHTTPServer:
    """A server that listens."""
    try:
        return ThreadingHTTPServer((HOST, PORT), BaseHTTPRequestHandler)
    except OSError:
        return ThreadingHTTPServer((HOST, 0), BaseHTTPRequestHandler)


def router(base: str) -> Respond:
    """The function from a path and a query to what is there."""
    pages = site.pages(base)

    def respond(path: str, query: str) -> Answer:
        if path == "/openalex/works":
            return openalex.answer(query, base)
        if path == "/oai":
            return oai.answer(query, base)
        return pages.get(path) or site.not_found()

    return respond


def handler(respond: Respond) -> type[BaseHTTPRequestHandler]:
    """The class that answers requests with what `respond` says."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "SampleWeb/1"
        sys_version = ""
        timeout = 10

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            self.send(respond(unquote(url.path), url.query))

        do_HEAD = do_GET

        def do_POST(self) -> None:
            """OAI-PMH lets arguments be sent as a form (3.1.1.2)."""
            length = self.headers.get("Content-Length", "")
            if self.path != "/oai" or not length.isdecimal() or int(length) > FORM_BYTES:
                self.close_connection = True
                return self.send(Answer(b"Only /oai takes forms, and small ones.\n", TEXT, 405))
            form = self.rfile.read(int(length)).decode("utf-8", "replace")
            return self.send(respond("/oai", form))

        def send(self, answer: Answer) -> None:
            etag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
            known = answer.status == 200 and etag in self.headers.get("If-None-Match", "")
            self.send_response(304 if known else answer.status)
            self.send_header("ETag", etag)
            if not known:
                self.send_header("Content-Type", answer.media_type)
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if not known and self.command != "HEAD":
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    return Handler
