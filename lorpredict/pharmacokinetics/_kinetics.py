"""How each child's body handles infliximab: the four parameters of two compartments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.errors import Fault, FaultsFound, counted_children
from lorpredict.pharmacokinetics._shapes import one_each
from lorpredict.survival import Floats

PARAMETERS = (
    "clearance",
    "central_volume",
    "peripheral_volume",
    "intercompartmental_clearance",
)


@dataclass(frozen=True)
class Kinetics:
    """The parameters of some children, above zero; NaN where a covariate was not measured.

    Parameters
    ----------
    clearance : array of shape (n_children,)
        Blood cleared of infliximab, L/day.
    central_volume, peripheral_volume : array of shape (n_children,)
        The blood and what exchanges with it at once, and what does so slowly, L.
    intercompartmental_clearance : array of shape (n_children,)
        Exchange between the two volumes, L/day.

    Raises
    ------
    FaultsFound
        If a parameter is zero, negative or infinite; every child is named by its row.
    """

    clearance: Floats
    central_volume: Floats
    peripheral_volume: Floats
    intercompartmental_clearance: Floats

    def __post_init__(self) -> None:
        given = {name: np.asarray(getattr(self, name), dtype=float) for name in PARAMETERS}
        for name, values in zip(PARAMETERS, one_each(given, subject="the kinetics"), strict=True):
            object.__setattr__(self, name, np.array(values))
        faults = [fault for name in PARAMETERS for fault in _impossible(name, getattr(self, name))]
        if faults:
            raise FaultsFound(faults, subject="the kinetics")

    def scaled(
        self,
        *,
        clearance: ArrayLike = 1.0,
        central_volume: ArrayLike = 1.0,
        peripheral_volume: ArrayLike = 1.0,
        intercompartmental_clearance: ArrayLike = 1.0,
    ) -> Kinetics:
        """Multiply the parameters, for example by how far a child is from the typical one.

        Parameters
        ----------
        clearance, central_volume, peripheral_volume, intercompartmental_clearance
            Factors above zero: a number, or an array of shape (n_children,).
            Where there is one child, an array makes many of it.
        """
        return Kinetics(
            self.clearance * np.asarray(clearance, dtype=float),
            self.central_volume * np.asarray(central_volume, dtype=float),
            self.peripheral_volume * np.asarray(peripheral_volume, dtype=float),
            self.intercompartmental_clearance
            * np.asarray(intercompartmental_clearance, dtype=float),
        )

    def __len__(self) -> int:
        return len(self.clearance)

    def __repr__(self) -> str:
        return f"Kinetics({counted_children(len(self))})"


def _impossible(name: str, values: Floats) -> list[Fault]:
    wrong = ~np.isnan(values) & ~((values > 0) & np.isfinite(values))
    return [
        Fault(name, "expected a number above 0", row=int(place) + 1, value=f"{values[place]:g}")
        for place in np.flatnonzero(wrong)
    ]
