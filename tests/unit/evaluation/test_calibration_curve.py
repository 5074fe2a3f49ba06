"""The smoothed calibration curve and its errors: known truths, few events, perfect orders."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lorpredict.evaluation import Predicted, measures
from lorpredict.evaluation.calibration import calibration_curve, observed_risk
from lorpredict.survival import Floats, Outcome, outcome_array

DAY = 365.0
ERRORS = ("ici", "e50", "e90")


def at_one_day(risk: Floats, y: Outcome, fold: NDArray[np.intp] | None = None) -> Predicted:
    return Predicted(risk[:, None], np.array([DAY]), np.array([DAY]), y, y, fold)


def compute(name: str, predicted: Predicted) -> Floats:
    [found] = [each for each in measures() if each.name == name]
    return np.asarray(found.compute(predicted), dtype=float)


def drawn(number: int, seed: int = 11) -> tuple[Floats, Outcome]:
    """True risks by day 365 and what happened; about a third is censored before."""
    rng = np.random.default_rng(seed)
    rate = np.exp(rng.normal(size=number)) / 1000
    lost, seen = rng.exponential(1 / rate), rng.exponential(900, size=number)
    return 1 - np.exp(-rate * DAY), outcome_array(lost <= seen, np.minimum(lost, seen))


@pytest.fixture(scope="module")
def truth() -> tuple[Floats, Outcome]:
    return drawn(8000)


# Among 8000 children, a third of them censored, an eighth's observed share has a standard error of
# sqrt(.25 / 670) = .02, and a curve of three parameters about half of it. Tolerances are four.
CURVE = 0.04


def too_high(risk: Floats) -> Floats:
    told: Floats = 1 - (1 - risk) ** 2  # twice the hazard
    return told


def too_extreme(risk: Floats) -> Floats:
    told: Floats = 1 - np.exp(-1.3 * (-np.log1p(-risk)) ** 1.4)  # a power of the hazard
    return told


@pytest.mark.parametrize("distorted", [np.positive, too_high, too_extreme])
def test_the_curve_finds_the_true_risk_behind_the_told_one(
    truth: tuple[Floats, Outcome], distorted: np.ufunc
) -> None:
    risk, y = truth
    told = distorted(risk)
    middle = (told > np.quantile(told, 0.05)) & (told < np.quantile(told, 0.95))
    found = calibration_curve(told, y, DAY)(told)
    assert found[middle] == pytest.approx(risk[middle], abs=CURVE)


@pytest.mark.parametrize("distorted", [np.positive, too_high, too_extreme])
def test_the_errors_are_those_that_were_made(
    truth: tuple[Floats, Outcome], distorted: np.ufunc
) -> None:
    risk, y = truth
    told = distorted(risk)
    made = np.abs(told - risk)
    found = [compute(name, at_one_day(told, y))[0] for name in ERRORS]
    expected = [made.mean(), np.median(made), np.quantile(made, 0.9)]
    assert found == pytest.approx(expected, abs=CURVE)


def test_the_three_errors_are_mean_median_and_nine_tenths_of_one_distance() -> None:
    risk, y = drawn(200)
    distance = np.abs(risk - calibration_curve(risk, y, DAY)(risk))
    found = [compute(name, at_one_day(risk, y))[0] for name in ERRORS]
    assert found == pytest.approx(
        [distance.mean(), np.median(distance), np.quantile(distance, 0.9)]
    )


def test_on_average_the_curve_tells_what_kaplan_meier_does(truth: tuple[Floats, Outcome]) -> None:
    # A Cox model of a calibrated scale reproduces the overall risk, whatever was told.
    risk, y = truth
    found = calibration_curve(too_high(risk), y, DAY)(too_high(risk)).mean()
    assert found == pytest.approx(observed_risk(y, np.array([DAY]))[0], abs=0.005)


def test_nothing_is_told_outside_the_range_of_the_predictions() -> None:
    risk, y = drawn(200)
    curve = calibration_curve(risk, y, DAY)
    assert np.isnan(curve([curve.lowest - 1e-6, curve.highest + 1e-6])).all()
    predicted, observed = curve.points(11)
    assert [predicted[0], predicted[-1]] == [risk.min(), risk.max()]
    assert np.isfinite(observed).all()


def test_what_happens_after_the_day_changes_nothing() -> None:
    risk, y = drawn(200)
    later = np.where(y["duration"] > DAY, y["duration"] + 500, y["duration"])
    moved = outcome_array(y["event"] & (y["duration"] <= DAY), later)
    assert compute("ici", at_one_day(risk, moved)) == compute("ici", at_one_day(risk, y))


# ---- few events, odd predictions --------------------------------------------------------------


def known_events(number: int, children: int = 100) -> tuple[Floats, Outcome]:
    """Children of whom the first ``number`` have the event within the year, in no perfect order."""
    rng = np.random.default_rng(5)
    event = np.arange(children) < number
    days = np.where(event, rng.integers(1, 365, size=children), 700)
    return rng.uniform(0.05, 0.6, size=children), outcome_array(event, days)


@pytest.mark.parametrize("events, knots", [(19, 0), (20, 3)])
def test_the_curve_may_bend_from_twenty_events_on(events: int, knots: int) -> None:
    curve = calibration_curve(*known_events(events), DAY)
    assert curve.events == events
    assert len(curve.knots) == knots
    assert curve.is_known


def test_events_after_the_day_do_not_count_for_the_bend() -> None:
    risk, y = known_events(30)
    assert calibration_curve(risk, y, float(np.sort(y["duration"])[18])).events == 19


def test_two_risks_alone_give_a_straight_curve_through_both_groups() -> None:
    risk, true = np.repeat([0.1, 0.5], 200), np.repeat([0.2, 0.7], 200)
    # Exponential times at even quantiles, so that chance plays no part.
    quantile = np.tile((np.arange(200) + 0.5) / 200, 2)
    lost = DAY * np.log1p(-quantile) / np.log1p(-true)
    curve = calibration_curve(risk, outcome_array(lost <= 700, np.minimum(lost, 700)), DAY)
    assert curve.knots.size == 0
    assert curve([0.1, 0.5]) == pytest.approx([0.2, 0.7], abs=0.005)


def test_the_same_risk_for_all_has_no_errors_of_calibration() -> None:
    _, y = drawn(200)
    same = at_one_day(np.full(200, 0.3), y)
    assert all(np.isnan(compute(name, same)) for name in ERRORS)


def test_folds_that_each_tell_all_the_same_have_none_either() -> None:
    _, y = drawn(200)
    fold = np.arange(200) % 5
    same_in_each = at_one_day(0.2 + fold / 50, y, fold)
    assert all(np.isnan(compute(name, same_in_each)) for name in ERRORS)


@pytest.mark.parametrize("number", [10, 60], ids=["straight", "with a spline"])
@pytest.mark.parametrize("sign", [1, -1], ids=["right order", "wrong order"])
def test_perfect_order_has_no_curve(number: int, sign: int) -> None:
    event = np.arange(100) < number
    days = np.where(event, np.arange(100) + 1, 700)
    risk = 0.5 + sign * np.linspace(0.4, -0.4, 100)
    curve = calibration_curve(risk, outcome_array(event, days), DAY)
    assert not curve.is_known
    assert np.isnan(curve.points()[1]).all()
    assert np.isnan(compute("e90", at_one_day(risk, outcome_array(event, days)))).all()


def test_where_only_the_bend_is_perfect_the_curve_is_straight() -> None:
    # Nobody above the last knot or below the first has an event; the order between is by chance.
    rng = np.random.default_rng(8)
    risk = np.linspace(0.05, 0.95, 100)
    event = (np.abs(np.arange(100) - 49.5) < 12) & (np.arange(100) % 2 == 0)
    event |= np.abs(np.arange(100) - 49.5) < 10
    days = np.where(event, rng.permutation(100) + 1, 700)
    curve = calibration_curve(risk, outcome_array(event, days), DAY)
    assert curve.events >= 20
    assert curve.is_known
    assert np.isfinite(curve.points()[1]).all()


def test_without_an_event_by_the_day_there_is_no_curve() -> None:
    risk, _ = drawn(50)
    curve = calibration_curve(risk, outcome_array([False] * 50, np.arange(1, 51)), DAY)
    assert np.isnan(curve(risk)).all()
    assert repr(curve).endswith("0 events, not defined)")


def test_risks_of_zero_and_one_are_answered() -> None:
    risk, y = drawn(300)
    risk[:20], risk[20:40] = 0.0, 1.0
    assert np.isfinite(compute("ici", at_one_day(risk, y))).all()


def test_the_curve_says_its_range_and_shape() -> None:
    risk, y = drawn(200)
    assert repr(calibration_curve(risk, y, DAY)).startswith("CalibrationCurve(")
    assert repr(calibration_curve(risk, y, DAY)).endswith("events, 3 knots)")
