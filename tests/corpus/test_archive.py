"""The archive gives back the bytes it was given, whatever befell the process before."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from corpus import archive
from corpus.archive import Archive, Place, read_body
from corpus.errors import SourcebookError

TIME = "2026-11-22T10:00:00Z"
HEADERS = [("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("X-Odd", "naïve=ü")]
printable = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]))


def test_bodies_come_back_by_their_offset(tmp_path: Path) -> None:
    keeper = Archive(tmp_path)
    bodies = [b"hello\r\n\r\nHTTP/1.1 200\r\n\r\n", b"", bytes(range(256)) * 300]
    places = [keeper.write_response("https://site.example/ä b", 200, HEADERS, body, TIME) for body in bodies]
    assert [read_body(tmp_path, place.warc_file, place.offset) for place in places] == bodies
    assert {place.warc_file for place in places} == {"2026-11-22-0001.warc.gz"}
    assert places[0].offset == 0


@given(body=st.binary(), url=st.text(), value=printable, status=st.integers(100, 599))
def test_any_body_comes_back(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, url: str, value: str, status: int
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    keeper = Archive(folder)
    first = keeper.write_response("https://site.example/" + url, status, [("X-A", value)], body, TIME)
    second = keeper.write_resource("file:///" + url, value, body, TIME)
    keeper.close()
    assert read_body(folder, first.warc_file, first.offset) == body
    assert read_body(folder, second.warc_file, second.offset) == body


def test_the_file_is_a_warc_that_others_can_read(tmp_path: Path) -> None:
    keeper = Archive(tmp_path)
    keeper.write_response("https://site.example/a", 200, HEADERS, b"<p>", TIME)
    keeper.write_resource("file:///exports/a.ris", "application/x-research-info-systems", b"TY  - JOUR", TIME)
    with (tmp_path / "2026-11-22-0001.warc.gz").open("rb") as file:
        read = [
            (
                record.rec_type,
                record.rec_headers["WARC-Target-URI"],
                record.rec_headers["WARC-Date"],
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file)  # type: ignore[no-untyped-call]
        ]
    assert read == [
        ("response", "https://site.example/a", TIME, b"<p>"),
        ("resource", "file:///exports/a.ris", TIME, b"TY  - JOUR"),
    ]


def test_a_record_cut_off_by_a_kill_spoils_nothing_written_later(tmp_path: Path) -> None:
    killed = Archive(tmp_path)
    whole = killed.write_resource("a", "text/plain", b"whole", TIME)
    cut = killed.write_resource("b", "text/plain", b"cut off" * 50, TIME)
    path = tmp_path / cut.warc_file
    path.write_bytes(path.read_bytes()[:-20])
    later = Archive(tmp_path).write_resource("c", "text/plain", b"later", TIME)
    assert later == Place("2026-11-22-0002.warc.gz", 0)
    assert read_body(tmp_path, later.warc_file, later.offset) == b"later"
    assert read_body(tmp_path, whole.warc_file, whole.offset) == b"whole"
    with pytest.raises(SourcebookError, match="missing or damaged at byte"):
        read_body(tmp_path, cut.warc_file, cut.offset)


@pytest.mark.parametrize(
    "place", [Place("2026-11-22-0001.warc.gz", 1), Place("2026-11-22-0001.warc.gz", 9999), Place("none", 0)]
)
def test_a_wrong_place_is_explained(tmp_path: Path, place: Place) -> None:
    Archive(tmp_path).write_resource("a", "text/plain", b"x", TIME)
    with pytest.raises(SourcebookError, match="gather again"):
        read_body(tmp_path, place.warc_file, place.offset)


def test_a_new_file_begins_when_one_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "FILE_BYTES", 800)
    keeper = Archive(tmp_path)
    places = [keeper.write_resource("a", "text/plain", bytes([i]), TIME) for i in range(6)]
    assert len({place.warc_file for place in places}) > 1
    assert [read_body(tmp_path, place.warc_file, place.offset) for place in places] == [bytes([i]) for i in range(6)]
    assert all(path.stat().st_size <= 800 for path in tmp_path.iterdir())


def test_two_writers_at_once_have_files_of_their_own(tmp_path: Path) -> None:
    one, other = Archive(tmp_path), Archive(tmp_path)
    assert one.write_resource("a", "text/plain", b"1", TIME) == Place("2026-11-22-0001.warc.gz", 0)
    assert other.write_resource("a", "text/plain", b"2", TIME) == Place("2026-11-22-0002.warc.gz", 0)


def test_nothing_is_created_before_the_first_record(tmp_path: Path) -> None:
    Archive(tmp_path / "archive").close()
    assert not (tmp_path / "archive").exists()
