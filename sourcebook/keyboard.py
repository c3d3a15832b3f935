"""Going through cards at the keyboard: one key an answer. Where there is no terminal, the keys come from the input."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import click
from sqlite_utils import Database

from corpus.errors import SourcebookError
from sourcebook.reviewing import Card, Undo

TAGS = "SELECT tag, label FROM tag ORDER BY position"
VERDICTS = {"y": "confirm", "n": "reject"}
KEYS = "[y] holds  [n] does not  {add}[w] why, for the next answer  [s] skip  [u] undo  [q] quit"
LAST = "That was the last one.  [u] undo  [q] quit"


@dataclass(slots=True)
class Round:
    """Where a reviewer is: the card's place, the reason for the next answer, a note to show, what can be undone."""

    db: Database
    cards: Sequence[Card]
    place: int = 0
    why: str = ""
    note: str = ""
    done: list[tuple[int, Undo]] = field(default_factory=list)


def go_through(db: Database, cards: Sequence[Card]) -> dict[str, int]:
    """Ask one card after the other, up to the end or `q`; count the answers that were saved, and the cards left.

    A card is passed over where its question was answered meanwhile.
    """
    now = Round(db, cards)
    while True:
        while now.place < len(cards) and not cards[now.place].is_due():
            now.place, now.why = now.place + 1, ""
        key = ask(now)
        now.note = ""
        if key in ("q", "") or (now.place == len(cards) and key != "u"):
            return {"saved": len(now.done), "left": len(cards) - now.place}
        try:
            press(now, key)
        except SourcebookError as error:
            now.note = str(error)


def press(now: Round, key: str) -> None:
    """Do what `key` stands for."""
    if key == "u" and now.done:
        (now.place, undo), now.why = now.done.pop(), ""
        undo()
    elif key in VERDICTS:
        now.done.append((now.place, now.cards[now.place].answer(VERDICTS[key], now.why)))
        now.place, now.why = now.place + 1, ""
    elif key == "a" and (add := now.cards[now.place].add):
        if tag := choose_tag(now.db):
            now.done.append((now.place, add(tag, now.why)))
            now.note, now.why = f"Added {tag}.", ""
    elif key == "w":
        now.why = read_line("Why? ")
    elif key == "s":
        now.place, now.why = now.place + 1, ""
    else:
        now.note = "There is nothing to undo." if key == "u" else f"{key!r} is no answer."


def ask(now: Round) -> str:
    """Show the card, or that there is none left, and return the key that answers it."""
    click.clear()
    if now.place == len(now.cards):
        click.echo(f"\n{LAST}")
    else:
        card = now.cards[now.place]
        keys = KEYS.format(add="[a] add another tag  " if card.add else "")
        why = f"\nWhy: {now.why}" if now.why else ""
        click.echo(f"\n{now.place + 1} of {len(now.cards)}\n\n{card.shown()}\n{why}\n{keys}")
    if now.note:
        click.echo(now.note)
    return read_key()


def read_key() -> str:
    """The next key, in lower case; empty at the end of the input, whose line ends do not count."""
    if sys.stdin.isatty():
        try:
            return click.getchar().lower()
        except EOFError:
            return ""
    while (key := sys.stdin.read(1)).isspace():
        pass
    return key.lower()


def read_line(prompt: str) -> str:
    """A line of text, ended by the return key."""
    click.echo(prompt, nl=False)
    return sys.stdin.readline().strip()


def choose_tag(db: Database) -> str | None:
    """The tag whose number is typed; None where that is no number of a tag."""
    tags = db.execute(TAGS).fetchall()
    for number, (tag, label) in enumerate(tags, start=1):
        click.echo(f"{number:>4}  {'  ' if '/' in tag else ''}{label}")
    typed = read_line("Number? ")
    return str(tags[int(typed) - 1][0]) if typed.isdecimal() and 0 < int(typed) <= len(tags) else None
