"""Children and their differential equations, for the tests of this folder."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from lorpredict.pharmacokinetics import DoseHistory, PopulationModel

Floats = NDArray[np.float64]
USUAL: dict[str, Any] = {
    "infusion_days": [0, 14, 42],
    "doses_mg_kg": 5,
    "weight_kg": 42,
    "albumin_g_l": 38,
}
PAEDIATRIC = "fasanmade-2011-paediatric"


def history(**changed: Any) -> DoseHistory:
    """The typical child of 42 kg after 5 mg/kg at weeks 0, 2 and 6, with changes."""
    return DoseHistory.of(**{**USUAL, **changed})


class Solved(NamedTuple):
    """Amounts in mg on each day: in both compartments, and what has left the body."""

    central: Floats
    peripheral: Floats
    eliminated: Floats


def solved(model: PopulationModel, given: DoseHistory, days: Floats) -> Solved:
    """Integrate the differential equations of the typical child, from change to change."""
    ends = [day + hours / 24 for day, hours in zip(given.infusion_days, given.hours, strict=True)]
    marks = sorted(_until(days, given))
    amounts, found = np.zeros(3), {0.0: np.zeros(3)}
    for begin, end in pairwise(marks):
        rate = sum(
            mg / (stop - start)
            for start, stop, mg in zip(given.infusion_days, ends, given.doses_mg, strict=True)
            if start <= begin < stop
        )
        amounts = _piece(model, given, amounts, begin, end, rate)
        found[end] = amounts
    return Solved(*np.array([found[day] for day in days]).T)


def _until(days: Floats, given: DoseHistory) -> set[float]:
    ends = {day + hours / 24 for day, hours in zip(given.infusion_days, given.hours, strict=True)}
    every = {0.0, *days.tolist(), *given.infusion_days, *ends, *given.changes}
    return {each for each in every if 0 <= each <= days.max()}


def _piece(
    model: PopulationModel, given: DoseHistory, begin: Floats, start: float, end: float, rate: float
) -> Floats:
    weight, albumin, antibodies, immunomodulator = given.covariates_on(start)
    body = model.kinetics(
        weight_kg=weight,
        albumin_g_l=albumin,
        antibodies=antibodies,
        immunomodulator=immunomodulator,
    )
    clearance, central, peripheral, exchange = (
        float(getattr(body, name)[0])
        for name in (
            "clearance", "central_volume", "peripheral_volume", "intercompartmental_clearance",
        )
    )  # fmt: skip

    def flow(_: float, amounts: Floats) -> list[float]:
        out = clearance / central * amounts[0]
        over = exchange * (amounts[0] / central - amounts[1] / peripheral)
        return [rate - out - over, over, out]

    found = solve_ivp(flow, (start, end), begin, method="DOP853", rtol=1e-12, atol=1e-12)
    last: Floats = found.y[:, -1]
    return last
