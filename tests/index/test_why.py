"""Why a passage was found: the words that match, endings aside, and the sentence that is nearest in meaning."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making_passages import Small

from index.query import read
from index.why import marks, nearest_sentences

WORDS = st.lists(st.sampled_from("late Late payments paying small firms of the SME, pay. café".split())).map(" ".join)


def marked(query: str, text: str) -> list[str]:
    return [text[start:end] for start, end in marks(read(query), [text])[0]]


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("payments", "Paying late: a payment, PAYMENTS. Repayment!", ["payment", "PAYMENTS"]),
        ("pay", "They paid, they pay, paying.", ["pay", "paying"]),
        ("late payment", "A late payment is a payment that is late.", ["late payment", "payment", "late"]),
        ('"late payment"', "A late payment is a payment that is late.", ["late payment"]),
        ('"late payment"', "It came late. Payments stopped.", ["late. Payments"]),
        ("late -bank", "The bank was late.", ["late"]),
        ("payment of the invoice", "The payment of the bill.", ["payment"]),
        ("SME credit", "Small firms, an SME and MSMEs need credit.", ["Small firms", "SME", "MSMEs", "credit"]),
        ('small OR "big firm"', "Big firms help small ones.", ["Big firms", "small"]),
        ("small firms", "small and firm", ["small", "firm"]),
        ("Café", "The cafés, the cafe and the CAFÉ", ["cafés", "cafe", "CAFÉ"]),
        ("Ökonomie", "Die Ökonomie, die Okonomie", ["Ökonomie", "Okonomie"]),
        ("okonomie", "Die Ökonomie", ["Ökonomie"]),
        ("30 days", "After 30 days; in 130 days", ["30 days", "days"]),
        ("rate-of-return", "The rate of return", ["rate", "return"]),
        ("", "Nothing was asked.", []),
        ("late", "", []),
    ],
)
def test_what_was_asked_for_is_marked(query: str, text: str, found: list[str]) -> None:
    assert marked(query, text) == found


def test_phrases_that_overlap_become_one_mark() -> None:
    assert marked('"late payment terms" "payment terms of buyers"', "late payment terms of buyers") == [
        "late payment terms of buyers"
    ]


def test_marks_are_by_text() -> None:
    assert marks(read("late"), ["late", "early", "too late"]) == [((0, 4),), (), ((4, 8),)]


@given(st.text() | WORDS, st.lists(st.text() | WORDS, max_size=3))
def test_marks_are_in_order_apart_and_inside(query: str, texts: list[str]) -> None:
    for text, found in zip(texts, marks(read(query), texts), strict=True):
        edges = [edge for span in found for edge in span]
        assert all(0 <= start < end <= len(text) for start, end in found)
        assert edges == sorted(edges)
        assert all(one[1] < other[0] for one, other in pairwise(found))


@given(WORDS)
def test_a_text_marks_itself(text: str) -> None:
    asked = text.replace(".", "").replace(",", "")
    if asked:
        assert marked(f'"{asked}"', text) == [text.rstrip(".,")]


def test_the_nearest_sentence_is_named() -> None:
    model = Small()
    texts = ["Bees make honey. Buyers pay late! Rain falls.", "One sentence alone", "", "Rain. Rain. Buyers pay late."]
    spans = nearest_sentences(model, model.encode(["buyers pay late"])[0], texts)
    assert [text[a:b] for text, (a, b) in zip(texts, spans, strict=True)] == [
        "Buyers pay late!", "One sentence alone", "", "Buyers pay late.",
    ]  # fmt: skip
    assert "One sentence alone" not in model.read  # there is no choice


def test_no_text_has_no_sentences() -> None:
    model = Small()
    assert nearest_sentences(model, model.encode(["x"])[0], []) == []
