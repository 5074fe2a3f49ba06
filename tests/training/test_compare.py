"""``mlflow run -e compare``: one table, one figure, and nothing in the registry."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.training.conftest import Refused, run_project
from training.compare import main

pytestmark = pytest.mark.filterwarnings("default")


def test_families_stand_side_by_side_and_nothing_is_registered(tmp_path: Path) -> None:
    place = tmp_path / "here"
    place.mkdir()
    run = run_project("compare", place, families="null,ridge", plan="quick")
    told = run.stdout + run.stderr
    assert run.returncode == 0, told
    assert told.count("Ridge Cox") == 2
    assert "week14-no-trough" in told
    [table] = place.rglob("comparison.csv")
    assert len(table.read_text("utf-8").splitlines()) == 5
    assert list(place.rglob("comparison.png"))
    with closing(sqlite3.connect(place / "mlflow.db")) as store:
        keys = {key for (key,) in store.execute("select key from metrics")}
        [(versions,)] = store.execute("select count(*) from model_versions").fetchall()
    assert "week14/ridge/uno_c" in keys
    assert versions == 0


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--designs", "week41"], "no design 'week41'"),
        (["--designs", "week14,week14"], "expected one or more, all named"),
        (["--plan", "fast"], "no plan 'fast': expected one of quick, default, full"),
        (["--families", "woods"], "woods"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    refused: Refused, arguments: list[str], told: str
) -> None:
    assert told in refused(main, *arguments)
