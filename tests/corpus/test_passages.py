from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.documents import REFERENCES, Section
from corpus.passages import cut, left_out, sentences_by_rule, whole_text
from corpus.prose import fold, kind, words

WORDS = st.sampled_from("the mill sold flour to a large buyer who paid late in spring and for seed".split())
SENTENCE = st.lists(WORDS, min_size=6, max_size=40).map(lambda ws: " ".join(ws).capitalize() + ".")
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=9).map(" ".join)
OTHER = st.sampled_from(["Key findings", "12 14 2.5 88", "Mill 3 4 5", "Osei, K. (2019). Mills. Press, 4(2), 1–9."])
TEXT = st.lists(PARAGRAPH | OTHER, max_size=7).map("\n\n".join)
SECTION = st.builds(Section, st.none() | st.just("Findings"), TEXT | st.text(max_size=80))
SECTIONS = st.lists(SECTION, max_size=4)


def sentence(n: int, length: int) -> str:
    return f"The mill {n} " + " ".join(f"lent{chr(97 + i % 26)}{n}" for i in range(length - 5)) + " sold flour."


@settings(max_examples=40)
@given(SECTIONS)
def test_passages_are_slices_in_order_without_overlap(sections: list[Section]) -> None:
    text = whole_text(sections)
    passages = cut(sections)
    assert [p.ordinal for p in passages] == list(range(len(passages)))
    assert all(a.char_end <= b.char_start for a, b in pairwise(passages))
    assert all(fold(text[p.char_start : p.char_end]) == p.text != "" for p in passages)


@settings(max_examples=40)
@given(SECTIONS)
def test_a_passage_holds_one_to_six_sentences_of_one_section(sections: list[Section]) -> None:
    base, bounds = 0, []
    for section in sections:
        bounds.append((base, base + len(section.text)))
        base += len(section.text) + 2
    for p in cut(sections):
        slice_ = whole_text(sections)[p.char_start : p.char_end]
        assert 1 <= len(sentences_by_rule(slice_)) <= 6
        assert any(start <= p.char_start < p.char_end <= end for start, end in bounds)
        assert words(p.text) <= 160 or len(sentences_by_rule(slice_)) == 1


@settings(max_examples=40)
@given(st.lists(PARAGRAPH | OTHER, max_size=7))
def test_all_prose_is_covered_and_nothing_else(paragraphs: list[str]) -> None:
    found = " ".join(p.text for p in cut([Section(None, "\n\n".join(paragraphs))]))
    assert found == " ".join(each for each in paragraphs if kind(each) == "prose")
    others = sum(1 for each in paragraphs if kind(each) != "prose")
    assert left_out([Section(None, "\n\n".join(paragraphs))]).total() == others


def test_a_paragraph_that_fits_is_kept_together_and_a_long_one_evenly_split() -> None:
    short = " ".join(sentence(i, 30) for i in range(4))
    long = " ".join(sentence(i, 20) for i in range(10, 20))
    cut_up = cut([Section(None, f"{short}\n\n{long}")])
    assert cut_up[0].text == short
    assert [words(p.text) for p in cut_up[1:]] == [100, 100]


def test_short_neighbours_are_joined_up_to_the_target() -> None:
    text = "\n\n".join(f"• {sentence(i, 29)}" for i in range(5))
    assert [words(p.text) for p in cut([Section(None, text)])] == [90, 60]


def test_neighbours_are_not_joined_over_what_is_left_out_or_over_a_heading() -> None:
    one, two, three = (sentence(i, 20) for i in range(3))
    sections = [Section("A", f"{one}\n\n1 2 3 4\n\n{two}"), Section("B", three)]
    assert [(p.section, p.text) for p in cut(sections)] == [("A", one), ("A", two), ("B", three)]


def test_one_endless_sentence_is_a_passage_by_itself() -> None:
    endless = sentence(0, 300)
    assert [p.text for p in cut([Section(None, f"{sentence(1, 20)} {endless} {sentence(2, 20)}")])] == [
        sentence(1, 20),
        endless,
        sentence(2, 20),
    ]


def test_references_yield_no_passages_whatever_they_say() -> None:
    sections = [Section(REFERENCES, sentence(0, 30))]
    assert cut(sections) == []
    assert left_out(sections) == {"references": 1}


def test_tiny_sections_yield_nothing_odd() -> None:
    assert cut([Section("A", ""), Section("B", "and more"), Section("C", " \n\n "), Section(None, "…")]) == []


def test_pages_are_those_that_the_passage_touches() -> None:
    one, two, three = sentence(0, 80), sentence(1, 80), sentence(2, 80)
    text = f"{one}\n\n{two}\n\n{three}"
    middle = text.index(two) + 40
    sections = [Section(None, text, ((0, 7), (middle, 8), (text.index(three), 9)))]
    assert [(p.page_first, p.page_last) for p in cut(sections)] == [(7, 7), (7, 8), (9, 9)]


def test_another_splitter_is_taken_at_its_word() -> None:
    text = f"{sentence(0, 100)} {sentence(1, 100)}"
    assert len(cut([Section(None, text)], lambda paragraph: [(0, len(paragraph))])) == 1
    assert cut([Section(None, text)], lambda paragraph: []) == []
