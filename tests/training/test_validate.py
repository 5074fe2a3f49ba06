"""``mlflow run -e validate``: what it prints and logs, and that it registers nothing."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lorpredict import PackagedModel, read_cohort
from lorpredict.packaged import fingerprint
from tests.elsewhere import table_elsewhere
from tests.training.conftest import Refused, Trained, run_entry, run_project
from tests.training.stores import Store
from training.validate import main

# MLflow and SQLAlchemy warn about one another; that is theirs to settle.
pytestmark = pytest.mark.filterwarnings("default")

CHAMPION = "models:/lorpredict-week14@champion"
CHILDREN = 120


@dataclass(frozen=True)
class Validated:
    """Where a validation left its store, and what it printed."""

    store: Store
    printed: str

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.store.place / "mlflow.db")) as database:
            return database.execute(query).fetchall()

    @property
    def logged(self) -> dict[str, float]:
        """Metric -> value, of the run whose figures have ends."""
        return dict(
            self.rows(
                "select key, value from metrics where run_uuid in "
                "(select run_uuid from metrics where key = 'uno_c_low')"
            )
        )

    @property
    def tags(self) -> dict[str, str]:
        return dict(
            self.rows(
                "select key, value from tags where run_uuid in "
                "(select run_uuid from metrics where key = 'uno_c_low')"
            )
        )


@pytest.fixture(scope="module")
def validated(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Validated:
    """From the registry, on a file beside the person who typed it."""
    store = Store.copied(trained.place, tmp_path_factory.mktemp("validated"))
    table_elsewhere(CHILDREN).to_csv(store.place / "elsewhere.csv", index=False)
    run = run_project(
        "validate", store.place, model=CHAMPION, cohort="elsewhere.csv", resamples="10"
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return Validated(store, run.stdout + run.stderr)


@pytest.fixture(scope="module")
def folder(trained: Trained) -> Path:
    """The champion's model folder, as somebody might hand it over."""
    found = sorted(path.parent for path in trained.place.rglob("SHA256SUMS"))
    [ridge] = [path for path in found if PackagedModel.load(path).facts.family == "ridge"]
    return ridge


def test_figures_are_logged_with_their_ends(validated: Validated) -> None:
    logged = validated.logged
    for name in ("uno_c", "calibration_slope_day_730", "observed_expected_day_365",
                 "brier_day_365", "calibration_in_the_large"):  # fmt: skip
        assert logged[f"{name}_low"] <= logged[name] <= logged[f"{name}_high"]
    assert logged["children"] == CHILDREN
    assert f"uno_c: {logged['uno_c']:.3f}" in validated.printed


def test_run_says_which_model_met_which_children(validated: Validated, folder: Path) -> None:
    tags, cohort = validated.tags, read_cohort(validated.store.place / "elsewhere.csv")
    assert tags["validation"] == "external"
    assert (tags["model.name"], tags["model.version"]) == ("lorpredict-week14", "1")
    assert tags["model.fingerprint"] == fingerprint(folder)
    assert (tags["model.stage"], tags["synthetic"]) == ("demo", "true")
    assert tags["cohort.sha256"] == cohort.sha256
    assert ("elsewhere", cohort.sha256[:36]) in validated.rows("select name, digest from datasets")


@pytest.mark.parametrize(
    "name",
    ["figures/calibration.png", "figures/kaplan_meier.png", "figures/decision_curve.png",
     "figures/sites.png", "tables/measures.csv", "tables/sites.csv", "tables/calibration.csv",
     "tables/net_benefit.csv", "tables/case_mix.csv", "tables/cohorts.csv",
     "tables/risk_distribution.csv", "notes.json", "validation.txt"],
)  # fmt: skip
def test_artifact_is_logged(validated: Validated, name: str) -> None:
    assert list(validated.store.place.rglob(name))


def test_no_identifier_leaves_the_cohort(validated: Validated) -> None:
    stored = [path for path in validated.store.place.rglob("*") if path.is_file()]
    leaking = [path.name for path in stored if b"ELSEWHERE-" in path.read_bytes()]
    assert leaking == ["elsewhere.csv"]
    assert "ELSEWHERE-" not in validated.printed


def test_nothing_is_registered(validated: Validated) -> None:
    assert validated.store.state.aliases == {"champion": "1", "challenger": "2"}
    assert validated.store.state.versions == ["1", "2"]


def test_folder_and_database_will_do_as_well(
    validated: Validated, folder: Path, tmp_path: Path
) -> None:
    """The same children from SQLite, asked of the same model from its folder."""
    database = tmp_path / "hospital.db"
    with closing(sqlite3.connect(database)) as hospital:
        table_elsewhere(CHILDREN).to_sql("children", hospital, index=False)
    run = run_entry(
        "validate", "--model", str(folder), "--address", f"sqlite:///{database}",
        "--query", "select * from children where age_years < 100", "--resamples", "10",
        store=f"sqlite:///{tmp_path / 'mlflow.db'}", place=tmp_path,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "on hospital; 10 resamples" in run.stdout
    assert f"uno_c: {validated.logged['uno_c']:.3f}" in run.stdout


# ---- refusals, told as sentences --------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--cohort", "nothing.csv"), "nothing.csv: no such file"),
        ((), "validation stopped: no cohort; expected -P cohort=FILE"),
        (("--cohort", "a.csv", "--address", "sqlite:///b.db"), "both a file and the address"),
        (("--cohort", "a.csv", "--query", "select 1"), "only an address has a query"),
        (("--address", "postgresql://me:secret@host/db"), "an address without a password"),
        (("--address", "postgresql://host/db?password=secret"), "an address without a password"),
        (("--cohort", "a.csv", "--resamples", "0"), "expected a whole number, 1 or above, not '0'"),
    ],
)
def test_wrong_arguments_are_told_before_a_store_is_begun(
    refused: Refused, folder: Path, arguments: tuple[str, ...], told: str
) -> None:
    answer = refused(main, "--model", str(folder), *arguments)
    assert told in answer
    assert "secret" not in answer
    assert not list(Path.cwd().iterdir())


def test_cohort_that_lacks_predictors_is_told_all_of_them(refused: Refused, folder: Path) -> None:
    table_elsewhere(50).drop(columns=["albumin_g_l", "perianal"]).to_csv("poor.csv", index=False)
    answer = refused(main, "--model", str(folder), "--cohort", "poor.csv")
    assert "validation stopped: the cohort 'poor' lacks columns" in answer
    assert "perianal; albumin_g_l" in answer


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("models:/lorpredict-week14@nobody", "models:/lorpredict-week14@nobody cannot be fetched"),
        ("models:/lorpredict-week14/99", "cannot be fetched: .*99.* not found"),
        ("runs:/0123/model", "cannot be fetched: .*0123.* not found"),
        ("no-such-folder", "no-such-folder is not a model folder: there is no such folder"),
    ],
)
def test_model_that_is_not_there_is_told(
    refused: Refused, store: Store, monkeypatch: pytest.MonkeyPatch,
    address: str, told: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.address)
    assert re.search(told, refused(main, "--model", address))
