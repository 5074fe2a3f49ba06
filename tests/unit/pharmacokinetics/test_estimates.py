"""Individual estimates: the mode of what levels and population tell together."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from lorpredict.errors import FaultsFound, NotConverged
from lorpredict.pharmacokinetics import (
    MeasuredLevel,
    concentration,
    estimate,
    forecast,
    population_model,
    population_models,
)
from lorpredict.pharmacokinetics import _posterior as posterior
from tests.unit.pharmacokinetics.children import PAEDIATRIC, Floats, history

EACH_MODEL = pytest.mark.parametrize("name", population_models())
LEVELS = {
    "one trough": [MeasuredLevel.of(98, 6.0)],
    "two levels": [MeasuredLevel.of(20, 60.0), MeasuredLevel.of(98, 1.5)],
    "below the limit": [MeasuredLevel.of(98, below_loq=True, loq=1.0)],
    "both": [MeasuredLevel.of(42, 9.0), MeasuredLevel.of(98, below_loq=True, loq=0.4)],
}
EACH_LEVELS = pytest.mark.parametrize("levels", LEVELS.values(), ids=LEVELS)


def density(name: str, levels: list[MeasuredLevel], logs: Floats) -> float:
    """Minus the logarithm of the density, written down anew; without occasions."""
    model = population_model(name)
    sds = model.between_patient_sd
    child = model.kinetics(weight_kg=42.0, albumin_g_l=38.0)
    factors: dict[str, Any] = dict(zip(sds, np.exp(logs), strict=True))
    days = [each.day for each in levels]
    found = concentration(child.scaled(**factors), days, infusion_days=[0, 14, 42], doses_mg=210.0)[
        0
    ]
    total = -norm.logpdf(logs, 0, list(sds.values())).sum()
    for each, level in zip(levels, found, strict=True):
        sd = np.hypot(model.residual_mg_l or 0.0, model.residual * level)
        if each.value_ug_ml is None:
            total -= norm.logcdf(each.loq_ug_ml, level, sd)
        else:
            total -= norm.logpdf(each.value_ug_ml, level, sd)
    return float(total)


@EACH_MODEL
@EACH_LEVELS
def test_the_estimate_is_where_another_optimiser_finds_the_mode(
    name: str, levels: list[MeasuredLevel]
) -> None:
    found = estimate(history(), levels, between_occasions=False)[name]
    sds = population_model(name).between_patient_sd
    peer = minimize(
        lambda logs: density(name, levels, logs), np.zeros(len(sds)), method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-11, "maxiter": 20_000, "maxfev": 20_000},
    )  # fmt: skip
    ours = np.log([found.factors[each] for each in sds])
    np.testing.assert_allclose(ours, peer.x, atol=2e-4)


@EACH_LEVELS
def test_the_spread_is_that_of_the_curvature_at_the_mode(levels: list[MeasuredLevel]) -> None:
    found = estimate(history(), levels, between_occasions=False)[PAEDIATRIC]
    sds = population_model(PAEDIATRIC).between_patient_sd
    at = np.log([found.factors[each] for each in sds])
    hessian, step = np.zeros((3, 3)), 1e-3 * np.eye(3)
    for row in range(3):
        for column in range(3):
            ends = [
                one * two * density(PAEDIATRIC, levels, at + one * step[row] + two * step[column])
                for one in (1, -1)
                for two in (1, -1)
            ]
            hessian[row, column] = sum(ends) / 4e-6
    errors = np.sqrt(np.diag(np.linalg.inv(hessian)))
    np.testing.assert_allclose([found.standard_errors[each] for each in sds], errors, rtol=1e-3)


def test_a_high_level_means_a_low_clearance_and_a_low_level_a_high_one() -> None:
    high, low = (estimate(history(), [MeasuredLevel.of(98, each)]) for each in (9.0, 0.3))
    for name in population_models():
        assert high[name].factors["clearance"] < 1 < low[name].factors["clearance"]
        assert high[name].expected[0] < high[name].fitted[0] < 9.0


def test_a_level_narrows_the_next_forecast() -> None:
    planned = history().followed_by([98], [210])
    found = estimate(planned, [MeasuredLevel.of(98, 6.0)])
    before, after = forecast(planned, [154]), forecast(planned, [154], estimates=found)
    for name in population_models():
        # By the logarithm, since levels that are twice as high also vary twice as much.
        widths = [np.log(each[name].high / each[name].low) for each in (before, after)]
        assert widths[1] < 0.9 * widths[0]
    assert (before.individual, after.individual) == (False, True)


def test_occasions_make_one_level_say_less_of_the_clearance() -> None:
    level = [MeasuredLevel.of(98, 9.0)]
    with_them, without = (
        estimate(history(), level, between_occasions=each)[PAEDIATRIC] for each in (True, False)
    )
    assert without.factors["clearance"] < with_them.factors["clearance"] < 1
    assert without.standard_errors["clearance"] < with_them.standard_errors["clearance"]


def test_a_model_without_occasions_estimates_the_same_either_way() -> None:
    level = [MeasuredLevel.of(98, 9.0)]
    with_them, without = (
        estimate(history(), level, between_occasions=each)["dubinsky-2017"]
        for each in (True, False)
    )
    assert with_them.factors == without.factors


def test_below_the_limit_is_no_level_at_the_limit_nor_none() -> None:
    below, at, none = (
        estimate(history(), levels)[PAEDIATRIC].factors["clearance"]
        for levels in (
            [MeasuredLevel.of(98, below_loq=True, loq=1.0)],
            [MeasuredLevel.of(98, 1.0, loq=1.0)],
            [MeasuredLevel.of(98, below_loq=True, loq=10.0)],
        )
    )
    assert below > at
    # Hardly any child is above 10 µg/mL, so that "below 10" says almost nothing.
    assert none == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("value, day", [(1e-3, 98), (95.0, 98), (400.0, 1), (0.01, 15)])
def test_levels_that_hardly_can_be_are_estimated(value: float, day: float) -> None:
    found = estimate(history(), [MeasuredLevel.of(day, value)])
    assert all(np.isfinite(list(each.factors.values())).all() for each in found.values())


def test_usual_levels_are_not_remarked() -> None:
    assert estimate(history(), [MeasuredLevel.of(98, 4.0)]).warnings == ()


def test_a_level_long_after_the_last_dose_is_remarked_though_nothing_explains_it() -> None:
    # Under a constant residual error the child is as usual, and the level is the error.
    found = estimate(history(), [MeasuredLevel.of(700, 5.0)])
    assert found["hanzel-2021"].distance < 1
    assert found["hanzel-2021"].misfit > 3
    assert "Hanzel 2021" in found.warnings[0]


def test_a_level_three_hundred_times_the_expected_is_remarked() -> None:
    found = estimate(history(), [MeasuredLevel.of(98, 400.0)])
    assert "check the doses, the days, the unit" in found.warnings[0]
    assert forecast(history(), [98], estimates=found).warnings == found.warnings


def test_an_estimate_that_is_not_found_is_no_estimate() -> None:
    with patch.object(posterior, "_MOST_ROUNDS", 1), pytest.raises(NotConverged, match="gradient"):
        estimate(history(), [MeasuredLevel.of(98, 6.0)])


def test_without_a_level_there_is_no_estimate() -> None:
    with pytest.raises(FaultsFound, match="no level is given"):
        estimate(history(), [])


def test_an_estimate_says_how_residual_errors_are_joined() -> None:
    told = estimate(history(), [MeasuredLevel.of(98, 6.0)]).to_dict()
    assert "variances add up" in told["residual_error"]
    lowest, highest = told["between_models"].values()
    assert lowest < highest
