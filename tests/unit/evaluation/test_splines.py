"""Restricted cubic splines: where they bend, where they are straight."""

from __future__ import annotations

import numpy as np
import pytest

from lorpredict.evaluation._splines import spline_terms, three_knots

KNOTS = np.array([0.0, 1.0, 3.0])


def test_the_bending_column_is_computed_by_hand() -> None:
    # Nine times: at 2 2³ - 1³ · 3/2, at 3 3³ - 2³ · 3/2, at 5 5³ - 4³ · 3/2 + 2³ · 1/2.
    bent = spline_terms(np.array([-1.0, 0.5, 2.0, 3.0, 5.0]), KNOTS)[:, 1]
    assert bent * 9 == pytest.approx([0, 0.125, 6.5, 15, 33])


def test_without_knots_the_values_stay_as_they_are() -> None:
    assert spline_terms(np.array([1.0, 2.0]), np.array([])).tolist() == [[1], [2]]


@pytest.mark.parametrize("outside", [(-9.0, 0.0), (3.0, 9.0)], ids=["below", "above"])
def test_beyond_the_outer_knots_the_spline_is_straight(outside: tuple[float, float]) -> None:
    terms = spline_terms(np.linspace(*outside, 9), KNOTS)
    # Straight: all second differences vanish.
    assert np.diff(terms, n=2, axis=0) == pytest.approx(0, abs=1e-12)


def test_four_knots_make_three_columns() -> None:
    assert spline_terms(np.arange(5.0), np.array([0.0, 1.0, 2.0, 4.0])).shape == (5, 3)


def test_the_knots_lie_at_the_10th_50th_and_90th_percentile() -> None:
    assert three_knots(np.arange(101.0)).tolist() == [10, 50, 90]


def test_values_that_many_share_leave_no_room_for_three_knots() -> None:
    assert three_knots(np.repeat([0.0, 1.0], [80, 20])).size == 0
