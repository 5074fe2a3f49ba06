"""How far pairs of predictors moved each prediction together: values, not pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from lorpredict.clinical import Catalogue, catalogue
from lorpredict.errors import UnknownPredictor
from lorpredict.explanation._contributions import place_of, position_of
from lorpredict.explanation._labels import Labels
from lorpredict.survival import Floats, Scale


@dataclass(frozen=True)
class Interactions:
    """Contributions, taken apart into what predictors do alone and in pairs.

    Parameters
    ----------
    predictors : names, n_predictors of them
    values : array of shape (n_patients, n_predictors, n_predictors, n_times)
        Symmetric, as shap's: cells (i, j) and (j, i) hold half of an interaction each, the
        diagonal what a predictor does alone; a row sums to the predictor's contribution.
    data : object array of shape (n_patients, n_predictors)
        What was measured, in original units; None where it was not measured.
    days : array of shape (n_times,), days since the landmark day of the design
    scale : ``risk`` (a probability), ``log_hazard`` or ``log_acceleration``
    catalogue : where labels, units and levels of the predictors are found
    """

    predictors: tuple[str, ...]
    values: Floats
    data: NDArray[np.object_]
    days: Floats
    scale: Scale
    catalogue: Catalogue = field(default_factory=catalogue, repr=False)

    @cached_property
    def labels(self) -> Labels:
        """How the predictors and their values are told."""
        return Labels(self.catalogue)

    def pair(self, first: str, second: str, day: float) -> Floats:
        """The whole interaction of two predictors at one day, array of shape (n_patients,).

        Raises
        ------
        UnknownPredictor
        BeyondFollowUp
        """
        i, j = (place_of(name, self.predictors) for name in (first, second))
        time = position_of(day, self.days)
        if i == j:
            raise UnknownPredictor(f"an interaction of {first!r} with itself; name two predictors")
        both: Floats = self.values[:, i, j, time] + self.values[:, j, i, time]
        return both

    def strongest(self, day: float) -> list[tuple[str, str, float]]:
        """Pairs of predictors with their mean absolute interaction at one day, largest first."""
        told = [
            (first, second, float(np.abs(self.pair(first, second, day)).mean()))
            for first, second in combinations(self.predictors, 2)
        ]
        return sorted(told, key=lambda each: -each[2])

    def __repr__(self) -> str:
        patients, predictors, _, times = self.values.shape
        return (
            f"Interactions({patients} patients, {predictors} predictors, {times} times, "
            f"scale={self.scale!r})"
        )
