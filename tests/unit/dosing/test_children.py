"""Doses, covariates and levels of a cohort's children, from the cohort and the tables beside it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from lorpredict import Cohort, read_cohort
from lorpredict.cohort import read_infusions, read_levels
from lorpredict.dosing import DosedChildren, dosed_children
from lorpredict.errors import CohortFaults
from lorpredict.synthetic import reconstructed_cohort

CHILD: dict[str, Any] = {
    "patient_id": "a",
    "sex": "female",
    "age_years": 12.0,
    "weight_kg": 40.0,
    "albumin_g_l": 36.0,
    "ifx_dose_mg_kg": 5.0,
    "immunomodulator_week14": "true",
    "follow_up_days": 400,
    "outcome": "administrative_end",
}


def cohort(*changes: dict[str, Any]) -> Cohort:
    rows = [{**CHILD, "patient_id": "abc"[place], **each} for place, each in enumerate(changes)]
    return read_cohort(pd.DataFrame(rows), name="ours")


def infusions(**columns: list[Any]) -> Any:
    return read_infusions(pd.DataFrame(columns))


def levels(**columns: list[Any]) -> Any:
    return read_levels(pd.DataFrame(columns))


def test_without_tables_the_first_dose_is_taken_by_plan_and_the_trough_of_week_14() -> None:
    found = dosed_children(cohort({"landmark_day": 100, "trough_week14_ug_ml": 4.2}))
    (child,) = found
    assert child.history.infusion_days == (0, 14, 42, 100)
    assert child.history.doses_mg == (200,) * 4
    assert [(each.day, each.value_ug_ml) for each in child.levels] == [(100, 4.2)]
    assert list(found.assumptions.values()) == [1]


def test_a_trough_below_its_limit_stays_below_it() -> None:
    below = {"trough_week14_below_loq": "true", "trough_week14_loq_ug_ml": 1.0}
    ((level,),) = (child.levels for child in dosed_children(cohort(below)))
    assert (level.value_ug_ml, level.loq_ug_ml) == (None, 1.0)


def test_albumin_changes_on_the_landmark() -> None:
    (child,) = dosed_children(cohort({"albumin_week14_g_l": 41.0}))
    assert [child.history.covariates_on(day)[1] for day in (97, 98)] == [36, 41]


def test_the_tables_beside_the_cohort_go_before_it() -> None:
    given = infusions(patient_id=["a", "a"], day=[0, 20], dose_mg=[240, 260], hours=[None, 1])
    samples = levels(patient_id=["a", "a"], day=[20, 50], value_ug_ml=[22.0, 6.0])
    (child,) = dosed_children(cohort({"trough_week14_ug_ml": 4.2}), infusions=given, levels=samples)
    assert child.history.infusion_days == (0, 20)
    assert child.history.doses_mg == (240, 260)
    assert child.history.hours == (2, 1)
    assert [each.value_ug_ml for each in child.levels] == [22, 6]


def test_a_sample_of_the_first_day_tells_nothing_of_a_dose() -> None:
    samples = levels(patient_id=["a", "a"], day=[0, 50], value_ug_ml=[0.0, 6.0])
    (child,) = dosed_children(cohort({}), levels=samples)
    assert [each.day for each in child.levels] == [50]


@pytest.mark.parametrize(
    "antibodies, onset, known",
    [
        (["negative", "high"], 20, True),
        ([None, "low"], 0, False),
        (["negative", "negative"], None, True),
    ],
    ids=["after a sample without", "not known", "none"],
)
def test_antibodies_are_counted_from_the_last_sample_without(
    antibodies: list[Any], onset: float | None, known: bool
) -> None:
    samples = levels(
        patient_id=["a", "a"], day=[20, 50], value_ug_ml=[9.0, 6.0], antibodies=antibodies
    )
    (child,) = dosed_children(cohort({}), levels=samples)
    assert child.history.antibodies_from_day == onset
    assert child.history.antibodies_onset_known == known


def test_who_cannot_be_forecast_is_left_out_and_counted() -> None:
    ours = cohort({}, {"weight_kg": None}, {"albumin_g_l": None})
    found = dosed_children(ours)
    assert [child.patient_id for child in found] == ["a"]
    assert sorted(found.left_out.items()) == [
        ("no albumin", 1),
        ("no weight, nor the z-scores to compute it from", 1),
    ]
    dosed = infusions(patient_id=["b"], day=[0], dose_mg=[200])
    assert "no infusion in the table of infusions" in dosed_children(ours, infusions=dosed).left_out


def test_a_weight_is_computed_back_from_its_own_z_scores() -> None:
    measured = cohort({"height_cm": 150.0})
    scores = {name: float(measured.table[name].iloc[0]) for name in ("bmi_z", "height_z")}
    (child,) = dosed_children(cohort({"weight_kg": None, **scores}))
    assert child.history.weight_kg.on(0) == pytest.approx(40.0, rel=1e-3)


def test_a_dose_that_is_none_of_its_child_is_named_by_its_own_row_and_day() -> None:
    given = infusions(patient_id=["a", "a", "b", "b"], day=[0, 14] * 2, dose_mg=[200, 5, 200, 20])
    with pytest.raises(CohortFaults) as found:
        dosed_children(cohort({}, {}), infusions=given)
    told = str(found.value)
    assert told.startswith("infusions has 2 faults")
    assert "dose_mg is 5 mg (0.125 mg/kg) on day 14 in row 2: expected 2 to 20 mg/kg" in told
    assert "dose_mg holds mg in all: multiply by the weight" in told
    assert "dose_mg is 20 mg (0.5 mg/kg) on day 14 in row 4" in told


def test_faults_of_both_tables_are_told_at_once_each_with_its_table() -> None:
    given = infusions(patient_id=["a"], day=[0], dose_mg=[20])
    samples = levels(patient_id=["a", "a"], day=[20, 50], value_ug_ml=[9, 8], assay=["elisa", "x"])
    with pytest.raises(CohortFaults) as found:
        dosed_children(cohort({}), infusions=given, levels=samples)
    assert {(each.column, each.row) for each in found.value.faults} == {
        ("dose_mg of infusions", 1),
        ("assay of levels", 2),
    }


@pytest.mark.parametrize(
    "of_cohort, told",
    [
        ({"antibodies_week14": "high"}, "antibodies_week14 is high in the cohort (here: negative)"),
        ({"trough_week14_ug_ml": 9.0}, "trough_week14_ug_ml is 9 in the cohort (here: 4.2)"),
    ],
    ids=["antibodies", "trough"],
)
@pytest.mark.parametrize("fourth", [None, 100], ids=["as planned", "by its infusions"])
def test_a_sample_of_week_14_that_contradicts_the_cohort_is_refused(
    of_cohort: dict[str, Any], told: str, fourth: float | None
) -> None:
    day = fourth or 98
    samples = levels(
        patient_id=["a", "a"], day=[20, day], value_ug_ml=[9, 4.2], antibodies=["low", "negative"]
    )
    days = [0, 14, 42, day]
    dosed = infusions(patient_id=["a"] * 4, day=days, dose_mg=[300] * 4)
    given = dosed if fourth else None
    with pytest.raises(CohortFaults) as found:
        dosed_children(cohort(of_cohort), infusions=given, levels=samples)
    assert str(found.value).startswith("levels has 1 fault")
    assert f"{told} in row 2" in str(found.value)


def test_a_week_14_without_its_fourth_infusion_is_counted_as_not_compared() -> None:
    ours = cohort({"antibodies_week14": "high"})
    samples = levels(patient_id=["a"], day=[98], value_ug_ml=[4.2], antibodies=["negative"])
    given = infusions(patient_id=["a"] * 4, day=[0, 14, 42, 70], dose_mg=[200] * 4)
    told = dosed_children(ours, infusions=given, levels=samples).assumptions
    assert [count for why, count in told.items() if "not compared" in why] == [1]
    planned = infusions(patient_id=["a"] * 4, day=[0, 14, 42, 100], dose_mg=[200] * 4)
    early = levels(patient_id=["a"], day=[50], value_ug_ml=[4.2])
    told = dosed_children(ours, infusions=planned, levels=early).assumptions
    assert not any("not compared" in why for why in told)


def test_the_antibodies_of_the_cohort_count_where_no_sample_was_tested_in_that_week() -> None:
    ours = cohort({"antibodies_week14": "high"})
    samples = levels(patient_id=["a"], day=[50], value_ug_ml=[6.0])
    (child,) = dosed_children(ours, levels=samples)
    assert (child.history.antibodies_from_day, child.history.antibodies_onset_known) == (0, False)
    tested = levels(patient_id=["a"], day=[50], value_ug_ml=[6.0], antibodies=["negative"])
    (child,) = dosed_children(ours, levels=tested)
    assert (child.history.antibodies_from_day, child.history.antibodies_onset_known) == (50, True)


def test_rows_that_nothing_is_computed_from_are_named() -> None:
    given = infusions(patient_id=["a", "x"], day=[0, 0], dose_mg=[200, 200])
    samples = levels(patient_id=["x", "a", "a"], day=[50, 0, 50], value_ug_ml=[5.0, 0.0, 6.0])
    found = dosed_children(cohort({}), infusions=given, levels=samples)
    assert [(each.table, each.row, each.why) for each in found.rows_left_out] == [
        ("infusions", 2, "of a child who is not in the cohort"),
        ("levels", 1, "of a child who is not in the cohort"),
        ("levels", 2, "drawn on day 0, before the first dose"),
    ]
    assert [level.day for child in found for level in child.levels] == [50]


def test_a_table_of_strangers_alone_leaves_no_level_and_says_whose_they_are() -> None:
    samples = levels(patient_id=["x"], day=[50], value_ug_ml=[5.0])
    found = dosed_children(cohort({}), levels=samples)
    assert [len(child.levels) for child in found] == [0]
    assert [each.patient_id for each in found.rows_left_out] == ["x"]


def test_a_trough_of_the_cohort_that_gives_way_to_the_table_is_counted() -> None:
    samples = levels(patient_id=["a"], day=[50], value_ug_ml=[6.0])
    found = dosed_children(cohort({}, {"trough_week14_ug_ml": 4.2}), levels=samples)
    assert [len(child.levels) for child in found] == [1, 0]
    assert any("the table of levels has none" in told for told in found.assumptions)


def test_the_shipped_cohort_can_be_forecast() -> None:
    found = dosed_children(reconstructed_cohort())
    assert repr(found) == "DosedChildren(69 children, 34 with a level; 0 left out)"
    assert isinstance(found, DosedChildren)
