"""The Web on loopback: an http.server whose answers a test writes, and which remembers what it was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `headers` beside Content-Type; Content-Length may lie."""

    body: bytes = b""
    type: str = "text/html"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Web:
    """`pages` maps a path with its query to its answers, of which the last repeats."""

    base: str = ""
    pages: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def put(self, path: str, body: str | bytes = b"", **more: object) -> None:
        """Add an answer to `path`."""
        raw = body.encode() if isinstance(body, str) else body
        self.pages.setdefault(path, []).append(Reply(raw, **more))  # type: ignore[arg-type]

    def reply(self, path: str, headers: dict[str, str]) -> Reply:
        self.asked.append(path)
        self.headers.append(headers)
        left = self.pages.get(path, [Reply(b"nothing here", status=404)])
        answer = left.pop(0) if len(left) > 1 else left[0]
        same = answer.headers.get("ETag") and headers.get("If-None-Match") == answer.headers["ETag"]
        return Reply(status=304, headers=answer.headers) if same else answer

    def forget(self) -> None:
        self.asked.clear()
        self.headers.clear()


@contextmanager
def serve() -> Iterator[Web]:
    """A running simulator, at a free port of 127.0.0.1."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = web.reply(self.path, dict(self.headers))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.type)
            for name, value in ({"Content-Length": str(len(answer.body))} | answer.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
