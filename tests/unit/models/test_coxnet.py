"""Elastic net Cox: its path, the penalty that is chosen on it, and where the library gives up."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from sksurv.linear_model import CoxnetSurvivalAnalysis

from lorpredict import AtRisk, family
from lorpredict.errors import TooLittleData
from lorpredict.models import FamilyModel, LinearHazard
from lorpredict.models._baseline import breslow_baseline
from lorpredict.models.coxnet import LAST, coefficients, descended, highest_penalty, path
from lorpredict.survival import Floats, Outcome, outcome_array

SETTINGS: Mapping[str, Any] = {"l1_ratio": 0.5, "n_alphas": 30, "alpha_min_ratio": 0.01}


@pytest.fixture(scope="module")
def features() -> Floats:
    drawn = np.random.default_rng(41).normal(size=(150, 6))
    standardised: Floats = (drawn - drawn.mean(axis=0)) / drawn.std(axis=0)
    return standardised


@pytest.fixture(scope="module")
def outcome(features: Floats) -> Outcome:
    """The first predictor doubles the hazard a standard deviation, the others do nothing."""
    rng = np.random.default_rng(42)
    time = 300 * rng.exponential(np.exp(-np.log(2) * features[:, 0]))
    end = rng.uniform(50, 900, 150)
    return outcome_array(time <= end, np.ceil(np.minimum(time, end)))


def learnt(at_risk: AtRisk, **settings: Any) -> FamilyModel:
    return family("coxnet").build(at_risk.design, settings=settings).fit(at_risk.X, at_risk.y)


def linear(model: FamilyModel) -> LinearHazard:
    assert isinstance(model.curves_, LinearHazard)
    return model.curves_


@pytest.mark.parametrize("l1_ratio", [0.05, 0.5, 1.0])
def test_the_path_is_the_librarys(features: Floats, outcome: Outcome, l1_ratio: float) -> None:
    whole = CoxnetSurvivalAnalysis(l1_ratio=l1_ratio, n_alphas=30, alpha_min_ratio=0.01)
    theirs = whole.fit(features, outcome).alphas_
    ours = path(features, outcome, {**SETTINGS, "l1_ratio": l1_ratio})
    # The library may stop before the end; up to there both are the same geometric sequence.
    assert ours[: len(theirs)] == pytest.approx(theirs, rel=1e-9)


def test_coefficients_along_the_path_are_the_librarys(features: Floats, outcome: Outcome) -> None:
    penalties = path(features, outcome, SETTINGS)
    whole = CoxnetSurvivalAnalysis(alphas=penalties).fit(features, outcome)
    found = coefficients(features, outcome, penalties, l1_ratio=0.5)
    reached = whole.coef_.shape[1]
    np.testing.assert_allclose(found[:reached], whole.coef_.T, rtol=0, atol=1e-9)
    assert not found[0].any()
    assert abs(found[-1, 0]) > 0.5


def test_a_fold_whose_path_starts_lower_is_not_left_at_zero(
    features: Floats, outcome: Outcome
) -> None:
    highest = highest_penalty(features, outcome, 0.5)
    far_above = np.geomspace(10 * highest, 0.01 * highest, 40).tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        library = CoxnetSurvivalAnalysis(alphas=far_above).fit(features, outcome)
    # Five steps without a change end the library's path: it never leaves zero.
    assert library.coef_.shape[1] < 10
    assert not library.coef_.any()
    assert coefficients(features, outcome, far_above, l1_ratio=0.5)[-1, 0] > 0.5


def test_a_penalty_below_the_path_repeats_where_the_library_stopped(
    features: Floats, outcome: Outcome
) -> None:
    highest = highest_penalty(features, outcome, 0.5)
    far_below = np.geomspace(highest, 1e-6 * highest, 60).tolist()
    found = coefficients(features, outcome, far_below, l1_ratio=0.5)
    assert found.shape == (60, 6)
    np.testing.assert_array_equal(found[-1], found[-2])


def test_what_separates_the_events_stops_the_path_and_no_more(features: Floats) -> None:
    # Children 0 to 4 lose response first and stand far out: no finite coefficient is enough.
    apart = features.copy()
    apart[:, 0] = np.where(np.arange(150) < 5, 50.0, 0.0)
    y = outcome_array(np.arange(150) < 5, np.arange(150) + 1.0)
    penalties = path(apart, y, {**SETTINGS, "alpha_min_ratio": 1e-9})
    found = coefficients(apart, y, penalties, l1_ratio=0.5)
    assert np.isfinite(found).all()
    assert (np.diff(found[:, 0]) >= 0).all()


def test_chance_leaves_out_every_predictor_and_gives_one_curve(at_risk: AtRisk) -> None:
    model = learnt(at_risk, penalty=1e3)
    curves = linear(model)
    assert not curves.coefficients.any()
    days = at_risk.design.horizons
    risk = model.predict_survival(at_risk.X, days).risk
    grid = at_risk.design.time_grid(float(at_risk.y["duration"].max()))
    expected = 1 - np.exp(-breslow_baseline(np.zeros(69), at_risk.y, grid)(days))
    np.testing.assert_allclose(risk, np.tile(expected, (69, 1)), rtol=0, atol=1e-15)
    # Nelson and Aalen beside Kaplan and Meier: 15.7 and 27.3 %.
    assert expected == pytest.approx([0.157, 0.273], abs=0.005)


def test_predictors_that_do_not_vary_give_one_curve_too(at_risk: AtRisk) -> None:
    X = at_risk.X.assign(**{name: at_risk.X[name].iloc[0] for name in at_risk.design.predictors})
    X = X.assign(trough_week14_ug_ml=5.0)
    model = family("coxnet").build(at_risk.design).fit(X, at_risk.y)
    assert not linear(model).coefficients.any()
    assert 0.2 < model.predict_survival(X, 632).risk[0, 0] < 0.3


def test_a_penalty_of_ones_own_is_kept(at_risk: AtRisk) -> None:
    model = learnt(at_risk, penalty=0.15)
    assert model.estimator_.alphas_[-1] == pytest.approx(0.15)
    used = np.count_nonzero(linear(model).coefficients)
    assert 0 < used < len(model.encoding_.names)


def test_pure_lasso_uses_fewer_predictors_than_almost_ridge(at_risk: AtRisk) -> None:
    used = [
        np.count_nonzero(linear(learnt(at_risk, l1_ratio=ratio)).coefficients)
        for ratio in (1.0, 0.05)
    ]
    assert used[0] < used[1]


def test_the_last_penalty_of_the_librarys_own_path_can_be_asked_for(at_risk: AtRisk) -> None:
    settings = {"n_alphas": 100, "alpha_min_ratio": "auto"}
    model = learnt(at_risk, penalty=LAST, l1_ratio=0.9, **settings)
    features = model.family.pipeline(at_risk.design).fit_transform(at_risk.X)
    theirs = CoxnetSurvivalAnalysis(l1_ratio=0.9).fit(features, at_risk.y).predict(features)
    # Sums of twenty float64 terms in another order.
    np.testing.assert_allclose(linear(model).log_hazard(features), theirs, rtol=0, atol=1e-10)


def test_a_path_that_the_library_cannot_walk_is_told(at_risk: AtRisk) -> None:
    settings = {"penalty": LAST, "n_alphas": 2, "alpha_min_ratio": 1e-4}
    model = family("coxnet").build(at_risk.design, settings=settings)
    with pytest.raises(TooLittleData, match="own path of penalties does not converge"):
        model.fit(at_risk.X.iloc[:35], at_risk.y[:35])


def test_signal_is_kept_and_noise_left_out(features: Floats, outcome: Outcome) -> None:
    penalties = path(features, outcome, SETTINGS)
    fitted = descended(features, outcome, penalties[:6], l1_ratio=1.0)
    kept = np.flatnonzero(fitted.coef_[:, -1])
    assert kept.tolist() == [0]
