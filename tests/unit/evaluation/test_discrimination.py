"""Harrell's concordance and the AUC at a day, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sksurv.metrics import cumulative_dynamic_auc

from lorpredict.evaluation import Predicted, measures
from lorpredict.evaluation.discrimination import harrell_concordance
from lorpredict.survival import Floats, Outcome, outcome_array


def test_harrells_c_counts_pairs_by_hand() -> None:
    y = outcome_array([True, False, True, False], [10, 20, 30, 40])
    # Day 10 is known to come before all three others, day 30 before day 40; of these four pairs
    # 0.5 wins against 0.4, ties with 0.5 and loses against 0.6, and 0.5 loses against 0.6.
    scores = np.array([0.5, 0.4, 0.5, 0.6])
    assert harrell_concordance(y, scores) == pytest.approx((1 + 0.5) / 4)


@pytest.mark.parametrize("sign, expected", [(1, 0.0), (-1, 1.0)], ids=["wrong", "right"])
def test_a_higher_score_means_an_earlier_event(sign: int, expected: float) -> None:
    y = outcome_array([True] * 4, [10, 20, 30, 40])
    assert harrell_concordance(y, sign * np.arange(4.0)) == expected


@pytest.mark.parametrize(
    "event", [[False, False], [False, True]], ids=["no event", "an event that nobody outlasts"]
)
def test_without_a_pair_to_compare_harrells_c_is_not_defined(event: list[bool]) -> None:
    assert np.isnan(harrell_concordance(outcome_array(event, [10, 20]), np.array([0.1, 0.2])))


def test_harrells_c_is_no_measure_of_the_house() -> None:
    assert "harrell_concordance" not in {measure.name for measure in measures()}


# ---- cumulative/dynamic AUC -------------------------------------------------------------------


def auc(risk: list[float], y: Outcome, day: float, reference: Outcome | None = None) -> float:
    days = np.array([day])
    told = Predicted(np.array(risk)[:, None], days, days, y, y if reference is None else reference)
    return float(compute(told)[0])


def compute(predicted: Predicted) -> Floats:
    [found] = [each for each in measures() if each.name == "auc"]
    assert found.level == "fold"
    return np.asarray(found.compute(predicted), dtype=float)


FIVE = outcome_array([True, True, True, False, False], [10, 20, 30, 40, 50])


def test_the_auc_counts_pairs_of_events_and_those_still_free() -> None:
    # By day 25 two have had the event and three are free: of six pairs 0.5 wins two and ties one,
    # 0.3 wins one.
    assert auc([0.5, 0.3, 0.5, 0.4, 0.2], FIVE, 25) == pytest.approx((2 + 0.5 + 1) / 6)


def test_an_event_that_stands_for_a_censored_child_counts_for_it_too() -> None:
    y = outcome_array([True, False, True, False, False], [10, 15, 20, 40, 50])
    # After day 15 three of four are not censored, so that day 20 counts 4/3: it wins one of two
    # pairs, and day 10 wins both.
    found = auc([0.9, 0.1, 0.5, 0.6, 0.2], y, 25)
    assert found == pytest.approx((2 + 4 / 3) / (2 + 2 * 4 / 3))


@pytest.mark.parametrize("sign, expected", [(1, 1.0), (-1, 0.0)], ids=["right", "wrong"])
def test_perfect_order_is_one_or_zero(sign: int, expected: float) -> None:
    risk = [0.5 + sign * step for step in (0.4, 0.3, 0.2, 0.1, 0.0)]
    assert auc(risk, FIVE, 25) == expected


def test_the_same_risk_for_all_is_a_coin() -> None:
    assert auc([0.3] * 5, FIVE, 25) == 0.5


def test_each_horizon_is_judged_by_its_own_risk() -> None:
    days = np.array([15.0, 25.0])
    risk = np.column_stack([[0.9, 0.1, 0.1, 0.1, 0.1], [0.1, 0.1, 0.9, 0.9, 0.9]])
    assert compute(Predicted(risk, days, days, FIVE, FIVE)).tolist() == [1, 0]


def test_the_auc_is_scikit_survivals() -> None:
    rng = np.random.default_rng(6)
    risk = rng.random(300)
    lost, seen = rng.exponential(500 * np.exp(-risk)), rng.exponential(600, size=300)
    y = outcome_array(lost <= seen, np.minimum(lost, seen))
    train, test = y[:200], y[200:][y[200:]["duration"] < y[:200]["duration"].max()]
    risk = risk[200 : 200 + len(test)]
    theirs, _ = cumulative_dynamic_auc(train, test, risk, [200.0])
    assert auc(risk.tolist(), test, 200, train) == pytest.approx(theirs[0], rel=1e-12)


def test_children_followed_longer_than_the_training_rows_do_not_hinder() -> None:
    # scikit-survival wants to know the censoring on day 2000, which says nothing about day 25.
    y = outcome_array([True, True, True, True, False], [10, 20, 30, 2000, 50])
    assert auc([0.9, 0.8, 0.1, 0.1, 0.1], y, 25, reference=FIVE) == 1


@pytest.mark.parametrize(
    "y, day",
    [
        (FIVE, 5.0),
        (FIVE, 50.0),
        (FIVE, 60.0),
        (outcome_array([False] * 5, [10, 20, 30, 40, 50]), 25.0),
        (outcome_array([], []), 25.0),
    ],
    ids=["no event yet", "nobody free on the last day", "beyond", "no event", "nobody"],
)
def test_without_a_pair_the_auc_is_not_defined(y: Outcome, day: float) -> None:
    assert np.isnan(auc([0.3] * len(y), y, day))


def test_where_the_training_rows_do_not_reach_the_horizon_the_auc_is_not_defined() -> None:
    short = outcome_array([True, False, False], [2, 5, 8])
    assert np.isnan(auc([0.5, 0.4, 0.3, 0.2, 0.1], FIVE, 25, reference=short))
