"""Every fault of a table, each with its row, all of them at once."""

from __future__ import annotations

from typing import Any

import pytest

from lorpredict import read_cohort
from lorpredict.errors import CohortFaults
from tests.tables import drawn

SOUND: dict[str, str] = {"patient_id": "a", "follow_up_days": "200", "outcome": "secondary_lor"}


def faults_of(text: str) -> list[str]:
    with pytest.raises(CohortFaults) as refused:
        read_cohort(drawn(text))
    return [str(fault) for fault in refused.value.faults]


def faults_of_one(**values: str) -> list[str]:
    record = SOUND | values
    return faults_of(" | ".join(record) + "\n" + " | ".join(record.values()))


TEN_FAULTS = """
patient_id | follow_up_days | outcome       | sex    | age_years | onset_age_years | albumin_g_l | crp_mg_l | perianal | ifx_start_date
a          | 200            | secondary_lor | girl   | 12        | 10              | 40          | 5        | true     | 2020-02-29
b          | soon           | secondary_lor | female | 12        | 14              | 40          | 5        | true     | 2020-02-29
c          | 200            | lost          | female | 12        | 10              | 4.2         | 5        | true     | 2020-02-29
d          | 200            | secondary_lor | female | 12        | 10              | 40          | 5,2      | yes      | 2021-02-29
a          | 200            |               | female | 40        | 10              | 40          | 5        | true     | 2020-02-29
"""  # noqa: E501
TOLD = [
    "follow_up_days is 'soon' in row 2: expected a number, 0 to 7300 days",
    "outcome is 'lost' in row 3: expected one of secondary_lor, administrative_end, "
    "stopped_infliximab, transferred, surgery, death",
    "outcome in row 5: expected a value, the cell is empty",
    "sex is 'girl' in row 1: expected one of male, female",
    "age_years is 40 years in row 5: expected 0 to 19 years. "
    'Did you mean unit="mo" (column age_months)?',
    "onset_age_years is 14 years (age_years: 12) in row 2: expected at most age_years",
    "albumin_g_l is 4.2 g/L in row 3: expected 10 to 60 g/L. "
    'Did you mean unit="g/dL" (column albumin_g_dl)?',
    "crp_mg_l is '5,2' in row 4: expected a number, 0 to 500 mg/L. Use a point as the decimal mark",
    "perianal is 'yes' in row 4: expected true or false. Write true for yes and false for no",
    "ifx_start_date is '2021-02-29' in row 4: expected a date such as 2024-03-31",
    "patient_id is 'a' in row 5: the same child as in row 1. "
    "One row a child; remove or rename one of them",
]


def test_all_faults_of_a_table_are_told_at_once() -> None:
    assert sorted(faults_of(TEN_FAULTS)) == sorted(TOLD)


def test_the_error_is_a_value_error_that_counts_its_faults() -> None:
    with pytest.raises(ValueError, match=r"^cohort has 11 faults:\n  \w+"):
        read_cohort(drawn(TEN_FAULTS))


@pytest.mark.parametrize("value", ["yes", "1", "0", "ja", "T", "truee"])
def test_a_boolean_is_true_or_false_and_nothing_else(value: str) -> None:
    [fault] = faults_of_one(perianal=value)
    assert fault.startswith(f"perianal is '{value}' in row 1: expected true or false")


@pytest.mark.parametrize("value", ["NA", "nan", "inf", "-inf", "1 2", "<1", "1,5"])
def test_text_is_not_a_number(value: str) -> None:
    [fault] = faults_of_one(crp_mg_l=value)
    assert fault.startswith(f"crp_mg_l is '{value}' in row 1: expected a number, 0 to 500 mg/L")


def test_a_number_that_is_nearly_a_pcdai_is_refused() -> None:
    assert faults_of_one(pcdai_baseline="33") == [
        "pcdai_baseline is 33 in row 1: expected 0 to 100 in steps of 2.5"
    ]


CONTRADICTIONS: dict[str, tuple[dict[str, str], str]] = {
    "onset after age": (
        {"age_years": "9", "onset_age_years": "9.5"},
        "onset_age_years is 9.5 years (age_years: 9) in row 1: expected at most age_years",
    ),
    "remission with an active index": (
        {"pcdai_week14": "12.5", "remission_week14": "true"},
        "remission_week14 is true (pcdai_week14: 12.5) in row 1: "
        "contradicts every named definition of remission. Check pcdai_week14",
    ),
    "no remission with a silent index": (
        {"pcdai_week14": "5", "remission_week14": "false"},
        "remission_week14 is false (pcdai_week14: 5) in row 1: "
        "contradicts every named definition of remission. Check pcdai_week14",
    ),
    "duration that the ages do not give": (
        {"age_years": "12", "onset_age_years": "10", "disease_duration_months": "20"},
        "disease_duration_months is 20 (computed: 24) in row 1: "
        "contradicts age minus onset age. Check age_years, onset_age_years",
    ),
    "below a limit that is not given": (
        {"trough_week14_below_loq": "true"},
        "trough_week14_below_loq in row 1: the trough is below a limit that is not given. "
        "Give trough_week14_loq_ug_ml",
    ),
    "said to be below, but above": (
        {"trough_week14_below_loq": "true", "trough_week14_loq_ug_ml": "0.4",
         "trough_week14_ug_ml": "0.5"},
        "trough_week14_ug_ml is 0.5 µg/mL (limit: 0.4) in row 1: "
        "said to be below the limit of quantification, but lies above it",
    ),
    "well after the end": (
        {"last_lor_free_days": "201"},
        "last_lor_free_days is 201 days (follow_up_days: 200) in row 1: "
        "expected at most follow_up_days",
    ),
}  # fmt: skip


@pytest.mark.parametrize("values, told", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_values_that_cannot_both_be_true_are_refused(values: dict[str, str], told: str) -> None:
    assert told in faults_of_one(**values)


def derived(**values: str) -> dict[str, Any]:
    record = SOUND | values
    cohort = read_cohort(drawn(" | ".join(record) + "\n" + " | ".join(record.values())))
    return dict(cohort.table.iloc[0])


def test_disease_duration_follows_from_the_ages() -> None:
    assert derived(age_years="12.5", onset_age_years="10")["disease_duration_months"] == 30.0


def test_a_given_duration_stays_where_the_ages_agree_within_their_rounding() -> None:
    given = derived(age_years="12", onset_age_years="10", disease_duration_months="25.2")
    assert given["disease_duration_months"] == 25.2


def test_a_trough_below_the_limit_enters_at_half_of_it() -> None:
    found = derived(trough_week14_below_loq="true", trough_week14_loq_ug_ml="0.4")
    assert found["trough_week14_ug_ml"] == 0.2


@pytest.mark.parametrize(
    "values",
    [{"trough_week14_below_loq": "false"}, {"trough_week14_loq_ug_ml": "0.4"}],
    ids=["not below", "limit alone"],
)
def test_a_trough_that_was_not_measured_stays_missing(values: dict[str, str]) -> None:
    found = derived(trough_week14_ug_ml="", **values)
    assert found["trough_week14_ug_ml"] != found["trough_week14_ug_ml"]
