"""Calibration in groups, in the large, and net benefit: by hand, and where the truth is known."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lorpredict import AtRisk
from lorpredict.survival import Floats, Outcome, outcome_array
from lorpredict.validation._agreement import (
    calibration_groups,
    equal_groups,
    net_benefit,
    risk_distribution,
)
from lorpredict.validation._judged import Group, _events, _in_the_large, measured

DAYS = np.array([100.0, 200.0, 267.0, 400.0, 632.0])
HORIZONS = np.array([267.0, 632.0])


def group(at_risk: AtRisk, risk: Floats, y: Outcome) -> Group:
    return Group("all children", replace(at_risk, y=y), risk, DAYS, HORIZONS)


@pytest.fixture(scope="module")
def known(at_risk: AtRisk) -> Group:
    """2000 children with a constant hazard, whose model tells a hazard that is half of it."""
    rng = np.random.default_rng(7)
    rate = np.exp(rng.normal(size=2000)) / 1500
    lost, seen = rng.exponential(1 / rate), rng.uniform(300, 1200, size=2000)
    risk = 1 - np.exp(-0.5 * rate[:, None] * DAYS)
    return group(at_risk, risk, outcome_array(lost <= seen, np.minimum(lost, seen)))


# ---- in the large -----------------------------------------------------------------------------


def test_expected_events_are_the_cumulative_hazard_when_a_child_was_last_seen(
    at_risk: AtRisk,
) -> None:
    # Told a cumulative hazard of 0.1 by day 100, 0.3 by day 200, and no more.
    hazard = np.array([[0.1, 0.3, 0.3, 0.3, 0.3]] * 3)
    y = outcome_array([True, True, True], [100, 150, 700])
    observed, expected = _events(group(at_risk, 1 - np.exp(-hazard), y))
    assert expected == pytest.approx([0.1, 0.2, 0.3])  # half of the second step by day 150
    assert observed.tolist() == [True, True, False]  # the last one after the last horizon


def test_two_events_where_one_was_expected_are_the_logarithm_of_two() -> None:
    observed, expected = np.array([True, True, False]), np.array([0.5, 0.3, 0.2])
    found = _in_the_large(observed, expected, np.arange(3))
    assert found == {"calibration_in_the_large": pytest.approx(np.log(2))}


def test_without_an_event_it_is_not_defined() -> None:
    found = _in_the_large(np.array([False]), np.array([0.5]), np.arange(1))
    assert np.isnan(found["calibration_in_the_large"])


def test_halved_hazard_is_found_in_the_large_within_its_interval(known: Group) -> None:
    found = measured(known, resamples=50, seed=0, workers=1).set_index("measure")
    row = found.loc["calibration_in_the_large"]
    # About 700 events: the standard error of the logarithm is 1 / sqrt(700), so .04.
    assert row.estimate == pytest.approx(np.log(2), abs=0.1)
    assert row.low < np.log(2) < row.high


# ---- groups -----------------------------------------------------------------------------------


def test_groups_are_of_equal_size_and_in_the_order_of_the_risk() -> None:
    risk = np.random.default_rng(0).permutation(np.linspace(0, 1, 100))
    groups = equal_groups(risk, 5)
    assert [len(members) for members in groups] == [20] * 5
    assert all(risk[a].max() < risk[b].min() for a, b in pairwise(groups))


def test_children_with_the_same_risk_stay_together() -> None:
    groups = equal_groups(np.array([0.1] * 6 + [0.3] * 3 + [0.5]), 5)
    assert [len(members) for members in groups] == [10]  # 6, 3 and 1 would be too few to tell
    assert [len(members) for members in equal_groups(np.full(10, 0.2), 5)] == [10]


def test_observed_risk_of_a_group_is_kaplan_meiers_with_its_interval(at_risk: AtRisk) -> None:
    # Ten children, all told the same: 3 of 10 lost response by day 200, then nobody is seen to.
    y = outcome_array([True] * 3 + [False] * 7, [50, 100, 200] + [700] * 7)
    found = calibration_groups(group(at_risk, np.full((10, 5), 0.25), y))
    assert found["day"].tolist() == [365, 730]
    assert found["predicted"].tolist() == [0.25, 0.25]
    assert found["observed"].to_numpy() == pytest.approx([0.3, 0.3])
    # Log-log interval of S = .7 with Greenwood's variance 1/(10*9) + 1/(9*8) + 1/(8*7):
    spread = 1.959964 * np.sqrt(1 / 90 + 1 / 72 + 1 / 56) / np.log(0.7)
    ends = sorted(1 - 0.7 ** np.exp([spread, -spread]))
    assert found[["low", "high"]].to_numpy()[0] == pytest.approx(ends, abs=1e-6)


def test_group_without_an_event_has_no_interval(at_risk: AtRisk) -> None:
    y = outcome_array([False] * 10 + [True] * 10, [700] * 10 + [50] * 10)
    risk = np.repeat([[0.1], [0.9]], 10, axis=0) * np.ones(5)
    found = calibration_groups(group(at_risk, risk, y))
    assert found["observed"].tolist() == [0, 1, 0, 1]
    assert found[["low", "high"]].isna().all().all()


def test_timid_model_is_seen_below_in_every_group(known: Group) -> None:
    found = calibration_groups(known)
    assert len(found) == 20
    assert (found["observed"] > found["predicted"]).all()


# ---- net benefit ------------------------------------------------------------------------------


def test_net_benefit_of_five_times_five_children_is_counted_by_hand(at_risk: AtRisk) -> None:
    y = outcome_array([True, True, False, False, False] * 5, [50, 100, 700, 700, 700] * 5)
    risk = np.array([0.5, 0.1, 0.4, 0.1, 0.1] * 5)[:, None] * np.ones(5)
    at_third = net_benefit(group(at_risk, risk, y)).query("day == 365 and threshold == 0.3").iloc[0]
    # Two of five are treated, one of them rightly: 1/5 - 1/5 * .3/.7. All: 2/5 - 3/5 * .3/.7.
    assert at_third.model == pytest.approx(1 / 5 - 1 / 5 * 3 / 7)
    assert at_third.treat_all == pytest.approx(2 / 5 - 3 / 5 * 3 / 7)


def test_where_nobody_reaches_the_threshold_nothing_is_gained_or_lost(at_risk: AtRisk) -> None:
    y = outcome_array([True, False], [50, 700])
    found = net_benefit(group(at_risk, np.full((2, 5), 0.05), y))
    assert (found["model"] == 0).all()


def test_the_spread_of_the_risks_is_told_without_a_single_childs(known: Group) -> None:
    found = risk_distribution(known)
    assert found["day"].tolist() == [365, 730]
    assert found["mean"].to_numpy() == pytest.approx(known.at_horizons.mean(axis=0))
    assert known.at_horizons.min() < found["p05"].min() < found["p95"].max() < 1
