"""Keyword search: BM25 that equals FTS5's own, names that count as one word, and memory that keeps up."""

import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making_passages import Text, add, making, opened
from sqlite_utils import Database

from index import keyword
from index.query import Query, Term, read
from index.stems import stems

BM25 = f"SELECT rowid, -bm25(passage_fts, {', '.join(map(str, keyword.WEIGHTS.values()))}) FROM passage_fts"
VOCABULARY = "pay late small firm bank the".split()
SENTENCE = st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join)
LONG = st.builds(lambda text, times: f"{text} " * times, SENTENCE, st.sampled_from([1, 20, 2000]))
CORPUS = st.lists(st.builds(Text, LONG, SENTENCE, st.none() | SENTENCE), min_size=1, max_size=8)


def term(*phrases: str) -> Term:
    return tuple(tuple(stem for word in phrase.split() for stem in stems([word])[word]) for phrase in phrases)


def scored(db: Database, wished: Term) -> dict[int, float]:
    """The BM25 of the passages that hold the term, by id."""
    base = opened(db)
    found = keyword.scores(db, base, Query("", {wished: 1.0}))
    return {int(base.ids[row]): float(found[row]) for row in np.flatnonzero(found)}


def matched(db: Database, expression: str) -> dict[int, float]:
    """The same by FTS5."""
    return dict(db.execute(f"{BM25} WHERE passage_fts MATCH ?", [expression]).fetchall())


@settings(max_examples=25)
@given(texts=CORPUS, phrase=st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3).map(" ".join))
def test_scores_are_those_of_fts5(tmp_path_factory: pytest.TempPathFactory, texts: list[Text], phrase: str) -> None:
    db = making(tmp_path_factory.mktemp("base"), texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyword, "SATURATION", 1.2)
        patch.setattr(keyword, "LENGTH", 0.75)
        for asked in {phrase, *phrase.split()}:
            assert scored(db, term(asked)) == pytest.approx(matched(db, f'"{asked}"'), rel=1e-4)
    db.close()


def test_a_phrase_stays_within_a_column(tmp_path: Path) -> None:
    db = making(tmp_path, [Text("payment", title="late"), Text("late payment"), Text("x late", section="payment")])
    assert set(scored(db, term("late payment"))) == set(matched(db, '"late payment"')) == {2}
    assert set(scored(db, term("late"))) == {1, 2, 3}


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=9))
def test_numbers_of_many_bytes_are_read(numbers: list[int]) -> None:
    written = bytearray()
    for number in numbers:
        sevens = [number >> shift & 127 for shift in range(0, max(number.bit_length(), 1), 7)][::-1]
        written += bytes([*(seven | 128 for seven in sevens[:-1]), sevens[-1]])
    assert keyword.varints(np.frombuffer(bytes(written), dtype=np.uint8)).tolist() == numbers


def test_a_base_without_passages_finds_nothing(tmp_path: Path) -> None:
    db = making(tmp_path, [])
    assert scored(db, term("late")) == {}
    assert keyword.matching(db, opened(db), read('"late" -never')).tolist() == []


def test_names_of_one_thing_are_counted_as_one_word(tmp_path: Path) -> None:
    fillers = ["filler words here"] * 5
    making_of = {"names": ["SME firms pay", "small firms SME"], "one": ["smename firms pay", "smename x smename"]}
    for name in making_of:
        (tmp_path / name).mkdir()
    names, one = (making(tmp_path / name, [*texts, *fillers]) for name, texts in making_of.items())
    found = scored(names, term("sme", "small firm"))
    assert found == pytest.approx(scored(one, term("smename")))
    assert found[2] > found[1] > 0


def test_names_that_begin_at_one_place_count_once(tmp_path: Path) -> None:
    db = making(tmp_path, ["small firms abroad", "nothing", "of it"])
    assert scored(db, term("small firm", "small firms abroad", "small")) == scored(db, term("small"))


def test_what_is_required_and_unwanted_holds(tmp_path: Path) -> None:
    db = making(tmp_path, ["late payment hurts", "payment comes late", "early payment", "late payment by banks"])

    def passing(query: str) -> list[int] | None:
        found = keyword.matching(db, opened(db), read(query))
        return None if found is None else opened(db).ids[found].tolist()

    assert passing("late payment") is None
    assert passing('"late payments"') == [1, 4]
    assert passing('"late payment" -bank') == [1]
    assert passing("-late") == [3]
    assert passing("early OR bank") == [3, 4]
    assert passing('"late payment" early OR bank') == [4]
    assert passing('"nothing like it"') == []
    assert passing('-"late payment"') == [2, 3]


def test_weights_of_words_add_up(tmp_path: Path) -> None:
    db = making(tmp_path, ["late bank", "late", "bank", "x", "y", "z"])
    found = keyword.scores(db, opened(db), Query("", {term("late"): 1.0, term("bank"): 0.5}))
    late, bank = scored(db, term("late")), scored(db, term("bank"))
    assert found.tolist() == pytest.approx([late[1] + bank[1] / 2, late[2], bank[3] / 2, 0, 0, 0])


def test_a_word_in_the_section_counts_half(tmp_path: Path) -> None:
    db = making(tmp_path, [Text("a b", section="late"), Text("late a b"), *["x"] * 5])
    assert scored(db, term("late"))[1] < scored(db, term("late"))[2]


def test_memory_is_bounded_and_what_left_it_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [f"word{number}" for number in range(30)]
    db = making(tmp_path, words)
    monkeypatch.setattr(keyword, "MOST", 5 * (keyword.TERM + 8))
    for _ in range(2):
        for id, word in enumerate(words, start=1):
            assert list(scored(db, term(word))) == [id]
            assert scored(db, term(f"{word} {word}")) == {}
            memory = opened(db).texts.made["words"]
            assert memory.size == sum(one.nbytes + keyword.TERM for one in memory.kept.values()) <= keyword.MOST
            assert memory.kept
    monkeypatch.setattr(keyword, "MOST", 1)
    assert list(scored(db, term("word3"))) == [4]


def test_changed_passages_are_seen_and_a_tag_changes_no_words(tmp_path: Path) -> None:
    db = making(tmp_path, ["late payment", "early payment"])
    assert set(scored(db, term("late"))) == {1}
    add(db, ["it came late"])
    assert set(scored(db, term("late"))) == {1, 3}
    db.execute("UPDATE passage SET text = 'in time' WHERE id = 1")
    db.conn.commit()
    assert set(scored(db, term("late"))) == {3}
    db.execute("DELETE FROM passage WHERE id = 2")
    db.conn.commit()
    assert set(scored(db, term("late"))) == {3}
    before = opened(db)
    db.execute("UPDATE work SET title = 'Other'")
    db.conn.commit()
    after = opened(db)
    assert after is not before
    assert after.texts is before.texts
    assert after.kept is not before.kept


def test_threads_share_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [f"word{number}" for number in range(12)]
    db = making(tmp_path, [" ".join(words[number:]) for number in range(12)])
    expected = {word: scored(db, term(word)) for word in words}
    monkeypatch.setattr(keyword, "MOST", 4 * keyword.TERM)
    wrong: list[str] = []

    def ask() -> None:
        mine = Database(sqlite3.connect(tmp_path / "evidence.db"), recursive_triggers=False)
        for word in words * 5:
            if scored(mine, term(word)) != expected[word]:
                wrong.append(word)
        mine.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    memory = opened(db).texts.made["words"]
    assert not wrong
    assert memory.size == sum(one.nbytes + keyword.TERM for one in memory.kept.values())


def test_a_word_deep_in_a_long_passage_is_at_its_place(tmp_path: Path) -> None:
    db = making(tmp_path, ["x " * 20_000 + "late payment", "y"])
    assert set(scored(db, term("late payment"))) == {1}
    assert scored(db, term("payment late")) == {}
