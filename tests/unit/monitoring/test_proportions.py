"""Shares with intervals; counts of one to four are not told."""

from __future__ import annotations

import pytest

from lorpredict.monitoring._proportions import (
    bounds,
    hidden,
    newcombe,
    share_unless_small,
    unless_small,
    wilson,
)


# Newcombe 1998, Stat Med 17:873, table II, method 10.
@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_difference_has_the_published_interval(
    now: tuple[int, int], before: tuple[int, int], low: float, high: float
) -> None:
    told = newcombe(now, before)
    assert (told.low, told.high) == pytest.approx((low, high), abs=5e-5)


def test_share_of_nobody_is_none() -> None:
    assert all(end != end for end in wilson(0, 0))


@pytest.mark.parametrize("count", [1, 4, 16, 19])
def test_small_count_or_small_rest_is_not_told(count: int) -> None:
    assert unless_small(count, 20) is None
    assert share_unless_small(count, 20) is None
    least, most = bounds(count, 20)
    assert least <= count / 20 <= most
    assert most - least == pytest.approx(3 / 20)


@pytest.mark.parametrize("count", [0, 5, 15, 20])
def test_other_counts_are_told(count: int) -> None:
    assert unless_small(count, 20) == count
    assert share_unless_small(count, 20) == count / 20


def test_small_count_is_never_hidden_alone() -> None:
    """The sum is known, so what is hidden alone would be found by subtraction."""
    assert hidden([(3, 20), (9, 20), (7, 20), (0, 20)]) == [True, False, True, False]
    assert hidden([(3, 20), (0, 20)]) == [True, True]
    assert hidden([(3, 20), (2, 20), (8, 20)]) == [True, True, False]
    assert hidden([(8, 20), (0, 20)]) == [False, False]
    assert hidden([(2, 20)]) == [True]
