"""``mlflow run -e simulate``: two tables, which read back, and a record of where they came from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from lorpredict import read_cohort
from tests.training.conftest import Refused, run_entry, run_project
from training.simulate import main

pytestmark = pytest.mark.filterwarnings("default")


def test_a_simulation_leaves_a_cohort_that_a_training_reads(tmp_path: Path) -> None:
    place = tmp_path / "here"
    place.mkdir()
    run = run_project("simulate", place, children="150", sites="2", output=str(place / "made"))
    assert run.returncode == 0, run.stdout + run.stderr
    cohort = read_cohort(place / "made" / "cohort.csv", strict=True)
    assert cohort.is_synthetic
    assert cohort.table["site"].nunique() == 2
    risks = pd.read_csv(place / "made" / "true_risks.csv")
    assert list(risks) == ["patient_id", "risk_by_day_365", "risk_by_day_730"]
    assert risks["patient_id"].tolist() == cohort.table["patient_id"].tolist()
    assert "simulated-plausible: 150 synthetic children" in run.stdout + run.stderr


def test_the_published_scenario_is_set_beside_the_paper(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'mlflow.db'}"
    told = run_entry("simulate", "--children", "500", "--scenario", "published", store=store)
    assert told.returncode == 0, told.stderr
    assert "immunomodulator_over_6_months" in told.stdout
    assert "infliximab alone gets what is left" in told.stdout


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--scenario", "rosy"], r"simulation stopped: no scenario 'rosy': expected one of"),
        (["--children", "0"], r"expected a whole number, 1 or above, not '0'"),
        (["--sites", "two"], r"expected a whole number"),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    refused: Refused, arguments: list[str], told: str
) -> None:
    import re

    assert re.search(told, refused(main, *arguments))


def test_tables_that_are_there_are_left_alone(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "cohort.csv").write_text("mine")
    assert "holds cohort.csv already" in refused(main, "--output", str(tmp_path))
    assert (tmp_path / "cohort.csv").read_text() == "mine"


def test_a_file_where_a_folder_is_expected_is_left_alone(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "cohort").write_text("mine")
    assert "is a file; expected a folder" in refused(main, "--output", "cohort")
    assert (tmp_path / "cohort").read_text() == "mine"
