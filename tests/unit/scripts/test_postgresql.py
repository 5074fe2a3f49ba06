"""The server of the tests: there while it is needed, and nothing of it afterwards."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from scripts.postgresql import server_programs, throwaway_server

MARK = "lorpredict-postgresql-"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made for this test alone."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)  # the server's user has to pass
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def answers(address: sa.URL) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address.host, address.port)) == 0


def test_nothing_of_a_server_is_left(postgresql: str, elsewhere: Path) -> None:
    with throwaway_server() as given:
        address = sa.make_url(given)
        assert answers(address)
        assert [folder.name.startswith(MARK) for folder in elsewhere.iterdir()] == [True]
        assert given != postgresql
    assert not answers(address)
    elsewhere.rmdir()  # refuses where something is in it


def test_a_server_that_is_not_there_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("scripts.postgresql._DEBIAN", tmp_path)
    assert server_programs() is None
    with pytest.raises(RuntimeError, match="no PostgreSQL server here"), throwaway_server():
        pass
