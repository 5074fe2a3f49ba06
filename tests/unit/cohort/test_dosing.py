"""The tables beside the cohort: infusions and levels, a row a day."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lorpredict.clinical import catalogue
from lorpredict.cohort import CohortWarning, read_infusions, read_levels
from lorpredict.errors import CohortFaults
from tests.tables import drawn

INFUSIONS = drawn("""
    patient_id | day | dose_mg | hours
    b          | 0   | 150     |
    a          | 0   | 200     | 2
    a          | 14  | 200     | 2
    b          | 15  | 150     |
    a          | 42  | 200     | 2.5
""")
LEVELS = drawn("""
    patient_id | day | value_ug_ml | below_loq | loq_ug_ml | assay  | antibodies
    b          | 98  |             | true      | 0.4       | ELISA  | high
    a          | 42  | 11.2        |           |           |        |
    a          | 98  | 5.4         | false     | 0.4       | ELISA  | negative
    b          | 154 |             |           |           |        | high
""")


def faults(read: Callable[..., Any], text: str, **options: Any) -> list[str]:
    with pytest.raises(CohortFaults) as refused:
        read(drawn(text), **options)
    return [str(fault) for fault in refused.value.faults]


def test_infusions_are_sorted_by_child_and_day_and_keep_their_rows() -> None:
    table = read_infusions(INFUSIONS).table
    assert table["patient_id"].tolist() == ["a", "a", "a", "b", "b"]
    assert table["day"].tolist() == [0, 14, 42, 0, 15]
    assert table.index.tolist() == [2, 3, 5, 1, 4]


def test_a_level_below_the_limit_stays_missing_and_keeps_its_limit() -> None:
    table = read_levels(LEVELS).table
    row = table.loc[1]
    assert pd.isna(row["value_ug_ml"])
    assert row["below_loq"]
    assert row["loq_ug_ml"] == 0.4


def test_a_table_tells_how_much_it_holds() -> None:
    assert repr(read_infusions(INFUSIONS)) == "Infusions('infusions', 5 rows, 2 children)"
    assert repr(read_levels(LEVELS, name="ours")) == "Levels('ours', 4 rows, 2 children)"
    assert len(read_levels(LEVELS)) == 4


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_they_are_read_from_files_too(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"ours.{ending}"
    write: Any = {"csv": "to_csv", "parquet": "to_parquet", "xlsx": "to_excel"}[ending]
    getattr(INFUSIONS, write)(path, index=False)
    infusions = read_infusions(path)
    assert infusions.name == "ours"
    pd.testing.assert_frame_equal(infusions.table, read_infusions(INFUSIONS).table)


def test_units_are_converted() -> None:
    in_grams = INFUSIONS.rename(columns={"dose_mg": "dose_g"}).assign(dose_g="0.2")
    assert set(read_infusions(in_grams).table["dose_mg"]) == {200.0}
    table = read_levels(LEVELS.rename(columns={"value_ug_ml": "value_mg_l"})).table
    assert table["value_ug_ml"].dropna().tolist() == [11.2, 5.4]


def test_unknown_columns_are_left_out_with_one_warning() -> None:
    with pytest.warns(CohortWarning, match="left out: batch$"):
        infusions = read_infusions(INFUSIONS.assign(batch="x"))
    assert infusions.left_out_columns == ("batch",)


def test_every_fault_of_the_infusions_is_told_at_once() -> None:
    assert faults(
        read_infusions,
        """
        patient_id | day  | dose_mg | hours
        a          | 0    | 5       | 120
        a          | 14   | 3001    |
        a          | 14   | 200     |
        a          | 42.5 | 200     |
        a          | 9    |         |
        b          | -1   | 200     |
        c          | 14   | 200     |
        c          | 42   | 0.2     |
        """,
    ) == [
        "hours is 120 h in row 1: expected 0.25 to 24 hours".replace("120 h", "120 hours"),
        "dose_mg is 3001 mg in row 2: expected 4 to 3000 mg",
        "patient_id is 'a', day 14 in row 3: the same infusion as in row 2. "
        "One row a child and day; remove one, or correct the day",
        "day is 42.5 days in row 4: expected 0 to 7300 days in steps of 1",
        "day is 9 (above: 42.5) in row 5: earlier than the row above it of the same child. "
        "Order the rows of a child by day, or correct the day",
        "dose_mg in row 5: expected a value, the cell is empty",
        "day is -1 days in row 6: expected 0 to 7300 days in steps of 1",
        "day is 14 in row 7: the first infusion of this child is not there. "
        "Days count from the first infusion: expected a row with day 0",
        'dose_mg is 0.2 mg in row 8: expected 4 to 3000 mg. Did you mean unit="g" (column dose_g)?',
    ]


def test_every_fault_of_the_levels_is_told_at_once() -> None:
    assert faults(
        read_levels,
        """
        patient_id | day | value_ug_ml | below_loq | loq_ug_ml | antibodies
        a          | 98  | 5400        |           |           |
        a          | 90  | <0.4        |           |           |
        a          | 99  |             | true      |           |
        b          | 98  | 0.5         | true      | 0.4       |
        b          | 98  |             |           |           | positive
        c          | 98  |             | false     | 0.4       |
        """,
    ) == [
        "value_ug_ml is 5400 µg/mL in row 1: expected 0 to 500 µg/mL. "
        'Did you mean unit="ng/mL" (column value_ng_ml)?',
        "value_ug_ml is '<0.4' in row 2: expected a number, 0 to 500 µg/mL. "
        "Leave it empty, set below_loq to true and give the limit in loq_ug_ml",
        "day is 90 (above: 98) in row 2: earlier than the row above it of the same child. "
        "Order the rows of a child by day, or correct the day",
        "below_loq in row 3: the level is below a limit that is not given. Give loq_ug_ml",
        "value_ug_ml is 0.5 µg/mL (limit: 0.4) in row 4: "
        "said to be below the limit of quantification, but lies above it",
        "antibodies is 'positive' in row 5: expected one of negative, low, high",
        "patient_id is 'b', day 98 in row 5: the same sample as in row 4. "
        "One row a child and day; remove one, or correct the day",
        "value_ug_ml in row 5: nothing was measured. "
        "Give a level, or below_loq and loq_ug_ml, or antibodies; or remove the row",
        "value_ug_ml in row 6: nothing was measured. "
        "Give a level, or below_loq and loq_ug_ml, or antibodies; or remove the row",
    ]


def test_missing_columns_do_not_hide_one_another() -> None:
    assert faults(read_infusions, "patientid\na") == [
        "patient_id: this column is needed and is not there. Did you mean patientid?",
        "day: this column is needed and is not there",
        "dose_mg: this column is needed and is not there",
    ]


@pytest.mark.parametrize("name", ["infusions", "levels"])
def test_nothing_of_these_tables_predicts_by_itself(name: str) -> None:
    assert not [key for key, column in catalogue(name).items() if column.may_predict]
