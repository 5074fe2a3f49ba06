"""Cumulative incidence with competing ends: by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from lorpredict import AtRisk
from lorpredict.errors import BeyondFollowUp, DesignError, TooLittleData
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.evaluation.incidence import (
    cumulative_incidence,
    incidence_of,
    kaplan_meier,
)
from lorpredict.survival import outcome_array

# Ten children: events on days 10 and 30, a competing end on day 20, one censored on day 25.
STATES = np.array([1, 2, 0, 1, 0, 0, 0, 0, 0, 0])
DAYS = np.array([10.0, 20, 25, 30, 50, 50, 50, 50, 50, 50])
CAUSES = ("event", "stopped")


def test_both_estimates_are_counted_by_hand() -> None:
    found = cumulative_incidence(STATES, DAYS, causes=CAUSES).at([5, 10, 20, 40])
    risk = found.pivot(index="day", columns="estimate", values="risk")
    # Kaplan-Meier: 9/10, then one of the seven left on day 30.
    assert risk["kaplan_meier"].tolist() == pytest.approx([0, 0.1, 0.1, 1 - 0.9 * 6 / 7])
    # With the other end competing 8/10 are free of both when the event of day 30 comes.
    assert risk["event"].tolist() == pytest.approx([0, 0.1, 0.1, 0.1 + 0.8 / 7])
    assert risk["stopped"].tolist() == pytest.approx([0, 0, 0.1, 0.1])


def test_without_competing_ends_both_are_the_same() -> None:
    found = cumulative_incidence(np.minimum(STATES, 1), DAYS)
    assert found.event.risk == pytest.approx(found.kaplan_meier.risk)
    assert not found.differ([10, 30, 40]).any()


def test_the_causes_and_those_free_of_all_sum_to_one(at_risk: AtRisk) -> None:
    found = incidence_of(at_risk)
    free = 1 - sum(each.risk for each in found.causes.values())
    any_end = outcome_array(at_risk.states > 0, at_risk.y["duration"])
    assert free == pytest.approx(1 - observed_risk(any_end, found.event.days))


def test_competing_ends_lower_the_incidence(at_risk: AtRisk) -> None:
    # Censoring a child counts it among those who might still lose response, competing does not.
    found = incidence_of(at_risk)
    assert (found.event.risk <= found.kaplan_meier.risk + 1e-12).all()


def test_causes_are_named_by_the_design(at_risk: AtRisk) -> None:
    assert list(incidence_of(at_risk).causes) == ["event", *at_risk.design.competing]


def test_a_cause_that_did_not_occur_has_an_incidence_of_zero_and_no_interval() -> None:
    found = cumulative_incidence(np.where(STATES == 2, 3, STATES), DAYS, causes=("a", "b", "c"))
    never = found.causes["b"].at([20, 40])
    assert never["risk"].tolist() == [0, 0]
    assert never[["low", "high"]].isna().all().all()
    assert found.causes["c"].at(40)["risk"].tolist() == pytest.approx([0.1])


def test_where_all_are_censored_every_incidence_is_zero() -> None:
    found = cumulative_incidence(np.zeros(10, dtype=np.int64), DAYS, causes=CAUSES).at([40])
    assert found["risk"].tolist() == [0, 0, 0]
    assert found[["low", "high"]].isna().all().all()


# ---- where the two part -----------------------------------------------------------------------


def test_two_estimates_differ_from_more_than_two_points_on() -> None:
    found = cumulative_incidence(STATES, DAYS, causes=CAUSES)
    apart = 0.9 / 7 - 0.8 / 7  # after day 30: 0.014
    assert found.differ([20, 40]).tolist() == [False, False]
    assert found.differ([20, 40], by=apart - 1e-9).tolist() == [False, True]
    assert found.differ([20, 40], by=apart + 1e-9).tolist() == [False, False]


def test_the_shipped_cohort_shows_both_at_the_second_horizon_alone(at_risk: AtRisk) -> None:
    # 15.7 against 14.5 % by day 365 since the first infusion, 27.3 against 24.4 % by day 730.
    assert incidence_of(at_risk).differ(at_risk.design.horizons).tolist() == [False, True]


# ---- intervals --------------------------------------------------------------------------------


def test_the_interval_of_kaplan_meier_is_greenwoods_on_the_log_log_scale() -> None:
    y = outcome_array(STATES == 1, DAYS)
    found = kaplan_meier(y).at([15]).iloc[0]
    survival, spread = 0.9, np.sqrt(1 / (10 * 9)) / np.log(0.9)
    ends = 1 - survival ** np.exp(1.959964 * np.array([1, -1]) * spread)
    assert [found["low"], found["high"]] == pytest.approx(ends, abs=1e-6)


def test_every_interval_holds_its_estimate(at_risk: AtRisk) -> None:
    found = incidence_of(at_risk).at([100, 267, 632]).dropna()
    assert len(found) == 11
    assert ((found["low"] < found["risk"]) & (found["risk"] < found["high"])).all()


def test_before_the_first_end_there_is_no_interval() -> None:
    found = kaplan_meier(outcome_array(STATES == 1, DAYS)).at([0, 5])
    assert found["risk"].tolist() == [0, 0]
    assert found[["low", "high"]].isna().all().all()


# ---- refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [51.0, -1.0, np.nan])
def test_a_day_beyond_follow_up_is_refused(day: float) -> None:
    found = cumulative_incidence(STATES, DAYS, causes=CAUSES)
    with pytest.raises(BeyondFollowUp, match=r"expected 0 to 50, the last day with 5 children"):
        found.at([20, day])
    with pytest.raises(BeyondFollowUp, match="expected 0 to 50"):
        found.differ([day])


def test_a_state_without_a_name_is_refused() -> None:
    with pytest.raises(DesignError, match=r"state 2 has no name; expected at most 1"):
        cumulative_incidence(STATES, DAYS)


def test_fewer_than_five_children_are_refused() -> None:
    with pytest.raises(TooLittleData, match="4 children at risk"):
        cumulative_incidence(STATES[:4], DAYS[:4], causes=CAUSES)


def test_what_was_found_says_so_in_a_line() -> None:
    found = cumulative_incidence(STATES, DAYS, causes=CAUSES)
    assert repr(found) == "CumulativeIncidence(event, stopped; RiskByDay(0.214 by day 50))"
