"""What a measure is: a function of predictions and outcomes that reports find by itself.

Decorate a function with ``@measure`` in any module of this folder and it is computed for every
family, logged by training and printed in reports.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lorpredict.survival import Floats, Outcome

Level = Literal["fold", "repeat"]


@dataclass(frozen=True)
class Times:
    """When risks are told.

    Parameters
    ----------
    days : array of shape (n_days,)
        Days since the landmark, every horizon among them.
    horizons : array of shape (n_horizons,)
        Days since the landmark.
    names
        One for each horizon; it ends the names of measures that are told at each.
    """

    days: Floats
    horizons: Floats
    names: tuple[str, ...]


@dataclass(frozen=True)
class Predicted:
    """Risks that were predicted for children whom the model had not seen, and what happened.

    Parameters
    ----------
    risk : array of shape (n_children, n_days)
    days : array of shape (n_days,), days since the landmark, every horizon among them
    horizons : array of shape (n_horizons,), days since the landmark
    y : what happened to these children
    reference : outcome from which the censoring is estimated (the training rows)
    fold : array of shape (n_children,), the fold in which each child was tested
        None where all were predicted by one model.
    """

    risk: Floats
    days: Floats
    horizons: Floats
    y: Outcome
    reference: Outcome
    fold: NDArray[np.intp] | None = None

    @cached_property
    def at_horizons(self) -> Floats:
        """Risk by each horizon, array of shape (n_children, n_horizons)."""
        chosen: Floats = self.risk[:, np.searchsorted(self.days, self.horizons)]
        return chosen

    @property
    def tells_apart(self) -> bool:
        """Whether any model gave two children different risks; Kaplan-Meier does not."""
        fold = np.zeros(len(self.y), dtype=np.intp) if self.fold is None else self.fold
        groups = [self.at_horizons[fold == number] for number in np.unique(fold)]
        return any(bool((np.ptp(group, axis=0) > 0).any()) for group in groups)


@dataclass(frozen=True)
class Measure:
    """One figure of merit.

    Parameters
    ----------
    name, label
        Its key in tracking, its wording in a report.
    level
        ``fold``: computed in each fold. ``repeat``: computed once the folds of a repeat are
        pooled, for figures that mean nothing in a handful of children.
    better
        ``higher``, ``lower``, or the value that is ideal.
    compute
        Gives one number, or one for each horizon.
    """

    name: str
    label: str
    level: Level
    better: Literal["higher", "lower"] | float
    compute: Callable[[Predicted], float | Floats]

    def named_values(self, predicted: Predicted, horizon_names: Sequence[str]) -> dict[str, float]:
        """Compute the measure; one entry, or one for each horizon."""
        value = np.asarray(self.compute(predicted), dtype=float)
        if value.ndim == 0:
            return {self.name: float(value)}
        return {
            f"{self.name}_{horizon}": float(part)
            for horizon, part in zip(horizon_names, value, strict=True)
        }


_MEASURES: dict[str, Measure] = {}


def measure(
    label: str, *, level: Level, better: Literal["higher", "lower"] | float
) -> Callable[[Callable[[Predicted], float | Floats]], Callable[[Predicted], float | Floats]]:
    """Register a function as a measure under its own name."""

    def register(
        compute: Callable[[Predicted], float | Floats],
    ) -> Callable[[Predicted], float | Floats]:
        _MEASURES[compute.__name__] = Measure(compute.__name__, label, level, better, compute)
        return compute

    return register


@cache
def measures() -> tuple[Measure, ...]:
    """Return every measure that a module of this folder holds."""
    package = import_module("lorpredict.evaluation")
    for module in iter_modules(package.__path__):
        if not module.name.startswith("_"):
            import_module(f"lorpredict.evaluation.{module.name}")
    return tuple(_MEASURES[name] for name in sorted(_MEASURES))


def measure_label(key: str) -> str:
    """Return the wording of a figure's key: ``brier_day_365`` is "Brier score by day 365"."""
    name, _, day = key.partition("_day_")
    labels = {each.name: each.label for each in measures()}
    return labels.get(name, name) + (f" by day {day}" if day else "")


def values_of(
    predicted: Predicted, horizon_names: Sequence[str], *, level: Level | None = None
) -> dict[str, float]:
    """Compute every measure, or those of one level; none where the risks are not known."""
    if np.isnan(predicted.risk).any():
        return {}
    found: dict[str, float] = {}
    for each in measures():
        if level in (None, each.level):
            found |= each.named_values(predicted, horizon_names)
    return found


def ratio(above: Floats, below: Floats) -> Floats:
    """Divide, and leave undefined what would be divided by zero."""
    undefined: Floats = np.full_like(above, np.nan)
    return np.divide(above, below, out=undefined, where=below != 0)
