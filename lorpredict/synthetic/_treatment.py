"""What the simulated children are given, their trough at week 14, and their response to it.

Assumptions, since no published model has them all: antibodies and an immunomodulator change the
clearance of the paediatric model by the factors of the combined one; the scale and the spread of
clearance are calibrated to the troughs of Beijing 2025; titres widen the effect of antibodies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from lorpredict.clinical import GrowthReference
from lorpredict.clinical._schedule import INDUCTION_DAYS
from lorpredict.pharmacokinetics import PopulationModel, concentration, population_model
from lorpredict.survival import Floats
from lorpredict.synthetic._population import Columns
from lorpredict.synthetic._scenario import Exposure, Remission, Therapy

PAEDIATRIC, COMBINED = "fasanmade-2011-paediatric", "fasanmade-2011-combined"
TROUGH_DAY = 98.0
_USUAL_LOG_TROUGH = 1.5  # effects of the trough are counted from here, about 4.5 µg/mL
_MOST_ACTIVE_IN_RESPONSE = 15.0  # above it the definition of lost response is met already
_SMALLEST_FALL = 15.0
_STEP = 2.5
_IN_REMISSION = 10.0
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Given:
    """Therapy beside infliximab; who has neither has infliximab alone."""

    immunomodulator: Flags
    steroids: Flags


def draw_therapy(how: Therapy, burden: Floats, rng: np.random.Generator) -> Given:
    """Draw one of three: an immunomodulator, steroids, or infliximab alone."""
    immunomodulator = rng.random(len(burden)) < how.immunomodulator
    odds = how.steroids_intercept + how.steroids_burden * burden
    steroids = ~immunomodulator & (rng.random(len(burden)) < expit(odds))
    return Given(immunomodulator, steroids)


def with_weight(columns: Columns) -> Columns:
    """Give the children the height and weight of their z-scores, and the z-scores of those."""
    who, age, male = GrowthReference.who(), columns["age_years"], columns["sex"] == "male"
    height = who.height_cm(columns["height_z"], age, male).round(1)
    body_mass_index = who.body_mass_index(columns["bmi_z"], age, male)
    weight = (body_mass_index * (height / 100) ** 2).round(1)
    return {**columns, "height_cm": height, "weight_kg": weight}


def draw_trough(
    how: Exposure, columns: Columns, given: Given, burden: Floats, rng: np.random.Generator
) -> Floats:
    """Draw the level just before the fourth infusion, in µg/mL; array of shape (n_children,)."""
    paediatric, combined = population_model(PAEDIATRIC), population_model(COMBINED)
    weight, albumin = columns["weight_kg"], columns["albumin_g_l"]
    antibodies = rng.random(len(burden)) < expit(
        how.antibodies_intercept + 0.35 * burden - 0.9 * given.immunomodulator
    )
    asked: dict[str, Any] = {"weight_kg": weight, "albumin_g_l": albumin}
    typical = paediatric.kinetics(**asked)
    with_both = combined.kinetics(
        **asked, antibodies=antibodies, immunomodulator=given.immunomodulator
    )
    # The children of the paediatric model all had an immunomodulator.
    as_in_paediatric = combined.kinetics(**asked, antibodies=False, immunomodulator=True)
    titre = antibodies * np.abs(rng.standard_normal(len(burden))) * how.titre_spread
    spread = how.clearance_spread * rng.standard_normal(len(burden))
    faster = with_both.clearance / as_in_paediatric.clearance * np.exp(titre + spread)
    kinetics = typical.scaled(
        clearance=how.clearance_scale * faster,
        central_volume=_varied(paediatric, "central_volume", len(burden), rng),
        peripheral_volume=_varied(paediatric, "peripheral_volume", len(burden), rng),
    )
    doses = (columns["ifx_dose_mg_kg"] * weight)[:, None]
    level = concentration(kinetics, [TROUGH_DAY], infusion_days=INDUCTION_DAYS, doses_mg=doses)
    measured: Floats = level[:, 0] * np.exp(how.residual_spread * rng.standard_normal(len(burden)))
    return np.clip(measured, 0.01, 100)


def _varied(
    model: PopulationModel, parameter: str, children: int, rng: np.random.Generator
) -> Floats:
    """Draw how far a parameter of each child lies from the typical one, as the model says."""
    spread = model.between_patient_sd[parameter]
    factor: Floats = np.exp(spread * rng.standard_normal(children))
    return factor


def centred_log(trough: Floats) -> Floats:
    """Return the trough as effects count it: its logarithm beyond that of a usual one."""
    counted: Floats = np.log(trough) - _USUAL_LOG_TROUGH
    return counted


def draw_remission(
    how: Remission, columns: Columns, burden: Floats, trough: Floats, rng: np.random.Generator
) -> Flags:
    """Draw who of the responders is in remission at week 14.

    A child whose index was low at the start cannot respond without remission.
    """
    odds = (
        how.intercept
        + how.burden * burden
        + how.log_trough * centred_log(trough)
        + how.bmi_z * (columns["bmi_z"] <= -1)
        + how.growth_delay * columns["growth_delay"]
    )
    able = columns["pcdai_baseline"] >= _IN_REMISSION + _SMALLEST_FALL
    active: Flags = able & (rng.random(len(burden)) < expit(odds))
    return ~active


def draw_activity(in_remission: Flags, baseline: Floats, rng: np.random.Generator) -> Floats:
    """Draw the PCDAI at week 14 of responders, in steps of 2.5."""
    highest = np.minimum(_MOST_ACTIVE_IN_RESPONSE, baseline - _SMALLEST_FALL)
    steps_active = np.floor((highest - _IN_REMISSION) / _STEP) + 1
    steps = np.where(in_remission, _IN_REMISSION / _STEP, steps_active)
    drawn = np.floor(rng.random(len(baseline)) * steps)
    activity: Floats = np.where(in_remission, 0.0, _IN_REMISSION) + _STEP * drawn
    return activity
