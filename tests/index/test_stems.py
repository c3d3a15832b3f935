"""Words and stems are those of FTS5."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import stems
from index.stems import tokenize, words

LETTERS = st.text(alphabet="abcdeinglstuyÄäéöß 0-9.,'_/-Ωж", max_size=40)


@pytest.mark.parametrize(
    ("word", "found"),
    [("suppliers", ("supplier",)), ("Paying", ("pai",)), ("cafés", ("cafe",)), ("a_b", ("a", "b")), ("_", ()),
     ("2030", ("2030",)), ("ж", ("ж",)), ("", ())],
)  # fmt: skip
def test_a_word_has_the_stems_that_fts5_gives_it(word: str, found: tuple[str, ...]) -> None:
    assert stems.stems([word]) == {word: found}


@given(LETTERS)
def test_words_one_by_one_have_the_stems_of_the_text(text: str) -> None:
    known = stems.stems(words(text))
    assert tuple(stem for word in words(text) for stem in known[word]) == tokenize([text])[0]


@given(st.lists(LETTERS, max_size=5))
def test_texts_keep_apart(texts: list[str]) -> None:
    assert tokenize(texts) == [tokenize([text])[0] for text in texts]


def test_a_text_that_cannot_be_stored_harms_no_other() -> None:
    with pytest.raises(UnicodeEncodeError):
        tokenize(["fine", "\ud800"])
    assert tokenize(["fine"]) == [("fine",)]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stems, "MOST", 10)
    monkeypatch.setattr(stems, "_known", {})
    for number in range(100):
        assert stems.stems([f"word{number}"]) == {f"word{number}": (f"word{number}",)}
        assert len(stems._known) <= 11


def test_threads_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stems, "MOST", 20)
    wrong: list[object] = []

    def ask(start: int) -> None:
        for number in range(start, start + 200):
            wanted = [f"payments{number % 50}", f"buyers{number % 7}"]
            if stems.stems(wanted) != {word: (word,) for word in wanted}:
                wrong.append(wanted)

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_words_are_in_small_letters() -> None:
    assert words("Late-payment: 30 Days, İzmir") == ["late", "payment", "30", "days", "i̇zmir"]
