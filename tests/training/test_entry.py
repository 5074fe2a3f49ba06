"""What the entry points share: where a cohort is, and which arguments are refused."""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from lorpredict import Cohort, catalogue
from lorpredict.synthetic import RECONSTRUCTED_COHORT
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


def asked(*arguments: str) -> Cohort:
    parser = argparse.ArgumentParser()
    add_cohort(parser, default="none by default")
    return cohort_of(parser.parse_args(arguments), catalogue(), without=shipped_cohort)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(RECONSTRUCTED_COHORT)


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


def test_database_is_asked_its_query(tmp_path: Path, table: pd.DataFrame) -> None:
    with closing(sqlite3.connect(tmp_path / "hospital.db")) as database:
        table.to_sql("children", database, index=False)
    found = asked(
        "--address", f"sqlite:///{tmp_path / 'hospital.db'}",
        "--query", "select * from children where sex = 'female'",
    )  # fmt: skip
    assert len(found) == (table["sex"] == "female").sum()
    assert found.name == "hospital"


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
    with pytest.raises(argparse.ArgumentTypeError, match="expected at least 1"):
        positive("0")


@pytest.mark.parametrize("text", ["", "a/b", "a:b", "a.b", "50%", "it's"])
def test_name_that_mlflow_would_refuse_is_refused_first(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected a name without"):
        model_name(text)
