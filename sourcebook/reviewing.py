"""What reviewers are asked: whether a tag of a passage holds, or how a conflict is to be settled."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from shutil import get_terminal_size

import click
from sqlite_utils import Database

from corpus import citations, verdicts
from corpus.errors import SourcebookError
from corpus.records import now
from corpus.verdicts import Conflict, Verdict
from nlp import queue
from nlp.queue import Ask

ABOUT = """
SELECT t.label, t.definition, m.score, m.threshold, IFNULL(m.why, '[]'), w.key, IFNULL(w.authors, ''), w.year,
       IFNULL(w.title, ''), p.section, p.page_first, p.page_last, p.text
FROM tag t LEFT JOIN passage p ON p.key = ? LEFT JOIN work w ON w.id = p.work_id
LEFT JOIN machine_tag m ON m.passage_id = p.id AND m.tag = t.tag WHERE t.tag = ?
"""
WIDEST = 100
DONE = {"confirm": "confirmed", "reject": "rejected", "add": "added"}

Undo = Callable[[], None]


@dataclass(frozen=True, slots=True)
class About:
    """What a reviewer sees of a tag of a passage; `text` and `work` are None where the passage has gone."""

    label: str
    definition: str
    score: float | None
    threshold: float | None
    why: str
    work: str | None
    authors: str
    year: int | None
    title: str
    section: str | None
    page_first: int | None
    page_last: int | None
    text: str | None

    @property
    def words(self) -> str:
        """The words that decided."""
        return ", ".join(map(str, json.loads(self.why)))

    @property
    def place(self) -> str:
        """Where the passage stands."""
        return citations.place(self) if self.work else "This passage is no longer here."


@dataclass(frozen=True, slots=True)
class Card:
    """One question: `answer` saves a verdict and its reason, and returns what takes it back; `add` another tag's."""

    shown: Callable[[], str]
    is_due: Callable[[], bool]
    answer: Callable[[str, str | None], Undo]
    add: Callable[[str, str | None], Undo] | None = None


def about(db: Database, key: str, tag: str) -> About:
    """What there is to see of a tag of a passage."""
    return About(*db.execute(ABOUT, [key, tag]).fetchone())


def asking(db: Database, who: str, ask: Ask, second: bool) -> Card:
    """The card that asks `who` whether a tag holds.

    What is asked for a `second` time may be what the first brought up: only the first word tells whether it was drawn.
    """
    key = ask.passage_key

    def judge(tag: str, verdict: str, why: str | None) -> Undo:
        before = verdicts.said(db, key, tag, who)
        asked = tag == ask.tag and not second
        one = Verdict(key, tag, verdict, who, now(), why, about(db, key, tag).text or "", asked)
        verdicts.say(db, one)
        return lambda: verdicts.take_back(db, one, before)

    def add(tag: str, why: str | None) -> Undo:
        above = verdicts.said(db, key, tag.split("/")[0], who)
        if "/" in tag and above and not above.holds:
            raise SourcebookError(
                f"You rejected {above.tag} here, and a theme holds only with its tag. Add that first."
            )
        return judge(tag, "add", why)

    return Card(
        lambda: question(about(db, key, ask.tag), ask.tag),
        lambda: queue.is_due(db, who, ask, second),
        lambda verdict, why: judge(ask.tag, verdict, why),
        add,
    )


def settling(db: Database, who: str, conflict: Conflict) -> Card:
    """The card that asks how a conflict is to be settled."""
    key, tag = conflict.passage_key, conflict.tag

    def settle(verdict: str, why: str | None) -> Undo:
        before = verdicts.resolution(db, key, tag)
        verdicts.resolve(db, Verdict(key, tag, verdict, who, now(), why))
        return lambda: verdicts.reopen(db, key, tag, before)

    return Card(
        lambda: f"{question(about(db, key, tag), tag, conflict.verdicts[0].quote)}\n{opinions(conflict)}",
        lambda: verdicts.resolution(db, key, tag) == conflict.resolution,
        settle,
    )


def question(one: About, tag: str, quote: str = "") -> str:
    """A passage and the tag that is asked, as lines to read."""
    if one.score is None or one.threshold is None:
        machine = "The tagger did not come near this tag."
    else:
        machine = f"Tagger: {one.score:.2f}, counts from {one.threshold:.2f}" + (f" ({one.words})" if one.words else "")
    where = f"{one.place}  [{one.work}]" if one.work else one.place
    asked = f"{one.label} ({tag}): {one.definition}"
    return "\n\n".join(wrapped(part) for part in (where, one.text or quote, asked, machine))


def opinions(conflict: Conflict) -> str:
    """What each person said, a line each, how it was settled, and whether somebody spoke since."""
    lines = [f"{one.who} {DONE[one.verdict]} {one.tag} on {one.time[:10]}{reason(one)}" for one in conflict.verdicts]
    if settled := conflict.resolution:
        holds = "holds" if settled.holds else "does not hold"
        lines.append(f"Settled by {settled.who} on {settled.time[:10]}: it {holds}{reason(settled)}")
        later = dict.fromkeys(one.who for one in conflict.verdicts if one.time > settled.time)
        lines += [f"Open again: {', '.join(later)} spoke after that."] if later else []
    return "\n".join(map(wrapped, lines))


def reason(one: Verdict) -> str:
    """The reason, ready to be put behind the rest."""
    return f" ({one.why})" if one.why else ""


def wrapped(text: str) -> str:
    """`text` for a terminal: wrapped, and without characters that could steer it."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return click.wrap_text(plain, min(WIDEST, get_terminal_size().columns))
