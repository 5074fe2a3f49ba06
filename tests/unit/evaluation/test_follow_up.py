"""How long children were followed: by hand, and against lifelines."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from lorpredict import AtRisk
from lorpredict.errors import TooLittleData
from lorpredict.evaluation._follow_up import follow_up
from lorpredict.survival import outcome_array


def test_without_events_the_median_follow_up_is_the_median_duration() -> None:
    y = outcome_array([False] * 5, [10, 20, 30, 40, 50])
    found = follow_up(y)
    # A fifth leaves on each day: more than a quarter has left on day 20, half on day 30.
    assert (found.lower_quartile, found.median, found.upper_quartile) == (20, 30, 40)


def test_half_of_four_children_have_left_with_the_second() -> None:
    # 1 - 1/4 is not above three quarters, 3/4 · 2/3 not above a half, however numbers round.
    found = follow_up(outcome_array([False] * 4, [10, 20, 30, 40]))
    assert (found.lower_quartile, found.median, found.upper_quartile) == (10, 20, 30)


def test_an_event_hides_how_long_the_child_would_have_been_followed() -> None:
    y = outcome_array([True, True, False, False, False], [1, 2, 30, 40, 50])
    # The two early events leave three to be waited for: thirds, and not fifths.
    assert follow_up(y).median == 40
    assert np.median(y["duration"]) == 30


def test_a_child_who_had_the_event_on_a_day_was_not_still_to_leave_on_it() -> None:
    # On day 20 one of two leaves, as the event of that day came first.
    y = outcome_array([True, False, False], [20, 20, 30])
    assert follow_up(y).median == 20
    assert follow_up(y).lower_quartile == 20
    assert follow_up(y).upper_quartile == 30


def test_where_an_event_comes_last_the_follow_up_is_not_reached() -> None:
    found = follow_up(outcome_array([False, True, True, True], [10, 20, 30, 40]))
    assert (found.lower_quartile, found.median, found.upper_quartile) == (10, None, None)
    assert "in days: not reached (quartiles 10 to not reached); the longest 40" in str(found)


def test_the_follow_up_of_the_reconstructed_cohort_is_that_of_lifelines(at_risk: AtRisk) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines warns about pandas
        from lifelines import KaplanMeierFitter

        reverse = KaplanMeierFitter().fit(at_risk.y["duration"], ~at_risk.y["event"])
        theirs = [reverse.percentile(share) for share in (0.75, 0.5, 0.25)]
    # No event and no end of observation fall on one day here, so both treat ties alike.
    assert not set(at_risk.y["duration"][at_risk.y["event"]]) & set(
        at_risk.y["duration"][~at_risk.y["event"]]
    )
    found = follow_up(at_risk.y)
    assert [found.lower_quartile, found.median, found.upper_quartile] == theirs


def test_children_are_at_risk_on_their_last_day_and_not_later() -> None:
    y = outcome_array([True, False, True], [10, 20, 30])
    assert follow_up(y, [0, 10, 10.5, 20, 31]).at_risk == {0: 3, 10: 3, 10.5: 2, 20: 2, 31: 0}


def test_the_rate_counts_events_for_the_time_that_was_watched() -> None:
    found = follow_up(outcome_array([True, False], [365.25, 2 * 365.25]))
    assert found.person_years == pytest.approx(3.0)
    assert found.rate_per_year == pytest.approx(1 / 3)


def test_a_cohort_in_words(at_risk: AtRisk) -> None:
    found = follow_up(at_risk.y, at_risk.design.horizons, ends=at_risk.ends)
    assert found.lines() == [
        "69 children, 18 events in 109.7 person-years (16.4 per 100)",
        "Median follow-up by reverse Kaplan-Meier, in days: 616 (quartiles 348 to 1057); "
        "the longest 2798",
        "  50 at risk on day 267",
        "  25 at risk on day 632",
        "  40 ended: still observed when the study closed",
        "  18 ended: secondary loss of response",
        "  8 ended: infliximab stopped for another reason",
        "  3 ended: transferred to another hospital",
    ]


def test_nobody_was_followed() -> None:
    with pytest.raises(TooLittleData, match="0 children; expected at least 1"):
        follow_up(outcome_array([], []))
