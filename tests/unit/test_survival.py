"""The vocabulary: outcomes, follow-up, steps and curves."""

from __future__ import annotations

import numpy as np
import pytest

from lorpredict import Contributions, RiskPrediction, SurvivalCurves
from lorpredict.errors import BeyondFollowUp, TooLittleData
from lorpredict.survival import (
    StepFunction,
    last_day_at_risk,
    outcome_array,
    refuse_beyond,
)

STEPS = StepFunction(np.array([10.0, 20.0]), np.array([0.5, 0.7]), before=0.1)


def test_an_outcome_holds_event_then_duration() -> None:
    y = outcome_array([1, 0], [30, 40])
    assert y.dtype.names == ("event", "duration")
    assert y["event"].tolist() == [True, False]
    assert y["duration"].tolist() == [30.0, 40.0]


def test_follow_up_ends_when_fewer_than_five_remain() -> None:
    y = outcome_array([True] * 7, [10, 70, 30, 20, 60, 50, 40])
    # On day 30 five are at risk (30, 40, 50, 60, 70), a moment later four.
    assert last_day_at_risk(y) == 30.0


def test_four_children_are_too_few() -> None:
    with pytest.raises(TooLittleData, match="4 children at risk at the landmark; expected at le"):
        last_day_at_risk(outcome_array([True] * 4, [1, 2, 3, 4]))


def test_a_day_within_follow_up_is_returned() -> None:
    assert refuse_beyond(30, 30.0).tolist() == [30.0]
    assert refuse_beyond([0, 12.5], 30.0).tolist() == [0.0, 12.5]


@pytest.mark.parametrize(
    "days, told",
    [([31, 7207], "31, 7207"), (-1, "-1"), (float("nan"), "nan"), (float("inf"), "inf")],
)
def test_a_day_outside_follow_up_is_refused(days: float | list[float], told: str) -> None:
    with pytest.raises(BeyondFollowUp) as refused:
        refuse_beyond(days, 30.0)
    assert str(refused.value) == (
        f"{told} days since the landmark: expected 0 to 30, the last day with 5 children at risk "
        "in training; nothing is extrapolated beyond it"
    )


@pytest.mark.parametrize(
    "day, value", [(0, 0.1), (9.9, 0.1), (10, 0.5), (19.9, 0.5), (20, 0.7), (1000, 0.7)]
)
def test_a_step_holds_from_its_day_until_the_next(day: float, value: float) -> None:
    assert STEPS(day) == value


def test_a_step_function_without_steps_stays_where_it_began() -> None:
    nothing = StepFunction(np.empty(0), np.empty(0), before=1.0)
    assert nothing([0, 100]).tolist() == [1.0, 1.0]


def test_steps_may_hold_a_row_of_values() -> None:
    steps = StepFunction(np.array([10.0]), np.array([[0.9, 0.8]]), before=1.0)
    assert steps([5, 10]).tolist() == [[1.0, 1.0], [0.9, 0.8]]


def test_risk_is_one_minus_survival() -> None:
    curves = SurvivalCurves(np.array([267.0]), np.array([[0.75], [1.0]]))
    assert curves.risk.tolist() == [[0.25], [0.0]]
    assert repr(curves) == "SurvivalCurves(2 patients, 1 times)"


def test_a_prediction_says_its_size_and_nothing_of_a_child() -> None:
    zeros = np.zeros((2, 1))
    prediction = RiskPrediction(np.zeros(1), zeros, zeros, ((), ()), ((), ()))
    assert repr(prediction) == "RiskPrediction(2 patients, 1 horizons)"


def test_a_day_that_was_not_explained_is_refused_with_those_that_were() -> None:
    contributions = Contributions(
        predictors=("sex",),
        values=np.zeros((1, 1, 2)),
        base_values=np.zeros((1, 2)),
        predicted=np.zeros((1, 2)),
        data=np.array([["female"]], dtype=object),
        days=np.array([267.0, 632.0]),
        scale="risk",
    )
    with pytest.raises(BeyondFollowUp, match=r"365 days were not explained; explained: 267, 632"):
        contributions.at(365)
