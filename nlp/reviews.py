"""What people said of passages as something to learn from: only what they judged is known, the rest is not."""

from itertools import groupby

from sqlite_utils import Database

from nlp.examples import Example
from nlp.taxonomy import Taxonomy

PREFIX = "review-"  # of the names of such passages, before their keys

SETTLED = """
SELECT s.passage_key, p.title, p.text, s.tag, s.verdict FROM settled s
JOIN passage p ON p.key = s.passage_key JOIN tag t ON t.tag = s.tag ORDER BY s.passage_key, t.position
"""


def read(db: Database, terms: Taxonomy) -> list[Example]:
    """The passages that people judged, with the labels they confirmed or added and those they judged at all."""
    rows = db.execute(SETTLED).fetchall()
    return [example(terms, key, list(group)) for key, group in groupby(rows, key=lambda row: row[0])]


def example(terms: Taxonomy, key: str, rows: list[tuple[str, str, str, str, str]]) -> Example:
    """One passage. As in the view `evidence`, a rejected tag takes its themes along; else a theme brings its tag."""
    _, title, text, *_ = rows[0]
    rejected = {tag for *_, tag, verdict in rows if verdict == "reject"}
    absent = rejected | {theme for theme in terms.themes if theme.split("/")[0] in rejected}
    there = {tag for *_, tag, verdict in rows if verdict != "reject"} - absent
    there |= {tag.split("/")[0] for tag in there}
    judged = [name for name in (*terms.top, *terms.themes) if name in there | absent]
    tags = tuple(name for name in terms.top if name in there)
    themes = tuple(name for name in terms.themes if name in there)
    return Example(f"{PREFIX}{key}", title, text, tags, themes, judged=tuple(judged), origin="review")
