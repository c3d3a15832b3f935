"""The review queue: which tag of which passage people should judge next, the least certain and most valuable first."""

from collections import Counter
from dataclasses import dataclass
from heapq import nsmallest
from itertools import zip_longest
from math import sqrt

from sqlite_utils import Database

from corpus.errors import SourcebookError, nearest

# Below a tag that people rejected no theme is worth asking.
OPEN = """
NOT EXISTS (SELECT 1 FROM settled s
            WHERE s.passage_key = p.key AND s.verdict = 'reject' AND instr({tag}, s.tag || '/') = 1)
"""
# Nobody has judged these yet; what the tagger nearly gave is among them.
FIRST = f"""
SELECT p.id, p.key, p.work_id, m.tag, m.score, m.threshold
FROM machine_tag m JOIN passage p ON p.id = m.passage_id
WHERE NOT EXISTS (SELECT 1 FROM human_tag h WHERE h.passage_key = p.key AND h.tag = m.tag)
  AND {OPEN.format(tag="m.tag")}
"""
# A sample of all passages, whatever the tagger said of them: only so can be told what it leaves out.
DRAWN = f"""
SELECT p.id, p.key, p.work_id, :tag, m.score, m.threshold
FROM passage p LEFT JOIN machine_tag m ON m.passage_id = p.id AND m.tag = :tag
WHERE NOT EXISTS (SELECT 1 FROM human_tag h WHERE h.passage_key = p.key AND h.tag = :tag)
  AND {OPEN.format(tag=":tag")}
"""
AT_RANDOM = " ORDER BY p.hash, p.id LIMIT :most"
TOP = "SELECT tag FROM tag WHERE parent IS NULL ORDER BY position"
# Another has judged these, :who has not.
SECOND = f"""
SELECT DISTINCT p.id, p.key, p.work_id, h.tag, m.score, m.threshold
FROM human_tag h JOIN passage p ON p.key = h.passage_key
LEFT JOIN machine_tag m ON m.passage_id = p.id AND m.tag = h.tag
WHERE NOT EXISTS (SELECT 1 FROM human_tag o WHERE o.passage_key = h.passage_key AND o.tag = h.tag AND o.who = :who)
  AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.passage_key = h.passage_key AND r.tag = h.tag AND NOT EXISTS (
    SELECT 1 FROM human_tag n WHERE n.passage_key = r.passage_key AND n.tag = r.tag AND n.time > r.time))
  AND {OPEN.format(tag="h.tag")}
"""
OF_TAG = {False: " AND m.tag = :tag", True: " AND h.tag = :tag"}
OF_PASSAGE = " AND p.key = :key"
ORDER = " ORDER BY p.id, 4"
JUDGED = "SELECT tag, COUNT(*), SUM(verdict <> 'reject') FROM settled GROUP BY tag"
JUDGED_PASSAGES = """
SELECT p.work_id, COUNT(DISTINCT p.id) FROM human_tag h JOIN passage p ON p.key = h.passage_key GROUP BY p.work_id
"""

# Every so manieth question is one of the sample.
EVERY = 4

# In a large base, to rank the rest takes long and changes nothing.
LOOKED_AT = 1000

Z = 1.96
"""How many standard errors a 95 % interval reaches to each side."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A tag of a passage to be judged; score and threshold are None where the tagger did not come near the tag."""

    passage_id: int
    passage_key: str
    work_id: int
    tag: str
    score: float | None
    threshold: float | None


def queue(db: Database, who: str, tag: str | None = None, second: bool = False, limit: int | None = None) -> list[Ask]:
    """What `who` should judge, most urgent first: what nobody has judged, or with `second` what only others have.

    Urgency is uncertainty plus value, each from 0 to 1. Uncertainty is 1 for a score at its threshold and falls evenly
    to 0 for a score of 0 or 1; it is 1 where others gave a tag that the tagger did not. Value is the mean of 1 / (1 +
    how often people judged the tag), 1 / (1 + how many passages of the work they judged), and the width of the 95 %
    interval (Wilson 1927) of how often they say that the tag holds. What is more urgent by this counts as judged for
    what is less so, that the queue may turn to other tags and works in time. Ties go by passage, then by tag. Of each
    tag the 1,000 least certain are looked at, or `limit` where that is more. Unless `second`, every fourth is drawn at
    random from all passages instead, and all that come after the urgent ones.
    """
    check(db, tag)
    asks = waiting(db, who, tag, second)
    asks = least_certain(asks, max(LOOKED_AT, len(asks) if limit is None else limit))
    ranked = sorted(zip(urgencies(db, asks), asks, strict=True), key=lambda pair: (-pair[0], order(pair[1])))
    urgent = [ask for _, ask in ranked[:limit]]
    return urgent if second else mixed(urgent, drawn(db, tag, limit))[:limit]


def drawn(db: Database, tag: str | None, most: int | None) -> list[Ask]:
    """Passages in an order that is random but the same again, each with one of the tags, in turn."""
    tags = [tag] if tag else [row[0] for row in db.execute(TOP).fetchall()]
    found = [
        db.execute(DRAWN + AT_RANDOM, {"tag": one, "most": -1 if most is None else most}).fetchall() for one in tags
    ]
    return [Ask(*row) for rows in zip_longest(*found) for row in rows if row][:most]


def mixed(urgent: list[Ask], sample: list[Ask]) -> list[Ask]:
    """`urgent` with one of `sample` after every third and the rest of it behind, each question once."""
    found: dict[tuple[int, str], Ask] = {}
    others = iter(sample)
    for place, ask in enumerate(urgent, start=1):
        found.setdefault(order(ask), ask)
        if place % (EVERY - 1) == 0 and (one := next(others, None)):
            found.setdefault(order(one), one)
    for ask in others:
        found.setdefault(order(ask), ask)
    return list(found.values())


def check(db: Database, tag: str | None) -> None:
    """Raise SourcebookError where there is no such tag."""
    known = [row[0] for row in db.execute("SELECT tag FROM tag ORDER BY position").fetchall()]
    if tag is not None and tag not in known:
        raise SourcebookError(f"There is no tag {tag!r}{nearest(tag, known)}")


def waiting(db: Database, who: str, tag: str | None, second: bool, key: str | None = None) -> list[Ask]:
    """What `who` has still to judge, by passage and tag; of the passage `key` alone where that is given."""
    sql = (SECOND if second else FIRST) + (OF_TAG[second] if tag else "") + (OF_PASSAGE if key else "") + ORDER
    return [Ask(*row) for row in db.execute(sql, {"who": who, "tag": tag, "key": key}).fetchall()]


def is_due(db: Database, who: str, ask: Ask, second: bool) -> bool:
    """Whether `ask` has still to be judged: somebody may have judged it, or the tag above it, since it was queued."""
    if second:
        return bool(waiting(db, who, ask.tag, second, ask.passage_key))
    return db.execute(DRAWN + OF_PASSAGE, {"tag": ask.tag, "key": ask.passage_key}).fetchone() is not None


def least_certain(asks: list[Ask], most: int) -> list[Ask]:
    """Of each tag `most` of `asks`, those least certain."""
    of_tag: dict[str, list[Ask]] = {}
    for ask in asks:
        of_tag.setdefault(ask.tag, []).append(ask)
    return [
        ask
        for some in of_tag.values()
        for ask in nsmallest(most, some, key=lambda one: (-uncertainty(one), order(one)))
    ]


def urgencies(db: Database, asks: list[Ask]) -> list[float]:
    """The urgency of each of `asks`, in their order."""
    judged = {tag: (number, yes / number) for tag, number, yes in db.execute(JUDGED).fetchall()}
    works = dict(db.execute(JUDGED_PASSAGES).fetchall())

    def urgency(ask: Ask, more: int = 0, more_of_work: int = 0) -> float:
        number, share = judged.get(ask.tag, (0, 0.5))
        return uncertainty(ask) + value(number + more, share, works.get(ask.work_id, 0) + more_of_work)

    alone = [urgency(ask) for ask in asks]
    before: Counter[str] = Counter()
    passages: dict[int, dict[int, int]] = {}
    found = [0.0] * len(asks)
    for place in sorted(range(len(asks)), key=lambda i: (-alone[i], order(asks[i]))):
        ask = asks[place]
        ranks = passages.setdefault(ask.work_id, {})
        found[place] = urgency(ask, before[ask.tag], ranks.setdefault(ask.passage_id, len(ranks)))
        before[ask.tag] += 1
    return found


def value(judged: int, share: float, of_work: int) -> float:
    """What a verdict on a tag is worth that was `judged` so often, to hold in this share, with so many of the work."""
    return (1 / (1 + judged) + 1 / (1 + of_work) + interval_width(share, judged)) / 3


def order(ask: Ask) -> tuple[int, str]:
    """Sorts what is equally urgent."""
    return ask.passage_id, ask.tag


def uncertainty(ask: Ask) -> float:
    """1 for a score at its threshold, 0 for one that could not lie farther from it."""
    if ask.score is None or ask.threshold is None:
        return 1.0
    room = 1 - ask.threshold if ask.score >= ask.threshold else ask.threshold
    return max(0.0, 1 - abs(ask.score - ask.threshold) / room) if room > 0 else 1.0


def interval_width(share: float, n: int) -> float:
    """The width of Wilson's 95 % interval of a share seen in `n` cases; 1 for none."""
    if not n:
        return 1.0
    return 2 * Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
