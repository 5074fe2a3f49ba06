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


def test_a_dose_that_is_none_of_its_child_is_named_by_its_row() -> None:
    given = infusions(patient_id=["a", "b"], day=[0, 0], dose_mg=[200, 20])
    with pytest.raises(
        CohortFaults, match=r"doses_mg is 20 mg .0.5 mg/kg. in row 2: expected 2 to 20 mg/kg"
    ):
        dosed_children(cohort({}, {}), infusions=given)


def test_the_shipped_cohort_can_be_forecast() -> None:
    found = dosed_children(reconstructed_cohort())
    assert repr(found) == "DosedChildren(69 children, 34 with a level; 0 left out)"
    assert isinstance(found, DosedChildren)
