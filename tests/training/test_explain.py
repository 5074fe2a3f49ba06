"""``mlflow run -e explain``: what it prints and logs, and what it keeps to itself."""

from __future__ import annotations

import csv
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lorpredict import PackagedModel, family, landmark, read_cohort
from lorpredict.packaged import fingerprint
from lorpredict.synthetic import reconstructed_cohort
from tests.elsewhere import table_elsewhere
from tests.training.conftest import Refused, Trained, run_entry, run_project
from tests.training.stores import Store
from training.explain import main

# MLflow and SQLAlchemy warn about one another; that is theirs to settle.
pytestmark = pytest.mark.filterwarnings("default")

CHALLENGER = "models:/lorpredict-week14@challenger"
CHILDREN = 60
LATER = ["outcome", "follow_up_days", "ifx_duration_months"]


def children_of_today(children: int = CHILDREN) -> pd.DataFrame:
    """Children whose outcome nobody knows yet, with hospitals and first days of treatment."""
    table = table_elsewhere(children).drop(columns=LATER)
    table["ifx_start_date"] = [f"2021-0{1 + n % 9}-2{n % 8}" for n in range(children)]
    table["site"] = [f"St. Somewhere {n % 2}" for n in range(children)]
    return table


@dataclass(frozen=True)
class Explained:
    """Where an explanation left its store, and what it printed."""

    place: Path
    printed: str

    @property
    def tags(self) -> dict[str, str]:
        with closing(sqlite3.connect(self.place / "mlflow.db")) as database:
            return dict(
                database.execute(
                    "select key, value from tags where run_uuid in "
                    "(select run_uuid from tags where key = 'explanation')"
                ).fetchall()
            )

    def artifact(self, name: str) -> Path:
        [found] = self.place.rglob(name)
        return found


@pytest.fixture(scope="module")
def folders(trained: Trained) -> dict[str, Path]:
    """Family -> its model folder, as somebody might hand it over."""
    found = sorted(path.parent for path in trained.place.rglob("SHA256SUMS"))
    return {PackagedModel.load(path).facts.family: path for path in found}


@pytest.fixture(scope="module")
def explained(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Explained:
    """The forest, from the registry, on a file beside the person who typed it."""
    place = tmp_path_factory.mktemp("explained")
    store = Store.copied(trained.place, place)
    children_of_today().to_csv(store.place / "today.csv", index=False)
    run = run_project("explain", store.place, model=CHALLENGER, cohort="today.csv")
    assert run.returncode == 0, run.stdout + run.stderr
    return Explained(store.place, run.stdout + run.stderr)


@pytest.mark.parametrize(
    "name",
    ["explanation.html", "tables/mean_absolute_contributions.csv", "figures/shap_heat_map.png",
     "figures/shap_importance_over_time.png", "figures/shap_over_time_typical_child.png",
     "figures/shap_waterfall_typical_child.png"],
)  # fmt: skip
def test_artifact_is_logged(explained: Explained, name: str) -> None:
    assert explained.artifact(name).stat().st_size


def test_strongest_predictors_and_pairs_have_pictures(explained: Explained) -> None:
    names = [path.stem for path in explained.place.rglob("*.png")]
    assert sum(name.startswith("shap_dependence_") for name in names) == 6
    assert sum(name.startswith("shap_interaction_") for name in names) == 3


def test_means_are_those_of_the_model(explained: Explained, folders: dict[str, Path]) -> None:
    model = PackagedModel.load(folders["forest"])
    known = model.facts.design.catalogue.for_prediction()
    cohort = read_cohort(explained.place / "today.csv", known=known)
    with explained.artifact("mean_absolute_contributions.csv").open() as file:
        rows = list(csv.DictReader(file))
    days = sorted({float(row["days_since_first_infusion"]) for row in rows})
    told = model.explain(cohort.table, days_since_first_infusion=days)
    means = np.abs(told.values).mean(axis=0)
    found = {
        (row["predictor"], float(row["days_since_first_infusion"])): float(row["value"])
        for row in rows
    }

    assert len(days) > 12
    assert days[-1] == pytest.approx(model.facts.horizons[-1] + 98)
    assert [found[name, day] for name in told.predictors for day in days] == pytest.approx(
        means.ravel()
    )
    assert list(rows[0]) == ["predictor", "days_since_first_infusion", "value", "scale"]


def test_run_says_which_model_met_which_children(
    explained: Explained, folders: dict[str, Path]
) -> None:
    tags = explained.tags
    assert (tags["explanation"], tags["family"]) == ("risk", "forest")
    assert (tags["model.name"], tags["model.version"]) == ("lorpredict-week14", "2")
    assert tags["model.fingerprint"] == fingerprint(folders["forest"])
    assert tags["synthetic"] == "true"
    known = PackagedModel.load(folders["forest"]).facts.design.catalogue.for_prediction()
    assert tags["cohort.sha256"] == read_cohort(explained.place / "today.csv", known=known).sha256
    assert (
        f"the page and the clouds hold the values of {CHILDREN} children without identifiers"
        in (explained.printed)
    )
    assert re.search(r"page: \S+/explanation\.html", explained.printed)


@pytest.mark.parametrize("secret", ["ELSEWHERE-", "St. Somewhere", "2021-0"])
def test_no_identifier_hospital_or_date_leaves_the_cohort(
    explained: Explained, secret: str
) -> None:
    stored = [path for path in explained.place.rglob("*") if path.is_file()]
    leaking = [path.name for path in stored if secret.encode() in path.read_bytes()]
    assert leaking == ["today.csv"]
    assert secret not in explained.printed


def test_nothing_is_registered(explained: Explained) -> None:
    state = Store(explained.place).state
    assert (state.aliases, state.versions) == ({"champion": "1", "challenger": "2"}, ["1", "2"])


def test_log_hazard_has_no_pictures_over_time_and_says_so(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    """From a folder and a database, as for a validation."""
    with closing(sqlite3.connect(tmp_path / "hospital.db")) as hospital:
        children_of_today(30).to_sql("children", hospital, index=False)
    run = run_entry(
        "explain", "--model", str(folders["ridge"]), "--address",
        f"sqlite:///{tmp_path / 'hospital.db'}", "--query", "select * from children",
        store=f"sqlite:///{tmp_path / 'mlflow.db'}", place=tmp_path,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "contributions to the log-hazard are the same at all times: pictures over time" in (
        run.stdout
    )
    assert "no two predictors do anything together" in run.stdout
    names = {path.stem for path in tmp_path.rglob("*.png")}
    assert "shap_waterfall_typical_child" in names
    assert not [name for name in names if "over_time" in name or "interaction" in name]


# ---- refusals, told as sentences --------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "explanation stopped: no cohort; expected -P cohort=FILE"),
        (("--cohort", "nothing.csv"), "nothing.csv: no such file"),
        (("--cohort", "a.csv", "--address", "sqlite:///b.db"), "both a file and the address"),
        (("--cohort", "a.csv", "--seed", "half"), "expected a whole number, 0 or above"),
    ],
)
def test_wrong_arguments_are_told_before_a_store_is_begun(
    refused: Refused, folders: dict[str, Path], arguments: tuple[str, ...], told: str
) -> None:
    assert told in refused(main, "--model", str(folders["ridge"]), *arguments)
    assert not list(Path.cwd().iterdir())


def test_too_few_children_are_refused(refused: Refused, folders: dict[str, Path]) -> None:
    children_of_today(4).to_csv("few.csv", index=False)
    answer = refused(main, "--model", str(folders["ridge"]), "--cohort", "few.csv")
    assert "explanation stopped: 4 children; expected at least 5" in answer


def test_model_without_predictors_is_refused(
    refused: Refused, folders: dict[str, Path], tmp_path: Path
) -> None:
    model = PackagedModel.load(folders["ridge"])
    children_of_today(20).to_csv("today.csv", index=False)
    null = _null_folder(model, tmp_path / "null")
    answer = refused(main, "--model", str(null), "--cohort", "today.csv")
    assert "looks at no predictor, so there is nothing to explain" in answer


def test_model_that_is_not_there_is_told(refused: Refused) -> None:
    children_of_today(20).to_csv("today.csv", index=False)
    answer = refused(main, "--model", "no-such-folder", "--cohort", "today.csv")
    assert "no-such-folder is not a model folder: there is no such folder" in answer


def _null_folder(model: PackagedModel, folder: Path) -> Path:
    """A model that tells every child the same."""
    at_risk = landmark(reconstructed_cohort(), model.facts.design)
    fitted = family("null").build(at_risk.design).fit(at_risk.X, at_risk.y)
    facts = replace(model.facts, family="null", family_label=fitted.family.label)
    return PackagedModel(facts, fitted.encoding_, fitted.curves_).save(folder)
