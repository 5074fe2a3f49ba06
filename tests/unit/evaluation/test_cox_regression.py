"""Cox models with a few columns: against scikit-survival, and where there are no coefficients."""

from __future__ import annotations

import numpy as np
import pytest
from sksurv.linear_model import CoxPHSurvivalAnalysis

from lorpredict.evaluation._cox_regression import cox_coefficients, log_baseline_hazard
from lorpredict.evaluation._cox_slope import cox_slope
from lorpredict.survival import Floats, Outcome, outcome_array


def children(seed: int, *, whole_days: bool, number: int = 80) -> tuple[Floats, Outcome]:
    rng = np.random.default_rng(seed)
    one = rng.normal(size=number)
    columns = np.column_stack([one, 0.9 * one**2 + rng.normal(size=number)])
    days = rng.exponential(10 * np.exp(-columns[:, 0]))
    event = rng.random(number) < 0.6
    return columns, outcome_array(event, np.ceil(days) if whole_days else days)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("whole_days", [False, True], ids=["no ties", "ties"])
def test_coefficients_and_baseline_are_scikit_survivals(seed: int, whole_days: bool) -> None:
    columns, y = children(seed, whole_days=whole_days)
    theirs = CoxPHSurvivalAnalysis(tol=1e-14).fit(columns, y)
    found = cox_coefficients(columns, y)
    assert found == pytest.approx(theirs.coef_, abs=1e-8)
    assert found is not None
    baseline = theirs.cum_baseline_hazard_.y[-1]
    assert np.exp(log_baseline_hazard(columns @ found, y)) == pytest.approx(baseline)


def test_with_one_column_it_is_the_exact_slope() -> None:
    columns, y = children(3, whole_days=True)
    found = cox_coefficients(columns[:, :1], y)
    assert found == pytest.approx([cox_slope(columns[:, 0], y)], abs=1e-9)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_of_a_column_changes_its_coefficient_and_nothing_else(unit: float) -> None:
    columns, y = children(4, whole_days=False)
    found, scaled = cox_coefficients(columns, y), cox_coefficients(columns * [unit, 1], y)
    assert found is not None
    assert scaled == pytest.approx(found / [unit, 1], rel=1e-7)


def test_without_slopes_the_baseline_is_nelson_and_aalens() -> None:
    y = outcome_array([True, True, False, True], [1, 2, 2, 5])
    # One of four, one of three, one of one.
    assert np.exp(log_baseline_hazard(np.zeros(4), y)) == pytest.approx(1 / 4 + 1 / 3 + 1)


FALLING = np.arange(40.0, 0.0, -1)
FORTY = outcome_array([True] * 30 + [False] * 10, np.arange(1, 41))
BEND = (FALLING - 20) ** 2


@pytest.mark.parametrize(
    "columns, y",
    [
        (np.column_stack([FALLING, BEND]), FORTY),
        (np.column_stack([FALLING, 2 * FALLING + 1]), FORTY[::-1].copy()),
        (np.column_stack([FALLING, np.ones(40)]), FORTY),
        (np.column_stack([FALLING, BEND]), outcome_array([False] * 40, np.arange(1, 41))),
    ],
    ids=["perfect order", "the same column twice", "a column without spread", "no event"],
)
def test_where_the_columns_do_not_determine_them_there_are_none(
    columns: Floats, y: Outcome
) -> None:
    assert cox_coefficients(columns, y) is None
