"""What is absent is named in the report, and nothing breaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lorpredict import Cohort, Development, ModelDesign, develop, landmark
from lorpredict.errors import BeyondFollowUp
from lorpredict.evaluation import evaluate, judge
from lorpredict.models import family
from lorpredict.report import training_report
from lorpredict.survival import NO_INTERVAL
from tests.unit.report.conftest import QUICK, Developed
from tests.unit.report.reading import Reading


def read(development: Development) -> str:
    return Reading(training_report(development)).text


def test_a_plan_without_bootstrap_and_intervals_says_so(developed: Developed) -> None:
    text = read(developed())
    assert "none: the plan draws no children anew" in text
    assert "The plan has no bootstrap: how far single risks move was not asked." in text
    assert f"How sure the risk of one child is. {NO_INTERVAL}" in text
    assert "The figures have no intervals" in text
    assert "instability not judged (no bootstrap in the plan)" in text


def test_one_hospital_or_none_says_that_nothing_was_left_out(developed: Developed) -> None:
    for development in (developed(site="A"), developed(without=["site"])):
        assert "No hospital and no period was left out" in read(development)
    assert "There is one hospital; whether the model holds elsewhere" in read(developed(site="A"))
    assert "Hospitals were not recorded" in read(developed(without=["site"]))


def test_without_dates_the_item_on_dates_is_open(developed: Developed) -> None:
    text = read(developed(without=["ifx_start_date"]))
    assert "5b Data. Dates: accrual start/end, end of follow-up open" in text


def test_without_remission_there_is_no_such_strategy(developed: Developed) -> None:
    names = ["remission_week14", "pcdai_week14"]
    development = developed(without=names, family_names=("ridge", "not_in_remission"))
    text = read(development)
    assert "Not in remission at week 14, alone could not learn: " in text
    assert "act on those not in remission" not in text


def test_a_constant_predictor_is_told_like_any_other(developed: Developed) -> None:
    text = read(developed(albumin_g_l=35.0))
    assert "Albumin, g/L 35 (35, 35)" in text


@pytest.mark.filterwarnings("ignore:measured in no training row")
def test_a_predictor_that_was_never_measured_is_noted(developed: Developed) -> None:
    text = read(developed(albumin_g_l=np.nan))
    assert "Albumin was measured in no child; the models know nothing of it." in text


@pytest.mark.filterwarnings("ignore:measured in no training row")
def test_families_that_could_not_learn_are_named_and_kaplan_meier_answers(
    developed: Developed, three: ModelDesign
) -> None:
    alone = replace(three, predictors=("albumin_g_l",))
    names = ("not_in_remission", "ridge")
    text = read(developed(design=alone, family_names=names, albumin_g_l=np.nan))
    assert "Ridge Cox could not learn: none of the 69 children has a value of Albumin" in text
    assert "Kaplan-Meier answers: the simple model" in text


def test_a_horizon_beyond_follow_up_is_refused_before_there_is_a_report(
    developed: Developed, three: ModelDesign
) -> None:
    far = replace(three, horizons_days_since_first_infusion=(365.0, 3000.0))
    with pytest.raises(BeyondFollowUp, match="Take earlier ones in horizons"):
        developed(design=far)


def test_a_horizon_that_was_not_judged_is_noted(cohort: Cohort, three: ModelDesign) -> None:
    design = replace(three, horizons_days_since_first_infusion=(365.0, 3000.0))
    at_risk, families = landmark(cohort, design), [family("null"), family("ridge")]
    models = {each.name: each.build(design).fit(at_risk.X, at_risk.y) for each in families}
    evaluation = evaluate(at_risk, families, plan=QUICK)
    verdicts = judge(evaluation, families, parameters=3)
    text = read(Development(cohort, at_risk, models, evaluation, verdicts, {}, 0))
    assert "day 3000 since the first infusion lies beyond follow-up and is not judged" in text
    assert "Uno's C" in text


def test_one_horizon_is_enough(developed: Developed, three: ModelDesign) -> None:
    early = replace(three, horizons_days_since_first_infusion=(365.0,))
    assert "day 730" not in read(developed(design=early))


def test_observed_children_carry_no_synthetic_caution(cohort: Cohort, three: ModelDesign) -> None:
    observed = replace(cohort, table=cohort.table.drop(columns="synthetic"), name="ours")
    text = read(develop(observed, three, family_names=("null",), plan=QUICK))
    assert "ynthetic reconstruction" not in text
    assert "Observed cohort." in text
    assert "exploratory" in text


def test_a_family_that_failed_in_a_fold_of_every_repeat_is_told_so(whole: Development) -> None:
    risk = whole.evaluation.risk["forest"].copy()
    risk[:, 0] = np.nan
    failed = replace(
        whole.evaluation,
        risk={**whole.evaluation.risk, "forest": risk},
        notes=("forest: 1 folds failed: too few events",),
    )
    verdicts = judge(failed, [family(name) for name in failed.risk], parameters=3)
    text = read(replace(whole, evaluation=failed, verdicts=verdicts))
    assert "no risk of every child: learning failed in some folds" in text
    assert "Random survival forest: 1 folds failed: too few events" in text
    assert "(e) net benefit, thresholds 15-35 % not defined" in text


def test_a_family_that_learnt_in_no_fold_is_told_so(whole: Development) -> None:
    risk = {
        **whole.evaluation.risk,
        "forest": np.full_like(whole.evaluation.risk["forest"], np.nan),
    }
    told = whole.evaluation.estimates
    lost = told[told["family"] != "forest"]
    failed = replace(whole.evaluation, risk=risk, estimates=lost, resampled={})
    verdicts = judge(failed, [family(name) for name in failed.risk], parameters=3)
    text = read(replace(whole, evaluation=failed, verdicts=verdicts))
    assert "Random survival forest not judged: it could learn in no fold" in text
