"""``mlflow run -e study``: what it prints and logs, and what it does not tell of real children."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from lorpredict.synthetic import RECONSTRUCTED_COHORT
from tests.training.conftest import Refused, run_entry, run_project
from training.study import main

pytestmark = pytest.mark.filterwarnings("default")

# As the page prints it: 4 lost response, and 14 of those in remission.
LOST_OF_NOT_IN_REMISSION = "4\N{NO-BREAK SPACE}|\N{NO-BREAK SPACE}14"


def real_table() -> pd.DataFrame:
    """The shipped children as a hospital would hand them over: nothing says they are synthetic."""
    table = pd.read_csv(RECONSTRUCTED_COHORT).drop(columns="synthetic")
    return table.assign(patient_id=[f"SECRET-{number:03}" for number in range(len(table))])


@dataclass(frozen=True)
class Studied:
    """Where a study left its store, and what it printed."""

    place: Path
    printed: str

    def text(self, name: str) -> str:
        [found] = self.place.rglob(name)
        return found.read_text("utf-8")

    def rows(self, query: str) -> dict[str, float | str]:
        with closing(sqlite3.connect(self.place / "mlflow.db")) as store:
            return dict(store.execute(query).fetchall())


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Studied:
    """From a file beside the person who typed it, of children who might be real."""
    place = tmp_path_factory.mktemp("studied")
    real_table().to_csv(place / "OURS.csv", index=False)
    run = run_project("study", place, cohort="OURS.csv")
    assert run.returncode == 0, run.stdout + run.stderr
    return Studied(place, run.stdout + run.stderr)


@pytest.mark.parametrize(
    "name",
    ["study.html", "study.txt", "figures/loss_of_response.png", "figures/codings.png",
     "figures/by_immunomodulator_over_6_months.png", "figures/by_remission_week14.png",
     "tables/flow.csv", "tables/table_1.csv", "tables/table_2.csv", "tables/table_3.csv",
     "tables/loss_of_response.csv", "tables/stratified_curves.csv", "tables/trough.csv",
     "tables/immunomodulator_codings.csv", "tables/cuts_and_numbers.csv",
     "tables/intensified_after_low_trough.csv", "tables/published_and_ours.csv"],
)  # fmt: skip
def test_artifact_is_logged(studied: Studied, name: str) -> None:
    assert list(studied.place.rglob(name))


def test_figures_are_metrics_and_the_run_says_whose_they_are(studied: Studied) -> None:
    metrics = studied.rows("select key, value from metrics")
    assert metrics["hazard_ratio/growth_delay"] == pytest.approx(1.5735, abs=5e-5)
    assert metrics["immunomodulator/published"] == pytest.approx(0.3358, abs=5e-5)
    assert (metrics["children"], metrics["events"]) == (69, 18)
    tags = studied.rows("select key, value from tags")
    assert (tags["study"], tags["synthetic"]) == ("beijing-2025", "false")
    parameters = studied.rows("select key, value from params")
    assert parameters["study.smallest_cell"] == "5"
    assert "published analysis of OURS: 69 children" in studied.printed
    assert studied.rows("select name, version from model_versions") == {}


def test_small_counts_of_real_children_stay_where_they_are(studied: Studied) -> None:
    assert LOST_OF_NOT_IN_REMISSION not in studied.text("study.html")
    rows = pd.read_csv(next(iter(studied.place.rglob("table_2.csv"))))
    remission = rows[rows["characteristic"] == "Remission at week 14"].iloc[0]
    assert pd.isna(remission["lost_in_group"])
    assert pd.isna(remission["log_rank"])
    assert remission["reason"].startswith("hidden")
    assert "hazard_ratio/remission_week14" not in studied.rows("select key, value from metrics")
    assert "counts below 5 are hidden" in studied.printed


def test_no_identifier_leaves_the_cohort(studied: Studied) -> None:
    stored = [path for path in studied.place.rglob("*") if path.is_file()]
    leaking = [path.name for path in stored if b"SECRET-" in path.read_bytes()]
    assert leaking == ["OURS.csv"]
    assert "SECRET-" not in studied.printed


def test_a_hospital_that_may_tell_all_gets_all(tmp_path: Path) -> None:
    real_table().to_csv(tmp_path / "OURS.csv", index=False)
    run = run_entry(
        "study", "--cohort", str(tmp_path / "OURS.csv"), "--smallest-cell", "0",
        store=f"sqlite:///{tmp_path / 'mlflow.db'}", place=tmp_path,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert LOST_OF_NOT_IN_REMISSION in Studied(tmp_path, run.stdout).text("study.html")


def test_without_a_cohort_it_is_the_shipped_one_and_says_so(tmp_path: Path) -> None:
    run = run_entry("study", store=f"sqlite:///{tmp_path / 'mlflow.db'}", place=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "synthetic children: demonstration only" in run.stdout
    assert LOST_OF_NOT_IN_REMISSION in Studied(tmp_path, run.stdout).text("study.html")


# ---- refusals, told as sentences --------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--cohort", "nothing.csv"], "nothing.csv: no such file"),
        (["--smallest-cell", "few"], "expected a whole number, 0 or above, not 'few'"),
        (["--cohort", "a.csv", "--address", "sqlite:///b.db"], "both a file and the address"),
    ],
)
def test_wrong_arguments_are_told(refused: Refused, arguments: list[str], told: str) -> None:
    assert told in refused(main, *arguments)


def test_a_smallest_cell_that_hides_nothing_is_told(refused: Refused) -> None:
    real_table().to_csv("OURS.csv", index=False)
    answer = refused(main, "--cohort", "OURS.csv", "--smallest-cell", "1")
    assert "study stopped: smallest cell is 1; expected 2 or more" in answer


def test_few_losses_are_refused_and_nothing_is_written(refused: Refused) -> None:
    table = real_table()
    lost = table.index[table["outcome"] == "secondary_lor"]
    table.loc[lost[3:], "outcome"] = "administrative_end"
    table.to_csv("OURS.csv", index=False)
    answer = refused(main, "--cohort", "OURS.csv")
    assert "study stopped: fewer than 5 children lost response" in answer
    assert [path.name for path in Path.cwd().iterdir()] == ["OURS.csv"]
