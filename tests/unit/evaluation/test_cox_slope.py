"""The slope of one predictor: against scikit-survival, and where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from sksurv.linear_model import CoxPHSurvivalAnalysis

from lorpredict.evaluation._cox_slope import cox_slope
from lorpredict.survival import Outcome, outcome_array


def test_the_slope_of_three_children_by_hand() -> None:
    # exp(b) events against two at risk with 0 and one with 1, then one and one:
    # likelihood e^b / (e^b + 2) · 1/2 has no maximum; with the second child's event first,
    # 1 / (e^b + 2) · e^b / (e^b + 1) it has: derivative zero at e^2b = 2, b = ln(2) / 2.
    y = outcome_array([True, True, False], [1, 2, 3])
    assert np.isnan(cox_slope(np.array([1.0, 0.0, 0.0]), y))
    assert cox_slope(np.array([0.0, 1.0, 0.0]), y) == pytest.approx(np.log(2) / 2)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("whole_days", [False, True], ids=["no ties", "ties"])
def test_the_slope_is_scikit_survivals(seed: int, whole_days: bool) -> None:
    rng = np.random.default_rng(seed)
    values, days = rng.normal(size=40), rng.exponential(10, size=40)
    y = outcome_array(rng.random(40) < 0.6, np.ceil(days) if whole_days else days)
    theirs = CoxPHSurvivalAnalysis(tol=1e-13).fit(values[:, None], y).coef_[0]
    assert cox_slope(values, y) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_the_unit_changes_the_slope_and_nothing_else(unit: float) -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=60)
    y = outcome_array(rng.random(60) < 0.5, rng.exponential(np.exp(-values)))
    assert cox_slope(unit * values + 3 * unit, y) * unit == pytest.approx(cox_slope(values, y))


FALLING = np.array([4.0, 3.0, 2.0, 1.0])
FOUR = outcome_array([True, True, True, False], [1, 2, 3, 4])


@pytest.mark.parametrize(
    "values, y",
    [
        (FALLING, FOUR),
        (-FALLING, FOUR),
        (np.full(4, 0.3), FOUR),
        (FALLING, outcome_array([False] * 4, [1, 2, 3, 4])),
        (FALLING, outcome_array([False, False, False, True], [1, 2, 3, 4])),
        (np.array([]), outcome_array([], [])),
    ],
    ids=["always the largest", "always the smallest", "all alike", "no event", "last", "nobody"],
)
def test_where_a_steeper_slope_is_always_likelier_there_is_none(
    values: np.ndarray, y: Outcome
) -> None:
    assert np.isnan(cox_slope(values, y))


def test_one_exception_among_many_makes_a_steep_but_finite_slope() -> None:
    values = np.arange(300.0, 0, -1)
    values[[150, 151]] = values[[151, 150]]
    y = outcome_array(np.ones(300, dtype=bool), np.arange(1.0, 301))
    # To lose the one pair costs b, to win the 299 others nothing: finite, about ln(300).
    assert cox_slope(values, y) == pytest.approx(5.70, abs=0.01)
