"""Cells that cannot be read: refused by name with what to write instead, and never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lorpredict import read_cohort
from tests.unit.cohort.told import faults_of

SOUND = {"patient_id": "a", "follow_up_days": "200", "outcome": "secondary_lor"}
DATE = "expected a date such as 2024-03-31"


def table_with(**values: Any) -> pd.DataFrame:
    return pd.DataFrame([SOUND | values])


def written(folder: Path, text: str) -> Path:
    path = folder / "ours.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    "cell", ["2024-03-31", " 2024-03-31 ", "2024-03-31 00:00:00", "2024-03-31T00:00:00.000000"]
)
def test_a_day_is_written_year_month_day(cell: str) -> None:
    table = read_cohort(table_with(ifx_start_date=cell)).table
    assert table["ifx_start_date"].tolist() == ["2024-03-31"]


@pytest.mark.parametrize(
    "cell, way_out",
    [
        ("31.03.2024", ". Write year-month-day; the order of other dates cannot be known"),
        ("03/31/2024", ". Write year-month-day; the order of other dates cannot be known"),
        ("2024/03/31", ". Write year-month-day; the order of other dates cannot be known"),
        ("2024-3-31", ". Write year-month-day; the order of other dates cannot be known"),
        ("2024-03-31 10:30:00", ". Leave the time of day out"),
        ("2024-03-31T00:00:00+02:00", ". Leave the time of day out"),
        ("2024-02-30", ""),
        ("in March", ""),
    ],
)
def test_any_other_date_is_refused_with_the_way_out(cell: str, way_out: str) -> None:
    assert faults_of(table_with(ifx_start_date=cell)) == [
        f"ifx_start_date is '{cell}' in row 1: {DATE}{way_out}"
    ]


@pytest.mark.parametrize("cell", ["45382", 45382, 45382.0])
def test_the_number_that_excel_keeps_for_a_date_is_refused(cell: object) -> None:
    assert faults_of(table_with(ifx_start_date=cell)) == [
        f"ifx_start_date is '{cell}' in row 1: {DATE}. "
        "If Excel shows a date here, format the column as a date, or write it as text"
    ]


@pytest.mark.parametrize(
    "column, cell, told",
    [
        ("sex", "F", "expected one of male, female. Did you mean female?"),
        ("sex", "m", "expected one of male, female. Did you mean male?"),
        ("sex", "Male", "expected one of male, female. Did you mean male?"),
        ("sex", "1", "expected one of male, female"),
        ("location", "l1", "expected one of L3, L2, L1, none. Did you mean L1?"),
        ("location", "L", "expected one of L3, L2, L1, none"),
        ("behaviour", "b2", "expected one of B1, B2, B3, B2B3. Did you mean B2?"),
        ("perianal", "yes", "expected true or false. Write true for yes and false for no"),
        ("perianal", "No", "expected true or false. Write true for yes and false for no"),
        ("perianal", "unknown", "expected true or false. "
         "Leave the cell empty where nothing was measured"),
    ],
)  # fmt: skip
def test_a_level_of_another_spelling_is_refused(column: str, cell: str, told: str) -> None:
    assert faults_of(table_with(**{column: cell})) == [f"{column} is '{cell}' in row 1: {told}"]


@pytest.mark.parametrize("cell", [1, 0, 1.0], ids=["one", "zero", "float"])
def test_a_number_is_no_boolean(cell: float) -> None:
    assert faults_of(table_with(perianal=cell)) == [
        f"perianal is '{cell}' in row 1: expected true or false. Write true for 1 and false for 0"
    ]


@pytest.mark.parametrize("cell", [True, "true"], ids=["boolean", "text"])
def test_a_boolean_is_no_number(cell: object) -> None:
    [told] = faults_of(table_with(crp_mg_l=cell))
    assert "expected a number, 0 to 500 mg/L" in told


@pytest.mark.parametrize("kind", ["Int64", "Float64", "float32", "int8"])
def test_numbers_of_every_type_of_pandas_are_read(kind: Any) -> None:
    table = pd.concat([table_with(), table_with(patient_id="b")], ignore_index=True)
    table["crp_mg_l"] = pd.Series([7, 8]).astype(kind)
    assert read_cohort(table).table["crp_mg_l"].tolist() == [7.0, 8.0]


@pytest.mark.parametrize("kind", ["Int64", "Float64", "float32", "object"])
def test_a_number_that_was_not_given_is_missing(kind: Any) -> None:
    table = pd.concat([table_with(), table_with(patient_id="b")], ignore_index=True)
    table["crp_mg_l"] = pd.Series([7, None]).astype(kind)
    assert read_cohort(table).table["crp_mg_l"].isna().tolist() == [False, True]


def test_infinity_is_no_number() -> None:
    [told] = faults_of(table_with(crp_mg_l=float("inf")))
    assert told.startswith("crp_mg_l is 'inf' in row 1: expected a number")


def test_an_identifier_that_a_spreadsheet_has_shortened_is_refused() -> None:
    # Two children of 1234567890123... would become one.
    assert faults_of(table_with(patient_id="1.23457E+18")) == [
        "patient_id is '1.23457E+18' in row 1: expected a text. "
        "A spreadsheet has shortened this number: format the column as text"
    ]


def test_a_file_of_a_country_with_decimal_commas_is_refused(tmp_path: Path) -> None:
    rows = "patient_id;follow_up_days;outcome;crp_mg_l\na;200;secondary_lor;5,2\n"
    assert faults_of(written(tmp_path, rows)) == [
        "ours.csv: the columns seem to be separated by semicolons. "
        "Save it with commas between the columns and a point as the decimal mark"
    ]


def test_a_file_with_tabs_is_refused(tmp_path: Path) -> None:
    rows = "patient_id\tfollow_up_days\toutcome\na\t200\tsecondary_lor\n"
    [told] = faults_of(written(tmp_path, rows))
    assert "the columns seem to be separated by tabs" in told


def test_quoted_decimal_commas_are_refused_by_their_cell(tmp_path: Path) -> None:
    rows = 'patient_id,follow_up_days,outcome,crp_mg_l\na,200,secondary_lor,"5,2"\n'
    assert faults_of(written(tmp_path, rows)) == [
        "crp_mg_l is '5,2' in row 1: expected a number, 0 to 500 mg/L. "
        "Use a point as the decimal mark"
    ]


def test_each_spelling_of_a_cell_is_told_in_its_own_row() -> None:
    cells = ["4", " x", "", "x", "5", "y"]
    table = pd.concat([table_with(patient_id=name, crp_mg_l=cell)
                       for name, cell in zip("abcdef", cells, strict=True)])  # fmt: skip
    told = [fault.partition(":")[0] for fault in faults_of(table)]
    assert told == ["crp_mg_l is 'x' in row 2", "crp_mg_l is 'x' in row 4",
                    "crp_mg_l is 'y' in row 6"]  # fmt: skip
