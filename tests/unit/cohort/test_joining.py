"""What a cohort learns from its infusions and levels; nothing from after the landmark."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from lorpredict import Cohort, read_cohort
from lorpredict.cohort import (
    CohortWarning,
    Levels,
    read_infusions,
    read_levels,
    with_infusions,
    with_levels,
)
from lorpredict.errors import CohortFaults
from tests.tables import drawn

PLAN = [0, 14, 42, 98]


def child(**given: Any) -> Cohort:
    record = {"patient_id": "a", "follow_up_days": 200, "outcome": "secondary_lor"}
    return read_cohort(pd.DataFrame([record | given]), name="ours")


def infused(cohort: Cohort, days: list[int], dose: float = 200) -> dict[str, Any]:
    """Give the child infusions, and return its row."""
    rows = pd.DataFrame({"patient_id": "a", "day": days, "dose_mg": dose})
    return dict(with_infusions(cohort, read_infusions(rows)).table.iloc[0])


def levels_of(text: str) -> Levels:
    return read_levels(drawn(text), name="theirs")


def sampled(cohort: Cohort, text: str) -> dict[str, Any]:
    """Give the child levels, and return its row."""
    return dict(with_levels(cohort, levels_of(text)).table.iloc[0])


def faults(call: Any, *arguments: Any) -> list[str]:
    with pytest.raises(CohortFaults) as refused:
        call(*arguments)
    return [str(fault) for fault in refused.value.faults]


# ---- infusions ------------------------------------------------------------------------------


def test_the_first_dose_is_divided_by_the_weight() -> None:
    assert infused(child(weight_kg=40), PLAN)["ifx_dose_mg_kg"] == 5.0


def test_without_a_weight_no_dose_is_computed() -> None:
    assert "ifx_dose_mg_kg" not in infused(child(), PLAN)


def test_a_given_dose_stays_where_it_agrees_within_its_rounding() -> None:
    assert infused(child(weight_kg=36, ifx_dose_mg_kg=6), PLAN)["ifx_dose_mg_kg"] == 6.0


def test_the_landmark_is_the_day_of_the_fourth_infusion() -> None:
    assert infused(child(), [0, 14, 42, 105, 161])["landmark_day"] == 105.0


def test_before_a_fourth_infusion_there_is_no_landmark() -> None:
    assert "landmark_day" not in infused(child(), PLAN[:3])


@pytest.mark.parametrize("day", [83, 113])
def test_a_fourth_infusion_far_from_plan_is_warned_of_and_left(day: int) -> None:
    with pytest.warns(CohortWarning, match="1 of 1 children had their fourth infusion outside"):
        row = infused(child(), [0, 14, 42, day])
    assert "landmark_day" not in row


def test_what_the_infusions_contradict_is_told_with_their_rows() -> None:
    cohort = child(weight_kg=20, ifx_dose_mg_kg=5, landmark_day=98)
    days = [0, 14, 42, 105]
    assert faults(infused, cohort, days, 180) == [
        "ifx_dose_mg_kg is 5 in the cohort (here: 9) in row 1: "
        "the cohort and this table disagree. Check dose_mg and weight_kg",
        "landmark_day is 98 in the cohort (here: 105) in row 4: "
        "the cohort and this table disagree. Check the fourth infusion",
    ]


def test_a_dose_that_no_child_of_this_weight_gets_is_refused() -> None:
    assert faults(infused, child(weight_kg=9), PLAN) == [
        "ifx_dose_mg_kg is 22.2222 mg/kg in row 1: expected 2 to 20 mg/kg. "
        "Check dose_mg and weight_kg"
    ]


def test_rows_of_children_whom_nobody_knows_are_refused() -> None:
    rows = drawn("""
        patient_id | day | dose_mg
        A          | 0   | 200
        b          | 0   | 200
    """)
    told = "no child of the cohort 'ours' is called so. Correct the name, or remove the row"
    assert faults(with_infusions, child(), read_infusions(rows)) == [
        f"patient_id is 'A' in row 1: {told}",
        f"patient_id is 'b' in row 2: {told}",
    ]


def test_the_cohort_that_was_given_stays_as_it_was() -> None:
    cohort = child(weight_kg=40)
    before = cohort.sha256
    infused(cohort, PLAN)
    assert Cohort(cohort.table, "again").sha256 == before


# ---- levels ---------------------------------------------------------------------------------

SAMPLES = """
    patient_id | day | value_ug_ml
    a          | 84  | 1
    a          | 91  | 2
    a          | 97  | 3
    a          | 98  | 4
    a          | 99  | 5
"""


@pytest.mark.parametrize(
    "landmark_day, trough",
    [(98, 4.0), (97, 3.0), (96, 2.0), (99, 5.0), (106, 5.0), (90, 1.0)],
)
def test_the_trough_is_the_last_sample_of_the_week_before_the_landmark(
    landmark_day: int, trough: float
) -> None:
    row = sampled(child(landmark_day=landmark_day), SAMPLES)
    assert row["trough_week14_ug_ml"] == trough


@pytest.mark.parametrize("landmark_day", [107, 112])
def test_an_older_sample_is_no_trough_of_week_14(landmark_day: int) -> None:
    assert "trough_week14_ug_ml" not in sampled(child(landmark_day=landmark_day), SAMPLES)


def test_no_sample_after_the_landmark_changes_anything() -> None:
    later = """
        patient_id | day | value_ug_ml | antibodies
        a          | 99  | 9           | high
    """
    before = child()
    assert with_levels(before, levels_of(later)).sha256 == before.sha256


def test_children_without_a_landmark_have_it_as_planned() -> None:
    row = sampled(child(), SAMPLES)
    assert row["trough_week14_ug_ml"] == 4.0
    earlier = with_levels(child(), levels_of(SAMPLES), landmark_day=97).table.iloc[0]
    assert earlier["trough_week14_ug_ml"] == 3.0


def test_infusions_first_say_where_the_landmark_is() -> None:
    rows = pd.DataFrame({"patient_id": "a", "day": [0, 14, 42, 91], "dose_mg": 200})
    cohort = with_infusions(child(), read_infusions(rows))
    assert sampled(cohort, SAMPLES)["trough_week14_ug_ml"] == 2.0


BELOW = """
    patient_id | day | value_ug_ml | below_loq | loq_ug_ml | antibodies
    a          | 98  |             | true      | 0.4       | high
"""


def test_a_trough_below_the_limit_enters_as_such_and_at_half_of_it() -> None:
    row = sampled(child(), BELOW)
    assert row["trough_week14_below_loq"]
    assert row["trough_week14_loq_ug_ml"] == 0.4
    assert row["trough_week14_ug_ml"] == 0.2
    assert row["antibodies_week14"] == "high"


def test_trough_and_antibodies_may_come_from_two_samples() -> None:
    row = sampled(
        child(),
        """
        patient_id | day | value_ug_ml | antibodies
        a          | 97  | 3           |
        a          | 98  |             | low
        """,
    )
    assert (row["trough_week14_ug_ml"], row["antibodies_week14"]) == (3.0, "low")


def test_given_values_stay_where_they_agree() -> None:
    given = {"trough_week14_ug_ml": 4.05, "antibodies_week14": "high"}
    row = sampled(child(**given), SAMPLES)
    assert row["trough_week14_ug_ml"] == 4.05
    assert row["antibodies_week14"] == "high"


def test_what_the_levels_contradict_is_told_with_their_rows() -> None:
    cohort = child(trough_week14_ug_ml=4.2, antibodies_week14="low",
                   trough_week14_below_loq="false", trough_week14_loq_ug_ml=1)  # fmt: skip
    text = """
        patient_id | day | value_ug_ml | below_loq | loq_ug_ml | antibodies
        a          | 91  | 4           |           | 0.4       |
        a          | 98  |             |           |           | high
    """
    told = "the cohort and this table disagree. Check"
    assert faults(sampled, cohort, text) == [
        f"trough_week14_ug_ml is 4.2 in the cohort (here: 4) in row 1: {told} value_ug_ml and day",
        f"trough_week14_loq_ug_ml is 1 in the cohort (here: 0.4) in row 1: "
        f"{told} loq_ug_ml and day",
        f"antibodies_week14 is low in the cohort (here: high) in row 2: {told} antibodies and day",
    ]
    assert faults(sampled, child(trough_week14_below_loq="false"), BELOW) == [
        f"trough_week14_below_loq is false in the cohort (here: true) in row 1: "
        f"{told} below_loq and day"
    ]


def test_a_given_trough_above_the_limit_that_its_level_is_below_is_refused() -> None:
    assert faults(sampled, child(trough_week14_ug_ml=0.5), BELOW) == [
        "trough_week14_ug_ml is 0.5 µg/mL (limit: 0.4) in row 1: "
        "said to be below the limit of quantification, but lies above it"
    ]


def test_a_level_that_is_no_trough_is_refused() -> None:
    assert faults(sampled, child(), "patient_id | day | value_ug_ml\na | 98 | 120") == [
        "trough_week14_ug_ml is 120 µg/mL in row 1: expected 0 to 100 µg/mL. "
        "Check value_ug_ml and day"
    ]


def test_a_sample_of_a_child_whom_nobody_knows_is_refused() -> None:
    [told] = faults(sampled, child(), "patient_id | day | value_ug_ml\nb | 98 | 4")
    assert told.startswith("patient_id is 'b' in row 1: no child of the cohort 'ours'")
