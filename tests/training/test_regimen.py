"""``mlflow run -e regimen``: figures of all in the store, tables of each where the user says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lorpredict.synthetic import simulate_cohort
from tests.training.conftest import Refused, run_entry, run_project
from training.regimen import main

pytestmark = pytest.mark.filterwarnings("default")


def test_the_shipped_cohort_is_compared_and_its_children_stay_outside_the_store(
    tmp_path: Path,
) -> None:
    place = tmp_path / "here"
    place.mkdir()
    run = run_project("regimen", place, vial="100", output=str(place / "mine"))
    assert run.returncode == 0, run.stdout + run.stderr
    assert "For research only" in run.stdout + run.stderr
    own = pd.read_csv(place / "mine" / "regimens.csv")
    assert own["patient_id"].nunique() == 69
    assert (own["dose_mg"] % 100 == 0).all()
    logged = [file for file in place.rglob("artifacts/**/*") if file.is_file()]
    assert {file.name for file in logged} == {
        "regimens.csv", "measured_levels.csv", "regimens.png", "regimens.txt",
    }  # fmt: skip
    assert not [file for file in logged if b"PSEUDO-" in file.read_bytes()]


def test_tables_beside_the_cohort_are_read(tmp_path: Path) -> None:
    cohort = simulate_cohort(12, "plausible", rng=np.random.default_rng(3)).cohort.table
    cohort.to_csv(tmp_path / "cohort.csv", index=False)
    dose = (5 * cohort["weight_kg"]).round()
    rows = {"patient_id": cohort["patient_id"], "day": 0, "dose_mg": dose}
    pd.DataFrame(rows).to_csv(tmp_path / "infusions.csv", index=False)
    levels = {"patient_id": cohort["patient_id"], "day": 20, "value_ug_ml": 18.0}
    strangers = {"patient_id": [f"x{each}" for each in range(6)], "day": 20, "value_ug_ml": 9.0}
    both = pd.concat([pd.DataFrame(levels), pd.DataFrame(strangers)])
    both.to_csv(tmp_path / "levels.csv", index=False)
    named = {name: str(tmp_path / f"{name}.csv") for name in ("cohort", "infusions", "levels")}
    given = [word for name, file in named.items() for word in (f"--{name}", file)]
    store = f"sqlite:///{tmp_path / 'mlflow.db'}"
    run = run_entry(
        "regimen", *given, "--next", "30", "--output", str(tmp_path / "mine"), store=store
    )
    assert run.returncode == 0, run.stderr
    assert "12 children, 12 with an individual estimate" in run.stdout
    assert set(pd.read_csv(tmp_path / "mine" / "forecasts.csv")["day"]) == {30}
    assert "levels, of a child who is not in the cohort, left out: 6 rows" in run.stdout
    left_out = pd.read_csv(tmp_path / "mine" / "left_out.csv")
    assert left_out["patient_id"].tolist() == strangers["patient_id"]


def test_a_hint_names_the_column_and_no_argument(refused: Refused, tmp_path: Path) -> None:
    cohort = simulate_cohort(3, "plausible", rng=np.random.default_rng(3)).cohort.table
    wrong = cohort.assign(albumin_g_l=cohort["albumin_g_l"] / 10)
    wrong.to_csv(tmp_path / "cohort.csv", index=False)
    told = refused(main, "--cohort", str(tmp_path / "cohort.csv"))
    assert "Did you mean g/dL (name the column albumin_g_dl)?" in told
    assert "unit=" not in told


def test_tables_that_are_there_are_left_alone(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "regimens.csv").write_text("mine")
    assert "holds regimens.csv already" in refused(main, "--output", str(tmp_path))
    assert (tmp_path / "regimens.csv").read_text() == "mine"


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--target", "-1"], "target_ug_ml is -1.0: expected above 0, to 100 µg/mL"),
        (["--vial", "-100"], "vial_mg is -100.0: expected a number above 0"),
        (["--after", "0"], "expected a whole number, 1 or above"),
        (["--next", "0"], "expected the day of the next infusion"),
    ],
)
def test_what_cannot_be_meant_is_refused(refused: Refused, arguments: list[str], told: str) -> None:
    assert told in refused(main, *arguments)
