"""What holds for any numbers, not only for those that somebody thought of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lorpredict import ModelDesign, catalogue, read_cohort
from lorpredict.clinical import OtherUnit, Predictor
from lorpredict.evaluation import Predicted, measures
from lorpredict.models import LinearHazard
from lorpredict.models._baseline import breslow_baseline, kaplan_meier_baseline
from lorpredict.models._forests import round_up
from lorpredict.survival import Outcome, StepFunction, outcome_array
from tests.tables import simple_design

few = settings(max_examples=40, deadline=None, derandomize=True, database=None)
CONVERSIONS = [(column, other) for column in catalogue().values() for other in column.other_units]
HORIZON = 365.0
GRID = np.arange(30.0, 3000.0, 30.0)


@st.composite
def outcomes(draw: st.DrawFn, fewest: int = 5) -> Outcome:
    """Children with at least one event, on whole days so that ties occur."""
    size = draw(st.integers(fewest, 40))
    days = draw(st.lists(st.integers(1, 800), min_size=size, max_size=size))
    events = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    return outcome_array([True, *events[1:]], days)


@st.composite
def steps(draw: st.DrawFn) -> StepFunction:
    days = sorted(draw(st.sets(st.integers(1, 2000), min_size=1, max_size=20)))
    values = draw(hnp.arrays(float, len(days), elements=st.floats(-10, 10)))
    return StepFunction(np.array(days, dtype=float), values, before=0.25)


@few
@given(steps())
def test_a_step_function_is_right_continuous(function: StepFunction) -> None:
    # f(t) is the limit from the right, and between steps the value is that of the last step.
    at = function(function.days)
    np.testing.assert_array_equal(at, function.values)
    np.testing.assert_array_equal(function(np.nextafter(function.days, np.inf)), at)
    # f(t-) is the value before the step.
    before = np.concatenate([[0.25], function.values[:-1]])
    np.testing.assert_array_equal(function(np.nextafter(function.days, 0.0)), before)


@few
@given(outcomes(), st.data())
def test_curves_of_proportional_hazards_start_at_one_and_never_rise(
    y: Outcome, data: st.DataObject
) -> None:
    features = data.draw(hnp.arrays(float, (len(y), 2), elements=st.floats(-3, 3)))
    coefficients, means = np.array([0.7, -1.1]), features.mean(axis=0)
    baseline = breslow_baseline((features - means) @ coefficients, y, GRID)
    days = np.arange(0.0, 900.0, 7.0)
    curves = LinearHazard(coefficients, means, baseline).survival(features, days)
    # S(t) = exp(-H0(t) exp(x b)) with H0(0) = 0 and H0 rising.
    assert (curves[:, 0] == 1).all()
    assert np.diff(curves, axis=1).max() <= 0
    assert curves.min() >= 0


@few
@given(outcomes())
def test_a_higher_hazard_never_means_a_later_loss(y: Outcome) -> None:
    model = LinearHazard(np.array([1.0]), np.zeros(1), kaplan_meier_baseline(y, GRID))
    days = np.arange(0.0, 800.0, 50.0)
    curves = model.survival(np.array([[-1.0], [0.0], [1.0]]), days)
    # S(t | x) = S0(t) ** exp(x b), and powers of a number below one fall with the exponent.
    assert np.diff(curves, axis=0).max() <= 0


@few
@given(st.sampled_from(CONVERSIONS), st.floats(1e-3, 1e4))
def test_a_unit_there_and_back_changes_nothing(
    conversion: tuple[Predictor, OtherUnit], value: float
) -> None:
    column, other = conversion
    # Multiplying by a factor and dividing by it loses one unit in the last place at most.
    back = column.in_canonical_unit(value, other.unit) / column.factor_from(other.unit)
    assert back == pytest.approx(value, rel=1e-15)


@few
@given(st.lists(st.floats(0.2, 50), min_size=1, max_size=8))
def test_a_column_in_another_unit_is_the_same_cohort(values: list[float]) -> None:
    known = pd.DataFrame({
        "patient_id": [f"child {row}" for row in range(len(values))],
        "follow_up_days": 400.0,
        "outcome": "administrative_end",
    })  # fmt: skip
    canonical = read_cohort(known.assign(esr_mm_h=values, albumin_g_l=np.clip(values, 10, 50)))
    converted = read_cohort(known.assign(esr=values, albumin_g_dl=np.clip(values, 10, 50) / 10),
                            units={"esr": "mm/hr"})  # fmt: skip
    # 1 g/dL is 10 g/L; division by 10 and multiplication round once each.
    pd.testing.assert_frame_equal(canonical.table, converted.table, rtol=1e-15)


@few
@given(outcomes(), st.floats(0.0, 1.0), st.integers(1, 2000), st.data())
def test_what_happens_to_a_censoring_beyond_the_horizon_leaves_the_score_alone(
    y: Outcome, risk: float, further: int, data: st.DataObject
) -> None:
    beyond = np.flatnonzero((y["duration"] > HORIZON) & ~y["event"])
    if not beyond.size:
        y = np.append(y, outcome_array([False], [HORIZON + 1]))
        beyond = np.array([len(y) - 1])
    moved = y.copy()
    moved["duration"][data.draw(st.sampled_from(beyond.tolist()))] += further
    # The weights are 1 / G(t) for t up to the horizon, and G there counts no later censoring.
    assert brier(moved, risk) == pytest.approx(brier(y, risk), rel=1e-12)


def brier(y: Outcome, risk: float) -> float:
    day = np.array([HORIZON])
    predicted = Predicted(np.full((len(y), 1), risk), day, day, y, y)
    [measure] = [each for each in measures() if each.name == "brier"]
    return float(np.asarray(measure.compute(predicted))[0])


@few
@given(outcomes())
def test_rounding_up_to_the_grid_keeps_who_had_the_event_by_a_horizon(y: Outcome) -> None:
    design: ModelDesign = simple_design()
    rounded = round_up(y, design.time_grid(float(y["duration"].max())))
    assert (rounded["duration"] > 0).all()
    assert (rounded["duration"] >= y["duration"])[y["event"]].all()
    for horizon in design.horizons:
        # Every horizon is a point of the grid, so no event is rounded across it.
        lost = [each["event"] & (each["duration"] <= horizon) for each in (y, rounded)]
        np.testing.assert_array_equal(*lost)


@few
@given(st.floats(0.5, 5000), st.floats(84, 112))
def test_the_grid_reaches_any_last_day(last_day: float, landmark_day: float) -> None:
    design = simple_design(landmark_day=landmark_day)
    grid = design.time_grid(last_day)
    # The last step is rounded up, and the steps between are positive.
    assert grid[-1] >= last_day
    assert np.diff(grid, prepend=0.0).min() > 0
    assert np.isin(design.horizons, grid).all()
