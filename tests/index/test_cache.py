"""The vectors' files: they only grow, what lies behind their end does not count, and damage is noticed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import cache
from index.cache import Cache, append, find, key, keys_of, read, whole

TEXTS = ["late", "early", "never"]
VECTORS = np.arange(12, dtype=np.float32).reshape(3, 4) / 16


@pytest.fixture
def kept(tmp_path: Path) -> Cache:
    return append(
        tmp_path, append(tmp_path, Cache("m", 4), keys_of(TEXTS[:2]), VECTORS[:2]), keys_of(["x"]), VECTORS[2:]
    )


def test_what_was_added_is_read_again(tmp_path: Path, kept: Cache) -> None:
    found = read(tmp_path, kept)
    assert found is not None
    keys, vectors = found
    assert keys.tolist() == keys_of(["late", "early", "x"]).tolist()
    assert (np.asarray(vectors) == VECTORS.astype(np.float16)).all()
    assert (kept.rows, whole(tmp_path, kept)) == (3, True)


def test_an_empty_cache_holds_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, Cache("m", 4))
    assert found is not None
    assert (found[0].shape, found[1].shape) == ((0,), (0, 4))
    assert append(tmp_path, Cache("m", 4), keys_of([]), VECTORS[:0]) == Cache("m", 4)


def test_what_a_crash_left_behind_does_not_count(tmp_path: Path, kept: Cache) -> None:
    later = append(tmp_path, kept, keys_of(["lost"]), VECTORS[:1])
    (tmp_path / kept.vectors).open("ab").write(b"half a vec")
    found = read(tmp_path, kept)
    assert found is not None
    assert len(found[0]) == 3
    again = append(tmp_path, kept, keys_of(["lost"]), VECTORS[:1])
    assert again == later
    assert (tmp_path / kept.vectors).stat().st_size == 4 * 4 * 2


@pytest.mark.parametrize("name", ["m.f16", "m.keys"])
@pytest.mark.parametrize("place", [0, 7, -1])
def test_a_changed_byte_is_noticed(tmp_path: Path, kept: Cache, name: str, place: int) -> None:
    data = bytearray((tmp_path / name).read_bytes())
    data[place] ^= 1
    (tmp_path / name).write_bytes(data)
    assert read(tmp_path, kept) is None


@pytest.mark.parametrize("name", ["m.f16", "m.keys"])
@pytest.mark.parametrize("left", [0, 1, -1, None])
def test_a_short_or_missing_file_is_noticed(tmp_path: Path, kept: Cache, name: str, left: int | None) -> None:
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    if left is not None:
        (tmp_path / name).write_bytes(data[:left])
    assert read(tmp_path, kept) is None
    assert not whole(tmp_path, kept)


def test_a_reader_keeps_what_it_has_while_the_cache_grows(tmp_path: Path, kept: Cache) -> None:
    found = read(tmp_path, kept)
    assert found is not None
    append(tmp_path, kept, keys_of(["more"] * 100), np.ones((100, 4)))
    assert (np.asarray(found[1]) == VECTORS.astype(np.float16)).all()


@given(st.lists(st.text(), max_size=8, unique=True), st.lists(st.text(), max_size=8))
def test_keys_are_found_where_they_are(known: list[str], wanted: list[str]) -> None:
    rows = find(keys_of(known), keys_of(wanted))
    assert rows.tolist() == [known.index(text) if text in known else -1 for text in wanted]


def test_keys_that_end_in_zeros_are_told_apart() -> None:
    keys = np.frombuffer(b"a" + b"\0" * 15 + b"ab" + b"\0" * 14 + b"\0" * 15 + b"a", dtype=cache.KEY)
    assert find(keys, keys[::-1].copy()).tolist() == [2, 1, 0]
    assert len(key("x")) == 16


def test_the_index_takes_little_more_than_half_of_the_vectors(tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).normal(size=(500, 384)).astype(np.float32)
    append(tmp_path, Cache("m", 384), keys_of([str(i) for i in range(500)]), vectors)
    rows = 8 * len(vectors)  # which vector each passage has
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) + rows <= 0.6 * vectors.nbytes
