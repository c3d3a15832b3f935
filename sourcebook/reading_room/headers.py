"""Headers that keep pages of crawled text harmless, and other people's pages out."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

POLICY = "default-src 'none'; {}base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
HEADERS = {
    b"content-security-policy": POLICY.format("style-src 'self'; img-src 'self'; ").encode(),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
# A page elsewhere could have its own name point here; then the browser would take us for its own.
HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})


def secured(app: App) -> App:
    """`app` with the headers that it does not set itself, for this computer's own names only."""

    async def guarded(scope: Message, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {bytes(name).lower() for name, _ in message.get("headers", ())}
                added = [(name, value) for name, value in HEADERS.items() if name not in given]
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        if scope["type"] == "http" and not is_local(scope):
            await refuse(send_with_headers)
        else:
            await app(scope, receive, send_with_headers)

    return guarded


def is_local(scope: Message) -> bool:
    """Whether the request was sent to one of this computer's own names."""
    host = next((value for name, value in scope["headers"] if name.lower() == b"host"), b"").decode("latin-1")
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower() in HOSTS


async def refuse(send: Send) -> None:
    """Say that the reading room is open on this computer only."""
    body = b"The reading room answers to 127.0.0.1 and localhost only.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})
