"""``-P tuning=... -P studies=...``: what is logged, told, kept and refused."""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from training.addresses import STUDIES_VARIABLE, studies_address
from training.entry import ArgumentsError, add_judging, studies_of
from training.main import main

Refused = Callable[..., str]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (STUDIES_VARIABLE, "MLFLOW_RUN_ID"):
        monkeypatch.delenv(name, raising=False)


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


def test_what_was_chosen_is_logged_and_told(
    train: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    studies = tmp_path / "studies.db"
    asked = ("--families", "boosting", "--plan", "quick", "--tuning", "on")
    run = train(*asked, "--studies", f"sqlite:///{studies}", place=tmp_path)
    printed = run.stdout + run.stderr
    assert run.returncode == 0, printed
    assert "settings tuned inside wherever there are any, 20 trials each time" in printed
    assert "  tuned as asked; 18 events are few to tell settings apart\n" in printed
    assert "\ntuned: boosting: n_estimators " in printed
    assert "A new study" not in printed
    store = tmp_path / "mlflow.db"
    logged = dict(rows(store, "select key, value from params where key like 'setting.%'"))
    assert {"setting.max_depth", "setting.subsample", "setting.penalty"} <= logged.keys()
    assert rows(store, "select value from params where key = 'tuned'") == [
        ("n_estimators,learning_rate,max_depth,min_child_weight,reg_lambda",)
    ]
    scores = dict(rows(store, "select key, value from metrics where key like 'tuning.%'"))
    assert 0 < scores["tuning.integrated_brier"] <= scores["tuning.integrated_brier_by_default"]
    assert rows(store, "select value from params where key = 'evaluation.tuned'") == [("all",)]
    # Five folds, and the model of all children.
    assert rows(studies, "select count(*) from studies") == [(6,)]


def test_too_few_events_are_told_on_the_console(
    train: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    run = train("--families", "ridge", "--plan", "quick", place=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "  settings as by default: 18 events, fewer than 100; which " in run.stdout


@pytest.mark.parametrize(
    "arguments, told",
    [
        (("--tuning", "onn"), "no tuning 'onn': expected one of auto, on, off. Did you mean on?"),
        (("--studies", "mysql://host/db"), "no studies are kept in mysql://: expected sqlite:////"),
        (("--studies", "sqlite:///ours.db"), "'ours.db' is not the whole path of a file"),
        (("--studies", "postgresql://me:secret@host/db"), "an address without a password"),
        (("--studies", "postgresql://me:secret@host/db"), STUDIES_VARIABLE),
        (("--studies", "postgresql://host/db?password=secret"), "an address without a password"),
        (("--studies", "secret.db"), "such as sqlite:////whole/path/studies.db or postgresql://"),
        (
            ("--studies", "me:secret@host/db"),
            "this one cannot be read (a path alone is no",
        ),
    ],
)
def test_what_cannot_be_tuned_or_kept_is_refused(
    arguments: tuple[str, ...], told: str, refused: Refused
) -> None:
    printed = refused(main, *arguments, "--families", "null", "--plan", "quick")
    assert told in printed
    assert "secret" not in printed


def test_an_address_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = argparse.ArgumentParser()
    add_judging(parser, without="the usual")
    assert studies_of(parser.parse_args([])) == ""
    monkeypatch.setenv(STUDIES_VARIABLE, "postgresql://me:secret@host/db")
    assert studies_of(parser.parse_args([])) == "postgresql://me:secret@host/db"
    given = parser.parse_args(["--studies", "postgresql://me@host/db"])
    assert studies_of(given) == "postgresql://me@host/db"


def test_what_is_no_address_in_the_environment_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(STUDIES_VARIABLE, "me:secret@host/db")
    with pytest.raises(ArgumentsError, match=f"{STUDIES_VARIABLE} is no address") as no:
        studies_of(argparse.Namespace(studies=""))
    assert "secret" not in str(no.value)


def test_an_address_without_a_password_is_taken_as_it_is() -> None:
    for text in ("", "sqlite:////srv/studies.db", "postgresql://user@host/studies"):
        assert studies_address(text) == text
