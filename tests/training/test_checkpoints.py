"""A training that is killed goes on where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.training.conftest import PROJECT, clean_environment
from training.checkpoints import checkpoint_folder

pytestmark = pytest.mark.filterwarnings("default")


def pieces(cache: Path) -> int:
    return len(list(cache.rglob("output.pkl")))


def begun(place: Path, cache: Path) -> subprocess.Popen[str]:
    store = f"sqlite:///{place / 'mlflow.db'}"
    return subprocess.Popen(
        [sys.executable, "-m", "training.main", "--families", "ridge,forest", "--plan", "quick"],
        cwd=place,
        env=clean_environment(
            MLFLOW_TRACKING_URI=store, PYTHONPATH=str(PROJECT), XDG_CACHE_HOME=str(cache)
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_a_killed_training_is_taken_up(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    killed = begun(tmp_path, cache)
    deadline = time.monotonic() + 120
    while pieces(cache) < 3 and time.monotonic() < deadline and killed.poll() is None:
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    kept = {file: file.stat().st_mtime for file in cache.rglob("output.pkl")}
    assert kept
    again = begun(tmp_path, cache)
    unchanged = True
    while again.poll() is None:
        unchanged &= all(file.stat().st_mtime == at for file, at in kept.items() if file.exists())
        time.sleep(0.02)
    told = again.communicate()[0]
    assert again.returncode == 0, told
    assert unchanged
    assert pieces(cache) == 0


def test_what_was_forgotten_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = checkpoint_folder()
    assert folder == tmp_path / "lorpredict" / "trainings"
    for name, days in (("old", 15), ("new", 13)):
        (folder / name).mkdir()
        then = time.time() - days * 86_400
        os.utime(folder / name, (then, then))
    assert checkpoint_folder() == folder
    assert [entry.name for entry in folder.iterdir()] == ["new"]


def test_where_nothing_can_be_written_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    assert checkpoint_folder() is None
