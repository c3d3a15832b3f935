"""The page that browses: exact counts, pages that lose nothing, exports of everything."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from sqlite_utils import Database

from index.filters import KINDS, read
from sourcebook import room, trust
from sourcebook.reading_room import browsing, narrowing
from sourcebook.reading_room.asking import Asked
from sourcebook.workspace import Workspace

OF_SECTOR = """
SELECT p.id FROM passage p WHERE p.work_id IN (SELECT work_id FROM facet WHERE kind = 'sector' AND value = 'C')
"""
SAY = """
INSERT INTO human_tag (passage_key, tag, verdict, who, time, quote)
SELECT key, 'experience', 'add', 'Ama', '2025-03-01T10:00:00Z', text FROM passage ORDER BY id LIMIT 1
"""
NARROWED = (
    "",
    "?tag=threat",
    "?tag=threat&country=GH",
    "?year=2010-2019",
    "?tag=opportunity&tag=experience&sector=C",
    "?buyer=Veltro+%26+Sons&region=Region-GH",
    "?programme=score&design=survey&organisation=ILO",
    "?question=2&not_country=GH&not_tag=threat%2Flate_payment",
    "?by=machine&score=0.65&type=article-journal",
    "?by=person&not_year=2010-2015",
)
# An option of a facet, and beside it the link that leaves it out.
OPTION, LEAVE_OUT = "//aside//li/a[not(@class)]", "//aside//li/a[@class='not']"


def tree(response: Any) -> Any:
    return html.fromstring(response.text)


def total(page: Any) -> int:
    return int(page.xpath("string(//p[@role='status'])").split("of")[1].split()[0]) if page.xpath("//article") else 0


def keys(page: Any) -> list[str]:
    return [url.rsplit("/", 1)[1] for url in page.xpath("//article//a[text()='In its place']/@href")]


@pytest.mark.parametrize("narrow", NARROWED)
def test_a_facet_counts_what_its_page_shows(get: Callable[..., Any], narrow: str) -> None:
    links = tree(get(f"/browse{narrow}")).xpath(OPTION)
    assert links
    for link in links:
        assert total(tree(get(link.get("href")))) == int(link.xpath("string(span[2])")), link.get("href")


def test_regions_buyers_programmes_and_designs_are_offered(get: Callable[..., Any]) -> None:
    page = tree(get("/browse?buyer=Veltro+%26+Sons"))
    headings = page.xpath("//aside/details/summary/text()")
    assert {"Regions", "Buyers", "Programmes", "Study designs"} <= set(headings)
    assert page.xpath(f"{OPTION}[@aria-current]/span[1]/text()") == ["Veltro & Sons"]
    # A design is the work's: of the first work, a passage of the document is tagged too.
    assert total(page) + 1 == total(tree(get("/browse?design=survey")))


def test_every_option_can_be_left_out(get: Callable[..., Any]) -> None:
    page = tree(get("/browse?country=GH"))
    links = [link for link in page.xpath(LEAVE_OUT) if "not_country" not in link.get("href")]
    assert len(links) > 10
    for link in links:
        (count,) = link.xpath("../a[not(@class)]/span[2]/text()")
        name = link.xpath("string(../a/span[1]/text())")
        assert link.text_content() == f"not {name}"  # as a screen reader says it
        assert total(tree(get(link.get("href")))) == total(page) - int(count)


def test_leaving_out_what_is_chosen_turns_it_round(get: Callable[..., Any], db: Database) -> None:
    page = tree(get("/browse?country=GH&country=SN&sort=newest"))
    (link,) = (url for url in page.xpath(f"{LEAVE_OUT}/@href") if url.endswith("not_country=GH"))
    assert parse_qsl(link.partition("?")[2]) == [("sort", "newest"), ("country", "SN"), ("not_country", "GH")]


def test_filters_that_leave_out_can_be_taken_away(get: Callable[..., Any]) -> None:
    page = tree(get("/browse?not_country=GH&not_country=SN&not_year=2010-2015&by=machine&score=0.65&question=2"))
    chips = {one.xpath("string(span[1])"): one.get("href") for one in page.xpath("//ul[contains(@class, 'active')]//a")}
    assert list(chips) == [
        "Question: 2: Opportunity, Threat", "Tagged by: the machine", "Score: at least 0.65",
        "Country: not Land GH", "Country: not Land SN", "Years: not 2010–2015",
    ]  # fmt: skip
    assert parse_qsl(chips["Country: not Land GH"].partition("?")[2]) == [
        ("question", "2"), ("by", "machine"), ("score", "0.65"), ("not_country", "SN"), ("not_year", "2010-2015"),
    ]  # fmt: skip


def test_the_form_keeps_the_other_filters(get: Callable[..., Any]) -> None:
    page = tree(get("/browse?tag=threat&not_country=GH&sort=oldest&year=2005-2020&score=0.5"))
    (form,) = page.xpath("//aside//form")
    assert sorted(form.form_values()) == [
        ("not_country", "GH"), ("score", "0.5"), ("sort", "oldest"), ("tag", "threat"), ("year", "2005-2020"),
    ]  # fmt: skip


@given(st.data())
def test_an_address_says_the_filters_that_it_is_made_from(data: st.DataObject) -> None:
    texts = st.lists(st.text(min_size=1).map(str.strip).filter(bool), max_size=3, unique=True)
    wanted = {kind: data.draw(texts) for kind in (*KINDS, *(f"not_{kind}" for kind in KINDS))}
    wanted |= {"year": data.draw(st.sampled_from([[], ["2010-"], ["1999"]])), "not_year": ["-2001", "2003-2004"]}
    wanted["score"] = [repr(data.draw(st.floats(0, 1)))]
    filters = read(lambda name: wanted.get(name, ()))
    asked = parse_qs(urlencode(narrowing.pairs(filters)))
    assert narrowing.read_filters(Asked(cast(Any, None), cast(Any, None), {}, asked)) == filters


def test_numbers_stay_exact_when_people_judge(make_base: Callable[[Path], Workspace], tmp_path: Path) -> None:
    workspace = make_base(tmp_path / "base")
    client: Any = room.application(workspace).client
    before = tree(asyncio.run(client.get("/browse?by=person&tag=experience")))
    assert total(before) == 0
    db = workspace.open()
    db.execute(SAY)
    db.close()
    after = tree(asyncio.run(client.get("/browse?by=person&tag=experience")))
    assert total(after) == 1


@pytest.mark.parametrize("sort", ["score", "newest", "oldest"])
def test_pages_hold_every_passage_once_in_order(
    get: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, db: Database, sort: str
) -> None:
    whole = keys(tree(get(f"/browse?sort={sort}")))
    monkeypatch.setattr(browsing, "PAGE", 4)
    found, url = [], f"/browse?sort={sort}"
    while url:
        page = tree(get(url))
        found += keys(page)
        url = next(iter(page.xpath("//a[text()='Next page']/@href")), "")
    assert found == whole
    assert len(set(found)) == db.execute("SELECT COUNT(DISTINCT passage_id) FROM evidence").fetchone()[0]


def test_exports_hold_what_all_pages_show(get: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = keys(tree(get("/browse?tag=threat")))
    monkeypatch.setattr(browsing, "PAGE", 2)
    items = json.loads(get("/browse.json?tag=threat").text)
    assert sorted(one["passage_key"] for item in items for one in item["custom"]["pinpoints"]) == sorted(whole)
    assert get("/browse.bib?tag=threat").text.count("@article{") == len(items)


def test_peoples_word_comes_first(get: Callable[..., Any], db: Database) -> None:
    rejected, added = (row[0] for row in db.execute("SELECT passage_key FROM human_tag ORDER BY id").fetchall())
    assert rejected not in keys(tree(get("/browse?tag=opportunity")))
    assert added == keys(tree(get("/browse?tag=threat")))[0]


def test_the_total_and_each_tag_are_corrected(
    get: Callable[..., Any], workspace: Workspace, db: Database, measured: None
) -> None:
    ids = [row[0] for row in db.execute(OF_SECTOR).fetchall()]
    tagged = [
        row[0] for row in db.execute(f"SELECT DISTINCT passage_id FROM evidence WHERE passage_id IN ({OF_SECTOR})")
    ]
    expected = {tag: trust.whole(one) for tag, one in trust.corrected(workspace, db, ids).items()}
    # What it missed has no tag, so that the untagged passages count too.
    assert expected["threat"] != trust.whole(trust.corrected(workspace, db, tagged)["threat"])
    page = tree(get("/browse?tag=threat&sector=C"))
    assert f"corrected {expected['threat']} passages" in " ".join(page.xpath("string(//p[@role='status'])").split())
    shown = {
        one.xpath("substring-after(string(ancestor::a/@href), 'tag=')"): one.text
        for one in page.xpath("//aside//small")
    }
    assert shown == {tag: f"corrected {expected[tag]}" for tag in shown}
    assert {"threat", "opportunity", "experience"} <= set(shown)


def test_themes_several_tags_and_all_evidence_have_no_corrected_total(get: Callable[..., Any], measured: None) -> None:
    for narrow in ("", "?tag=threat&tag=experience", "?tag=threat/late_payment"):
        page = tree(get(f"/browse{narrow}"))
        assert "corrected" not in page.xpath("string(//p[@role='status'])")
        assert page.xpath("//aside//small")


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("?tag=nonsense", 200, "Take one away"),
        ("?sort=magic", 400, "There is no order"),
        ("?after=here", 400, "is no place in the list"),
        ("?after=99,99", 200, "First page"),
        ("?after=0,999999999999999999999999999999", 200, "First page"),
        ("?after=nan,1", 200, "First page"),
        ("?year=x", 400, "is no year"),
        ("?not_year=x", 400, "is no year"),
        ("?score=2", 400, "is no score"),
        ("?by=nobody", 400, "gives no tags"),
        ("?not_tag=%00%22%27%3B--", 200, "passages from"),
    ],
)
def test_bad_addresses_say_what_to_do(get: Callable[..., Any], query: str, status: int, says: str) -> None:
    response = get(f"/browse{query}")
    assert response.status_code == status
    assert says in response.text
