"""XGBoost AFT: the law that it starts from, the bounds that it learns from, its distributions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from lorpredict import AtRisk, ModelDesign, family
from lorpredict.errors import DesignError
from lorpredict.models import AcceleratedTime, TrainingRows
from lorpredict.models._distributions import DISTRIBUTIONS, Distribution
from lorpredict.models.aft import _interval_data, fitted_law
from lorpredict.survival import Outcome, outcome_array

LAWS: dict[Distribution, Any] = {
    "normal": stats.norm, "logistic": stats.logistic, "extreme": stats.gumbel_l
}  # fmt: skip

every_law = pytest.mark.parametrize("distribution", DISTRIBUTIONS)


def drawn(distribution: Distribution, n: int) -> Outcome:
    """Times with middle 500 days and spread 1.3, half of them censored by day 1500."""
    rng = np.random.default_rng(21)
    time = 500 * np.exp(1.3 * LAWS[distribution].rvs(size=n, random_state=rng))
    end = rng.uniform(100, 1500, n)
    return outcome_array(time <= end, np.minimum(time, end))


@every_law
def test_the_law_is_the_one_that_scipy_finds(distribution: Distribution) -> None:
    y = drawn(distribution, 150)
    data = stats.CensoredData.right_censored(np.log(y["duration"]), ~y["event"])
    # Both searches stop at a flat top, so the digits that matter are those of a curve.
    assert fitted_law(y, distribution) == pytest.approx(LAWS[distribution].fit(data), abs=1e-3)


@every_law
def test_the_law_that_the_times_were_drawn_from_is_found(distribution: Distribution) -> None:
    middle, sigma = fitted_law(drawn(distribution, 20_000), distribution)
    # Standard errors are about 0.015 for the middle and 0.012 for the spread; four of them.
    assert middle == pytest.approx(np.log(500), abs=0.06)
    assert sigma == pytest.approx(1.3, abs=0.05)


@every_law
def test_a_spread_that_is_given_stays(distribution: Distribution) -> None:
    assert fitted_law(drawn(distribution, 100), distribution, 0.7)[1] == 0.7


@every_law
def test_events_that_all_come_on_one_day_leave_some_spread(distribution: Distribution) -> None:
    y = outcome_array(np.arange(9) < 6, np.full(9, 300.0))
    middle, sigma = fitted_law(y, distribution)
    assert np.isfinite(middle)
    assert 0.2 <= sigma <= 5.0


def test_one_event_among_many_puts_the_middle_far_away() -> None:
    y = outcome_array(np.arange(200) == 0, np.linspace(100, 1300, 200))
    middle, sigma = fitted_law(y, "logistic", 1.0)
    assert sigma == 1.0

    # One of 200 by day 100 to 1300: odds of a two-hundredth, somewhere in between.
    assert np.log(200 * 100) < middle < np.log(200 * 1300)


def test_a_censored_time_has_no_upper_bound(at_risk: AtRisk) -> None:
    rows = TrainingRows(np.zeros((69, 1)), ("x",), at_risk.y, np.ones(1), 0, {})
    data = _interval_data(rows, unit=2.0)
    half = (at_risk.y["duration"] / 2).astype(np.float32)
    np.testing.assert_array_equal(data.get_float_info("label_lower_bound"), half)
    np.testing.assert_array_equal(
        data.get_float_info("label_upper_bound"), np.where(at_risk.y["event"], half, np.inf)
    )


@every_law
def test_distribution_and_spread_are_settings(distribution: Distribution, at_risk: AtRisk) -> None:
    settings = {"distribution": distribution, "sigma": 0.9, "n_estimators": 20}
    model = family("aft").build(at_risk.design, settings=settings).fit(at_risk.X, at_risk.y)
    curves = model.curves_
    assert isinstance(curves, AcceleratedTime)
    assert (curves.distribution, curves.sigma, curves.trees.n_trees) == (distribution, 0.9, 20)


@every_law
def test_before_any_tree_the_curve_follows_kaplan_meier(
    distribution: Distribution, at_risk: AtRisk
) -> None:
    settings = {"distribution": distribution, "n_estimators": 1, "learning_rate": 1e-9}
    model = family("aft").build(at_risk.design, settings=settings).fit(at_risk.X, at_risk.y)
    risk = model.predict_survival(at_risk.X, at_risk.design.horizons).risk
    # Kaplan-Meier says 15.7 and 27.3 %; a law with two parameters comes within 2.5 points.
    assert risk == pytest.approx(np.tile([0.157, 0.273], (69, 1)), abs=0.025)


def test_an_unknown_distribution_is_answered_with_the_known_ones(
    at_risk: AtRisk, design: ModelDesign
) -> None:
    model = family("aft").build(design, settings={"distribution": "logistics"})
    with pytest.raises(DesignError) as refused:
        model.fit(at_risk.X, at_risk.y)
    assert str(refused.value) == (
        "distribution 'logistics' of XGBoost AFT: expected one of normal, logistic, extreme. "
        "Did you mean logistic?"
    )


@pytest.mark.parametrize("sigma", [0, -1.0, "wide"])
def test_a_spread_that_is_no_number_above_zero_is_refused(sigma: Any, at_risk: AtRisk) -> None:
    model = family("aft").build(at_risk.design, settings={"sigma": sigma})
    with pytest.raises(DesignError, match="expected a number above 0, or None"):
        model.fit(at_risk.X, at_risk.y)
