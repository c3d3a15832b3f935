"""The one class of error whose message is meant for the user."""


class SourcebookError(Exception):
    """Something that the user can mend: the message says what happened and what to do next.

    The command line prints it as one line. Any other exception is our own fault and keeps its traceback.
    """
