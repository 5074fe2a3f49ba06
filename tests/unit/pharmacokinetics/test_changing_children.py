"""Levels while weight, albumin and antibodies change, against the differential equations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lorpredict.pharmacokinetics import (
    DoseHistory,
    concentration,
    forecast,
    population_model,
    population_models,
)
from lorpredict.pharmacokinetics._amounts import Carried
from lorpredict.pharmacokinetics._beliefs import Belief, Children
from lorpredict.pharmacokinetics._pieces import Pieces
from tests.unit.pharmacokinetics.children import PAEDIATRIC, Floats, history, solved

EACH_MODEL = pytest.mark.parametrize("name", population_models())


def random_history(rng: np.random.Generator) -> DoseHistory:
    """Infusions at odd times and lengths, and a child that grows, sickens and makes antibodies."""
    infusions = int(rng.integers(1, 7))
    days = np.concatenate([[0.0], np.cumsum(rng.uniform(5, 70, infusions - 1))])
    weight = float(rng.uniform(10, 70))

    def course(low: float, high: float) -> list[tuple[float, float]]:
        at = np.sort(rng.uniform(-5, 250, int(rng.integers(1, 5))))
        return [(float(day), float(rng.uniform(low, high))) for day in at]

    changed: dict[str, Any] = {
        "infusion_days": days.tolist(),
        "doses_mg": (weight * rng.uniform(4, 12, infusions)).tolist(),
        "doses_mg_kg": None,
        "hours": rng.uniform(0.5, 24, infusions).tolist(),
        "weight_kg": course(0.8 * weight, 1.25 * weight),
        "albumin_g_l": course(25, 48),
        "antibodies_from_day": float(rng.uniform(0, 200)) if rng.random() < 0.5 else None,
        "immunomodulator": [(0, bool(rng.random() < 0.5)), (90, bool(rng.random() < 0.5))],
    }
    return history(**changed)


def carried(name: str, given: DoseHistory, days: Floats) -> tuple[Floats, Floats]:
    """Amounts in both compartments of the typical child on each day, mg."""
    model, pieces = population_model(name), Pieces.of(given, days)
    effects = Belief.of_population(model).effects(0, pieces.occasions)
    central, peripheral = Carried.of(Children.of(model, effects, pieces).bodies, pieces).amounts()
    return central[pieces.asked_after, 0], peripheral[pieces.asked_after, 0]


@EACH_MODEL
@pytest.mark.parametrize("seed", range(6))
def test_both_compartments_are_those_of_the_differential_equations(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    given = random_history(rng)
    days = np.sort(rng.uniform(0, 300, 12))
    central, peripheral = carried(name, given, days)
    expected = solved(population_model(name), given, days)
    # The integrator keeps 1e-12 a step, of a few hundred mg; 1e-8 mg is what was asked for.
    np.testing.assert_allclose(central, expected.central, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(peripheral, expected.peripheral, rtol=1e-8, atol=1e-8)


@EACH_MODEL
def test_what_was_given_is_in_the_body_or_has_left_it(name: str) -> None:
    given = random_history(np.random.default_rng(31))
    days = np.array([300.0])
    central, peripheral = carried(name, given, days)
    # What leaves is integrated by the differential equations, what stays is ours.
    left = solved(population_model(name), given, days).eliminated
    assert central + peripheral + left == pytest.approx(sum(given.doses_mg), rel=1e-9)


@EACH_MODEL
def test_a_child_that_does_not_change_has_the_levels_of_the_closed_form(name: str) -> None:
    days = [0.05, 14, 20, 98]
    child = population_model(name).kinetics(weight_kg=42.0, albumin_g_l=38.0)
    (expected,) = concentration(child, days, infusion_days=[0, 14, 42], doses_mg=210.0)
    np.testing.assert_allclose(forecast(history(), days)[name].typical, expected, rtol=1e-12)


def test_a_weight_holds_from_its_day_on_and_the_amount_stays() -> None:
    # The central volume changes on day 50 and the mg in it do not: the level jumps.
    given = history(weight_kg=[(0, 42), (50, 44)])
    model = population_model(PAEDIATRIC)
    before, after = forecast(given, [50 - 1e-9, 50])[PAEDIATRIC].typical
    volumes = [
        float(model.kinetics(weight_kg=weight, albumin_g_l=38.0).central_volume[0])
        for weight in (42.0, 44.0)
    ]
    assert before / after == pytest.approx(volumes[1] / volumes[0], rel=1e-6)


def test_the_first_measurement_holds_before_its_day_too() -> None:
    late = forecast(history(albumin_g_l=[(30, 38)]), [98])[PAEDIATRIC].typical
    assert late == pytest.approx(forecast(history(), [98])[PAEDIATRIC].typical)


def test_falling_albumin_lowers_the_next_trough() -> None:
    fell = forecast(history(albumin_g_l=[(0, 38), (42, 28)]), [98])
    for name, usual in forecast(history(), [98]).items():
        assert fell[name].typical < usual.typical


def test_a_level_before_anything_ran_in_is_zero() -> None:
    assert forecast(history(), [0])[PAEDIATRIC].high.tolist() == [0.0]
