"""The report tells what hangs on what cannot be known, and what tuning chose."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pandas as pd
import pytest

from lorpredict import Cohort, Development, ModelDesign, develop
from lorpredict.evaluation import ValidationPlan
from lorpredict.report import _sensitivity, training_report
from lorpredict.report._findings import Findings
from lorpredict.sensitivity import FACTORS, MAIN, Sensitivity


def section(page: str, anchor: str) -> str:
    found = re.search(rf'<section aria-labelledby="{anchor}">.*?</section>', page, re.S)
    assert found is not None
    return unescape(re.sub(r"<[^>]+>", " ", found[0]))


def test_every_analysis_stands_beside_the_main_one(whole: Development, page: str) -> None:
    told = section(page, "sensitivity")
    found = whole.sensitivity
    told_below = told.lower()
    assert all(str(name).lower() in told_below for name in found.table["analysis"].unique())
    observed = found.table.query("analysis == @MAIN and horizon == 'day_730'")["observed"].item()
    assert f"{100 * observed:.1f} %" in told
    assert "no visit before a loss of response is recorded (Last visit" in told


@pytest.mark.parametrize(
    ("ratios", "said"),
    [
        ({5.0: 1.3}, "no longer lies between 0.8 and 1.25 once those who left lose response 5"),
        ({}, "stays between 0.8 and 1.25 even if those who left lose response 5 times"),
        ({MAIN: 0.7, 2.0: 1.3}, "does not lie between 0.8 and 1.25 in the main analysis"),
    ],
)
def test_the_tipping_point_is_told_in_words(
    whole: Development, ratios: dict[str | float, float], said: str
) -> None:
    names = {MAIN: MAIN} | {
        factor: f"those who left lose response {factor:g} times as often" for factor in FACTORS
    }
    table = pd.DataFrame(
        {
            "analysis": name, "children": 69, "horizon": "day_730", "observed": 0.3,
            "observed_expected": ratios.get(key, 1.0), "uno_c": 0.6,
        }
        for key, name in names.items()
    )  # fmt: skip
    other = replace(whole)
    other.__dict__["sensitivity"] = Sensitivity(table, ())
    assert said in section(str(_sensitivity.sensitivity(Findings(other, "ours"))), "sensitivity")


def test_no_small_count_is_told_by_subtraction(whole: Development) -> None:
    table = whole.sensitivity.table
    more = table[table["analysis"] == MAIN].assign(analysis="with two more", children=71)
    other = replace(whole)
    other.__dict__["sensitivity"] = Sensitivity(pd.concat([table, more]), ())
    told = section(str(_sensitivity.sensitivity(Findings(other, "ours"))), "sensitivity")
    assert "fewer than 5 more" in told
    assert " 71 " not in told


def test_what_tuning_chose_is_told(cohort: Cohort, three: ModelDesign) -> None:
    plan = ValidationPlan(repeats=1, draws=0, tuned="all", trials=2, reasons=("tuned as asked",))
    found = develop(cohort, three, family_names=("boosting",), plan=plan)
    told = section(training_report(found), "plan")
    assert "2 trials each time" in told
    assert "Settings that were tuned" in told
    assert f"XGBoost Cox: {found.choices['boosting']}" in told


def test_where_nothing_is_tuned_the_report_says_why(cohort: Cohort, three: ModelDesign) -> None:
    found = develop(cohort, three, family_names=("ridge",), plan="quick")
    told = section(training_report(found), "plan")
    assert "18 events, fewer than 100; which settings look best would be chance" in told
    assert "Settings that were tuned" not in told
