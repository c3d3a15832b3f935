"""How a request may end: the one list of the words in `fetch.outcome`."""

from dataclasses import dataclass

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)

OUTCOMES = {
    "saved": "the body was read and archived",
    "unchanged": "the body is the one that was archived before",
    "redirected": "the server names another address, in `next`, which has a row of its own",
    "not_found": "status 404 or 410",
    "forbidden": "status 401, 402, 403, 407 or 451",
    "rejected": "another status of 3xx or 4xx; the server's words are the reason",
    "gave_up": "no answer, or status 408, 429 or 5xx, in spite of retries",
    "refused_by_robots": "robots.txt, the page's robots meta or its X-Robots-Tag asks us not to",
    "off_site": "the host is none of the source's, or the address is not http(s)",
    "private_address": "the host's address is private, loopback or reserved",
    "too_large": "the body exceeds the limit of size",
    "wrong_type": "neither HTML nor PDF, or not the one that was asked for",
    "broken": "the body was archived, but cannot be read",
    "over_limit": "the answer came when the source's limit of records had been reached",
}
ARCHIVED = {"saved", "broken", "refused_by_robots"}
"""Outcomes whose body is kept, where there is one: a page that is not to be indexed may still lead on."""

FAILED = {"not_found", "forbidden", "rejected", "gave_up", "too_large", "wrong_type", "broken"}
PASSING = {"gave_up", "over_limit"}
"""Outcomes that are not final: what ended so in a run that was cut short is asked for again."""

REASON_CHARACTERS = 300
FAULTS = {
    CannotResolveHostError: "the host name cannot be resolved",
    DownloadConnectionRefusedError: "the connection was refused",
    DownloadTimeoutError: "no answer in time",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """An outcome with its reason."""

    outcome: str
    reason: str = ""


class Refused(IgnoreRequest):
    """A request that we do not send, or do not pursue."""

    def __init__(self, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.ending = Ending(outcome, reason)


class NotWanted(IgnoreRequest):
    """A request that has become needless before it was sent: it leaves no trace."""


def of_status(status: int, body: bytes) -> Ending | None:
    """What an HTTP status means; None where the body is to be read."""
    if 200 <= status < 300:
        return None
    if status in (404, 410):
        return Ending("not_found", f"status {status}")
    if status in (401, 402, 403, 407, 451):
        return Ending("forbidden", f"status {status}")
    outcome = "gave_up" if status in (408, 429) or status >= 500 else "rejected"
    return Ending(outcome, brief(f"status {status}: {body[:2000].decode('utf-8', 'replace')}"))


def of_error(error: Exception) -> Ending:
    """What an exception in place of an answer means."""
    if isinstance(error, Refused):
        return error.ending
    # Scrapy cancels a download that exceeds DOWNLOAD_MAXSIZE, and ignores one that does when unpacked.
    if isinstance(error, DownloadCancelledError | IgnoreRequest):
        return Ending("too_large", brief(str(error)))
    words = next((words for kind, words in FAULTS.items() if isinstance(error, kind)), type(error).__name__)
    return Ending("gave_up", brief(f"{words}: {error}"))


def brief(text: str) -> str:
    """`text` on one line, cut to a length that a table can show."""
    line = " ".join(text.split()).strip(": ")
    return line if len(line) <= REASON_CHARACTERS else line[: REASON_CHARACTERS - 1] + "…"
