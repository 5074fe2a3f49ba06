"""``recalibrate``: one more version, told apart, and everything else as it was."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from lorpredict import PackagedModel
from lorpredict.packaged import fingerprint
from lorpredict.recalibration import recalibrate
from tests.elsewhere import cohort_elsewhere, table_elsewhere
from tests.training.conftest import Refused, Trained, run_project
from tests.training.signalled import at_call
from tests.training.stores import NAME, Store
from training.fetching import FetchedModel, fetched_model
from training.progress import interrupts_as_exceptions
from training.recalibrate import main
from training.tracking import record_recalibration

# MLflow and SQLAlchemy warn about one another; that is theirs to settle. Every cohort is small.
pytestmark = pytest.mark.filterwarnings("default")

CHAMPION = f"models:/{NAME}@champion"


@dataclass(frozen=True)
class Recalibrated:
    """A store with a third version, and what was printed when it was made."""

    store: Store
    before: dict[str, str]
    printed: str

    @property
    def folder(self) -> Path:
        [found] = [path.parent for path in self.store.place.rglob("SHA256SUMS")]
        return found


def written(store: Store, children: int = 200) -> str:
    table_elsewhere(children, sites=0).to_csv(store.place / "elsewhere.csv", index=False)
    return str(store.place / "elsewhere.csv")


def ridge_folder(trained: Trained) -> Path:
    found = sorted(path.parent for path in trained.place.rglob("SHA256SUMS"))
    [ridge] = [path for path in found if PackagedModel.load(path).facts.family == "ridge"]
    return ridge


@pytest.fixture(scope="module")
def recalibrated(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Recalibrated:
    """The champion of the registry, its level brought to that of a file, by ``mlflow run``."""
    store = Store.copied(trained.place, tmp_path_factory.mktemp("recalibrated"))
    before = {
        path.name: path.read_text("utf-8", "replace") for path in ridge_folder(trained).iterdir()
    }
    written(store)
    run = run_project("recalibrate", store.place, model=CHAMPION, cohort="elsewhere.csv")
    assert run.returncode == 0, run.stdout + run.stderr
    return Recalibrated(store, before, run.stdout + run.stderr)


def test_version_is_added_and_no_alias_moves(recalibrated: Recalibrated) -> None:
    state = recalibrated.store.state
    assert state.aliases == {"champion": "1", "challenger": "2"}
    assert state.versions == ["1", "2", "3"]
    tags = recalibrated.store.versions["3"].tags
    assert (tags["family"], tags["stage"]) == ("ridge", "demo")
    assert "lorpredict.pending" not in tags
    assert f"{NAME}: version 3, ridge; no alias was moved." in recalibrated.printed


def test_few_events_are_told(recalibrated: Recalibrated) -> None:
    assert "warning: 51 events to recalibrate by; below 100" in recalibrated.printed


def test_old_folder_is_untouched(recalibrated: Recalibrated, trained: Trained) -> None:
    now = {
        path.name: path.read_text("utf-8", "replace") for path in ridge_folder(trained).iterdir()
    }
    assert now == recalibrated.before


def test_new_folder_says_what_it_was_made_from(
    recalibrated: Recalibrated, trained: Trained
) -> None:
    facts = PackagedModel.load(recalibrated.folder).facts
    assert facts.name == NAME
    assert facts.recalibration is not None
    assert facts.recalibration.cohort == "elsewhere"
    assert facts.recalibration.fingerprint == fingerprint(ridge_folder(trained))
    card = (recalibrated.folder / "card.md").read_text("utf-8")
    assert "## Recalibration" in card
    assert "figures of the original model" in card


def test_pyfunc_of_the_version_answers_as_the_folder(
    recalibrated: Recalibrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", recalibrated.store.address)
    reference = json.loads((recalibrated.folder / "reference.json").read_text("utf-8"))
    answered = mlflow.pyfunc.load_model(f"models:/{NAME}/3").predict(
        pd.DataFrame(reference["records"])
    )
    assert answered.filter(like="risk_by_day").to_numpy().tolist() == reference["risk"]
    assert set(answered["stage"]) == {"demo"}


def test_no_child_travels(recalibrated: Recalibrated) -> None:
    stored = [path for path in recalibrated.store.place.rglob("*") if path.is_file()]
    leaking = [path.name for path in stored if b"ELSEWHERE-" in path.read_bytes()]
    assert leaking == ["elsewhere.csv"]
    with closing(sqlite3.connect(recalibrated.store.place / "mlflow.db")) as database:
        assert ("elsewhere",) in database.execute("select name from datasets").fetchall()


@pytest.fixture
def address(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.address)
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    return store


@pytest.mark.parametrize(
    ("children", "arguments", "told"),
    [
        (
            20,
            (),
            r"\d of the 20 children at risk lost response by day .*expected at least 10 events",
        ),
        (200, ("--method", "slop"), r"no method 'slop' of recalibration; .* Did you mean slope"),
        (200, ("--method", "slope", "--cohort", "none.csv"), r".*\n  none.csv: no such file"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_registered(
    refused: Refused, address: Store, children: int, arguments: tuple[str, ...], told: str
) -> None:
    before = address.state
    answer = refused(main, "--model", CHAMPION, "--cohort", written(address, children), *arguments)
    assert re.match(f"recalibration stopped: {told}", answer)
    assert address.state == before


# ---- where a model is fetched from ------------------------------------------------------------


def test_alias_version_run_and_folder_give_the_same_model(address: Store, trained: Trained) -> None:
    champion = address.client.get_model_version_by_alias(NAME, "champion")
    run_address = f"runs:/{champion.run_id}/{NAME}-ridge"
    known = fingerprint(ridge_folder(trained))
    found = {
        each: fetched_model(each)
        for each in (CHAMPION, f"models:/{NAME}/1", run_address, str(ridge_folder(trained)))
    }
    assert {each.fingerprint for each in found.values()} == {known}
    assert {each.name for each in found.values()} == {NAME}
    assert [each.version for each in found.values()] == ["1", "1", None, None]


def test_version_stays_under_the_name_that_it_was_fetched_from(address: Store) -> None:
    address.client.create_registered_model("hospital-a")
    address.client.copy_model_version(f"models:/{NAME}/1", "hospital-a")
    found = fetched_model("models:/hospital-a/1")
    assert (found.name, found.model.facts.name) == ("hospital-a", NAME)


# ---- interrupted ------------------------------------------------------------------------------


@pytest.fixture
def project_run(address: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """What ``mlflow run`` hands to the script."""
    experiment = address.client.get_experiment_by_name("lorpredict")
    assert experiment is not None
    begun = address.client.create_run(experiment.experiment_id)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", experiment.experiment_id)
    monkeypatch.setenv("MLFLOW_RUN_ID", begun.info.run_id)
    return address


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("mlflow:MlflowClient.finalize_logged_model", id="the model is there"),
        pytest.param("mlflow:MlflowClient._create_model_version", id="making the version"),
        pytest.param("mlflow:MlflowClient.delete_model_version_tag", id="the version is there"),
    ],
)
def test_interrupted_recalibration_leaves_the_store_as_it_was(
    project_run: Store, trained: Trained, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    before, folder = project_run.state, ridge_folder(trained)
    old = PackagedModel.load(folder)
    model = recalibrate(old, cohort_elsewhere(200, sites=0))
    at_call(call, 1, partial(signal.raise_signal, signal.SIGINT), monkeypatch.setattr)
    with pytest.raises(KeyboardInterrupt), interrupts_as_exceptions():
        record_recalibration(model, FetchedModel(old, NAME, "1", fingerprint(folder)))
    assert project_run.state == before
