"""A training that is interrupted registers nothing, moves nothing and leaves no model folder."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import partial

import pytest

from lorpredict import Cohort, Development, ModelDesign, develop
from tests.training.conftest import PROJECT, clean_environment
from tests.training.signalled import at_call
from tests.training.stores import NAME, Store
from training.progress import interrupts_as_exceptions
from training.tracking import LoggedModel, _pending, record_training, register

# MLflow and SQLAlchemy warn about one another; that is theirs to settle.
pytestmark = pytest.mark.filterwarnings("default")

IN_CROSS_VALIDATION = "rich.progress:Progress.update"
LOGGING_A_MODEL = "mlflow:MlflowClient.log_model_artifacts"
LOGGED_A_MODEL = "mlflow:MlflowClient.finalize_logged_model"
MAKING_A_VERSION = "mlflow:MlflowClient._create_model_version"
MOVING_AN_ALIAS = "mlflow:MlflowClient.set_registered_model_alias"
DELETING_A_VERSION = "mlflow:MlflowClient.delete_model_version"
DELETING_A_MODEL = "mlflow:MlflowClient.delete_logged_model"


@pytest.fixture(scope="module")
def two_families(cohort: Cohort, design: ModelDesign) -> Development:
    return develop(cohort, design, family_names=("ridge", "forest"), plan="quick")


@pytest.fixture
def project_run(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``mlflow run`` hands to the script."""
    experiment = store.client.get_experiment_by_name("lorpredict")
    assert experiment is not None
    run = store.client.create_run(experiment.experiment_id)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.address)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", experiment.experiment_id)
    monkeypatch.setenv("MLFLOW_RUN_ID", run.info.run_id)


@pytest.mark.usefixtures("project_run")
@pytest.mark.parametrize(
    "call, then",
    [
        pytest.param(LOGGING_A_MODEL, DELETING_A_MODEL, id="logging the second model"),
        pytest.param(LOGGED_A_MODEL, DELETING_A_MODEL, id="the second model is there"),
        pytest.param(MAKING_A_VERSION, DELETING_A_VERSION, id="making the second version"),
        pytest.param(MOVING_AN_ALIAS, DELETING_A_VERSION, id="moving the second alias"),
    ],
)
def test_interrupted_recording_leaves_the_store_as_it_was(
    store: Store,
    two_families: Development,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    then: str,
) -> None:
    """Interrupted twice: ``mlflow run`` hands Ctrl-C on as SIGINT, and as SIGTERM."""
    before = store.state
    at_call(call, 2, partial(signal.raise_signal, signal.SIGINT), monkeypatch.setattr)
    at_call(then, 1, partial(signal.raise_signal, signal.SIGTERM), monkeypatch.setattr)
    with pytest.raises(KeyboardInterrupt), interrupts_as_exceptions():
        record_training(two_families, name=NAME)
    assert store.state == before


@pytest.mark.usefixtures("project_run")
def test_models_stay_when_the_interruption_comes_after_their_registration(
    store: Store, two_families: Development, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.state

    def interrupted_at_the_end(
        served: Mapping[str, LoggedModel], *, name: str, stages: Mapping[str, str]
    ) -> dict[str, str]:
        register(served, name=name, stages=stages)
        raise KeyboardInterrupt

    monkeypatch.setattr("training.tracking._record.register", interrupted_at_the_end)
    with pytest.raises(KeyboardInterrupt):
        record_training(two_families, name=NAME)
    assert len(store.state.folders) == len(before.folders) + 2
    assert len(store.state.models) == len(before.models) + 2


def train(store: Store, *signals: str) -> subprocess.CompletedProcess[str]:
    module = [sys.executable, "-m", "tests.training.signalled", *signals]
    return subprocess.run(
        [*module, "--", "--families", "ridge,forest", "--plan", "quick"],
        cwd=PROJECT,
        env=clean_environment(MLFLOW_TRACKING_URI=store.address, TMPDIR=str(store.place)),
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )


def test_training_interrupted_in_cross_validation_says_so(store: Store) -> None:
    before = store.state
    run = train(store, f"SIGTERM@{IN_CROSS_VALIDATION}@3")
    assert "training was interrupted" in run.stderr
    assert run.returncode == 130
    assert store.state == before


def test_what_a_killed_training_has_moved_is_put_back_by_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.state
    assert train(store, f"SIGKILL@{MOVING_AN_ALIAS}@2").returncode == -signal.SIGKILL
    left = store.state
    assert left.aliases["champion"] not in before.versions
    assert len(left.folders) == len(before.folders) + 2  # nobody was there to discard them
    monkeypatch.setattr(_pending, "ABANDONED_AFTER_MINUTES", 0)
    _pending.remove_abandoned(store.client, NAME)
    assert (store.state.aliases, store.state.versions) == (before.aliases, before.versions)
