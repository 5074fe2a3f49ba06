"""No child can be found in a report: no identifier, no row, no count of one to four."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lorpredict import Cohort, Development, ModelDesign, develop
from lorpredict.evaluation import ValidationPlan
from lorpredict.report import model_card, training_report
from lorpredict.report._findings import Findings
from lorpredict.synthetic import simulate_cohort
from tests.unit.report.conftest import Developed
from tests.unit.report.reading import Reading

# Rounded to so many digits, a value is that of one child alone and looks like nothing else.
DIGITS = 6


def with_secrets(cohort: Cohort) -> Cohort:
    """Give every child a secret name and values that no other number of a page can be."""
    rng = np.random.default_rng(7)
    table = cohort.table.copy()
    table["patient_id"] = [f"Secret-{number:05d}" for number in range(len(table))]
    for name in table.select_dtypes("float"):
        table[name] = (table[name] + rng.uniform(1e-4, 9e-4, len(table))).round(DIGITS)
    return replace(cohort, table=table)


@pytest.fixture(scope="module")
def secret(cohort: Cohort, three: ModelDesign) -> Development:
    plan = ValidationPlan(repeats=1, resamples=3, resamples_of_trees=2, draws=3)
    return develop(with_secrets(cohort), three, family_names=("forest",), plan=plan)


@pytest.fixture(scope="module")
def told(secret: Development) -> str:
    return training_report(secret) + model_card(secret.packaged("ridge"))


def test_no_identifier_is_in_a_report(secret: Development, told: str) -> None:
    assert "Secret" not in told
    assert not [name for name in secret.cohort.table["patient_id"] if name in told]


def test_no_value_of_a_child_is_in_a_report(secret: Development, told: str) -> None:
    found = [
        (name, value)
        for name, column in secret.cohort.table.select_dtypes("float").items()
        for value in column.dropna()
        if f"{value:.{DIGITS}f}" in told
    ]
    assert found == []


def test_a_value_would_be_found(secret: Development) -> None:
    value = float(secret.cohort.table["albumin_g_l"].iloc[0])
    assert re.fullmatch(r"\d+\.\d{6}", f"{value:.{DIGITS}f}")


def test_no_day_on_which_a_child_began_is_in_a_report(told: str, secret: Development) -> None:
    assert secret.cohort.table["ifx_start_date"].notna().any()
    assert not re.findall(r"\b\d{4}-\d{2}-\d{2}\b", told)


def test_numbers_of_children_of_one_to_four_are_not_told(developed: Developed) -> None:
    outcome = developed().cohort.table["outcome"]
    later = (outcome == "secondary_lor").to_numpy(dtype=bool)
    later &= later.cumsum() > 3
    few = outcome.where(~later, "administrative_end")
    reading = Reading(training_report(developed(outcome=few)))
    assert "fewer than 5 of them lost the response." in reading.text
    assert "fewer than 5 events for 3 parameters" in reading.text
    assert not re.findall(r"(?<!1 to )\b[1-4] (?:events?|children|child|of them)\b", reading.text)
    assert "Follow-up is hidden" in reading.text
    assert "Kaplan-Meier with its 95 % band" not in reading.text


def test_table_1_hides_small_counts(page: str) -> None:
    table = page.split("Table 1. The children at risk")[1].split("</table>")[0]
    shares = re.findall(r"<td>(\d+) \(\d+ %\)", table)
    assert "hidden" in table
    assert not [share for share in shares if 0 < int(share) < 5]


def test_the_latest_children_are_told_without_their_day(three: ModelDesign) -> None:
    cohort = simulate_cohort(300, sites=2, rng=np.random.default_rng(1)).cohort
    plan = ValidationPlan(repeats=1, draws=0, by_site=True, by_time=True)
    found = develop(cohort, three, family_names=("null",), plan=plan)
    parts = found.evaluation.parts["part"]
    assert not parts.str.contains(r"\d{4}").any()
    page = training_report(found)
    assert not re.findall(r"\b\d{4}-\d{2}-\d{2}\b", page)
    assert "hospital site-1" in page
    assert "later children (the latest 30% of first infusions)" in page


@pytest.mark.parametrize(
    "said, told",
    [
        ("ridge: 3 events among 4 children", "Ridge Cox: fewer than 5 events among fewer than 5 "
         "children"),
        ("1 child", "fewer than 5 children"),
        ("14 events, 4.5 points", "14 events, 4.5 points"),
        ("from 2021-03-05: nothing", "from 2021: nothing"),
        ("crp_mg_l moves", "C-reactive protein moves"),
        ("day 267, 632 since the landmark lies beyond follow-up (day 444)",
         "day 365, 730 since the first infusion lies beyond follow-up"),
        ("-0.0299 on average, 15-35 %", "−0.0299 on average, 15-35 %"),
    ],
)  # fmt: skip
def test_what_was_written_elsewhere_is_told_so(whole: Development, said: str, told: str) -> None:
    assert Findings(whole, "ours").in_words(said) == told


def test_subgroups_do_not_give_small_counts_away(developed: Developed) -> None:
    # Three girls, and among the boys everybody else.
    table = developed().cohort.table
    sex = pd.Series(["female"] * 3 + ["male"] * (len(table) - 3), index=table.index)
    reading = Reading(training_report(developed(sex=sex.astype(table["sex"].dtype))))
    lines = [each for each in reading.text.splitlines() if each.startswith(("female", "male"))]
    assert [each.split()[1] for each in lines if len(each.split()) > 4] == ["hidden"] * 4
