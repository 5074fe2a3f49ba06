"""The items of an activity index beside the cohort: what is read, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lorpredict.clinical import ActivityIndex
from lorpredict.clinical._activity_columns import activity_catalogue, column_of_points
from lorpredict.cohort import CohortWarning, read_activity
from lorpredict.errors import CatalogueError
from tests.unit.cohort.items import PCDAI, WPCDAI, activity_of, faults, visited

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "tables-beside-the-cohort.md"


# ---- the columns ----------------------------------------------------------------------------


@pytest.mark.parametrize("index", [PCDAI, WPCDAI], ids=lambda index: index.name)
def test_every_name_of_every_item_is_a_column_and_nothing_else_is(index: ActivityIndex) -> None:
    named = [name for item in index.items for name in item.names]
    assert list(activity_catalogue(index.name)) == ["patient_id", "visit", *named]


@pytest.mark.parametrize("index", [PCDAI, WPCDAI], ids=lambda index: index.name)
def test_a_column_of_points_takes_exactly_the_points_of_its_item(index: ActivityIndex) -> None:
    for item in index.items:
        column = activity_catalogue(index.name)[item.name]
        fitting = [each for each in np.arange(-5, 30, 0.5) if not column.fault(float(each))]
        assert fitting == list(item.points)


@pytest.mark.parametrize("index", [PCDAI, WPCDAI], ids=lambda index: index.name)
def test_a_column_of_values_takes_what_its_measure_takes(index: ActivityIndex) -> None:
    for measure in (measure for item in index.items for measure in item.measures):
        column = activity_catalogue(index.name)[measure.name]
        assert column.plausible == measure.plausible
        assert column.plausible_source == "house limit"


def test_points_in_uneven_steps_have_no_column_yet() -> None:
    uneven = replace(PCDAI.items[0], points=(0.0, 5.0, 20.0))
    with pytest.raises(CatalogueError, match="abdominal_pain: a column of points needs even steps"):
        column_of_points(PCDAI, uneven)


def test_an_item_predicts_nothing_by_itself() -> None:
    assert not [key for key, column in activity_catalogue().items() if column.may_predict]


# ---- reading --------------------------------------------------------------------------------


def test_items_are_sorted_by_child_and_visit_and_keep_their_rows() -> None:
    rows = [visited(), visited("first_infusion"), visited(patient_id="B", stools=5)]
    table = activity_of(*rows).table
    assert table.index.tolist() == [3, 2, 1]
    assert table["visit"].tolist() == ["week14", "first_infusion", "week14"]
    assert table["stools"].tolist() == [5.0, 0.0, 0.0]


def test_a_table_tells_how_much_it_holds() -> None:
    one = read_activity(pd.DataFrame([visited()]))
    assert repr(one) == "ActivityItems('activity', pcdai, 1 row, 1 child)"
    rows = [visited(of=WPCDAI), visited(of=WPCDAI, patient_id="b")]
    two = activity_of(*rows, index="wpcdai")
    assert repr(two) == "ActivityItems('theirs', wpcdai, 2 rows, 2 children)"
    assert len(two) == 2


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_items_are_read_from_files_too(tmp_path: Path, ending: str) -> None:
    rows = pd.DataFrame([visited("first_infusion", esr_mm_h=33.5), visited(esr_mm_h=None)])
    path = tmp_path / f"ours.{ending}"
    write: Any = {"csv": "to_csv", "parquet": "to_parquet", "xlsx": "to_excel"}[ending]
    getattr(rows, write)(path, index=False)
    activity = read_activity(path)
    assert activity.name == "ours"
    pd.testing.assert_frame_equal(activity.table, read_activity(rows).table)


@pytest.mark.parametrize(
    ("column", "units"), [("albumin_g_dl", {}), ("albumin_g_l", {"albumin_g_l": "g/dL"})]
)
def test_measured_values_are_converted(column: str, units: dict[str, str]) -> None:
    table = activity_of(visited() | {column: 3.1, "albumin": None}, units=units).table
    assert table["albumin_g_l"].tolist() == [31.0]


def test_unknown_columns_are_left_out_with_one_warning() -> None:
    with pytest.warns(CohortWarning, match="left out: nurse$"):
        activity = activity_of(visited(nurse="x"))
    assert activity.left_out_columns == ("nurse",)
    assert faults(activity_of, visited(nurse="x"), strict=True) == ["nurse: not in the catalogue"]


def test_every_fault_of_the_items_is_told_at_once() -> None:
    both: dict[str, Any] = {"albumin": None, "albumin_g_l": None}
    channels: dict[str, Any] = {"height": None, "height_channels_lost": None}
    rows = [
        visited(**both | {"albumin": 5, "albumin_g_l": 33}, **channels),
        visited(**both, **channels | {"height_channels_lost": 1}),
        visited("week 14", patient_id="b", **both, **channels | {"height": 7}),
        visited(patient_id="c", **both | {"albumin": 35, "albumin_g_l": None}, **channels),
        visited(patient_id="d", **both | {"albumin_g_l": 3.5}, **channels, weight_loss_percent=70),
        visited(patient_id=None, **both, **channels, stools="n.a."),
    ]
    assert faults(activity_of, *rows) == [
        "albumin in row 1: given more than once. Give one of albumin, albumin_g_l",
        "height_channels_lost is 1 channels in row 2: only for first_infusion",
        "patient_id is 'a', 'week14' in row 2: the same visit as in row 1. "
        "One row a child and visit; remove one, or correct the visit",
        "visit is 'week 14' in row 3: expected one of first_infusion, week14",
        "height is 7 in row 3: expected 0 to 10 in steps of 5. These are points; "
        "a measured value goes under height_channels_lost or height_velocity_sd",
        "albumin is 35 in row 4: expected 0 to 10 in steps of 5. These are points; "
        "a measured value goes under albumin_g_l",
        'albumin_g_l is 3.5 g/L in row 5: expected 10 to 60 g/L. Did you mean unit="g/dL" '
        "(column albumin_g_dl)?",
        "weight_loss_percent is 70 % in row 5: expected -100 to 60 %",
        "stools is 'n.a.' in row 6: expected a number, 0 to 10 in steps of 5",
        "patient_id in row 6: expected a value, the cell is empty",
    ]


def test_an_item_without_any_column_is_named_with_what_it_may_be_called() -> None:
    row = visited() | {"stool": 0, "abdomen": None}
    del row["stools"], row["esr"], row["height"]
    assert faults(activity_of, row) == [
        "esr: no column esr or esr_mm_h. An empty column says that it was never recorded",
        "height: no column height, height_channels_lost or height_velocity_sd. "
        "An empty column says that it was never recorded",
        "stools: no column stools. Did you mean stool?",
    ]


def test_points_have_no_unit() -> None:
    (told,) = faults(activity_of, visited(), units={"albumin": "g/dL"})
    assert told.endswith("These are points; a measured value goes under albumin_g_l")


def test_missing_columns_are_told_as_everywhere() -> None:
    row = visited()
    del row["visit"]
    assert faults(activity_of, row) == ["visit: this column is needed and is not there"]


def test_an_index_that_nobody_knows_is_refused() -> None:
    with pytest.raises(CatalogueError, match="no index is called 'pdcai'; known: pcdai, wpcdai"):
        activity_of(visited(), index="pdcai")


# ---- the page -------------------------------------------------------------------------------


def test_the_page_on_tables_beside_the_cohort_runs(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    told: dict[str, Any] = {}
    exec(compile("\n".join(blocks), PAGE.name, "exec"), told)  # noqa: S102  our own page
    table = told["cohort"].table.set_index("patient_id")
    assert table["ifx_dose_mg_kg"].tolist() == [5.0, 6.0]
    assert table["landmark_day"].tolist()[0] == 100.0
    assert table["trough_week14_ug_ml"].tolist() == [5.4, 0.2]
    assert table.loc["a", ["pcdai_baseline", "pcdai_week14"]].tolist() == [47.5, 0.0]
    assert table.loc["b", "pcdai_week14"] == 30.0
    assert "severe" in capsys.readouterr().out


def test_the_page_names_every_item_of_the_pcdai() -> None:
    page = PAGE.read_text("utf-8")
    names = [name for item in PCDAI.items for name in item.names]
    assert [name for name in names if f"`{name}`" not in page] == []
