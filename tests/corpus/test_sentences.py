from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.sentences import sentences_by_rule


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences_by_rule(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Osei et al. (2019) asked 40 mills.",
        "Prices rose, e.g. Those of flour, by 3.5 per cent.",
        "See Fig. 3 and p. 12 of No. 204 for the list.",
        "Dr. Amoah and Mr. Bello vs. The Ministry was heard in Accra.",
        "J. K. Mensah owns the mill.",
        "The U.S. Department of Trade bought from Tools Inc. Ltd. for years.",
        "1. Buyers pay late.",
        "The buyer (a brewer. The largest one) pays in advance.",
        "It grew by 12.5 per cent in the 19. quarter",
        "He asked why... and left.",
    ],
)
def test_one_sentence_stays_whole(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Sales rose. Costs fell.", ["Sales rose.", "Costs fell."]),
        ("It ended in 2015. The mill closed.", ["It ended in 2015.", "The mill closed."]),
        ("The answer was no. The mill closed.", ["The answer was no.", "The mill closed."]),
        ("They sell to the U.S. The rest stays.", ["They sell to the U.S.", "The rest stays."]),
        ("Was it paid? Not yet! Soon…", ["Was it paid?", "Not yet!", "Soon…"]),
        ("“We sell all.” The buyer agreed.", ["“We sell all.”", "The buyer agreed."]),
        ("It paid (late.) Nobody asked.", ["It paid (late.)", "Nobody asked."]),
        ("Training helped.3 More came.", ["Training helped.3", "More came."]),
        ("Training helped.[4, 5] More came.", ["Training helped.[4, 5]", "More came."]),
        ("¿Quién compra? ¡Nadie! El molino cerró.", ["¿Quién compra?", "¡Nadie!", "El molino cerró."]),
        ("Three things:\n• seed\n• advice", ["Three things:", "• seed", "• advice"]),
        ("First part\n\nSecond part", ["First part", "Second part"]),
        ("这家工厂很小。它卖给大公司。", ["这家工厂很小。", "它卖给大公司。"]),
        ("SALES ROSE. COSTS FELL.", ["SALES ROSE.", "COSTS FELL."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_are_told_apart(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


@given(st.text(alphabet='ab AB.?!…\n\t()[]"”’¿•-123,。 ', max_size=200) | st.text(max_size=200))
def test_spans_are_in_order_and_hold_every_character(text: str) -> None:
    spans = sentences_by_rule(text)
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    held = {i for start, end in spans for i in range(start, end)}
    assert all(i in held for i, c in enumerate(text) if not c.isspace())
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
