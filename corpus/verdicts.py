"""What people say of a passage's tags: every reviewer's last word, and beside them how a conflict was settled.

A resolution settles what was said up to then: a later word on the tag opens the matter again.
What follows from their words is the business of the views `settled` and `evidence` in `corpus.schema`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from corpus.errors import SourcebookError
from corpus.records import clean

VERDICTS = ("confirm", "reject", "add")

COLUMNS = "passage_key, tag, verdict, who, time, why, quote, asked"
SAY = f"""
INSERT INTO human_tag ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (passage_key, tag, who) DO UPDATE SET
    verdict = excluded.verdict, time = excluded.time, why = excluded.why, quote = excluded.quote,
    asked = MAX(asked, excluded.asked)
WHERE verdict <> excluded.verdict OR why IS NOT excluded.why
"""
SAID = f"SELECT {COLUMNS} FROM human_tag WHERE passage_key = ? AND tag = ? AND who = ?"
EVERYTHING = f"SELECT {COLUMNS} FROM human_tag ORDER BY id"
FORGET = "DELETE FROM human_tag WHERE passage_key = ? AND tag = ? AND who = ?"
SPOKEN_OF = "SELECT 1 FROM human_tag WHERE passage_key = ? AND tag = ?"
RESOLVE = """
INSERT INTO resolution (passage_key, tag, verdict, who, time, why) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (passage_key, tag) DO UPDATE SET
    verdict = excluded.verdict, who = excluded.who, time = excluded.time, why = excluded.why
"""
RESOLUTIONS = "SELECT passage_key, tag, verdict, who, time, why FROM resolution"
REOPEN = "DELETE FROM resolution WHERE passage_key = ? AND tag = ?"

# Without `id`, which would meet its like on the other side: the order is kept, the number is not.
MOVED = {"human_tag": COLUMNS, "resolution": "passage_key, tag, verdict, who, time, why"}
GOES = "(:before <> :now OR tag NOT IN (SELECT value FROM json_each(:tags)))"
COMES = "taxonomy = :now AND tag IN (SELECT value FROM json_each(:tags))"
MOVES = (
    f"INSERT INTO shelved_{{of}} (taxonomy, {{what}}) SELECT :before, {{what}} FROM {{of}} WHERE {GOES} ORDER BY id",
    f"DELETE FROM {{of}} WHERE {GOES}",
    f"INSERT INTO {{of}} ({{what}}) SELECT {{what}} FROM shelved_{{of}} WHERE {COMES} ORDER BY id",
    f"DELETE FROM shelved_{{of}} WHERE {COMES}",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One person's word on one tag of one passage; `time` is ISO 8601 in UTC, `quote` the passage as it was read.

    `asked` says that the queue had drawn this tag of this passage, and the person did not bring it up.
    """

    passage_key: str
    tag: str
    verdict: str
    who: str
    time: str
    why: str | None = None
    quote: str = ""
    asked: bool = False

    @property
    def holds(self) -> bool:
        """Whether it says that the tag holds: to confirm the machine's tag and to add one of one's own count alike."""
        return self.verdict != "reject"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A tag of a passage of which some say that it holds and others that it does not.

    `is_open` where nobody settled it, or somebody spoke after the resolution.
    """

    passage_key: str
    tag: str
    verdicts: tuple[Verdict, ...]
    resolution: Verdict | None
    is_open: bool


def say(db: Database, verdict: Verdict) -> bool:
    """Save a person's word in place of an earlier one of theirs; False where they had said the same."""
    one = checked(verdict)
    row = [one.passage_key, one.tag, one.verdict, one.who, one.time, one.why, one.quote, one.asked]
    with db.atomic():
        return db.execute(SAY, row).rowcount > 0


def checked(verdict: Verdict) -> Verdict:
    """`verdict` with its texts cleaned; SourcebookError where it is none or nobody's."""
    if verdict.verdict not in VERDICTS:
        raise SourcebookError(f"{verdict.verdict!r} is no verdict. Known are: {', '.join(VERDICTS)}.")
    who = " ".join(clean(verdict.who).split())
    if not who:
        raise SourcebookError("Nobody is named as the reviewer. Say who speaks.")
    return replace(verdict, who=who, why=clean(verdict.why) or None)


def said(db: Database, passage_key: str, tag: str, who: str) -> Verdict | None:
    """The last word of `who` on a tag of a passage."""
    row = db.execute(SAID, [passage_key, tag, who]).fetchone()
    return heard(row) if row else None


def everything_said(db: Database) -> list[Verdict]:
    """Every reviewer's last words, in the order in which each matter was first spoken of."""
    return [heard(row) for row in db.execute(EVERYTHING).fetchall()]


def heard(row: tuple[Any, ...]) -> Verdict:
    """The word in a row of COLUMNS."""
    return replace(Verdict(*row), asked=bool(row[-1]))


def take_back(db: Database, verdict: Verdict, before: Verdict | None = None) -> None:
    """Undo `verdict`, so that what the person had said `before` counts again."""
    with db.atomic():
        db.execute(FORGET, [verdict.passage_key, verdict.tag, verdict.who])
        if before:
            say(db, before)


def resolve(db: Database, verdict: Verdict) -> None:
    """Settle what people say differently, by 'confirm' or 'reject'; their own words stay beside it as they are.

    It holds until one of them, or another, says something else of the same tag.
    """
    one = checked(verdict)
    if not db.execute(SPOKEN_OF, [one.passage_key, one.tag]).fetchone():
        raise SourcebookError(f"Nobody has said anything on {one.tag!r} of the passage {one.passage_key!r} yet.")
    settled = "confirm" if one.holds else "reject"
    with db.atomic():
        db.execute(RESOLVE, [one.passage_key, one.tag, settled, one.who, one.time, one.why])


def resolution(db: Database, passage_key: str, tag: str) -> Verdict | None:
    """How a conflict was last settled, where it was, whether or not somebody spoke since."""
    row = db.execute(f"{RESOLUTIONS} WHERE passage_key = ? AND tag = ?", [passage_key, tag]).fetchone()
    return Verdict(*row) if row else None


def reopen(db: Database, passage_key: str, tag: str, before: Verdict | None = None) -> None:
    """Undo a resolution, so that the one `before` it counts again."""
    with db.atomic():
        db.execute(REOPEN, [passage_key, tag])
        if before:
            resolve(db, before)


def conflicts(db: Database) -> list[Conflict]:
    """What people say differently, open matters first, in the order in which it was first spoken of."""
    resolved = {(row[0], row[1]): Verdict(*row) for row in db.execute(RESOLUTIONS).fetchall()}
    passages: dict[str, list[Verdict]] = {}
    for verdict in everything_said(db):
        passages.setdefault(verdict.passage_key, []).append(verdict)
    found = [
        Conflict(key, tag, bearing, settled, not settled or any(one.time > settled.time for one in bearing))
        for key, words in passages.items()
        for tag in dict.fromkeys(one.tag for one in words)
        for bearing, settled in [(bearing_on(tag, words), resolved.get((key, tag)))]
        if len({one.holds for one in bearing}) > 1
    ]
    return sorted(found, key=lambda one: not one.is_open)


def bearing_on(tag: str, words: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The words on `tag`, and on its themes of those who imply the tag so without having spoken of it."""
    words = list(words)
    spoke = {one.who for one in words if one.tag == tag}
    return tuple(
        one for one in words if one.tag == tag or (one.tag.startswith(f"{tag}/") and one.holds and one.who not in spoke)
    )


def shelve(db: Database, before: str, now: str, tags: Iterable[str]) -> None:
    """Put aside what people said under the taxonomy `before`, and bring back what they had said under `now`.

    Where both are the same, only what was said of other tags than `tags`, which are those of `now`, is put aside.
    """
    values = {"before": before, "now": now, "tags": json.dumps(list(tags))}
    for of, what in MOVED.items():
        for move in MOVES:
            db.execute(move.format(of=of, what=what), values)
