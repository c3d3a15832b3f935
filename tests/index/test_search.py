"""Search over a small base: what is found, why, how many, and what becomes of copies and works."""

import sqlite3
import threading
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making_passages import Small, Text, add, making
from sqlite_utils import Database

from corpus.errors import SourcebookError
from index import store
from index.base import FILE, _opened
from index.feedback import Feedback
from index.filters import Filters
from index.query import read
from index.search import Hit, search
from sourcebook.workspace import open_workspace

MODES = ("hybrid", "semantic", "keyword")


@pytest.fixture(scope="module")
def base(small: Path) -> tuple[Database, Path]:
    workspace = open_workspace(small)
    return workspace.open(), workspace.index


@pytest.mark.parametrize("mode", MODES)
def test_the_passage_in_question_comes_first(base: tuple[Database, Path], mode: str) -> None:
    hits = search(*base, "late payment of suppliers' invoices", k=3, mode=mode)
    assert hits[0].work == "marrin2014waiting"
    assert "invoices" in hits[0].text
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_meaning_finds_what_words_do_not(base: tuple[Database, Path]) -> None:
    query = "money owed by retail chains"
    assert search(*base, query, k=1, mode="semantic")[0].work == "marrin2014waiting"


@pytest.mark.parametrize("mode", MODES)
def test_a_hit_says_why(base: tuple[Database, Path], mode: str) -> None:
    hit = search(*base, "settling an invoice", k=1, mode=mode, sentences=True)[0]
    assert set(hit.why.words) == {hit.text[start:end] for start, end in hit.why.marks} >= {"settle", "invoices"}
    assert (hit.why.semantic is None) == (mode == "keyword")
    assert (hit.why.keyword is None) == (mode == "semantic")
    if mode == "keyword":
        assert hit.why.sentence is None
        assert hit.score == hit.why.keyword
    else:
        assert hit.why.sentence is not None
        start, end = hit.why.sentence
        assert hit.text[start:end].startswith("Supermarkets in Ghana settle")
    assert search(*base, "settling an invoice", k=1, mode=mode)[0].why.sentence is None


@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
def test_asking_for_k_gives_k_or_all_there_are(base: tuple[Database, Path], mode: str) -> None:
    db, _ = base
    everything = db.execute("SELECT COUNT(*) FROM passage").fetchone()[0]
    assert len(search(*base, "suppliers", k=2, mode=mode)) == 2
    assert len(search(*base, "suppliers", k=1000, mode=mode)) == everything
    one = Filters(work=("sol2020bulk",))
    of_work = db.execute("SELECT COUNT(*) FROM passage WHERE work_id = 3").fetchone()[0]
    assert len(search(*base, "suppliers", k=1000, filters=one, mode=mode)) == of_work
    assert search(*base, "suppliers", filters=Filters(work=("nobody",)), mode=mode) == []


@pytest.mark.parametrize(
    ("wanted", "works"),
    [
        (Filters(year_first=2015), {"iie2018clinics", "sol2020bulk"}),
        (Filters(year_first=2015, year_last=2018), {"iie2018clinics"}),
        (Filters(country=("GH", "PE")), {"marrin2014waiting", "sol2020bulk"}),
        (Filters(source=("import",)), {"marrin2014waiting", "iie2018clinics", "sol2020bulk"}),
        (Filters(source=("elsewhere",)), set()),
    ],
)
def test_filters_hold(base: tuple[Database, Path], wanted: Filters, works: set[str]) -> None:
    for mode in ("hybrid", "semantic"):
        found = {hit.work for hit in search(*base, "small suppliers", k=50, mode=mode, filters=wanted)}
        assert found == works


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Small:
    """A small model in the real one's place."""
    model = Small()
    monkeypatch.setattr("nlp.encoder.load", lambda name="small": model)
    monkeypatch.setattr(store, "encode_with", lambda name, model_hash, texts: model.encode(texts))
    return model


STORY = "Buyers who pay late make workshops in {} borrow at high rates while they wait for the money they are owed"
SHOPS = ("Ghana", "Ghana!", "Peru", "ghana", "(Ghana)")
OTHERS = ("Bees make honey in spring", "Rain falls on late snow", "Buyers pay for honey", "Workshops wait for rain")


@pytest.fixture
def copied(tmp_path: Path, model: Small) -> Database:
    """Five works that tell the same story, and four passages of two works that don't."""
    texts = [Text(STORY.format(place), work=work) for work, place in enumerate(SHOPS, start=1)]
    db = making(tmp_path, [*texts, *(Text(text, work=6 + number % 2) for number, text in enumerate(OTHERS))])
    store.update(db, tmp_path / "index", model)
    return db


def ask(db: Database, text: str, **asked: Any) -> list[Hit]:
    folder = Path(db.execute(FILE).fetchone()[0]).parent
    return search(db, folder / "index", text, model="small", **asked)


@pytest.mark.parametrize("mode", MODES)
def test_near_copies_are_shown_once_with_the_keys_of_the_others(copied: Database, mode: str) -> None:
    hits = ask(copied, "buyers who pay late", k=3, mode=mode)
    story = next(hit for hit in hits if "borrow" in hit.text)
    assert {story.passage_key, *story.same} == {"p1", "p2", "p3", "p4", "p5"}
    assert len(hits) == 3
    assert len({hit.passage_key for hit in hits} | set(story.same)) == 3 + 4
    assert [hit.same for hit in hits if hit is not story] == [(), ()]


@pytest.mark.parametrize("k", range(1, 8))
def test_all_that_is_asked_for_is_there_in_spite_of_copies(copied: Database, k: int) -> None:
    hits = ask(copied, "late payment", k=k)
    assert len(hits) == min(k, 5)
    assert [hit.passage_key for hit in hits] == [hit.passage_key for hit in ask(copied, "late payment", k=9)][:k]


def test_very_many_copies_do_not_hide_the_rest(tmp_path: Path, model: Small) -> None:
    db = making(tmp_path, [*[Text("buyers pay late here", work=work) for work in range(1, 60)], "they pay", "so late"])
    store.update(db, tmp_path / "index", model)
    hits = ask(db, "buyers pay late", k=3)
    assert hits[0].passage_key == "p1"
    assert len(hits) == 3
    assert set(hits[0].same) == {f"p{number}" for number in range(2, 60)}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("per_work", [1, 2, 3])
def test_works_are_held_back_and_their_passages_stand_together(
    tmp_path: Path, model: Small, mode: str, per_work: int
) -> None:
    words = "pay late bank credit honey rain snow spring".split()
    texts = [Text(f"pay {one} {other}", work=1 + number % 4) for number, one in enumerate(words) for other in words]
    db = making(tmp_path, texts)
    store.update(db, tmp_path / "index", model)
    hits = ask(db, "pay late credit", k=10, mode=mode, per_work=per_work)
    assert len(hits) == min(10, 4 * per_work)
    groups = [(work, list(group)) for work, group in groupby(hits, key=lambda hit: hit.work)]
    assert len(groups) == len({work for work, _ in groups}) == 4
    assert all(len(group) <= per_work for _, group in groups)
    assert all(one.score >= other.score for _, group in groups for one, other in pairwise(group))
    firsts = [group[0].score for _, group in groups]
    assert firsts == sorted(firsts, reverse=True)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    alone = {work: max(hit.score for hit in ask(db, "pay late credit", k=99, mode=mode) if hit.work == work)
             for work, _ in groups}  # fmt: skip
    assert {work: group[0].score for work, group in groups} == pytest.approx(alone)


def test_a_copy_of_a_passage_that_is_held_back_is_shown(tmp_path: Path, model: Small) -> None:
    """It says what nothing that is shown says."""
    texts = ["late late late pay", "late pay to the bees and their honey", "Late pay to the bees, and their honey!"]
    db = making(tmp_path, [Text(text, work=work) for text, work in zip(texts, (1, 1, 2), strict=True)])
    store.update(db, tmp_path / "index", model)
    for mode in MODES:
        hits = ask(db, "late pay", mode=mode, per_work=1)
        assert [hit.passage_key for hit in hits] == ["p1", "p3"]
        assert [hit.same for hit in hits] == [(), ()]


@pytest.mark.parametrize("mode", MODES)
def test_what_is_quoted_occurs_and_what_is_unwanted_does_not(copied: Database, mode: str) -> None:
    quoted = ask(copied, '"late snow" honey', k=9, mode=mode)
    assert [hit.passage_key for hit in quoted] == ["p7"]
    assert quoted[0].why.words == ("late snow",)
    without = ask(copied, "honey late -buyers", k=9, mode=mode)
    assert {hit.passage_key for hit in without} <= {"p6", "p7", "p9"}
    assert "p6" in {hit.passage_key for hit in without}
    either = ask(copied, "honey OR snow", k=9, mode=mode)
    assert {hit.passage_key for hit in either} == {"p6", "p7", "p8"}


def test_feedback_finds_others_like_the_example(copied: Database) -> None:
    hits = ask(copied, "", feedback=Feedback(more=("p6",)), k=2)
    assert hits[0].passage_key == "p8"  # of honey, too
    assert "p6" not in {hit.passage_key for hit in ask(copied, "honey", feedback=Feedback(more=("p6",)), k=9)}
    less = ask(copied, "honey", feedback=Feedback(less=("p6",)), k=9)
    assert "p6" not in {hit.passage_key for hit in less}
    assert ask(copied, "", feedback=Feedback(more=("w6",)), k=9, mode="semantic")[0].work != "w6"


def test_new_passages_are_found_by_their_words_before_they_are_encoded(copied: Database, model: Small) -> None:
    add(copied, [Text("zebra crossings", work=8)])
    assert store.lacking(copied) == 0  # no search has looked
    new = next(hit for hit in ask(copied, "zebra", k=9) if hit.passage_key == "p10")
    assert (new.why.semantic, new.why.words) == (0.0, ("zebra",))
    assert store.lacking(copied) == 1
    assert ask(copied, "zebra", k=1, mode="keyword")[0].passage_key == "p10"
    assert "zebra crossings" not in model.read


@pytest.mark.parametrize("text", ["", "  ", '"', '""', "-late", '-"late payment" -bank', "OR"])
@pytest.mark.parametrize("mode", MODES)
def test_a_query_that_wishes_for_nothing_is_a_mistake(copied: Database, text: str, mode: str) -> None:
    with pytest.raises(SourcebookError, match="query is empty"):
        ask(copied, text, mode=mode)


def test_other_mistakes_are_sentences(copied: Database, tmp_path: Path) -> None:
    with pytest.raises(SourcebookError, match=r"Unknown mode 'magic'. Known are: hybrid"):
        ask(copied, "late", mode="magic")
    with pytest.raises(SourcebookError, match="Run `sourcebook index`"):
        search(copied, tmp_path / "nowhere", "late payment")
    with pytest.raises(SourcebookError, match="has the key 'nobody'"):
        ask(copied, "late", feedback=Feedback(more=("nobody",)))
    with pytest.raises(SourcebookError, match="query is empty"):
        ask(copied, "", feedback=Feedback(less=("p1",)))
    assert search(copied, tmp_path / "nowhere", "late payment", mode="keyword")  # needs no index


@pytest.mark.parametrize("mode", MODES)
def test_an_empty_base_finds_nothing(tmp_path: Path, model: Small, mode: str) -> None:
    db = making(tmp_path, [])
    store.update(db, tmp_path / "index", model)
    assert ask(db, '"late" payment -bank', mode=mode) == []


@pytest.fixture(scope="module")
def shared_base(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The base of `copied`, for many searches."""
    model, folder = Small(), tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nlp.encoder.load", lambda name="small": model)
        patch.setattr(store, "encode_with", lambda name, model_hash, texts: model.encode(texts))
        db = making(folder, OTHERS)
        store.update(db, folder / "index", model)
        yield db


@given(text=st.text() | st.text(alphabet='ab "-OR“”\x00\ud800'), mode=st.sampled_from(MODES))
def test_no_query_breaks_the_search(shared_base: Database, text: str, mode: str) -> None:
    if not read(text).text:
        with pytest.raises(SourcebookError, match="query is empty"):
            ask(shared_base, text, mode=mode)
        return
    hits = ask(shared_base, text, mode=mode, sentences=True)
    narrowed = mode == "keyword" or read(text).required or read(text).unwanted
    assert len(hits) == 4 or narrowed


def test_threads_that_search_at_once_find_the_same(shared_base: Database) -> None:
    """As the reading room does: a connection each, what was read of the base shared."""
    folder = Path(shared_base.execute(FILE).fetchone()[0]).parent
    queries = [f"{one} {other}" for one in ("late", "honey", "rain") for other in ('"buyers"', "-bees", "spring", "")]
    expected = {query: ask(shared_base, query) for query in queries}
    _opened.clear()
    wrong: list[object] = []

    def run() -> None:
        try:
            mine = Database(sqlite3.connect(folder / "evidence.db"))
            wrong.extend(query for query in queries if ask(mine, query) != expected[query])
            mine.close()
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
