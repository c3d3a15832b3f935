"""The page that searches: hits with their reasons, exact filters, and exports of exactly what it shows."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from sqlite_utils import Database

from index.search import Why
from sourcebook import room
from sourcebook.reading_room import passages
from sourcebook.reading_room.searching import PER_WORK
from sourcebook.searching import MENDING
from sourcebook.workspace import Workspace


def tree(response: Any) -> Any:
    return html.fromstring(response.text)


def keys(page: Any) -> list[str]:
    """The keys of the passages on a page."""
    return [url.rsplit("/", 1)[1] for url in page.xpath("//article//a[text()='In its place']/@href")]


def status(page: Any) -> str:
    return " ".join(page.xpath("string(//p[@role='status'])").split())


def test_a_hit_says_what_matched_how_well_and_where_it_is(get: Callable[..., Any]) -> None:
    first = tree(get("/search?q=late+payment+invoices&tag=threat")).xpath("//article")[0]
    words = {word.lower() for word in first.xpath(".//mark/text()")}
    assert words & {"late", "pays", "invoices", "payment"}
    assert re.search(r"Score [01]\.\d\d \(meaning 0\.\d\d, words \d+\.\d\d\)", first.text_content())
    assert "Threat" in first.xpath(".//a[contains(@class, 'chip')]")[0].text_content()
    assert first.xpath(".//p[@class='place']/a/@href")[0].startswith("/works/")


def test_a_hit_in_a_document_leads_to_its_page(get: Callable[..., Any]) -> None:
    page = tree(get("/search?q=the+buyer+pays+late&mode=keyword&k=1"))
    assert page.xpath("//a[starts-with(@href, '/document/')]/@href")[0].endswith("#page=12")
    assert "Osei 2016" in page.xpath("string(//p[@class='place'])")
    assert "p. 12, Findings" in page.xpath("string(//p[@class='place'])")


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "keyword"])
@pytest.mark.parametrize(
    "narrow",
    [
        "",
        "&tag=threat",
        "&country=gh",
        "&sector=A",
        "&source=first.ris",
        "&year=2016",
        "&region=region-gh",
        "&buyer=Veltro+%26+Sons",
        "&programme=score",
        "&organisation=ILO",
        "&design=survey",
    ],
)
def test_exports_hold_exactly_the_hits(get: Callable[..., Any], mode: str, narrow: str) -> None:
    page = tree(get(f"/search?q=study+of+payment&mode={mode}&k=4{narrow}"))
    url = page.xpath("//a[text()='CSL-JSON']/@href")[0]
    items = json.loads(get(url).text)
    assert sorted(keys(page)) == sorted(one["passage_key"] for item in items for one in item["custom"]["pinpoints"])
    assert keys(page)


def test_the_form_keeps_every_filter(get: Callable[..., Any]) -> None:
    asked = {"buyer": "Veltro & Sons", "region": "region-gh", "programme": "score", "design": "survey",
             "organisation": "ILO", "country": "GH", "sector": "C", "question": "2", "language": "en",
             "type": "article-journal", "access": "open", "by": "machine", "score": "0.75", "year": "2010-2020",
             "work": "osei2016late", "not_country": "SN", "not_year": "2015", "not_tag": "threat"}  # fmt: skip
    form = tree(get(f"/search?{urlencode({'q': 'payment', **asked})}")).forms[0]
    assert {name: form.fields[name] for name in asked} == asked


def test_every_format_is_offered(get: Callable[..., Any]) -> None:
    links = tree(get("/search?q=late+payment&k=2")).xpath("//p[@class='exports']/a/@href")
    answers = [get(link) for link in links]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert [link.partition("?")[0][8:] for link in links] == ["bib", "ris", "json", "csv", "txt"]
    assert all("attachment" in answer.headers["content-disposition"] for answer in answers)
    assert "@article{" in answers[0].text
    assert "TY  - JOUR" in answers[1].text


def test_totals_are_exact(get: Callable[..., Any]) -> None:
    page = tree(get("/search?q=cash&tag=threat&k=5"))
    assert "3 of 7 passages that pass" in status(page)
    assert len(keys(page)) + len(page.xpath("//span[@class='same']/a")) == 7
    page = tree(get("/search?q=invoices&mode=keyword&k=2"))
    shown = re.search(r"^(\d) of 5 passages that hold a word", status(page))
    assert shown
    assert len(keys(page)) == int(shown[1])


def test_the_form_keeps_the_query_and_filters_can_be_taken_away(get: Callable[..., Any]) -> None:
    page = tree(get("/search?q=%22late%22+%26+more&tag=threat&country=GH&year=2010-2020"))
    assert page.xpath("//input[@id='q']/@value") == ['"late" & more']
    assert page.xpath("//select[@name='tag']/option[@selected]/@value") == ["threat"]
    assert page.xpath("//input[@name='year']/@value") == ["2010-2020"]
    away = page.xpath("//ul[contains(@class, 'active')]//a/@href")
    assert len(away) == 3
    assert "tag=threat" not in away[0]
    assert "country=GH" in away[0]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("", 200, "Write what you look for"),
        ("?q=++", 200, "Write what you look for"),
        ("?q=late&year=soon", 400, "is no year"),
        ("?q=late&mode=magic", 400, "There is no mode"),
        ("?q=late&k=many", 400, "must be a number"),
        ("?q=late&k=0", 400, "must be a number"),
        (f"?q={'x' * 1001}", 400, "longer than"),
        ("?q=late&tag=nonsense", 200, "Nothing found"),
        ("?q=%00%22%27%3B--&mode=keyword", 200, "Nothing found"),
    ],
)
def test_what_cannot_be_answered_says_what_to_do(get: Callable[..., Any], query: str, status: int, says: str) -> None:
    response = get(f"/search{query}")
    assert response.status_code == status
    assert says in response.text


def test_an_export_of_nothing_says_so(get: Callable[..., Any]) -> None:
    response = get("/search.bib?q=late&tag=nonsense")
    assert response.status_code == 404
    assert "Nothing found to cite" in response.text
    assert get("/search.bib").status_code == 400


def test_without_an_index_words_still_find(make_base: Callable[[Path], Workspace], tmp_path: Path) -> None:
    workspace = make_base(tmp_path / "base")
    (workspace.index / "manifest.json").unlink()
    client: Any = room.application(workspace).client
    response = asyncio.run(client.get("/search?q=invoices&tag=threat"))
    assert response.status_code == 503
    assert "sourcebook index" in response.text
    by_words = tree(response).xpath("//a[starts-with(text(), 'Search by words')]/@href")[0]
    assert keys(tree(asyncio.run(client.get(by_words))))


@st.composite
def reasons(draw: st.DrawFn) -> tuple[str, Why]:
    """A text, with marks in order and apart, and perhaps a sentence."""
    text = draw(st.text(min_size=1, max_size=30))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    marks = tuple(zip(edges[::2], edges[1::2], strict=False))
    start, end = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    return text, Why(marks=marks, sentence=draw(st.sampled_from([None, (start, end)])))


@given(reasons())
def test_pieces_put_together_are_the_text(reason: tuple[str, Why]) -> None:
    text, why = reason
    found = passages.pieces(text, why)
    assert "".join(one.text for one in found) == text
    assert all(one.text for one in found)
    place = 0
    for one in found:
        letters = range(place, place + len(one.text))
        assert {any(a <= i < b for a, b in why.marks) for i in letters} == {one.matched}
        assert {bool(why.sentence) and why.sentence[0] <= i < why.sentence[1] for i in letters} == {one.nearest}
        place += len(one.text)


def test_hits_of_a_work_stand_together(get: Callable[..., Any]) -> None:
    page = tree(get("/search?q=the+buyer+pays+late&group=work&k=12"))
    headings = page.xpath("//h2[@class='of-work']/a/@href")
    lists = page.xpath("//ol[@class='hits']")
    assert len(headings) == len(set(headings)) == len(lists) > 1
    assert max(len(one.xpath("./li")) for one in lists) == PER_WORK
    for heading, one in zip(headings, lists, strict=True):
        assert {url.partition("#")[0] for url in one.xpath(".//p[@class='place']/a/@href")} == {heading}
    starts = [int(one.get("start")) for one in lists]
    assert starts == sorted(starts)
    assert starts[0] == 1
    assert len(set(keys(page))) == len(keys(page)) > len(headings)
    assert not tree(get("/search?q=the+buyer+pays+late&k=12")).xpath("//h2[@class='of-work']")
    turn = page.xpath("//p[contains(@class, 'turns')]/a[text()='Passage by passage']/@href")[0]
    assert "group=" not in turn


def test_the_sentence_nearest_in_meaning_is_marked_when_asked_for(get: Callable[..., Any]) -> None:
    plain = tree(get("/search?q=training+of+firms&k=3"))
    assert not plain.xpath("//span[@class='nearest']")
    page = tree(get(plain.xpath("//p[contains(@class, 'turns')]/a[starts-with(text(), 'Mark the')]/@href")[0]))
    assert keys(page) == keys(plain)
    for quote, before in zip(page.xpath("//blockquote"), plain.xpath("//blockquote"), strict=True):
        assert quote.text_content() == before.text_content()
        assert "".join(span.text_content() for span in quote.xpath(".//span[@class='nearest']")) in quote.text_content()
        assert quote.xpath(".//span[@class='nearest']")
    assert page.forms[0].fields["nearest"] == "1"
    assert not tree(get("/search?q=training&mode=keyword")).xpath("//a[starts-with(text(), 'Mark the')]")


def test_more_and_less_like_a_hit(get: Callable[..., Any]) -> None:
    page = tree(get("/search?q=payment&k=5"))
    first = page.xpath("//article")[0]
    key = keys(page)[0]
    for name in ("More", "Less"):
        url = first.xpath(f".//a[text()='{name} like this']/@href")[0]
        found = tree(get(url))
        assert key not in keys(found)
        assert len(keys(found)) == 5
        away = found.xpath("//ul[contains(@class, 'active')]//a[contains(., 'like')]")[0]
        assert f"{name} like" in away.text_content()
        assert keys(tree(get(away.get("href")))) == keys(page)
        assert found.forms[0].fields[name.lower()] == key
        assert tree(get(found.xpath("//a[text()='CSL-JSON']/@href")[0].replace(".json", ""))) is not None
    assert not tree(get("/search?q=payment&mode=keyword")).xpath("//a[text()='More like this']")


def test_a_work_alone_is_an_example(get: Callable[..., Any], db: Database) -> None:
    page = tree(get("/search?more=oldkey2001&k=500"))  # as it was called before
    own = {row[0] for row in db.execute("SELECT key FROM passage WHERE work_id = 1").fetchall()}
    assert keys(page)
    assert not own & set(keys(page))
    everything = db.execute("SELECT COUNT(*) FROM passage").fetchone()[0]
    assert f"of {everything - len(own)} passages" in status(page)


@pytest.mark.parametrize("narrow", ["", "&tag=threat", "&country=GH", "&mode=keyword", "&not_country=GH"])
@pytest.mark.parametrize("query", ["study", "payment+-bank", "%22small+suppliers%22", "invoices+OR+loan"])
def test_counts_beside_the_results_are_what_one_finds(get: Callable[..., Any], query: str, narrow: str) -> None:
    page = tree(get(f"/search?q={query}{narrow}"))
    options = page.xpath("//aside[@class='facets']//li/a[1]")
    assert options
    for option in options[:: max(1, len(options) // 6)]:
        if option.get("aria-current"):
            continue
        count = int(option.xpath("string(.//span[@class='number'])").replace(",", ""))
        assert f"of {count} passage" in status(tree(get(option.get("href"))))


def test_new_passages_are_announced_and_indexed_beside(make_base: Callable[[Path], Workspace], tmp_path: Path) -> None:
    workspace = make_base(tmp_path / "base")
    client: Any = room.application(workspace).client
    assert "found by words alone" not in asyncio.run(client.get("/search?q=bees")).text
    db = workspace.open()
    with db.atomic():
        db.execute(
            "INSERT INTO passage (key, work_id, ordinal, title, char_start, char_end, text, hash)"
            " VALUES ('bees', 1, 99, '', 0, 1, 'Beekeepers sell honey to a bottler.', 'h')"
        )
    before = asyncio.run(client.get("/search?q=beekeepers&k=30"))
    assert "1 new passage is found by words alone" in " ".join(before.text.split())
    assert "bees" in keys(tree(before))
    with MENDING:
        after = asyncio.run(client.get("/search?q=beekeepers&mode=semantic&k=1"))
    assert "found by words alone" not in after.text
    assert keys(tree(after)) == ["bees"]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("?q=late&more=nobody", 400, "No passage or work here has the key"),
        ("?q=late&less=%00%27%3B", 400, "No passage or work here has the key"),
        ("?q=late&more=osei2016late&mode=keyword", 400, "found by meaning"),
        (f"?q=late&{'&'.join(f'more={number}' for number in range(21))}", 400, "more than 20 examples"),
        ("?less=oldkey2001", 200, "Write what you look for"),
        ("?q=-late", 200, "Nothing found"),
        ("?q=%22%22", 200, "Nothing found"),
    ],
)
def test_examples_that_are_not_there_and_empty_wishes(
    get: Callable[..., Any], query: str, status: int, says: str
) -> None:
    response = get(f"/search{query}")
    assert response.status_code == status
    assert says in response.text


HOSTILE = ("'", '"', "%", "_", "*", "(late", "NEAR(late)", "late AND", "title:late", "^late", "{}", "<b>", "\\", "-")


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "keyword"])
@given(text=st.text(max_size=60) | st.lists(st.sampled_from([*HOSTILE, "late", "OR", "SME"]), max_size=6).map(" ".join))
@settings(max_examples=12)
def test_no_query_breaks_the_page(get: Callable[..., Any], mode: str, text: str) -> None:
    asked = {"q": text.encode("utf-8", "replace").decode(), "mode": mode, "group": "work", "k": "5"}
    response = get(f"/search?{urlencode(asked)}")
    assert response.status_code in (200, 400)
    if response.status_code == 200 and tree(response).forms:
        assert "<b>" not in response.text


def test_more_hits_begin_with_those_that_were_there(get: Callable[..., Any]) -> None:
    page = tree(get("/search?q=study&k=2"))
    further = tree(get(page.xpath("//a[text()='Show more']/@href")[0]))
    assert keys(further)[:2] == keys(page)
    assert len(keys(further)) > 2
    assert not further.xpath("//a[text()='Show more']")
