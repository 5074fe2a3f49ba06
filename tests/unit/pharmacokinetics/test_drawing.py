"""Children drawn around the typical one, and kinetics that are multiplied."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import ArrayLike

from lorpredict.errors import FaultsFound
from lorpredict.pharmacokinetics import Kinetics, population_model

PARAMETERS = [
    "clearance",
    "central_volume",
    "peripheral_volume",
    "intercompartmental_clearance",
]


def typical(name: str, *, weight_kg: ArrayLike = 70.0) -> Kinetics:
    return population_model(name).kinetics(weight_kg=weight_kg, albumin_g_l=44.0)


@pytest.mark.parametrize("name", ["wojciechowski-2017", "fasanmade-2011-paediatric"])
@pytest.mark.parametrize("between_occasions", [False, True], ids=["patients", "and occasions"])
def test_children_are_drawn_around_the_typical_one(name: str, between_occasions: bool) -> None:
    n, model = 40_000, population_model(name)
    many = typical(name).scaled(clearance=np.ones(n))
    drawn = model.draw(many, rng=np.random.default_rng(1), between_occasions=between_occasions)
    for parameter in PARAMETERS:
        logs = np.log(getattr(drawn, parameter) / getattr(many, parameter))
        variance = model.between_patient_sd.get(parameter, 0.0) ** 2
        if parameter == "clearance" and between_occasions:
            variance += (model.between_occasion_sd or 0.0) ** 2
        # The median is the typical child; four standard errors of a mean and of an SD.
        assert abs(logs.mean()) <= 4 * math.sqrt(variance / n)
        assert logs.std() == pytest.approx(math.sqrt(variance), rel=4 / math.sqrt(2 * n))


def test_parameters_vary_independently_and_the_seed_makes_the_child() -> None:
    model, many = (
        population_model("dubinsky-2017"),
        typical("dubinsky-2017", weight_kg=[42.0] * 9_999),
    )
    once, again = (model.draw(many, rng=np.random.default_rng(2)) for _ in range(2))
    assert np.array_equal(once.clearance, again.clearance)
    logs = np.log([getattr(once, parameter) for parameter in PARAMETERS])
    # Four standard errors of a correlation of nothing.
    assert np.abs(np.corrcoef(logs) - np.eye(4)).max() < 4 / math.sqrt(9_999)


def test_occasions_widen_the_clearance_of_the_same_children() -> None:
    model, many = population_model(), typical("fasanmade-2011-paediatric", weight_kg=[42.0] * 5)
    average, some_day = (
        model.draw(many, rng=np.random.default_rng(3), between_occasions=each)
        for each in (False, True)
    )
    assert np.array_equal(average.central_volume, some_day.central_volume)
    wider = np.log(some_day.clearance / many.clearance) / np.log(average.clearance / many.clearance)
    expected = math.sqrt(1 + math.log(1 + 0.219**2) / math.log(1 + 0.252**2))
    assert wider == pytest.approx(expected, rel=1e-9)


def test_scaling_multiplies_and_leaves_the_original_alone() -> None:
    child = typical("hanzel-2021")
    other = child.scaled(clearance=[2.0, 3.0], intercompartmental_clearance=0.5)
    assert other.clearance == pytest.approx([0.71, 1.065])
    assert other.intercompartmental_clearance == pytest.approx([0.299, 0.299])
    assert other.central_volume.tolist() == [3.10, 3.10]
    assert child.clearance.tolist() == [0.355]


@pytest.mark.parametrize("factor", [0.0, -1.0, math.inf])
def test_a_parameter_that_no_body_has_is_refused(factor: float) -> None:
    with pytest.raises(FaultsFound, match=r"central_volume is \S+ in row 2: expected a number abo"):
        typical("hanzel-2021").scaled(central_volume=[1.0, factor])
