"""What a population model asks of each child, checked by the catalogue's own ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lorpredict.clinical import catalogue
from lorpredict.errors import Fault, FaultsFound
from lorpredict.pharmacokinetics._shapes import one_each
from lorpredict.survival import Floats

COVARIATES = ("weight_kg", "albumin_g_l", "antibodies", "immunomodulator")


@dataclass(frozen=True)
class Covariates:
    """One value a child: arrays of shape (n_children,)."""

    weight_kg: Floats
    albumin_g_l: Floats
    antibodies: NDArray[np.bool_]
    immunomodulator: NDArray[np.bool_]

    @classmethod
    def checked(
        cls,
        *,
        weight_kg: ArrayLike,
        albumin_g_l: ArrayLike,
        antibodies: ArrayLike,
        immunomodulator: ArrayLike,
    ) -> Self:
        """Broadcast what is given and refuse what cannot be meant, all faults at once."""
        numbers = {"weight_kg": weight_kg, "albumin_g_l": albumin_g_l}
        flags = {"antibodies": antibodies, "immunomodulator": immunomodulator}
        given: dict[str, NDArray[Any]] = {
            **{name: np.asarray(each, dtype=float) for name, each in numbers.items()},
            **{name: np.asarray(each) for name, each in flags.items()},
        }
        faults = [fault for name in numbers for fault in _implausible(name, given[name])]
        faults += [fault for name in flags for fault in _no_booleans(name, given[name])]
        if faults:
            raise FaultsFound(faults, subject="what is known of the children")
        weight, albumin, *present = one_each(given, subject="what is known of the children")
        return cls(weight, albumin, *(each.astype(bool) for each in present))


def _implausible(name: str, values: Floats) -> list[Fault]:
    """Find what lies outside the plausible range; what is missing (NaN) is left alone."""
    predictor = catalogue()[name]
    low, high = predictor.plausible or (0.0, np.inf)
    flat = values.ravel()
    wrong = np.flatnonzero((flat < low) | (flat > high))
    found = (predictor.fault(float(flat[place]), row=int(place) + 1) for place in wrong)
    return [fault for fault in found if fault is not None]


def _no_booleans(name: str, values: NDArray[Any]) -> list[Fault]:
    """Find what is no boolean: numpy would take NaN, or the word "negative", for true."""
    if values.dtype == np.bool_:
        return []
    return [
        Fault(name, "expected true or false", row=row, value=repr(value))
        for row, value in enumerate(values.ravel().tolist(), start=1)
        if not isinstance(value, bool)
    ]
