"""Exact contributions to what a model predicts, whichever of the four shapes it has.

A survival forest is explained on the risk itself. Models with proportional hazards add up on the
log-hazard, and are explained there: each predictor multiplies the hazard, at all times alike.
Models of accelerated time add up on the log-time, and are explained on minus that, so that up
means sooner in every picture: each predictor divides or multiplies the time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.errors import UnsupportedModel
from lorpredict.explanation._paths import TreePaths
from lorpredict.models._curves import (
    AcceleratedTime,
    LinearHazard,
    SurvivalForest,
    TreeHazard,
)
from lorpredict.survival import CurveModel, Floats, Scale


class ExactContributions(NamedTuple):
    """Contributions of encoded features.

    Parameters
    ----------
    values : array of shape (n_rows, n_features, n_days)
    base_values : array of shape (n_days,)
    predicted : array of shape (n_rows, n_days)
        The model's own prediction on ``scale``.
    scale : ``risk``, ``log_hazard`` or ``log_acceleration``
    """

    values: Floats
    base_values: Floats
    predicted: Floats
    scale: Scale


class ExactExplainer:
    """Explain what a model has learnt at given days; built once, asked often.

    Parameters
    ----------
    curves : LinearHazard, TreeHazard, AcceleratedTime or SurvivalForest
    days : array of shape (n_days,), days since the landmark
        Only a risk changes with time: other contributions are repeated for each day.
    """

    def __init__(self, curves: CurveModel, days: ArrayLike) -> None:
        self.days: Floats = np.atleast_1d(np.asarray(days, dtype=float))
        self._linear = curves if isinstance(curves, LinearHazard) else None
        if isinstance(curves, SurvivalForest):
            self.scale: Scale = "risk"
            self._paths = TreePaths.of(curves.at(self.days).as_risk())
        elif isinstance(curves, TreeHazard):
            self.scale = "log_hazard"
            self._paths = TreePaths.of(curves.trees)
        elif isinstance(curves, AcceleratedTime):
            self.scale = "log_acceleration"
            self._paths = TreePaths.of(curves.trees.as_acceleration())
        elif isinstance(curves, LinearHazard):
            self.scale = "log_hazard"
        else:
            raise UnsupportedModel(f"{type(curves).__name__} has no exact explanation")

    def __call__(self, features: Floats) -> ExactContributions:
        """Explain encoded rows of shape (n_rows, n_features)."""
        values, base_values, predicted = self._explain(features)
        if self.scale == "risk":
            return ExactContributions(values, base_values, predicted, self.scale)
        times = len(self.days)
        return ExactContributions(
            np.repeat(values, times, axis=2),
            np.repeat(base_values, times),
            np.repeat(predicted, times, axis=1),
            self.scale,
        )

    def interactions(self, features: Floats) -> Floats:
        """Interactions of encoded features, array (n_rows, n_features, n_features, n_days).

        Terms of a linear model do not interact: they stand on the diagonal.
        """
        if self._linear is None:
            found = self._paths.interactions(features)
        else:
            terms = self._explain(features)[0]
            found = np.einsum("rft,fg->rfgt", terms, np.eye(terms.shape[1]))
        return found if self.scale == "risk" else np.repeat(found, len(self.days), axis=3)

    def _explain(self, features: Floats) -> tuple[Floats, Floats, Floats]:
        if self._linear is None:
            trees = self._paths.trees
            return (
                self._paths.contributions(features),
                self._paths.base_values,
                trees.predict(features),
            )
        # The average child is the base: the log-hazard there is zero.
        values = (features - self._linear.means) * self._linear.coefficients
        return values[:, :, None], np.zeros(1), self._linear.log_hazard(features)[:, None]

    def __repr__(self) -> str:
        return f"ExactExplainer(scale={self.scale!r}, {len(self.days)} days)"


def exact_contributions(
    curves: CurveModel, features: Floats, days: ArrayLike
) -> ExactContributions:
    """Explain encoded rows once; keep an :class:`ExactExplainer` to explain more.

    Examples
    --------
    >>> import numpy as np
    >>> from lorpredict.models._curves import LinearHazard
    >>> from lorpredict.survival import StepFunction
    >>> baseline = StepFunction(np.array([100.0]), np.array([0.2]))
    >>> curves = LinearHazard(np.array([0.5]), np.array([1.0]), baseline)
    >>> float(exact_contributions(curves, np.array([[3.0]]), [267]).values[0, 0, 0])
    1.0
    """
    return ExactExplainer(curves, days)(features)
