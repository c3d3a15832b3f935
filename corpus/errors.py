"""The one class of error whose message is meant for the user, and what such messages share."""

import difflib
from collections.abc import Iterable


class SourcebookError(Exception):
    """Something that the user can mend: the message says what happened and what to do next.

    The command line prints it as one line. Any other exception is our own fault and keeps its traceback.
    """


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the nearest known word, or all of them."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f". Did you mean {close[0]!r}?" if close else f". Known are: {', '.join(sorted(known))}."
