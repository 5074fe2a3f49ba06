"""What the entry points share: where a cohort is, and which arguments are refused."""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from lorpredict import Cohort, catalogue
from lorpredict.errors import CohortFaults
from lorpredict.synthetic import RECONSTRUCTED_COHORT
from training.addresses import ADDRESS_VARIABLE, address
from training.entry import (
    ArgumentsError,
    add_cohort,
    cohort_of,
    model_name,
    no_cohort,
    positive,
    shipped_cohort,
    whole,
)

GIRLS = "select * from children where sex = 'female'"


def asked(*arguments: str) -> Cohort:
    parser = argparse.ArgumentParser()
    add_cohort(parser, default="none by default")
    return cohort_of(parser.parse_args(arguments), catalogue(), without=shipped_cohort)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (ADDRESS_VARIABLE, "MLFLOW_RUN_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(RECONSTRUCTED_COHORT)


@pytest.fixture
def hospital(tmp_path: Path, table: pd.DataFrame) -> str:
    """Address of a database with every child."""
    with closing(sqlite3.connect(tmp_path / "hospital.db")) as database:
        table.to_sql("children", database, index=False)
    return f"sqlite:///{tmp_path / 'hospital.db'}"


@pytest.mark.parametrize("nothing", [(), ("--cohort", ""), ("--cohort", "/dev/null")])
def test_no_file_means_what_the_entry_point_takes_without(
    nothing: tuple[str, ...], cohort: Cohort
) -> None:
    assert asked(*nothing).sha256 == cohort.sha256


def test_empty_sheet_and_query_stand_for_none(cohort: Cohort) -> None:
    """MLproject hands an empty text over for what was not given."""
    empty = ("--sheet", "", "--address", "", "--query", "")
    assert asked("--cohort", str(RECONSTRUCTED_COHORT), *empty).sha256 == cohort.sha256


def test_sheet_of_a_workbook_is_read(tmp_path: Path, table: pd.DataFrame) -> None:
    with pd.ExcelWriter(tmp_path / "ours.xlsx") as workbook:
        pd.DataFrame({"about": ["notes"]}).to_excel(workbook, sheet_name="read me", index=False)
        table.to_excel(workbook, sheet_name="children", index=False)
    assert len(asked("--cohort", str(tmp_path / "ours.xlsx"), "--sheet", "children")) == 69


def test_database_is_asked_its_query(hospital: str, table: pd.DataFrame) -> None:
    found = asked("--address", hospital, "--query", GIRLS)
    assert len(found) == (table["sex"] == "female").sum()
    assert found.name == "hospital"


def test_address_may_come_from_the_environment(
    hospital: str, table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, hospital)
    assert len(asked("--cohort", "/dev/null", "--query", GIRLS)) == (table["sex"] == "female").sum()


def test_arguments_are_heard_before_the_environment(
    hospital: str, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, "sqlite:////nowhere/theirs.db")
    assert asked("--cohort", str(RECONSTRUCTED_COHORT)).sha256 == cohort.sha256
    assert asked("--address", hospital, "--query", GIRLS).name == "hospital"


def test_address_of_the_environment_needs_a_query(
    hospital: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shipped children never stand in for those of a database."""
    monkeypatch.setenv(ADDRESS_VARIABLE, hospital)
    with pytest.raises(CohortFaults, match="hospital: an address needs a query"):
        asked()


@pytest.mark.parametrize("nothing", ["", "  "])
def test_query_without_a_database_is_refused(nothing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, nothing)
    with pytest.raises(ArgumentsError, match="a query and no database"):
        asked("--query", GIRLS)


def test_what_is_no_address_in_the_environment_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, "u:topsecret@h/db")
    with pytest.raises(ArgumentsError, match=f"{ADDRESS_VARIABLE} is no address") as refused:
        asked("--query", GIRLS)
    assert "secret" not in str(refused.value)


PASSWORDS = [
    "postgresql://u:topsecret@h/db",
    "postgresql://:topsecret@h/db",
    "postgresql://u:top%73ecret@h/db",
    "postgresql://u:top#secret@h/db",
    "postgresql://u:top/secret@h/db",
    "postgresql://u:top?secret@h/db",
    "postgresql://u:top@secret@h/db",
    "postgresql://u:top[secret@h/db",
    "postgresql://u/x:topsecret@h/db",
    "postgresql:///u:topsecret@h/db",
    "postgresql://u%3Atopsecret@h/db",
    "postgresql://u:topsecret@h:port/db",
    "u:topsecret@h/db",
    "postgresql://h/db?password=topsecret",
    "postgresql://h/db?sslpassword=topsecret",
    "postgresql://h/db?unheard_of=topsecret",
    "postgresql://h/db?options=-c%20app.Password%3Dtopsecret",
    "postgresql://[::1]topsecret@h/db",
    "mssql+pyodbc://h/db?pwd=topsecret",
    "mssql+pyodbc://h/db;UID=u;PWD=topsecret",
    "mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BUID%3Du%3BPWD%3Dtopsecret",
    "sqlite+pysqlcipher://:topsecret@/ours.db",
]


@pytest.mark.parametrize(
    "argument, text",
    [
        *(("--address", text) for text in PASSWORDS),
        *(("--cohort", text) for text in PASSWORDS if "://" in text),
    ],
)
def test_password_is_refused_and_never_repeated(
    argument: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        asked(argument, text, "--query", GIRLS)
    told = capsys.readouterr().err
    assert stopped.value.code == 2
    assert "expected an address without a password" in told
    assert ADDRESS_VARIABLE in told
    assert "secret" not in told
    assert "MLflow" not in told


@pytest.mark.parametrize(
    "text",
    [
        "",
        "postgresql://user@host/database",
        "postgresql+psycopg://user%40clinic@[::1]:5432/database",
        "postgresql:///database?host=/run/postgresql&sslmode=verify-full&sslrootcert=/ca.pem",
        "postgresql://h/db?options=-c%20search_path%3Dclinic&connect_timeout=3",
        "mssql+pyodbc://user@host/db?driver=ODBC+Driver+18+for+SQL+Server&Encrypt=yes",
        "sqlite:////srv/user@clinic/ours.db",
        "sqlite:///file:ours.db?mode=ro&uri=true",
    ],
)
def test_address_without_a_password_is_taken_as_it_is(text: str) -> None:
    assert address(text) == text


def test_under_mlflow_the_refusal_says_that_the_parameter_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_RUN_ID", "0ab1")
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        address("postgresql://u:topsecret@h/db")
    told = str(refused.value)
    assert "MLflow has already kept this parameter, in the run 0ab1" in told
    assert "change the password" in told
    assert "`mlflow runs delete --run-id 0ab1`" in told
    assert "`mlflow gc --tracking-uri STORE --run-ids 0ab1`" in told


def test_no_model_is_judged_by_children_who_do_not_exist() -> None:
    with pytest.raises(ArgumentsError, match="no cohort; expected -P cohort=FILE"):
        no_cohort()


@pytest.mark.parametrize("text", ["20", "20.0", "20."])
def test_whole_numbers_come_as_they_were_typed(text: str) -> None:
    assert whole(text) == positive(text) == 20


@pytest.mark.parametrize("text", ["-1", "2.5", "many", ""])
def test_anything_else_is_no_whole_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected a whole number"):
        whole(text)


def test_zero_draws_are_refused() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="1 or above"):
        positive("0")


@pytest.mark.parametrize("text", ["", "a/b", "a:b", "a.b", "50%", "it's"])
def test_name_that_mlflow_would_refuse_is_refused_first(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected a name without"):
        model_name(text)
