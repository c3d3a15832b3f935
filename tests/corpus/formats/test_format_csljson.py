"""CSL-JSON: the shapes it comes in, and damage."""

import json

import pytest

from corpus.formats import read

ONE, TWO = {"id": "a", "type": "report", "title": "One"}, {"id": 2, "type": "book", "title": "Two"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ONE, TWO]),
        json.dumps({"items": [ONE, TWO]}),
        f"{json.dumps(ONE)}\n{json.dumps(TWO)}\n",
        json.dumps([ONE, TWO], indent=2),
    ],
)
def test_lists_objects_and_lines(text: str) -> None:
    assert [record.key for record in read(text.encode(), "x").records] == ["a", "2"]


def test_a_damaged_item_costs_itself() -> None:
    found = read(f'[\n{json.dumps(ONE)},\n{{"id": "b", "title": oops}},\n"words",\n{json.dumps(TWO)}\n]'.encode(), "x")
    assert [record.key for record in found.records] == ["a", "2"]
    assert [one.position for one in found.broken] == [2]


def test_odd_shapes_are_put_right() -> None:
    odd = {
        "title": ["One", "Eins"],
        "type": None,
        "author": ["Osei, Kwame", {"family": "Diallo"}, 7, None],
        "issued": "2016-05",
        "DOI": "https://doi.org/10.1000/X",
        "custom": "none",
    }
    (record,) = read(json.dumps([odd]).encode(), "x").records
    assert record.csl == {
        "title": "One",
        "type": "document",
        "author": [{"family": "Osei", "given": "Kwame"}, {"family": "Diallo"}],
        "issued": {"date-parts": [[2016, 5]]},
        "DOI": "10.1000/x",
    }
    assert record.key == "10.1000/x"


@pytest.mark.parametrize(
    "text",
    [
        '[{"title": ' + "[" * 100_000,
        '[{"title": "x", "n": ' + "9" * 5000 + "}]",
        '[{"title": "x", "issued": {"date-parts": [[1e999]]}}]',
        '[{"title": "x", "issued": {"date-parts": {"0": NaN}}}, {"title"',
    ],
)
def test_hostile_json_ends_in_a_named_outcome(text: str) -> None:
    found = read(text.encode(), "x")
    assert found.records or found.broken
