"""Penalised Cox regression where the library's Newton steps do not arrive."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sksurv.linear_model import CoxPHSurvivalAnalysis

from lorpredict.errors import TooLittleData
from lorpredict.models._cox import chosen_penalty, ridge_coefficients, ridge_fit
from lorpredict.survival import Floats, Outcome, outcome_array


def one_of_many() -> tuple[Floats, Outcome]:
    """One child of 37 has a rare value and loses response first; another follows."""
    rare = np.where(np.arange(37) == 0, -6.0, 1 / 6)[:, None]
    return rare, outcome_array(np.arange(37) < 2, np.r_[188.0, 263.0, np.full(35, 2000.0)])


def test_a_fit_that_walks_in_circles_arrives_with_a_larger_penalty() -> None:
    features, y = one_of_many()
    with pytest.warns(ConvergenceWarning):
        CoxPHSurvivalAnalysis(alpha=1.0).fit(features, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = ridge_fit(features, y, 1.0)
    assert fitted.alpha in (2.0, 4.0)
    assert -3 < fitted.coef_[0] < -0.5


def test_a_fit_that_arrives_keeps_its_penalty() -> None:
    features, y = one_of_many()
    assert ridge_fit(features, y, 30.0).alpha == 30.0


def test_an_event_of_the_last_child_at_risk_tells_nothing() -> None:
    y = outcome_array(np.arange(8) == 7, np.arange(8) + 1.0)
    features = np.random.default_rng(0).normal(size=(8, 2))
    with pytest.raises(TooLittleData, match="1 events among 8 children tell nothing about the"):
        ridge_fit(features, y, 1.0)


@pytest.mark.parametrize("censored", [0, 1, 3])
def test_a_penalty_is_chosen_where_hardly_anyone_is_censored(censored: int) -> None:
    rng = np.random.default_rng(censored)
    features = rng.normal(size=(20, 2))
    y = outcome_array(np.arange(20) >= censored, rng.exponential(np.exp(-features[:, 0])) + 0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert chosen_penalty(features, y, (1.0, 10.0), ridge_coefficients, seed=0) in (1.0, 10.0)
