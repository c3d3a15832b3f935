"""The law of each format that can be written and read: what is written comes back."""

import io
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import csl
from corpus.formats import WRITERS, read
from corpus.formats.fields import NUMBERED, compact, document_type, pages
from corpus.formats.ris import CHATTER

LETTERS = st.one_of(
    st.sampled_from("aeimnorst AEIMNORST,.:;-–'\"()[]{}%&#_$^~\\`!?<>@=+*/|0123456789éüßøłçñĳЖ中"),
    st.characters(exclude_categories=["C", "Z", "M"]),
)


def one_line(text: str) -> str:
    return " ".join(text.split())


TEXT = (
    st.text(LETTERS, min_size=1, max_size=40)
    .map(one_line)
    .filter(lambda t: t and csl.plain(t) == t and not t.startswith("'") and t.strip("{}") == t)
)
WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10).map(one_line).filter(bool)
NAME = (
    st.one_of(
        st.tuples(WORD, WORD).map(", ".join),
        st.tuples(st.sampled_from(["van der ", "de ", "O'", "Smith-"]), WORD, st.just(", "), WORD).map("".join),
        st.tuples(WORD, st.just("J.-P.")).map(" ".join),
        st.tuples(WORD, st.just(", Jr., "), WORD).map("".join),
        st.sampled_from(["World Bank", "OECD", "Ministry of Labour, Kenya", "Acme Widgets,", "R&D Group {X}"]),
    )
    .map(csl.name)
    # "null" is what exports write for no given name, which leaves a suffix that looks like one
    .filter(lambda name: name and name.get("given") != "Jr." and csl.name(csl.inverted(name)) == name)
)
DATE = st.one_of(
    st.dates(min_value=date(1500, 1, 1)).map(lambda d: [d.year, d.month, d.day]),
    st.tuples(st.integers(1500, 2199), st.integers(1, 12)).map(list),
    st.integers(1500, 2199).map(lambda year: [year]),
).filter(lambda parts: parts[0] < 2200)
TYPES = [
    "article-journal",
    "paper-conference",
    "chapter",
    "book",
    "report",
    "thesis",
    "webpage",
    "dataset",
    "patent",
]
NUMBER = st.from_regex(r"[A-Z]?[1-9][0-9]{0,3}", fullmatch=True)
KEYWORD = TEXT.filter(lambda t: not set(t) & set(";,"))


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(TYPES))
    maybe = {
        "author": st.lists(NAME, max_size=4),
        "editor": st.lists(NAME, max_size=2),
        "container-title": TEXT,
        "collection-title": TEXT,
        "publisher": TEXT,
        "publisher-place": TEXT,
        "volume": NUMBER,
        "number" if kind in NUMBERED else "issue": NUMBER,
        "page": st.one_of(NUMBER, st.tuples(NUMBER, NUMBER).map("-".join)).filter(lambda p: pages({"page": [p]}) == p),
        "issued": DATE.map(lambda parts: {"date-parts": [parts]}),
        "abstract": TEXT,
        "DOI": st.from_regex(r"10\.\d{4}/[a-z0-9._()/;-]{1,12}", fullmatch=True).map(csl.doi),
        "URL": st.from_regex(r"https://example\.org/[A-Za-z0-9_%~./?=&#-]{0,15}[a-z]", fullmatch=True),
        "ISSN": st.sampled_from(["1234-5678", "2049-363X", "1234-5678, 2049-363X"]),
        "ISBN": st.sampled_from(["9781234567897", "0-306-40615-2"]),
        "language": st.sampled_from(["en", "fr", "sw"]),
        "keyword": st.lists(KEYWORD, min_size=1, max_size=3, unique=True).map("; ".join),
        "genre": TEXT.filter(lambda t: not document_type(t) and not csl.doi(t)) if kind == "report" else st.none(),
        "note": TEXT.filter(lambda t: not CHATTER.match(t) and "://" not in t),
    }
    chosen = {name: draw(st.one_of(st.none(), strategy)) for name, strategy in maybe.items()}
    return compact(
        {
            "id": draw(st.from_regex(r"[a-z]{2,8}[0-9]{4}", fullmatch=True)),
            "type": kind,
            "title": draw(TEXT),
            **chosen,
        }
    )


@pytest.mark.parametrize("format", ["bibtex", "ris", "csl-json", "csv"])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(items(), min_size=1, max_size=3, unique_by=lambda item: item["id"]))
def test_what_is_written_comes_back(format: str, written: list[dict[str, Any]]) -> None:
    out = io.StringIO()
    WRITERS[format](written, out)
    found = read(out.getvalue().encode(), "x.csv")
    assert not found.broken
    assert [record.csl for record in found.records] == written


@pytest.mark.parametrize("format", ["bibtex", "ris", "csl-json", "csv"])
@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 300))
def test_damage_ends_in_records_or_names(format: str, junk: bytes, where: int) -> None:
    out = io.StringIO()
    WRITERS[format]([{"id": f"k{n}", "type": "book", "title": f"Title {n}"} for n in range(4)], out)
    sound = out.getvalue().encode()
    # A damaged header of a table makes it another table, or none.
    where += sound.index(b"\n") + 1
    found = read(sound[:where] + junk + sound[where:] + b"\n", "x.csv")
    assert found.records or found.broken
