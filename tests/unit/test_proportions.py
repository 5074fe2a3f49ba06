"""Shares, differences and ratios have the intervals that were published for them."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from lorpredict.proportions import exact, newcombe, risk_ratio, wilson


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


# Clopper-Pearson by its definition: at an end of the interval the tail beyond the count is 2.5 %.
@pytest.mark.parametrize(("count", "of"), [(23, 48), (5, 11), (1, 20), (19, 20)])
def test_exact_interval_leaves_a_fortieth_beyond_each_end(count: int, of: int) -> None:
    told = exact(count, of)

    assert binom.sf(count - 1, of, told.low) == pytest.approx(0.025, abs=1e-9)
    assert binom.cdf(count, of, told.high) == pytest.approx(0.025, abs=1e-9)


def test_exact_interval_of_all_and_of_none_reaches_the_edge() -> None:
    assert exact(0, 13)[1:] == pytest.approx((0.0, 1 - 0.025 ** (1 / 13)))
    assert exact(12, 12)[1:] == pytest.approx((0.025 ** (1 / 12), 1.0))


@pytest.mark.parametrize(("count", "of"), [(0, 0), (3, 2), (-1, 4)])
def test_a_share_of_nobody_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match=f"a count of {count} of {of}"):
        exact(count, of)


def test_ratio_is_turned_over_with_its_groups() -> None:
    told, turned = risk_ratio((10, 45), (35, 45)), risk_ratio((35, 45), (10, 45))

    assert tuple(told) == pytest.approx((1 / turned.estimate, 1 / turned.high, 1 / turned.low))


def test_a_ratio_with_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="expected both above 0"):
        risk_ratio((0, 10), (3, 10))
