"""How many children are needed: formulas, words and refusals."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log, pi, sqrt
from typing import Any

import pytest

from lorpredict import AtRisk
from lorpredict.errors import DesignError, TooLittleData
from lorpredict.evaluation._riley import (
    children_for,
    children_for_overall_risk,
    cox_snell_r2_of,
    expected_shrinkage,
    largest_r2,
)
from lorpredict.evaluation.sample_size import SampleSize, riley_minimum, sample_size_of
from lorpredict.survival import outcome_array


def minimum(**changed: Any) -> SampleSize:
    usual = {
        "parameters": 20,
        "rate_per_year": 0.164,
        "mean_follow_up_years": 1.59,
        "horizon_years": 2,
        "c": 0.7,
    }
    return riley_minimum(**(usual | changed))


# ---- formulas ---------------------------------------------------------------------------------


@pytest.mark.parametrize("c, events_per_child", [(0.6, 0.1), (0.7, 0.26), (0.85, 0.9)])
def test_the_papers_way_from_c_to_r2_leads_to_the_same(c: float, events_per_child: float) -> None:
    d = 5.50 * (c - 0.5) + 10.26 * (c - 0.5) ** 3
    r2_d = pi / 8 * d**2 / (pi**2 / 6 + pi / 8 * d**2)
    r2_oquigley = -(pi**2) / 6 * r2_d / ((1 - pi**2 / 6) * r2_d - 1)
    likelihood_ratio = -events_per_child * log(1 - r2_oquigley)
    expected = 1 - exp(-likelihood_ratio)
    assert cox_snell_r2_of(c, events_per_child=events_per_child) == pytest.approx(expected)


def test_a_c_of_seventy_explains_a_tenth_where_a_quarter_have_the_event() -> None:
    # D = 5.5 · 0.2 + 10.26 · 0.008 = 1.18208; variance 0.54872; 1 - 1.54872^-0.26 = 0.10751.
    assert cox_snell_r2_of(0.7, events_per_child=0.26) == pytest.approx(0.10751, abs=1e-5)


def test_the_first_criterion_by_hand() -> None:
    # 20 / (0.1 · -ln(1 - 0.108 / 0.9)) = 20 / 0.0127833 = 1564.5.
    assert children_for(0.9, 0.108, 20) == pytest.approx(1564.5, abs=0.05)


def test_twice_the_parameters_need_twice_the_children() -> None:
    assert children_for(0.9, 0.1, 8) == pytest.approx(2 * children_for(0.9, 0.1, 4))


@pytest.mark.parametrize("shrinkage", [0.11, 0.31, 0.9, 0.99])
def test_the_expected_shrinkage_is_that_which_so_many_children_need(shrinkage: float) -> None:
    children = round(1000 * children_for(shrinkage, 0.1, 7))
    found = expected_shrinkage(0.1, parameters=7000, children=children)
    assert found == pytest.approx(shrinkage, abs=2e-4)  # a whole number of children


def test_more_children_shrink_less() -> None:
    found = [expected_shrinkage(0.1, parameters=20, children=n) for n in (1, 69, 1000, 10**9)]
    assert found == sorted(found)
    assert found[0] == pytest.approx(0.1)  # nothing lies below the explained variation itself
    assert found[-1] == pytest.approx(1.0)


def test_no_model_explains_everything() -> None:
    # One event a child: 1 - exp(2 (ln 1 - 1)).
    assert largest_r2(1.0) == pytest.approx(1 - exp(-2))
    assert largest_r2(0.13455) == pytest.approx(0.5546, abs=5e-5)


@pytest.mark.parametrize("rate, horizon", [(0.164, 2.0), (0.03, 1.0), (0.8, 0.5)])
def test_the_overall_risk_is_known_within_five_points_from_there_on(
    rate: float, horizon: float
) -> None:
    def farther_limit(children: int) -> float:
        """Distance from the risk to the wider of its limits, as pmsampsize prints them."""
        error = 1.96 * sqrt(rate / (1.5 * children))
        risk, low, high = (1 - exp(-each * horizon) for each in (rate, rate - error, rate + error))
        return max(risk - low, high - risk)

    needed = children_for_overall_risk(rate, 1.5, horizon)
    assert farther_limit(needed) <= 0.05 < farther_limit(needed - 1)


# ---- what is told -----------------------------------------------------------------------------


def test_the_largest_criterion_decides() -> None:
    assert minimum().by_criterion == {"shrinkage": 1568, "optimism": 526, "overall_risk": 352}
    assert minimum().needed == 1568
    assert minimum(parameters=4).needed == 352


def test_the_events_of_so_many_children() -> None:
    # 1568 · 0.164 · 1.59 = 408.9.
    assert minimum().needed_events == 409
    assert minimum().needed_events_per_parameter == pytest.approx(20.44, abs=0.005)


def test_the_minimum_without_a_cohort_in_words() -> None:
    assert str(minimum(parameters=1, c=None, cox_snell_r2=0.1)).splitlines() == [
        "Riley's minimum for 1 parameter: 352 children with 92 events, 91.8 for each parameter",
        "  85 for a shrinkage of 0.9 or better",
        "  27 for an optimism of Nagelkerke's R² of 0.05 or less",
        "  352 for the overall risk at 2 years within ±0.05",
        "  expected: a Cox-Snell R² of 0.100; 0.164 events a person-year; "
        "1.59 years of follow-up on average (years count from the landmark)",
    ]
    assert minimum().is_met is None
    assert minimum().events_per_parameter is None


def test_the_minimum_for_a_cohort_in_words(at_risk: AtRisk) -> None:
    size = sample_size_of(at_risk.y, parameters=20, horizon_days=632)
    assert size.lines() == [
        "Riley's minimum for 20 parameters: 1,567 children with 409 events, 20.4 for each "
        "parameter",
        "  1,567 for a shrinkage of 0.9 or better",
        "  526 for an optimism of Nagelkerke's R² of 0.05 or less",
        "  288 for the overall risk at 1.73 years within ±0.05",
        "  expected: C 0.70, thus a Cox-Snell R² of 0.108; 0.164 events a person-year; "
        "1.59 years of follow-up on average (years count from the landmark)",
        "Present: 69 children with 18 events, 0.9 for each parameter; "
        "expected shrinkage 0.31: too few",
    ]


@pytest.mark.parametrize("children, enough", [(351, False), (352, True)])
def test_as_many_children_as_needed_are_enough(children: int, enough: bool) -> None:
    size = replace(minimum(parameters=4), children=children, events=92, expected_shrinkage=0.9)
    assert size.is_met is enough
    assert size.lines()[-1].endswith("enough" if enough else "too few")


# ---- what is refused --------------------------------------------------------------------------


def test_every_impossible_value_is_told_at_once() -> None:
    with pytest.raises(DesignError) as error:
        minimum(parameters=0, rate_per_year=-1, horizon_years=float("nan"), c=0.5)
    assert str(error.value) == (
        "no sample size can be told: rate_per_year is -1; expected more than 0; "
        "horizon_years is nan; expected more than 0; parameters is 0; expected at least 1; "
        "c is 0.5; expected more than 0.5, which is a coin, and less than 1"
    )


@pytest.mark.parametrize(
    "changed, problem",
    [
        ({"c": 1.0}, "c is 1; expected more than 0.5"),
        ({"c": 70}, "c is 70; expected more than 0.5"),
        ({"c": None, "cox_snell_r2": 0}, "cox_snell_r2 is 0; expected between 0 and 1"),
        ({"c": None}, "expected c or cox_snell_r2, neither is given"),
        ({"cox_snell_r2": 0.1}, "expected c or cox_snell_r2, both are given"),
        ({"mean_follow_up_years": float("inf")}, "mean_follow_up_years is inf"),
        ({"mean_follow_up_years": 580}, "make 95.1 events a child; expected at most 1"),
        (
            {"c": None, "cox_snell_r2": 0.8},
            "an R² of 0.8 is expected; with 0.261 events a child even perfect foresight has 0.706",
        ),
    ],
    ids=["perfect", "percent", "nothing", "neither", "both", "endless", "days", "too much"],
)
def test_an_impossible_expectation_is_refused(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(DesignError, match=problem):
        minimum(**changed)


def test_a_rate_of_which_every_child_has_the_event_is_possible() -> None:
    y = outcome_array([True] * 3, [100, 200, 330])
    assert sample_size_of(y, parameters=1, horizon_days=365).events == 3


@pytest.mark.parametrize(
    "y, problem",
    [
        (outcome_array([False, False], [10, 20]), "none of 2 children had the event"),
        (outcome_array([], []), "0 children"),
    ],
    ids=["no event", "nobody"],
)
def test_without_an_event_there_is_no_rate(y: Any, problem: str) -> None:
    with pytest.raises(TooLittleData, match=problem):
        sample_size_of(y, parameters=1, horizon_days=365)
