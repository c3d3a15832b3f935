"""Strata from memory: the same numbers as from the database, of any part of it."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.base import open_base
from index.strata import sizes
from nlp import strata

TAGS = ["gain", "scheme", "threat", "unused", "no tag"]


def same(db: Any, base: Any, mask: Any) -> None:
    part = None if mask is None else base.ids[mask].tolist()
    found, wanted = sizes(db, base, TAGS, mask), strata.sizes(db, TAGS, part)
    read = set(strata.read(db, part))  # a tagger that read nothing there counts none
    assert {key: one.tolist() for key, one in found.items() if key[1] in read} == {
        key: one.tolist() for key, one in wanted.items()
    }
    assert not any(one.any() for (_, tagger), one in found.items() if tagger not in read)


def test_of_the_whole_base(varied: Any) -> None:
    base = open_base(varied.db)
    assert {tagger for _, tagger in sizes(varied.db, base, TAGS, None)} == {"tagger 1", "tagger 2"}
    same(varied.db, base, None)


@given(st.lists(st.booleans(), min_size=60, max_size=60))
def test_of_any_part(varied: Any, among: list[bool]) -> None:
    same(varied.db, open_base(varied.db), np.array(among))


def test_a_change_is_seen_at_once(varied_base: Any) -> None:
    same(varied_base, open_base(varied_base), None)
    before = sizes(varied_base, open_base(varied_base), TAGS, None)
    varied_base.execute("UPDATE machine_tag SET score = 0.99")
    same(varied_base, open_base(varied_base), None)
    assert (
        sizes(varied_base, open_base(varied_base), TAGS, None)["gain", "tagger 1"][strata.SURE]
        > (before["gain", "tagger 1"][strata.SURE])
    )


def test_who_read_a_passage_is_seen_at_once(varied_base: Any) -> None:
    same(varied_base, open_base(varied_base), None)
    varied_base.execute("UPDATE passage SET tagger = 'tagger 3 facets-1' WHERE id % 2")
    same(varied_base, open_base(varied_base), None)
