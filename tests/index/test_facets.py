"""Facets: each number is what one would count by hand, with the other filters on."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_filters import any_filters

from index import facets
from index.base import open_base
from index.filters import Filters, asked, read, years


def with_value(filters: Filters, kind: str, value: str) -> Filters:
    """`filters` with one value in place of those of its kind."""
    if kind == "year":
        first, last = years(value)
        return replace(filters, year_first=first, year_last=last)
    return replace(filters, **{kind: value if kind == "by" else (value,)})


@given(st.data())
def test_beside_any_filters_each_number_is_what_its_page_would_show(varied: Any, data: st.DataObject) -> None:
    filters = data.draw(any_filters(varied))
    base = open_base(varied.db)
    matching = np.array(data.draw(st.lists(st.booleans(), min_size=60, max_size=60)))
    chosen = dict(zip(base.ids.tolist(), matching.tolist(), strict=True))
    for mask in (None, matching):
        found = facets.beside(varied.db, base, filters, mask)
        assert tuple(found) == facets.KINDS
        for kind, counted in found.items():
            numbers = {value: number for value, _, number in counted}
            assert len(numbers) == len(counted)
            for value in {*numbers, *({"2000-2009", "1990-1999"} if kind == "year" else varied.values(kind))}:
                if kind == "year" and value not in ("1990-1999", "2000-2009", "2010-2019"):
                    continue
                shown = [id for id in varied.ids(with_value(filters, kind, value)) if mask is None or chosen[id]]
                assert numbers.get(value, 0) == len(shown), (kind, value)


def test_what_most_passages_have_comes_first(varied: Any) -> None:
    base = open_base(varied.db)
    for kind in set(facets.KINDS) - {"tag", "question", "year", "by"}:
        found = facets.counts(varied.db, base, None, kind)
        assert len(found) > 1
        assert found == sorted(found, key=lambda one: (-one[2], one[1]))


def test_tags_come_as_in_the_taxonomy_and_decades_from_the_last(varied: Any) -> None:
    base = open_base(varied.db)
    tags = [(tag, label) for tag, label, _ in facets.counts(varied.db, base, None, "tag")]
    assert tags == [
        ("threat", "Threat"), ("gain", "Gain"), ("scheme", "Scheme"), ("threat/delay", "Threat: Delay"),
        ("gain/trust", "Gain: Trust"), ("scheme/grant", "Scheme: Grant"),
    ]  # fmt: skip
    decades = [label for _, label, _ in facets.counts(varied.db, base, None, "year")]
    assert decades == sorted(decades, reverse=True)
    assert {"2000s", "2010s"} <= set(decades)
    assert [value for value, _, _ in facets.counts(varied.db, base, None, "question")] == ["2", "4"]


def test_labels_are_those_of_the_passages(varied: Any) -> None:
    labels = {value: label for value, label, _ in facets.counts(varied.db, open_base(varied.db), None, "country")}
    assert labels["D"] == "country D"


@pytest.mark.parametrize("kind", facets.KINDS)
def test_nothing_is_counted_among_none(varied: Any, kind: str) -> None:
    base = open_base(varied.db)
    nobody = np.zeros(len(base.ids), dtype=bool)
    assert facets.beside(varied.db, base, Filters(), nobody)[kind] == []


def test_a_kind_leaves_its_own_filter_aside_but_not_what_is_unwanted(varied: Any) -> None:
    base = open_base(varied.db)
    wanted = read(lambda name: {"country": ("a",), "not_country": ("b",)}.get(name, ()))
    assert asked(wanted, "country") == ("A",)
    found = {value for value, _, _ in facets.beside(varied.db, base, wanted)["country"]}
    assert {"A", "C"} <= found
    assert "B" not in found
