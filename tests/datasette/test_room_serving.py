"""Serving: on this computer, read only, beside a stage that writes."""

import socket
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
import uvicorn

from corpus.errors import SourcebookError
from sourcebook import room
from sourcebook.reading_room import searching
from sourcebook.reading_room.asking import snapshot
from sourcebook.workspace import Workspace


def test_the_configuration_directory_is_not_the_library() -> None:
    folder = room.config_dir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "metadata.yaml", "plugins", "settings.json", "static", "templates"
    ]  # fmt: skip


def test_it_serves_at_the_loopback_address(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[Any] = []
    opened: list[str] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: served.extend(s.getsockname() for s in sockets))
    monkeypatch.setattr(room.webbrowser, "open", opened.append)
    room.serve(workspace, 0, open_browser=True)
    ((host, port),) = served
    assert host == "127.0.0.1"
    assert opened == [f"http://127.0.0.1:{port}/"]
    assert opened[0] in capsys.readouterr().err


def test_a_taken_port_is_explained(workspace: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SourcebookError, match=rf"Port {port} cannot be used .*sourcebook serve --port"):
            room.serve(workspace, port, open_browser=False)


def test_pages_are_read_while_a_stage_writes(workspace: Workspace, get: Callable[..., Any]) -> None:
    db = workspace.open()
    db.execute("BEGIN IMMEDIATE")
    db.execute("DELETE FROM human_tag")
    assert get("/browse?tag=threat").status_code == 200
    assert get("/evidence/work").status_code == 200
    db.conn.rollback()


def test_a_page_sees_one_moment(workspace: Workspace) -> None:
    count = "SELECT COUNT(*) FROM list"
    with snapshot(workspace.database) as db:
        before = db.execute(count).fetchone()
        writer = workspace.open()
        with writer.conn:
            writer.execute("INSERT INTO list (name, created) VALUES ('seen later', '2025')")
        assert db.execute(count).fetchone() == before
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.conn.execute("DELETE FROM list")


def test_warming_up_never_fails(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*args: Any, **more: Any) -> None:
        raise SourcebookError("The index is missing.")

    asked: list[str] = []
    monkeypatch.setattr(searching.searching, "search", lambda db, folder, query, **more: asked.append(query))
    searching.warm(workspace)
    assert asked
    monkeypatch.setattr(searching.searching, "search", missing)
    searching.warm(workspace)
