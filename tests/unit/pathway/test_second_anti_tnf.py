"""Combination or monotherapy with a second anti-TNF: the printed points, and what follows."""

from __future__ import annotations

import math

import pytest

from lorpredict.errors import OutsideStudy
from lorpredict.pathway import second_anti_tnf

FAILURE, LEVELS = second_anti_tnf().comparisons


def test_the_printed_points_are_told_of_45_in_each_arm() -> None:
    assert (FAILURE.combination.estimate, FAILURE.monotherapy.estimate) == (0.77, 0.22)
    assert (LEVELS.combination.estimate, LEVELS.monotherapy.estimate) == (0.78, 0.22)
    assert FAILURE.combination.of == FAILURE.monotherapy.of == 45
    assert FAILURE.difference.of == FAILURE.ratio.of == 90


def test_the_absolute_difference_has_newcombes_interval() -> None:
    """Method 10 by hand from the two Wilson intervals."""
    one, other, told = FAILURE.combination, FAILURE.monotherapy, FAILURE.difference

    assert told.estimate == pytest.approx(0.55)
    assert told.low == pytest.approx(0.55 - math.hypot(0.77 - one.low, other.high - 0.22))
    assert told.high == pytest.approx(0.55 + math.hypot(one.high - 0.77, 0.22 - other.low))
    assert (told.low, told.high) == pytest.approx((0.351, 0.688), abs=5e-4)


def test_the_relative_effect_has_an_interval() -> None:
    told, failed = FAILURE.ratio, FAILURE.ratio_of_failure

    assert (told.estimate, failed.estimate) == pytest.approx((77 / 22, 23 / 78))
    assert told.low < told.estimate < told.high
    sd = math.sqrt(1 / 34.65 - 1 / 45 + 1 / 9.9 - 1 / 45)
    assert told.high == pytest.approx(77 / 22 * math.exp(1.959964 * sd), rel=1e-6)
    assert failed.what == "with clinical failure by 24 months, combination divided by monotherapy"


def test_the_median_times_are_as_printed() -> None:
    assert second_anti_tnf().median_months_to_failure == {
        "combination": ">24",
        "monotherapy": "18",
    }


@pytest.mark.parametrize(("arm", "printed"), [("combination", 0.77), ("monotherapy", 0.22)])
def test_a_curve_goes_through_its_point_and_says_that_its_shape_is_borrowed(
    arm: str, printed: float
) -> None:
    curve = second_anti_tnf().curves[arm]

    assert curve([0, 24]) == pytest.approx([1.0, printed])
    assert curve.shape == "exponential"
    assert "shape is borrowed" in curve.caution


def test_a_curve_that_the_printed_median_contradicts_says_so() -> None:
    curve = second_anti_tnf().curves["monotherapy"]

    assert f"stands at {curve(18):.2f}" in curve.caution
    assert "speaks against it" in curve.caution


def test_a_curve_ends_with_the_study() -> None:
    with pytest.raises(OutsideStudy, match="expected 0 to 24"):
        second_anti_tnf().curves["combination"]([12, 25])


def test_population_and_source_are_told() -> None:
    found = second_anti_tnf().evidence

    assert (found.size, found.whom, found.source) == (90, "not said", "Roblin 2020, Gut")
