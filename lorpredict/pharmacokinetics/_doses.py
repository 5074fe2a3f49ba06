"""How a dose is made up: whole vials, and no more than the largest that is allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lorpredict.clinical import catalogue

Rounding = Literal["up", "nearest", "down"]
_ROUNDED: dict[Rounding, Callable[[float], float]] = {
    "up": np.ceil,
    "nearest": np.round,
    "down": np.floor,
}
ROUNDINGS: tuple[Rounding, ...] = ("up", "nearest", "down")
_SAME = 9  # digits; 5 mg/kg for 40 kg are two vials, not two and a rounding error


@dataclass(frozen=True)
class MadeUp:
    """Doses for a child of one weight.

    Parameters
    ----------
    weight_kg
        That holds when they are given.
    per_kg
        Doses for each kilogram that are asked for.
    vial_mg
        What a vial holds; None for no rounding.
    rounding
        To the next larger, the nearest or the next smaller number of vials, one at least.
    maximum_mg, maximum_mg_kg
        The largest dose after rounding; None for the house limit of the catalogue alone.
    """

    weight_kg: float
    per_kg: tuple[float, ...]
    vial_mg: float | None
    rounding: Rounding
    maximum_mg: float | None
    maximum_mg_kg: float | None

    @property
    def asked(self) -> tuple[float, float]:
        """The smallest and the largest dose for each kilogram, and a rounding error beyond."""
        slack = 10.0**-_SAME
        return min(self.per_kg) - slack, max(self.per_kg) + slack

    def doses(self) -> tuple[dict[float, list[float]], tuple[str, ...]]:
        """Return doses in mg, ascending, each with the mg/kg that it is made up from.

        Beside them those that are left out, with the reason.
        """
        found: dict[float, list[float]] = {}
        left_out = []
        for each in sorted(set(self.per_kg)):
            dose = self._in_vials(each * self.weight_kg)
            if why := self._beyond(dose):
                left_out.append(f"{each:g} mg/kg, made up to {dose:g} mg: {why}")
            else:
                found.setdefault(dose, []).append(each)
        return found, tuple(left_out)

    def vials(self, dose_mg: float) -> float | None:
        """Return how many vials a dose takes; None where no size was named."""
        return None if self.vial_mg is None else dose_mg / self.vial_mg

    def _in_vials(self, dose: float) -> float:
        if self.vial_mg is None:
            return dose
        whole = float(_ROUNDED[self.rounding](round(dose / self.vial_mg, _SAME)))
        return max(whole, 1.0) * self.vial_mg

    def _beyond(self, dose: float) -> str:
        limits = catalogue()["ifx_dose_mg_kg"]
        per_kg = round(dose / self.weight_kg, _SAME)
        if not limits.fits(per_kg):
            return f"{per_kg:.3g} mg/kg; the house limit is {limits.expected}"
        if self.maximum_mg is not None and dose > self.maximum_mg:
            return f"the maximum is {self.maximum_mg:g} mg"
        if self.maximum_mg_kg is not None and per_kg > self.maximum_mg_kg:
            return f"{per_kg:.3g} mg/kg; the maximum is {self.maximum_mg_kg:g} mg/kg"
        return ""
