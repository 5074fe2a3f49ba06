"""Harrell's concordance, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lorpredict.evaluation import measures
from lorpredict.evaluation.discrimination import harrell_concordance
from lorpredict.survival import outcome_array


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
