"""What moved each prediction, and how far: values, not pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lorpredict.clinical import Catalogue, catalogue
from lorpredict.errors import BeyondFollowUp, UnknownPredictor, did_you_mean
from lorpredict.explanation._labels import Labels
from lorpredict.survival import Floats, RiskInterval, Scale

if TYPE_CHECKING:
    import shap


@dataclass(frozen=True)
class Contributions:
    """How much each predictor moves the prediction away from the base value.

    Parameters
    ----------
    predictors : names, n_predictors of them
    values : array of shape (n_patients, n_predictors, n_times)
    base_values : array of shape (n_patients, n_times)
        What the model predicts when nothing is known of a child; only a linear model's is that of
        the average child.
    predicted : array of shape (n_patients, n_times)
        The model's own prediction on ``scale``: base value plus the sum of ``values``.
    data : object array of shape (n_patients, n_predictors)
        What was measured, in original units; None where it was not measured.
    days : array of shape (n_times,), days since the landmark day of the design
        A child with a landmark day of its own is told at the same day since the first infusion.
    scale : ``risk`` (a probability), ``log_hazard`` or ``log_acceleration``
    catalogue : where labels, units and levels of the predictors are found
    interval : RiskInterval, optional
        How sure the predictions are, on the scale of the risk alone; None where nobody can say.
    """

    predictors: tuple[str, ...]
    values: Floats
    base_values: Floats
    predicted: Floats
    data: NDArray[np.object_]
    days: Floats
    scale: Scale
    catalogue: Catalogue = field(default_factory=catalogue, repr=False)
    interval: RiskInterval | None = None
    _worded: dict[int, Sequence[str]] = field(default_factory=dict, repr=False, init=False)

    @cached_property
    def labels(self) -> Labels:
        """How the predictors and their values are told."""
        return Labels(self.catalogue)

    @cached_property
    def names_in_words(self) -> Sequence[str]:
        """What each predictor is called."""
        return [self.labels.label(name) for name in self.predictors]

    @cached_property
    def units(self) -> Sequence[str]:
        """Unit of each predictor as people write it; empty where there is none."""
        return [self.labels.unit(name) for name in self.predictors]

    @cached_property
    def in_order(self) -> Sequence[Sequence[Sequence[int]]]:
        """Positions of the predictors, the largest contribution first, by child and day."""
        by_size = np.argsort(-np.abs(self.values), axis=1, kind="stable")
        in_order: list[list[list[int]]] = by_size.transpose(0, 2, 1).tolist()
        return in_order

    def values_in_words(self, patient: int) -> Sequence[str]:
        """Word what was measured in one child, with units; once for all days."""
        if patient not in self._worded:
            told = zip(self.predictors, self.data[patient], strict=True)
            self._worded[patient] = [self.labels.told_with_unit(*each) for each in told]
        return self._worded[patient]

    def at(self, day: float) -> shap.Explanation:
        """Contributions at one day, in the form that every shap plot draws."""
        return self.to_shap(position_of(day, self.days))

    def to_shap(self, time: int | None = None) -> shap.Explanation:
        """Convert to ``shap.Explanation``, for all times or for the one at index ``time``.

        Categories become the index of their level, so that beeswarms can be coloured.
        """
        from lorpredict.explanation._convert import as_shap_explanation

        return as_shap_explanation(self, time)

    def __repr__(self) -> str:
        patients, predictors, times = self.values.shape
        return (
            f"Contributions({patients} patients, {predictors} predictors, {times} times, "
            f"scale={self.scale!r})"
        )


def place_of(name: str, predictors: Sequence[str]) -> int:
    """Find where a predictor stands among those that were explained.

    Raises
    ------
    UnknownPredictor
        If it is none of them.
    """
    if name not in predictors:
        told = f"{name!r} is not a predictor of this model; expected one of {', '.join(predictors)}"
        raise UnknownPredictor(f"{told}. {did_you_mean(name, list(predictors))}".rstrip(". "))
    return list(predictors).index(name)


def position_of(day: float, days: Floats) -> int:
    """Find where a day stands among those that were explained.

    Raises
    ------
    BeyondFollowUp
        If it was not explained.
    """
    index = np.flatnonzero(np.isclose(days, day))
    if not index.size:
        known = ", ".join(f"{known:g}" for known in days)
        raise BeyondFollowUp(
            f"{day:g} days were not explained; explained: {known} days since the landmark"
        )
    return int(index[0])
