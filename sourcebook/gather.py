"""Gathering the configured sources, with progress."""

from collections.abc import Sequence
from functools import partial

from corpus.errors import SourcebookError, nearest
from crawl.run import Gathered, Progress, gather
from sourcebook.progress import Advance, bar
from sourcebook.workspace import Workspace


def crawl(workspace: Workspace, names: Sequence[str]) -> dict[str, Gathered]:
    """Gather the sources called `names`, or all that are configured."""
    known = {source.name: source for source in workspace.config.sources}
    if not known:
        raise SourcebookError(
            f"No source is active. Uncomment one in {workspace.folder / 'sourcebook.toml'}, "
            "or take in files with `sourcebook import FILE…`."
        )
    for name in names:
        if name not in known:
            raise SourcebookError(f"No source is called {name!r}{nearest(name, known)}")
    wanted = [known[name] for name in names or known]
    if not workspace.config.base.contact:
        raise SourcebookError(
            f"`contact` is empty in {workspace.folder / 'sourcebook.toml'}. Write your e-mail address into it: "
            "services want to know who asks."
        )
    results = {}
    for source in wanted:
        with bar(f"Gathering {source.name}") as advance:
            report = partial(advancing, advance)
            results[source.name] = gather(workspace.folder, [source], workspace.config.base.contact, report)[0]
    return results


def advancing(advance: Advance, one: Progress) -> None:
    """Show how many records a source has given; how many there will be is not known."""
    advance(one.records, None)
