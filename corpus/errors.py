"""The one class of error whose message is meant for the user, and what such messages share."""

import difflib
from collections.abc import Iterable


class SourcebookError(Exception):
    """Something that the user can mend: the message says what happened and what to do next.

    The command line prints it as one line. Any other exception is our own fault and keeps its traceback.
    """


# How many known words a message names.
MOST = 40


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the nearest known word, or all of them where they are few."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if close:
        return f". Did you mean {close[0]!r}?"
    rest = f" and {len(names) - MOST:,} more" if len(names) > MOST else ""
    return f". Known are: {', '.join(names[:MOST])}{rest}."
