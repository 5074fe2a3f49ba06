"""The population stability index: its value, what chance gives, and an interval that is honest."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lorpredict.monitoring._drift import FIFTHS
from lorpredict.monitoring._stability import Stability, stability, stability_to
from lorpredict.survival import Floats


def found(now: list[int], before: list[int]) -> Stability:
    told = stability(np.array(now, dtype=float), np.array(before, dtype=float))
    assert told is not None
    return told


def test_index_is_the_sum_over_bands() -> None:
    """By hand, with half a child in each band: shares 60.5/101 and 40.5/101, and the reverse."""
    q, p = 60.5 / 101, 40.5 / 101
    by_hand = 2 * (q - p) * math.log(q / p)
    assert found([60, 40], [40, 60]).psi == pytest.approx(by_hand)


def test_same_shares_have_no_index_and_an_interval_from_zero() -> None:
    told = found([20, 20, 20], [40, 40, 40])
    assert (told.psi, told.low) == pytest.approx((0.0, 0.0), abs=1e-4)
    assert told.by_chance == pytest.approx(2 * (1 / 60 + 1 / 120))
    assert not told.has_changed


def test_large_shift_is_found_and_its_interval_holds_the_index_of_the_populations() -> None:
    before, now = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.1, 0.2, 0.3, 0.4])
    truth = float(((now - before) * np.log(now / before)).sum())
    rng = np.random.default_rng(4)
    draws = ((rng.multinomial(200, now), rng.multinomial(150, before)) for _ in range(300))
    held = [_held(a.astype(float), b.astype(float), truth) for a, b in draws]
    assert np.mean(held) > 0.9  # 0.95 by the approximation, which is local


def _held(now: Floats, before: Floats, truth: float) -> bool:
    told = stability(now, before)
    assert told is not None
    assert told.has_changed
    return told.low <= truth <= told.high


@pytest.mark.parametrize("children", [40, 150])
def test_where_nothing_has_changed_few_intervals_say_otherwise(children: int) -> None:
    """By theory 2.5 % lie above zero; over 2000 draws twice the standard error is 0.7 points."""
    rng = np.random.default_rng(children)
    draws = rng.multinomial(children, FIFTHS, size=(2000, 2)).astype(float)
    told = [stability(now, before) for now, before in draws]
    assert np.mean([each is not None and each.low > 0 for each in told]) < 0.035
    customary = np.mean([each is not None and each.psi > 0.1 for each in told])
    assert children > 40 or customary > 0.5  # what the customary limit would have said


def test_bands_of_few_children_are_joined_with_a_neighbour() -> None:
    assert found([50, 48, 1, 1], [50, 48, 2, 0]).by_chance == pytest.approx(1 * (1 / 100 + 1 / 100))


@pytest.mark.parametrize(
    ("now", "before"),
    [([3, 3], [50, 50]), ([0, 0], [50, 50]), ([80, 0], [90, 0])],
    ids=["few", "nobody", "one band"],
)
def test_too_few_children_are_not_judged(now: list[int], before: list[int]) -> None:
    assert stability(np.array(now, dtype=float), np.array(before, dtype=float)) is None


def test_fifths_of_training_need_twenty_five_children() -> None:
    assert stability_to(np.array([5.0, 5, 5, 5, 4]), FIFTHS) is None
    told = stability_to(np.array([0.0, 0, 0, 5, 20]), FIFTHS)
    assert told is not None
    assert told.low > 0.25


def test_nothing_small_is_a_change_however_sure() -> None:
    told = found([10_000, 11_500], [10_000, 10_000])
    assert told.low > 0
    assert not told.has_changed
