"""One parameter of a population model: its typical value, and what moves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from lorpredict.clinical import catalogue
from lorpredict.errors import CatalogueError, did_you_mean
from lorpredict.pharmacokinetics._covariates import COVARIATES, Covariates
from lorpredict.survival import Floats

# Unit -> what it is in L or L/day, and whether it counts for each kilogram.
_UNITS = {"L": (1.0, False), "L/d": (1.0, False), "mL/kg": (1e-3, True), "mL/kg/d": (1e-3, True)}


@dataclass(frozen=True)
class Power:
    """A factor that is a power of a covariate: (covariate / reference) ^ exponent.

    Parameters
    ----------
    reference
        The covariate of the typical child, kg for a weight and g/L for albumin.
    exponent
    """

    reference: float
    exponent: float

    @classmethod
    def from_toml(cls, covariate: str, entry: Mapping[str, Any]) -> Self:
        """Build a power; its reference comes in the unit that the model was written in."""
        reference = catalogue()[covariate].in_canonical_unit(entry["reference"], entry["unit"])
        return cls(reference, entry["exponent"])

    def __call__(self, covariate: Floats) -> Floats:
        """Return the factor for each child."""
        factors: Floats = np.power(covariate / self.reference, self.exponent)
        return factors


@dataclass(frozen=True)
class TypicalValue:
    """A parameter of the typical child, and how it moves with the covariates of others.

    Parameters
    ----------
    value
        Of the child at every reference, without antibodies and immunomodulator.
    unit
        ``L`` or ``L/d``, or for each kilogram of the child's own weight ``mL/kg`` or ``mL/kg/d``.
    weight, albumin
        Powers that multiply the value; None where the model has none.
    antibodies, immunomodulator
        Factors where they are present; None where the model has none.

    Raises
    ------
    CatalogueError
        If the unit is unknown, or the value or a factor is not above zero.
    """

    value: float
    unit: str
    weight: Power | None = None
    albumin: Power | None = None
    antibodies: float | None = None
    immunomodulator: float | None = None

    def __post_init__(self) -> None:
        if self.unit not in _UNITS:
            hint = did_you_mean(self.unit, list(_UNITS))
            raise CatalogueError(f"unknown unit {self.unit!r}. {hint}".rstrip())
        for factor in (self.value, self.antibodies, self.immunomodulator):
            if factor is not None and not factor > 0:
                raise CatalogueError(f"{factor:g} is no typical value or factor; expected above 0")

    @classmethod
    def from_toml(cls, entry: Mapping[str, Any]) -> Self:
        """Build a typical value from its table in ``pharmacokinetics.toml``."""
        fields = dict(entry)
        for name, covariate in (("weight", "weight_kg"), ("albumin", "albumin_g_l")):
            if name in fields:
                fields[name] = Power.from_toml(covariate, fields[name])
        return cls(**fields)

    @property
    def covariates(self) -> frozenset[str]:
        """The covariates that move this value."""
        per_kg = _UNITS[self.unit][1] or None
        terms = (self.weight or per_kg, self.albumin, self.antibodies, self.immunomodulator)
        return frozenset(
            name for name, term in zip(COVARIATES, terms, strict=True) if term is not None
        )

    def of(self, children: Covariates) -> Floats:
        """Return the value of each child in L or L/day, array of shape (n_children,)."""
        litres, per_kg = _UNITS[self.unit]
        each = children.weight_kg if per_kg else np.ones_like(children.weight_kg)
        values: Floats = self.value * litres * each
        if self.weight is not None:
            values = values * self.weight(children.weight_kg)
        if self.albumin is not None:
            values = values * self.albumin(children.albumin_g_l)
        if self.antibodies is not None:
            values = values * np.where(children.antibodies, self.antibodies, 1.0)
        if self.immunomodulator is not None:
            values = values * np.where(children.immunomodulator, self.immunomodulator, 1.0)
        return values
