"""Sensitivity analyses: what hangs on what cannot be known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from lorpredict import Cohort, Evaluation, ModelDesign, evaluate, family, landmark
from lorpredict.evaluation import ValidationPlan
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.sensitivity import FACTORS, Sensitivity, sensitivity_of, tipping_factor, turnbull
from lorpredict.survival import outcome_array
from lorpredict.synthetic import simulate_cohort

PLAN = ValidationPlan(repeats=1, draws=0)


@pytest.fixture(scope="module")
def simulated() -> Cohort:
    """A few children are in loss of response already, of a few it is not known."""
    cohort = simulate_cohort(300, rng=np.random.default_rng(12)).cohort
    activity = cohort.table["pcdai_week14"].copy()
    activity.iloc[:8], activity.iloc[8:20] = 20.0, np.nan
    last_good = (cohort.table["follow_up_days"] - 50).where(
        cohort.table["outcome"] == "secondary_lor"
    )
    baseline = cohort.table["pcdai_baseline"].copy()
    baseline.iloc[:20] = 60.0
    table = cohort.table.assign(
        pcdai_baseline=baseline, pcdai_week14=activity, last_lor_free_days=last_good
    )
    return replace(cohort, table=table)


@pytest.fixture(scope="module")
def evaluation(simulated: Cohort, design: ModelDesign) -> Evaluation:
    return evaluate(landmark(simulated, design), [family("ridge")], plan=PLAN)


@pytest.fixture(scope="module")
def found(simulated: Cohort, evaluation: Evaluation) -> Sensitivity:
    return sensitivity_of(simulated, evaluation, "ridge")


def of(found: Sensitivity, analysis: str) -> pd.DataFrame:
    rows = found.table[found.table["analysis"].str.startswith(analysis)]
    assert len(rows) == 2, analysis
    return rows


def test_the_main_analysis_stands_first(found: Sensitivity, evaluation: Evaluation) -> None:
    main = found.table.iloc[:2]
    assert (main["analysis"] == "main analysis").all()
    assert main["observed"].tolist() == pytest.approx(
        observed_risk(evaluation.at_risk.y, evaluation.horizons)
    )
    assert main["uno_c"].tolist() == [evaluation.metrics()["ridge"]["uno_c"]] * 2


def test_children_in_doubt_are_let_in_and_kept_out(found: Sensitivity) -> None:
    main = of(found, "main analysis")["children"].iloc[0]
    assert of(found, "with those already")["children"].iloc[0] == main + 8
    assert (
        of(found, "without those of whom it is not known whether")["children"].iloc[0] == main - 12
    )
    assert of(found, "with those already")["uno_c"].notna().all()


def test_the_more_those_who_left_would_have_lost_the_higher_the_risk(found: Sensitivity) -> None:
    told = [of(found, f"those who left lose response {factor:g} times") for factor in FACTORS]
    risks = np.array([rows["observed"].to_numpy() for rows in told])
    assert (np.diff(risks, axis=0) > -0.005).all()
    assert (risks[-1] > risks[0] + 0.02).all()


def test_as_often_as_the_others_is_the_main_analysis_but_for_chance(found: Sensitivity) -> None:
    as_often = of(found, "those who left lose response 1 times")["observed"].to_numpy()
    assert as_often == pytest.approx(of(found, "main analysis")["observed"].to_numpy(), abs=0.01)


def test_a_loss_between_two_visits_moves_what_was_observed_and_not_what_was_told(
    found: Sensitivity,
) -> None:
    between, main = of(found, "a loss lies between"), of(found, "main analysis")
    moved = between["observed"].to_numpy() - main["observed"].to_numpy()
    assert (np.abs(moved) > 1e-4).all()
    assert (np.abs(moved) < 0.03).all()
    ratio = between["observed"] / between["observed_expected"]
    assert ratio.to_numpy() == pytest.approx((main["observed"] / main["observed_expected"]).array)


def test_what_cannot_be_asked_is_said(cohort: Cohort, design: ModelDesign) -> None:
    judged = evaluate(landmark(cohort, design), [family("null")], plan=PLAN)
    notes = sensitivity_of(cohort, judged, "null").notes
    assert "no visit before a loss of response is recorded (last_lor_free_days)" in notes
    assert any(note.startswith("with those already in loss of response") for note in notes)
    assert any("nobody is at risk at the landmark" in note for note in notes)


# ---- the estimates ------------------------------------------------------------------------------


def test_without_intervals_the_estimate_is_kaplan_meiers() -> None:
    rng = np.random.default_rng(0)
    y = outcome_array(rng.random(80) < 0.5, rng.integers(1, 60, 80))
    days = np.arange(0.0, 40.0, 5.0)
    assert turnbull(y["duration"], y, days) == pytest.approx(observed_risk(y, days), abs=1e-4)


def test_with_intervals_the_estimate_is_that_of_lifelines() -> None:
    rng = np.random.default_rng(3)
    event, end = rng.random(60) < 0.6, rng.integers(10, 90, 60).astype(float)
    begin = np.maximum(end - rng.integers(1, 20, 60), 0.0)
    upper = np.where(event, end, np.inf)
    lower = np.where(event, begin, end)
    peer = KaplanMeierFitter().fit_interval_censoring(lower, upper)
    # Between two days at which the event may have happened nobody says when: a band.
    band = peer.survival_function_
    for day in (20.0, 40.0, 60.0):
        least, most = sorted(1 - band.loc[:day].iloc[-1].to_numpy(dtype=float))
        [found] = turnbull(begin, outcome_array(event, end), np.array([day]))
        assert least - 0.02 <= found <= most + 0.02


def test_the_tipping_factor_is_the_first_at_which_a_model_is_no_longer_calibrated() -> None:
    table = pd.DataFrame(
        {
            "analysis": [f"those who left lose response {f:g} times as often" for f in FACTORS],
            "observed_expected": [0.9, 1.0, 1.1, 1.2, 1.3, 1.5],
        }
    )
    assert tipping_factor(table) == 3.0
    assert tipping_factor(table.assign(observed_expected=1.0)) is None
