"""What is computed where nothing was given: once for a record, and the same in a table."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lorpredict import Cohort
from lorpredict.clinical import GrowthReference, contradictions, derive
from lorpredict.clinical._derived import contradictions_of_columns, derived_columns
from lorpredict.cohort import as_records
from lorpredict.cohort._cohort import values_of_table

# The check value of the WHO tables: a boy of 12.0 years with a body mass index of 15.
BOY: dict[str, Any] = {"sex": "male", "age_years": 12.0, "weight_kg": 33.75, "height_cm": 150.0}
BMI_Z = -1.5606
WHO = GrowthReference.who()


def told(record: dict[str, Any], **options: Any) -> list[str]:
    return [str(fault) for fault in contradictions(record, **options)]


# ---- z-scores -------------------------------------------------------------------------------


def test_both_z_scores_follow_from_the_measures_and_name_their_reference() -> None:
    found = derive(BOY)
    assert found["bmi_z"] == pytest.approx(BMI_Z, abs=5e-5)
    assert found["height_z"] == pytest.approx(float(WHO.height_z(150.0, 12.0, True)), abs=0)
    assert found["growth_reference"] == "WHO 2006/2007"


@pytest.mark.parametrize("lacking", ["sex", "age_years", "height_cm"])
def test_without_sex_age_or_height_nothing_is_computed(lacking: str) -> None:
    record = {key: value for key, value in BOY.items() if key != lacking}
    assert derive(record) == record


def test_without_a_weight_the_height_alone_is_judged() -> None:
    found = derive({key: value for key, value in BOY.items() if key != "weight_kg"})
    assert set(found) - set(BOY) == {"height_z", "growth_reference"}


def test_a_given_score_stays_and_the_reference_says_which_was_computed() -> None:
    found = derive(BOY | {"bmi_z": -1.5})
    assert found["bmi_z"] == -1.5
    assert found["growth_reference"] == "WHO 2006/2007 (height_z)"
    assert derive(BOY | {"height_z": 0.1})["growth_reference"] == "WHO 2006/2007 (bmi_z)"


def test_a_reference_that_the_row_names_stays() -> None:
    assert derive(BOY | {"growth_reference": WHO.name})["growth_reference"] == WHO.name


def test_what_was_computed_once_is_not_computed_or_refused_again() -> None:
    for record in (BOY, BOY | {"bmi_z": -1.5}, BOY | {"height_z": 0.1}):
        assert derive(derive(record)) == derive(record)
        assert told(derive(record)) == []


def test_a_row_of_another_reference_is_neither_filled_nor_judged_by_ours() -> None:
    record = BOY | {"growth_reference": "CDC 2000", "bmi_z": 3.0}
    assert derive(record) == record
    assert told(record) == []


def test_a_site_may_bring_its_own_reference() -> None:
    theirs = GrowthReference("ours", WHO.tables, restricted=True)
    assert derive(BOY, growth_reference=theirs)["growth_reference"] == "ours"
    assert derive(BOY | {"growth_reference": "ours"}, growth_reference=theirs)["bmi_z"]
    assert "bmi_z" not in derive(BOY | {"growth_reference": WHO.name}, growth_reference=theirs)


@pytest.mark.parametrize("given", [BMI_Z + 0.99, BMI_Z - 0.99, -1.50, -1.61])
def test_a_score_of_another_reference_is_no_contradiction(given: float) -> None:
    # -1.50 is UK-WHO's and -1.61 CDC's value for this boy.
    assert told(BOY | {"bmi_z": given}) == []


@pytest.mark.parametrize(
    "column, given, computed, sources",
    [
        ("bmi_z", 1.5606, "-1.561", "weight_kg, height_cm, age_years, sex"),
        ("height_z", -2.5, "0.1297", "height_cm, age_years, sex"),
    ],
)
def test_a_slip_of_the_pen_is_a_contradiction(
    column: str, given: float, computed: str, sources: str
) -> None:
    [fault] = told(BOY | {column: given})
    assert fault.startswith(f"{column} is {given} (computed: {computed}): contradicts ")
    way_out = "or name the tables in growth_reference where it is not WHO's"
    assert fault.endswith(f". Check {sources}; {way_out}")


def test_rounded_measures_do_not_contradict_their_score() -> None:
    """The tolerance: kilograms, centimetres and tenths of a year, from 2 years of age."""
    rng = np.random.default_rng(7)
    age, male = rng.uniform(2.05, 18.9, 20_000), rng.integers(0, 2, 20_000).astype(float)
    height = rng.normal(85 + 5.5 * (age - 2), 5)
    weight = np.exp(rng.normal(np.log(16), 0.12, 20_000)) * (height / 100) ** 2
    exact = WHO.bmi_z(weight, height, age, male), WHO.height_z(height, age, male)
    rounded = np.round(weight), np.round(height), np.round(age, 1)
    again = WHO.bmi_z(*rounded, male), WHO.height_z(*rounded[1:], male)
    plausible = (np.abs(exact[0]) < 4) & (np.abs(exact[1]) < 4)
    assert plausible.mean() > 0.9
    for one, other in zip(exact, again, strict=True):
        assert np.abs(one - other)[plausible].max() < 1


@pytest.mark.parametrize(
    "measures, fault",
    [
        ({"weight_kg": 140.0}, "weight_kg is 140 kg (computed bmi_z: "),
        ({"height_cm": 50.0, "weight_kg": 4.0}, "height_cm is 50 cm (computed height_z: "),
    ],
)
def test_measures_of_no_child_are_refused(measures: dict[str, float], fault: str) -> None:
    faults = told(BOY | measures)
    assert [each.startswith(fault) for each in faults].count(True) == 1


def test_the_growth_tables_are_read_only_where_a_score_can_be_computed() -> None:
    program = """
import sys
from lorpredict.clinical import contradictions, derive
def is_loaded(): return any(name.startswith("pygrowup") for name in sys.modules)
record = {"age_years": 12.0, "height_cm": 150.0, "weight_kg": 33.75, "bmi_z": -1.5}
derive(record), contradictions(record)
print(is_loaded())
derive(record | {"sex": "male"})
print(is_loaded())
"""
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["False", "True"]


# ---- one rule, two forms --------------------------------------------------------------------

CHOICES: dict[str, list[Any]] = {
    "sex": [None, "male", "female"],
    "age_years": [None, 9.0, 12.5],
    "onset_age_years": [None, 8.0, 12.6],
    "disease_duration_months": [None, 12.0, 54.0],
    "weight_kg": [None, 30.0, 140.0],
    "height_cm": [None, 135.0, 55.0],
    "bmi_z": [None, -0.5, 3.0],
    "height_z": [None, 0.1, -3.0],
    "growth_reference": [None, WHO.name, "CDC 2000"],
    "pcdai_week14": [None, 5.0, 10.0, 12.5],
    "remission_week14": [None, True, False],
    "trough_week14_ug_ml": [None, 0.2, 0.9],
    "trough_week14_below_loq": [None, True, False],
    "trough_week14_loq_ug_ml": [None, 0.4],
    "follow_up_days": [None, 200.0],
    "last_lor_free_days": [None, 150.0, 201.0],
}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Two thousand records of every combination, as a table."""
    rng = np.random.default_rng(11)
    drawn = {key: [values[i] for i in rng.integers(0, len(values), 2000)]
             for key, values in CHOICES.items()}  # fmt: skip
    table = pd.DataFrame(drawn)
    booleans = ["remission_week14", "trough_week14_below_loq"]
    texts = ["sex", "growth_reference"]
    return table.astype({**dict.fromkeys(booleans, "boolean"), **dict.fromkeys(texts, "string")})


def test_a_table_is_told_what_its_records_are_told(table: pd.DataFrame) -> None:
    faults = contradictions_of_columns(values_of_table(table))
    by_row = sorted(map(str, faults))
    one_by_one = [
        str(fault)
        for row, record in enumerate(as_records(table), start=1)
        for fault in contradictions(record, row=row)
    ]
    assert by_row == sorted(one_by_one)
    assert len({(fault.column, fault.problem) for fault in faults}) == 10


def test_a_table_is_filled_as_its_records_are_filled(table: pd.DataFrame) -> None:
    filled = table.assign(**derived_columns(values_of_table(table)))
    records = [derive(record) for record in as_records(table)]
    for key in ("disease_duration_months", "trough_week14_ug_ml", "bmi_z", "height_z"):
        one_by_one = [math.nan if record[key] is None else record[key] for record in records]
        # Logarithms of one number and of an array may differ in the last bit.
        np.testing.assert_allclose(filled[key].to_numpy(float), one_by_one, rtol=1e-13)
        assert filled[key].notna().sum() > table[key].notna().sum()
    named = [record["growth_reference"] for record in records]
    assert [None if pd.isna(name) else name for name in filled["growth_reference"]] == named


def test_columns_that_are_not_there_are_missing() -> None:
    assert derived_columns(values_of_table(pd.DataFrame({"sex": ["male", "female"]}))) == {}
    assert contradictions_of_columns(values_of_table(pd.DataFrame({"sex": ["male"]}))) == []


def test_nothing_is_computed_for_the_shipped_cohort(cohort: Cohort) -> None:
    # It holds z-scores and durations, and neither weights nor heights.
    assert derived_columns(values_of_table(cohort.table)) == {}
