"""``mlflow run``: what it prints, logs, registers, and what it leaves alone."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lorpredict import PackagedModel, read_cohort
from tests.training.conftest import Trained, awkward_table, clean_environment

Train = Callable[..., subprocess.CompletedProcess[str]]


def rows(trained: Trained, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(trained.place / "mlflow.db") as store:
        return store.execute(query).fetchall()


def known_columns() -> pd.DataFrame:
    return awkward_table().drop(columns=["shoe_size", "colour"])


def model_folders(trained: Trained) -> list[Path]:
    return sorted(path.parent for path in trained.place.rglob("SHA256SUMS"))


def test_one_warning_lists_the_columns_that_are_left_out(trained: Trained) -> None:
    assert trained.printed.count("left out: ") == 1 + len(
        re.findall(r"\d+ left out: ", trained.printed)
    )
    assert "shoe_size" in trained.printed
    assert "colour" in trained.printed


def test_ridge_is_champion_and_the_forest_challenges_it(trained: Trained) -> None:
    aliases = rows(trained, "select alias, version from registered_model_aliases")
    families = dict(
        rows(trained, "select version, value from model_version_tags where key = 'family'")
    )
    assert {alias: families[version] for alias, version in aliases} == {
        "champion": "ridge",
        "challenger": "forest",
    }


def test_every_version_says_that_it_is_for_demonstration(trained: Trained) -> None:
    stages = rows(trained, "select value from model_version_tags where key = 'stage'")
    assert stages == [("demo",), ("demo",)]


def test_no_version_stays_pending(trained: Trained) -> None:
    assert not rows(trained, "select * from model_version_tags where key = 'lorpredict.pending'")


def test_measures_are_logged_for_each_fold_and_as_means(trained: Trained) -> None:
    each = rows(trained, "select count(*) from metrics where key = 'each/uno_c'")
    mean = rows(trained, "select count(*) from metrics where key = 'uno_c'")
    assert (each, mean) == ([(15,)], [(3,)])  # three families, five folds


def test_the_data_set_is_logged_by_name_and_hash(trained: Trained) -> None:
    cohort = read_cohort(known_columns())
    assert rows(trained, "select name, digest from datasets") == [("OTHER", cohort.sha256[:36])]


@pytest.mark.parametrize(
    "picture",
    [
        "kaplan_meier",
        "comparison",
        "optimism",
        "calibration",
        "decision_curves",
        "shap_beeswarm",
        "shap_bar",
        "shap_waterfall_typical_child",
        "shap_over_time_typical_child",
    ],
)
def test_the_picture_is_logged(trained: Trained, picture: str) -> None:
    assert list(trained.place.rglob(f"figures/{picture}.png"))


def test_the_report_is_logged(trained: Trained) -> None:
    (report,) = trained.place.rglob("report.html")
    assert report.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_no_identifier_leaves_the_cohort(trained: Trained) -> None:
    stored = [path for path in trained.place.rglob("*") if path.is_file() and path.suffix != ".csv"]
    tables = list(trained.place.rglob("tables/*.csv"))
    assert len(stored) > 20
    assert not [path for path in stored + tables if b"SECRET-" in path.read_bytes()]
    assert "SECRET-" not in trained.printed


def test_no_cohort_travels_with_the_model(trained: Trained) -> None:
    models = trained.place / "mlruns"
    assert not [path for path in models.rglob("*.csv") if "tables" not in path.parts]
    assert not list(models.rglob("*.pkl"))


def test_the_logged_model_answers_in_pyfunc_as_in_the_library(trained: Trained) -> None:
    """Asked in a process of its own, with pickle forbidden, from the travelling library alone."""
    cohort = read_cohort(known_columns())
    cohort.table.to_csv(trained.place / "asked.csv", index=False)
    asking = (
        "import sys, mlflow, pandas as pd;"
        "mlflow.set_tracking_uri(sys.argv[1]);"
        "model = mlflow.pyfunc.load_model('models:/lorpredict-week14@challenger');"
        "table = pd.read_csv('asked.csv');"
        "model.predict(table).to_csv('answered.csv', index=False);"
        "import lorpredict; print(lorpredict.__file__)"
    )
    run = subprocess.run(
        [sys.executable, "-c", asking, trained.store],
        cwd=trained.place,
        env=clean_environment(MLFLOW_ALLOW_PICKLE_DESERIALIZATION="false"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "mlruns" in run.stdout  # it came with the model, not from this project
    (forest,) = (
        model
        for model in map(PackagedModel.load, model_folders(trained))
        if model.facts.family == "forest"
    )
    answered = pd.read_csv(trained.place / "answered.csv").filter(like="risk_by_day")
    expected = forest.predict(cohort.table).risk
    np.testing.assert_allclose(answered.to_numpy(), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--families", "forrest"), "no model family 'forrest'.*Did you mean forest"),
        (
            ("--design", "week15"),
            "no design 'week15': expected one of baseline.*Did you mean week14",
        ),
        (("--cohort", "nothing.csv"), "no such file"),
    ],
)
def test_wrong_arguments_are_told_without_a_traceback(
    train: Train, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    run = train(*arguments, place=tmp_path)
    assert run.returncode == 2
    assert re.search(told, run.stderr)
    assert "Traceback" not in run.stderr
