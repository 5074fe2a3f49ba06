"""`mlflow run -e monitor` reads an audit store and tells whether the model still fits."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import Refused, run_project
from tests.unit.monitoring.audits import Service, written
from training.monitor import AUDIT_VARIABLE, main


@dataclass(frozen=True)
class Monitored:
    """Where a monitoring left its store, and what it printed."""

    place: Path
    printed: str

    def kept(self, table: str) -> dict[str, object]:
        with closing(sqlite3.connect(self.place / "mlflow.db")) as database:
            return dict(database.execute(f"select key, value from {table}"))  # noqa: S608  ours


@pytest.fixture(scope="module")
def monitored(tmp_path_factory: pytest.TempPathFactory) -> Monitored:
    """A service whose risks are twice too high, and whose children changed half-way."""
    audits, place = tmp_path_factory.mktemp("audits"), tmp_path_factory.mktemp("monitored")
    rows = Service(moved=1.0, told=2.0).rows(np.random.default_rng(1), first="PLANTED")
    address = written(rows, audits / "audit.db")
    run = run_project("monitor", place, audit=address, reference="2022-06-30", since="2022-02-01")
    assert run.returncode == 0, run.stdout + run.stderr
    return Monitored(place, run.stdout + run.stderr)


def test_verdict_is_printed_and_kept(monitored: Monitored) -> None:
    for told in (
        "questions of 2022-02 to 2022-12",
        "fewer losses of response than told by day 730: observed / expected 0.",
        "C-reactive protein: its distribution has changed, large",
        "mlflow run . -e recalibrate -P model=models:/lorpredict-week14@champion",
    ):
        assert told in monitored.printed
    assert re.search(r"report: \S+/monitoring\.md", monitored.printed)
    (kept,) = monitored.place.rglob("monitoring.txt")
    assert "fewer losses of response than told" in kept.read_text("utf-8")


@pytest.mark.parametrize(
    "name",
    ["monitoring.md", "tables/predictors.csv", "tables/observed_expected.csv",
     "tables/missing_by_period.csv", "figures/cumulative.png", "figures/cumulative.svg",
     "figures/predictor_drift.png", "figures/missingness.svg"],
)  # fmt: skip
def test_artifact_is_logged(monitored: Monitored, name: str) -> None:
    (found,) = monitored.place.rglob(f"artifacts/{name}")
    assert found.stat().st_size


def test_figures_are_metrics_and_the_model_is_tagged(monitored: Monitored) -> None:
    metrics, tags = monitored.kept("latest_metrics"), monitored.kept("tags")
    low, high = metrics["monitor_oe_730_low"], metrics["monitor_oe_730_high"]
    assert isinstance(low, float)
    assert isinstance(high, float)
    assert low < 0.5 < high < 1
    assert (tags["monitoring"], tags["model.version"]) == ("champion", "3")
    assert tags["model.fingerprint"] == "c" * 64
    assert tags["questions.first_month"] == "2022-02"
    assert "registered_models" not in str(tags)


@pytest.mark.parametrize("secret", ["5ec7e7", "f1b0", b"PLANTED".hex(), "PLANTED"])
def test_no_pseudonym_is_in_anything_that_is_kept_or_printed(
    monitored: Monitored, secret: str
) -> None:
    stored = [path for path in monitored.place.rglob("*") if path.is_file()]
    assert len(stored) > 15
    assert [path.name for path in stored if secret.encode() in path.read_bytes()] == []
    assert secret not in monitored.printed


# ---- refusals, told as sentences --------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "monitoring stopped: no audit store; expected -P audit=sqlite:////whole/path"),
        (("--audit", "sqlite:////nowhere/audit.db"), "there is no file /nowhere/audit.db"),
        (("--audit", "audit.db"), "expected an address without a password"),
        (("--audit", "sqlite:////a.db", "--since", "May"), "expected a day such as 2026-01-31"),
        (("--audit", "sqlite:////a.db", "--landmark", "0"), "expected a whole number, 1 or above"),
    ],
)
def test_wrong_arguments_are_told_before_a_store_is_begun(
    refused: Refused, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    monkeypatch.delenv(AUDIT_VARIABLE, raising=False)
    assert told in refused(main, *arguments)
    assert not list(Path.cwd().iterdir())


def test_password_is_refused_with_the_way_out_and_not_repeated(refused: Refused) -> None:
    answer = refused(main, "--audit", "postgresql://u:topsecret@h/db")
    assert "this one holds a password" in answer
    assert f"the environment variable {AUDIT_VARIABLE}" in answer
    assert "topsecret" not in answer


def test_address_of_the_environment_is_heard(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(AUDIT_VARIABLE, "sqlite:////nowhere/theirs.db")
    assert "there is no file /nowhere/theirs.db" in refused(main)
    monkeypatch.setenv(AUDIT_VARIABLE, "off")
    assert f"{AUDIT_VARIABLE} is no address of a database" in refused(main)


def test_window_without_answers_is_told(refused: Refused, tmp_path: Path) -> None:
    address = written(Service(months=2).rows(np.random.default_rng(1)), tmp_path / "audit.db")
    asked = ("--audit", address, "--until", "2021-01-01", "--fingerprint", "", "--since", "")
    assert "monitoring stopped: no answer by the alias 'champion'" in refused(main, *asked)
