"""What a family has learnt, as plain arrays: three shapes serve every family.

``LinearHazard``    exp(-H0(t) exp(x b)): Kaplan-Meier, the published equation, ridge Cox
``TreeHazard``      exp(-H0(t) exp(sum of trees)): boosting with a Breslow baseline
``SurvivalForest``  the mean over trees of the leaf's survival curve

Each turns into arrays and back without loss, which is all that a model folder needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lorpredict.survival import CurveModel, Floats, StepFunction
from lorpredict.trees import TreeEnsemble

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class LinearHazard:
    """Proportional hazards with a linear predictor.

    Parameters
    ----------
    coefficients, means : array of shape (n_features,)
        The log-hazard is ``(x - means) @ coefficients``: zero for the average child.
    baseline : StepFunction
        Cumulative hazard of the average child by days since the landmark.
    """

    coefficients: Floats
    means: Floats
    baseline: StepFunction

    def log_hazard(self, features: Floats) -> Floats:
        """Log-hazard relative to the average child, array of shape (n_rows,)."""
        log_hazard: Floats = ((features - self.means) * self.coefficients).sum(axis=1)
        return log_hazard

    def survival(self, features: Floats, days: Floats) -> Floats:
        """Survival of shape (n_rows, n_times)."""
        return _proportional(self.log_hazard(features), self.baseline, days)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that is needed to build the model again."""
        return {
            "coefficients": self.coefficients,
            "means": self.means,
            **_baseline_arrays(self.baseline),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Build the model from :meth:`to_arrays`."""
        return cls(arrays["coefficients"], arrays["means"], _baseline_from(arrays))


@dataclass(frozen=True)
class TreeHazard:
    """Proportional hazards whose log-hazard is a sum of trees.

    Parameters
    ----------
    trees : TreeEnsemble
        One output, the log-hazard.
    baseline : StepFunction
        Breslow's cumulative baseline hazard by days since the landmark.
    """

    trees: TreeEnsemble
    baseline: StepFunction

    def log_hazard(self, features: Floats) -> Floats:
        """Log-hazard, array of shape (n_rows,)."""
        margin: Floats = self.trees.predict(features)[:, 0]
        return margin

    def survival(self, features: Floats, days: Floats) -> Floats:
        """Survival of shape (n_rows, n_times)."""
        return _proportional(self.log_hazard(features), self.baseline, days)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that is needed to build the model again."""
        return {**self.trees.to_arrays(), **_baseline_arrays(self.baseline)}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Build the model from :meth:`to_arrays`."""
        return cls(TreeEnsemble.from_arrays(arrays), _baseline_from(arrays))


@dataclass(frozen=True)
class SurvivalForest:
    """The mean over trees of the survival curve in the leaf that a child falls into."""

    trees: TreeEnsemble

    def survival(self, features: Floats, days: Floats) -> Floats:
        """Survival of shape (n_rows, n_times)."""
        # The mean over trees may be off by the last digit: 500 times 1/500 is not quite 1.
        return np.clip(self.trees.at(days).predict(features), 0.0, 1.0)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that is needed to build the model again."""
        return self.trees.to_arrays()

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Build the model from :meth:`to_arrays`."""
        return cls(TreeEnsemble.from_arrays(arrays))


def curves_from_arrays(shape: str, arrays: Arrays) -> CurveModel:
    """Build what has been learnt from the name of its class and its arrays."""
    shapes: dict[str, Any] = {
        kind.__name__: kind for kind in (LinearHazard, TreeHazard, SurvivalForest)
    }
    curves: CurveModel = shapes[shape].from_arrays(arrays)
    return curves


def _proportional(log_hazard: Floats, baseline: StepFunction, days: Floats) -> Floats:
    survival: Floats = np.exp(-np.exp(log_hazard)[:, None] * baseline(days)[None, :])
    return survival


def _baseline_arrays(baseline: StepFunction) -> dict[str, NDArray[Any]]:
    return {"baseline_days": baseline.days, "baseline_hazard": baseline.values}


def _baseline_from(arrays: Arrays) -> StepFunction:
    return StepFunction(arrays["baseline_days"], arrays["baseline_hazard"])
