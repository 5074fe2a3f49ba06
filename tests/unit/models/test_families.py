"""What is particular to a family; what all share stands in tests/contract."""

from __future__ import annotations

import numpy as np
import pytest
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict import AtRisk, Development, family
from lorpredict.errors import TooLittleData
from lorpredict.models import AcceleratedTime, LinearHazard, SurvivalForest, TreeHazard
from lorpredict.models._baseline import breslow_baseline, kaplan_meier_baseline
from lorpredict.models._cox import chosen_penalty, partial_log_likelihood, ridge_coefficients
from lorpredict.models._forests import round_up
from lorpredict.models.ridge import PENALTIES
from lorpredict.survival import outcome_array

FIVE = outcome_array([True, False, True, True, False], [10, 20, 30, 40, 50])
TENS = np.array([10.0, 20.0, 30.0, 40.0, 50.0])


@pytest.mark.parametrize(
    "name, kind, shape",
    [
        ("null", "reference", LinearHazard),
        ("published", "comparator", LinearHazard),
        ("ridge", "linear", LinearHazard),
        ("boosting", "tree", TreeHazard),
        ("forest", "tree", SurvivalForest),
        ("extra", "tree", SurvivalForest),
        ("aft", "tree", AcceleratedTime),
        ("gradient", "tree", TreeHazard),
        ("coxnet", "linear", LinearHazard),
        ("not_in_remission", "comparator", LinearHazard),
        ("trough", "comparator", LinearHazard),
    ],
)
def test_a_family_is_of_its_kind_and_learns_its_shape(
    name: str, kind: str, shape: type, development: Development
) -> None:
    assert family(name).kind == kind
    assert isinstance(development.models[name].curves_, shape)


# ---- baselines --------------------------------------------------------------------------------


def test_breslow_without_predictors_is_nelson_aalen() -> None:
    baseline = breslow_baseline(np.zeros(5), FIVE, TENS)
    assert baseline.days.tolist() == [10.0, 30.0, 40.0]
    assert baseline.values == pytest.approx([1 / 5, 1 / 5 + 1 / 3, 1 / 5 + 1 / 3 + 1 / 2])


def test_breslow_divides_by_the_hazards_of_those_at_risk() -> None:
    baseline = breslow_baseline(np.log([1.0, 2.0, 3.0, 4.0, 5.0]), FIVE, TENS)
    assert baseline([10, 30, 40]) == pytest.approx(np.cumsum([1 / 15, 1 / 12, 1 / 9]))


def test_a_baseline_by_kaplan_meier_gives_its_curve_back() -> None:
    days, survival = kaplan_meier_estimator(FIVE["event"], FIVE["duration"])
    assert np.exp(-kaplan_meier_baseline(FIVE, TENS)(days)) == pytest.approx(survival)


def test_a_curve_that_ends_at_zero_stays_there() -> None:
    baseline = kaplan_meier_baseline(outcome_array([True, True], [10, 20]), TENS)
    assert np.exp(-baseline([5, 10, 20, 30])).tolist() == [1.0, 0.5, 0.0, 0.0]


def test_a_baseline_holds_no_day_on_which_a_child_lost_response() -> None:
    baseline = breslow_baseline(np.zeros(5), FIVE, np.array([15.0, 35.0, 45.0]))
    assert baseline.days.tolist() == [15.0, 35.0, 45.0]
    assert baseline.values == pytest.approx([1 / 5, 1 / 5 + 1 / 3, 1 / 5 + 1 / 3 + 1 / 2])


# ---- each family ------------------------------------------------------------------------------


def test_kaplan_meier_gives_every_child_the_same_curve(
    development: Development, at_risk: AtRisk
) -> None:
    curves = development.models["null"].predict_survival(at_risk.X, [267, 632]).survival
    assert (curves == curves[0]).all()


def test_the_published_equation_keeps_its_coefficients(development: Development) -> None:
    curves = development.models["published"].curves_
    assert isinstance(curves, LinearHazard)
    names = development.models["published"].encoding_.names
    # The paper counts response without remission (+2.047), the cohort counts remission.
    assert dict(zip(names, curves.coefficients.tolist(), strict=True)) == {
        "remission_week14": -2.047, "immunomodulator_week14": -1.383, "bmi_z<=-1": 0.872,
        "growth_delay": 0.449,
    }  # fmt: skip


def test_ridge_is_scikit_survivals_cox_at_the_chosen_penalty(
    development: Development, at_risk: AtRisk
) -> None:
    model = development.models["ridge"]
    features = model.family.pipeline(model.design).fit_transform(at_risk.X)
    penalty = chosen_penalty(features, at_risk.y, PENALTIES, ridge_coefficients, seed=0)
    theirs = CoxPHSurvivalAnalysis(alpha=penalty).fit(features, at_risk.y)
    horizons = model.design.horizons  # on the grid, where our baseline is theirs
    curves = theirs.predict_survival_function(features)
    expected = np.array([curve(horizons) for curve in curves])
    ours = model.curves_.survival(features, horizons)
    assert penalty in PENALTIES
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12)


def test_noise_is_shrunk_harder_than_signal() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 1))
    y = outcome_array(np.ones(120, dtype=bool), rng.exponential(np.exp(-2 * x[:, 0])))
    assert chosen_penalty(x, y, PENALTIES, ridge_coefficients, seed=0) == PENALTIES[0]
    assert (
        chosen_penalty(rng.normal(size=(120, 20)), y, PENALTIES, ridge_coefficients, seed=0)
        == PENALTIES[-1]
    )


def test_one_event_is_too_few_to_choose_a_penalty() -> None:
    y = outcome_array([True, False, False], [10, 20, 30])
    with pytest.raises(TooLittleData, match="1 child with the event; at least 2 are needed"):
        chosen_penalty(np.zeros((3, 1)), y, PENALTIES, ridge_coefficients, seed=0)


def test_the_partial_likelihood_is_counted_by_hand() -> None:
    # Day 10: 1 of 1 + 2 + 4. Day 20, twice (Breslow's ties): 2 and 4 of 2 + 4.
    y = outcome_array([True, True, True], [10, 20, 20])
    expected = np.log(1 / 7) + np.log(2 / 6) + np.log(4 / 6)
    assert partial_log_likelihood(np.log([1.0, 2.0, 4.0]), y) == pytest.approx(expected)


def test_events_are_rounded_up_and_so_are_those_at_risk_at_them() -> None:
    y = outcome_array([False, True, False, True, False], [18, 20, 25, 28, 40])
    rounded = round_up(y, np.array([15.0, 30.0, 45.0]))
    # Censored on day 18, before the first event of the month, the first was at risk at none.
    assert rounded["duration"].tolist() == [15.0, 30.0, 30.0, 30.0, 30.0]
    assert rounded["event"].tolist() == y["event"].tolist()


def test_a_censoring_before_the_first_event_of_all_stays_after_the_landmark() -> None:
    y = outcome_array([False, True], [3, 9])
    assert round_up(y, np.array([15.0, 30.0]))["duration"].tolist() == [7.5, 15.0]


def test_rounding_keeps_who_has_lost_response_by_a_horizon(at_risk: AtRisk) -> None:
    rounded = round_up(at_risk.y, at_risk.design.time_grid(2798.4))
    for horizon in at_risk.design.horizons:
        lost = [y["event"] & (y["duration"] <= horizon) for y in (at_risk.y, rounded)]
        assert (lost[0] == lost[1]).all()


def test_a_model_says_its_family_and_design(development: Development) -> None:
    assert repr(development.models["ridge"]) == "FamilyModel('ridge', design='week14')"
