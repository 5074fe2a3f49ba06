"""Losses of response by those that were told to expect, whenever each child was last seen."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from lorpredict.monitoring._observed import FollowUp, follow_up, observed_by_expected
from lorpredict.monitoring._questions import Ended, Question
from lorpredict.survival import DAYS_A_MONTH
from tests.unit.monitoring.audits import Service, monitored

START = datetime(2022, 1, 3, tzinfo=UTC)
# A cumulative hazard of 0.267 by day 365 and of 0.632 by day 730: 0.001 a day from the landmark on.
RISKS = tuple((day, 1 - math.exp(-0.001 * (day - 98.0))) for day in (365.0, 730.0))


def followed(
    *ends: tuple[bool, int], day: float = 365.0, risks: tuple[tuple[float, float], ...] = RISKS
) -> FollowUp:
    """One child for each (lost, months), and one without an outcome."""
    questions = [Question(child, START, risks=risks) for child in range(len(ends) + 1)]
    ended = {child: Ended(child, START, lost, months) for child, (lost, months) in enumerate(ends)}
    until = START + timedelta(days=100)
    return follow_up(questions, ended, day, landmark=98.0, until=until)


@pytest.mark.parametrize(
    ("lost", "months", "day", "counts", "days"),
    [
        (True, 5, 365.0, True, 5.5 * DAYS_A_MONTH - 98),
        (False, 5, 365.0, False, 5.5 * DAYS_A_MONTH - 98),
        (True, 11, 365.0, True, 11.5 * DAYS_A_MONTH - 98),
        (True, 12, 365.0, False, 365 - 98),
        (True, 12, 730.0, True, 12.5 * DAYS_A_MONTH - 98),
        (False, 40, 730.0, False, 730 - 98),
        (True, 3, 365.0, True, (4 * DAYS_A_MONTH - 98) / 2),
    ],
    ids=[
        "lost",
        "left",
        "lost in the last month",
        "lost after",
        "within two",
        "well",
        "first month",
    ],
)
def test_child_counts_for_as_long_as_it_was_seen(
    lost: bool, months: int, day: float, counts: bool, days: float
) -> None:
    told = followed((lost, months), day=day)
    assert told.lost.tolist() == [counts]
    assert told.expected == pytest.approx([0.001 * days])


def test_ends_of_the_month_are_told_beside_its_middle() -> None:
    told = followed((True, 5))
    assert told.least == pytest.approx([0.001 * (5 * DAYS_A_MONTH - 98)])
    assert told.most == pytest.approx([0.001 * (6 * DAYS_A_MONTH - 98)])


def test_observation_that_ended_by_the_landmark_is_not_followed() -> None:
    told = followed((False, 2), (True, 6))
    assert len(told.questions) == 1
    assert told.with_outcome == 2


def test_child_without_an_outcome_waits_as_long_as_since_the_question() -> None:
    told = followed((True, 6))
    assert told.waiting == pytest.approx(0.1)  # a hundred days
    assert (told.due, told.on_record) == (0, 0)


def test_risk_by_a_later_day_alone_serves_an_earlier_horizon() -> None:
    assert followed((False, 40), risks=RISKS[1:]).expected == pytest.approx([0.267])


def test_horizon_beyond_what_was_told_is_not_extrapolated() -> None:
    assert len(followed((False, 40), day=730.0, risks=RISKS[:1]).questions) == 0


@pytest.mark.parametrize(
    ("observed", "low", "high"), [(0, 0.0, 3.689), (1, 0.025, 5.572), (10, 4.795, 18.390)]
)
def test_interval_is_the_exact_one_of_a_poisson_count(
    observed: int, low: float, high: float
) -> None:
    """Limits of Garwood 1936, as in any table of exact Poisson intervals."""
    told = observed_by_expected(observed, 1.0)
    assert (told.low, told.high) == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize("leaving", [0.05, 1.5, 4.0])
def test_children_who_leave_do_not_bias_the_ratio(leaving: float) -> None:
    """The told risks are true: 1 but for the error of so many losses and of whole months."""
    service = Service(months=4, children=3000, leaving=leaving)
    found = monitored(service.rows(np.random.default_rng(8)))
    for each in found.follow_ups:
        error = 2.5 / math.sqrt(float(each.expected.sum()))
        assert each.ratio().estimate == pytest.approx(1.0, abs=0.02 + error)


def test_counting_whole_risks_of_children_who_left_would_bias_it() -> None:
    rows = Service(months=4, children=1000, leaving=1.5).rows(np.random.default_rng(8))
    last = monitored(rows).follow_ups[-1]
    whole = sum(question.risks[-1][1] for question in last.questions)
    assert last.lost.sum() / whole < 0.6


@pytest.mark.parametrize(("told", "ratio"), [(2.0, 0.5), (0.5, 2.0)])
def test_risks_that_are_off_are_found(told: float, ratio: float) -> None:
    found = monitored(Service(told=told).rows(np.random.default_rng(3)))
    metrics = found.metrics()
    assert metrics["monitor_oe_730_low"] < ratio < metrics["monitor_oe_730_high"]
    assert not metrics["monitor_oe_730_low"] <= 1 <= metrics["monitor_oe_730_high"]
    more = "fewer" if ratio < 1 else "more"
    assert found.verdict.changed[0].startswith(f"{more} losses of response than told by day 365")
    assert "-e recalibrate" in found.verdict.advice[-1]


def test_hospital_that_records_losses_alone_is_asked_for_the_others() -> None:
    """All that is wrong is what is on record; a ratio of 1.6 is no finding."""
    found = monitored(Service(recorded=0.4).rows(np.random.default_rng(3)))
    assert found.metrics()["monitor_oe_730_low"] > 1
    assert found.verdict.changed == ()
    assert "were all the children without an outcome still responding" in found.verdict.unjudged[0]


def test_too_few_losses_before_many_outcomes_is_no_finding() -> None:
    rows = Service(told=2.0).rows(np.random.default_rng(3))
    outcomes = [row for row in rows if row["event"] == "outcome"]
    kept = [row for row in rows if row["event"] != "outcome"] + outcomes[::2]
    found = monitored(kept)
    assert found.metrics()["monitor_oe_730_high"] < 1
    assert found.verdict.changed == ()
    assert (
        "of the children asked so long ago have an outcome on record" in found.verdict.unjudged[0]
    )


def test_few_expected_losses_are_too_few_to_judge() -> None:
    found = monitored(Service(months=6, children=10, hazard=0.02).rows(np.random.default_rng(1)))
    assert not any(name.startswith("monitor_oe") for name in found.metrics())
    assert "calibration by day 365: too few to judge" in found.verdict.unjudged[0]
    assert set(found.tables()["observed_expected"]["judged"]) == {"too few to judge"}
