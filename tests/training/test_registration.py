"""Versions and aliases move together or not at all, and only those that are ours."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from functools import partial

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INTERNAL_ERROR

from tests.training.signalled import at_call
from tests.training.stores import NAME, Store
from training.progress import interrupts_as_exceptions
from training.tracking import LoggedModel, _pending, register

# MLflow and SQLAlchemy warn about one another; that is theirs to settle.
pytestmark = pytest.mark.filterwarnings("default")

CHAMPION, CHALLENGER = "1", "2"


@pytest.fixture(autouse=True)
def _address(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.address)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is pending counts as abandoned, however young it is."""
    monkeypatch.setattr(_pending, "ABANDONED_AFTER_MINUTES", 0)


def signal_at(
    monkeypatch: pytest.MonkeyPatch, step: str, count: int, number: signal.Signals
) -> None:
    send = partial(signal.raise_signal, number)
    at_call(f"mlflow:MlflowClient.{step}", count, send, monkeypatch.setattr)


def away() -> None:
    raise MlflowException("the registry is away", error_code=INTERNAL_ERROR)


def registered(served: Mapping[str, LoggedModel]) -> dict[str, str]:
    return register(served, name=NAME, stages=dict.fromkeys(served, "demo"))


def left_by_a_killed_run(store: Store, served: Mapping[str, LoggedModel]) -> dict[str, str]:
    """Versions that are pending, with their aliases moved: the worst moment to be killed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MlflowClient, "delete_model_version_tag", lambda *_: None)
        return registered(served)


@pytest.mark.parametrize(
    "step, count",
    [
        ("_create_model_version", 2),
        ("set_registered_model_alias", 1),
        ("set_registered_model_alias", 2),
        ("delete_model_version_tag", 1),
        ("delete_model_version_tag", 2),
    ],
)
@pytest.mark.parametrize("undone", ["delete_model_version", "search_model_versions"])
def test_interrupted_registration_is_taken_back_whatever_follows(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: str, count: int, undone: str
) -> None:
    before, served = store.state, store.served
    signal_at(monkeypatch, step, count, signal.SIGINT)
    later = 4 if undone == "search_model_versions" else 1  # two are asked before anything is made
    signal_at(monkeypatch, undone, later, signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), interrupts_as_exceptions():
        registered(served)
    assert store.state == before


def test_failed_registration_is_taken_back_undisturbed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, served = store.state, store.served
    at_call("mlflow:MlflowClient.set_registered_model_alias", 2, away, monkeypatch.setattr)
    signal_at(monkeypatch, "delete_model_version", 1, signal.SIGINT)
    with pytest.raises(MlflowException, match="the registry is away"):
        registered(served)
    assert store.state == before


def test_challenger_that_was_removed_comes_back_with_the_champion(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, served = store.state, store.served
    signal_at(monkeypatch, "delete_model_version_tag", 1, signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), interrupts_as_exceptions():
        registered({"champion": served["champion"]})
    assert store.state == before


def test_alias_of_the_user_stays_and_a_challenger_without_successor_goes(store: Store) -> None:
    store.client.set_registered_model_alias(NAME, "hospital-a", CHALLENGER)
    versions = registered({"champion": store.served["champion"]})
    assert store.state.aliases == {"hospital-a": CHALLENGER, **versions}


def test_version_remembers_what_stood_before_it(store: Store) -> None:
    versions = registered(store.served)
    for number in versions.values():
        tags = store.versions[number].tags
        assert tags["lorpredict.before.champion"] == CHAMPION
        assert tags["lorpredict.before.challenger"] == CHALLENGER
        assert "lorpredict.pending" not in tags


def test_first_registration_that_is_interrupted_leaves_no_alias(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal_at(monkeypatch, "delete_model_version_tag", 1, signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interrupts_as_exceptions():
        register(store.served, name="another", stages=dict.fromkeys(store.served, "demo"))
    assert store.client.get_registered_model("another").aliases == {}
    assert not store.client.search_model_versions("name='another'")


def test_what_a_killed_registration_left_is_taken_back(store: Store, at_once: None) -> None:
    before = store.state
    left_by_a_killed_run(store, store.served)
    _pending.remove_abandoned(store.client, NAME)
    assert store.state == before


def test_next_registration_removes_what_was_left(store: Store, at_once: None) -> None:
    left = left_by_a_killed_run(store, store.served)
    versions = registered(store.served)
    assert store.state.aliases == versions
    assert not set(left.values()) & set(store.versions)


def test_pending_version_without_alias_is_removed(store: Store, at_once: None) -> None:
    """As versions of earlier releases, which say nothing about what stood before."""
    before = store.state
    mlflow.register_model(store.served["champion"].uri, NAME, tags={"lorpredict.pending": "true"})
    _pending.remove_abandoned(store.client, NAME)
    assert store.state == before


def test_registration_that_had_all_but_ended_is_finished(store: Store, at_once: None) -> None:
    versions = left_by_a_killed_run(store, store.served)
    store.client.delete_model_version_tag(NAME, versions["champion"], "lorpredict.pending")
    _pending.remove_abandoned(store.client, NAME)
    assert store.state.aliases == versions
    assert "lorpredict.pending" not in store.versions[versions["challenger"]].tags


def test_young_pending_versions_may_be_another_training_and_stay(store: Store) -> None:
    left = left_by_a_killed_run(store, store.served)
    registered(store.served)
    assert set(left.values()) <= set(store.versions)


def test_two_killed_registrations_lead_back_to_what_stood_before_both(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, served = store.state, store.served
    left_by_a_killed_run(store, served)
    left_by_a_killed_run(store, served)
    monkeypatch.setattr(_pending, "ABANDONED_AFTER_MINUTES", 0)
    _pending.remove_abandoned(store.client, NAME)
    assert store.state == before


def test_target_that_is_gone_leaves_no_alias(store: Store, at_once: None) -> None:
    left_by_a_killed_run(store, store.served)
    store.client.delete_model_version(NAME, CHAMPION)
    _pending.remove_abandoned(store.client, NAME)
    assert store.state.aliases == {"challenger": CHALLENGER}


def test_registry_that_cannot_be_read_stops_the_registration(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, served = store.state, store.served
    with monkeypatch.context() as patch:
        at_call("mlflow:MlflowClient.get_registered_model", 1, away, patch.setattr)
        with pytest.raises(MlflowException, match="the registry is away"):
            registered(served)
    assert store.state == before
