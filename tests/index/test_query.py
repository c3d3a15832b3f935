"""Reading a researcher's words: what is wished for, what must occur and what must not."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making_passages import making, opened

from index import keyword
from index.query import HALF, STOP_WORDS, read, same

AWKWARD = st.text() | st.text(alphabet='ab "-OR“”«»\u2212\x00\ud800İ5_', max_size=30)


def word(stem: str) -> tuple[tuple[str, ...], ...]:
    return ((stem,),)


@pytest.mark.parametrize(
    ("query", "wished", "required", "unwanted"),
    [
        ("late payment", ["late", "payment"], [], []),
        ('"late payments" credit', ["credit", "late payment"], ["late payment"], []),
        ("“late payment” «due»", ["late payment", "due"], ["late payment", "due"], []),
        ("„late payment“", ["late payment"], ["late payment"], []),
        ('"credit"', ["credit"], ["credit"], []),
        ("credit -banks", ["credit"], [], ["bank"]),
        ('credit -"development banks"', ["credit"], [], ["develop bank"]),
        ("rate-of-return", ["rate", "return"], [], []),
        ("second-tier", ["second", "tier"], [], []),
        ("fell by -5 %", ["fell", "5"], [], []),
        ("credit - bank", ["credit", "bank"], [], []),
        ('credit"-bank"', ["credit", "bank"], ["bank"], []),
        ("the payment of an invoice", ["payment", "invoic"], [], []),
        ("to be or not to be", ["to", "be", "or", "not"], [], []),
        ("or", ["or"], [], []),
        ('"to be"', ["to be"], ["to be"], []),
        ('"late payment', ["late", "payment"], [], []),
        ("pay pay PAYING", ["pai"], [], []),
        ("", [], [], []),
        ('""', [], [], []),
        ("-bank", [], [], ["bank"]),
        ("OR", [], [], []),
        ("café Übersee", ["cafe", "uberse"], [], []),
        ("cafe\u0301s", ["cafe"], [], []),
        ("İzmir", ["izmir"], [], []),
        ("caf\udce9 late", ["caf", "late"], [], []),
    ],
)
def test_queries_are_read(query: str, wished: list[str], required: list[str], unwanted: list[str]) -> None:
    found = read(query)
    assert [" ".join(phrase) for term in found.wished for phrase in term] == wished
    assert [" ".join(phrase) for term in found.required for phrase in term] == required
    assert [" ".join(phrase) for term in found.unwanted for phrase in term] == unwanted
    assert set(found.wished.values()) <= {1.0}


def test_one_of_alternatives_must_occur() -> None:
    found = read('audits small OR "tiny shops" OR little -huge')
    either = (("small",), ("tini", "shop"), ("littl",))
    assert found.required == (either,)
    assert found.wished == {word("audit"): 1.0, either: 1.0}
    assert found.unwanted == (word("huge"),)


@pytest.mark.parametrize("query", ["OR small", "small OR", "OR OR small OR OR", "small OR -large", "-large OR small"])
def test_an_or_without_two_sides_joins_nothing(query: str) -> None:
    assert read(query).wished == {word("small"): 1.0}
    assert read(query).required == ()


def test_or_between_quotation_marks_is_a_word() -> None:
    assert read('late "OR" never').required == (word("or"),)


def test_what_is_read_for_its_meaning_has_no_operators_and_nothing_unwanted() -> None:
    assert read('the "late payment" of small OR tiny firms -bank -"state banks"').text == (
        "the late payment of small tiny firms"
    )


def test_a_name_counts_half_by_its_words_and_half_by_all_its_names() -> None:
    found = read("credit for SMEs")
    names = same()[("sme",)]
    assert found.wished == {word("credit"): 1.0, word("sme"): HALF, names: HALF}
    assert ("small", "firm") in names
    assert found.required == ()


@pytest.mark.parametrize("query", ["small and medium-sized enterprises", "Small & Medium Firms", "small firm"])
def test_a_name_of_several_words_is_known_with_and_without_hyphens(query: str) -> None:
    found = read(query)
    assert same()[("sme",)] in found.wished or "&" in query
    assert set(found.wished.values()) == ({HALF} if "&" not in query else {1.0})
    assert word("and") not in found.wished


def test_the_longest_name_counts_and_a_word_that_also_stands_alone_counts_whole() -> None:
    found = read("green supply chain management and supply")
    assert same()[("gscm",)] in found.wished
    assert same()[("scm",)] not in found.wished
    assert (found.wished[word("suppli")], found.wished[word("chain")]) == (1.0, HALF)


def test_a_quoted_name_stands_for_itself_alone() -> None:
    assert read('"SME"').wished == {word("sme"): 1.0}


def test_a_name_does_not_run_across_a_quotation_but_across_what_is_left_out() -> None:
    assert same()[("sme",)] not in read('small "late payment" firms').wished
    assert same()[("sme",)] in read("small -bank firms").wished


def test_the_names_are_sound() -> None:
    names = same()
    assert all(name in group for name, group in names.items())
    assert len(names) == sum(len(group) for group in set(names.values()))  # none is in two groups
    assert all(len(group) > 1 and all(map(all, group)) for group in names.values())
    assert not any(set(name) <= STOP_WORDS for name in names)


@given(AWKWARD)
def test_no_text_breaks_the_reading(query: str) -> None:
    found = read(query)
    found.text.encode()
    for term in itertools.chain(found.wished, found.required, found.unwanted):
        assert term
        assert all(phrase and all(phrase) for phrase in term)
    assert set(found.required) <= set(found.wished)
    assert all(weight in (HALF, 1.0) for weight in found.wished.values())


@given(query=AWKWARD)
def test_what_is_read_never_breaks_the_keyword_search(tmp_path_factory: pytest.TempPathFactory, query: str) -> None:
    texts = [query.encode("utf-8", "replace").decode() or "x", "late payment", ""]
    db = making(tmp_path_factory.mktemp("base"), texts)
    base, found = opened(db), read(query)
    scores, passing = keyword.scores(db, base, found), keyword.matching(db, base, found)
    assert scores.shape == (3,)
    assert (scores >= 0).all()
    assert passing is None or passing.shape == (3,)
    db.close()
