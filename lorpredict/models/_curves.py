"""What a family has learnt, as plain arrays: four shapes serve every family.

``LinearHazard``     exp(-H0(t) exp(x b)): Kaplan-Meier, the published equation, penalised Cox
``TreeHazard``       exp(-H0(t) exp(sum of trees)): boosting with a Breslow baseline
``AcceleratedTime``  1 - F((ln t - sum of trees) / sigma): boosting of the log-time
``SurvivalForest``   the mean over trees of the leaf's survival curve

Each turns into arrays and back without loss, which is all that a model folder needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lorpredict.errors import DamagedModel
from lorpredict.models._distributions import DISTRIBUTIONS, Distribution, survival_beyond
from lorpredict.survival import CurveModel, Floats, StepFunction
from lorpredict.trees import TreeEnsemble

Arrays = Mapping[str, NDArray[Any]]

# Cuts of a forest to some days that are kept: the horizons', and those that a few callers ask for.
_KEPT = 8


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
class AcceleratedTime:
    """Accelerated failure time: predictors stretch or shrink the time to the event.

    Parameters
    ----------
    trees : TreeEnsemble
        One output, the log-time: the middle of the logarithm of days since the landmark.
    distribution : str
        How log-times spread around it: ``normal``, ``logistic`` or ``extreme``.
    sigma : float
        How widely they spread, above zero; the same for every child.

    References
    ----------
    Barnwal A, Cho H, Hocking T. J Comput Graph Stat 31:1292 (2022).
    """

    trees: TreeEnsemble
    distribution: Distribution
    sigma: float

    def log_time(self, features: Floats) -> Floats:
        """Middle of the log-time, array of shape (n_rows,)."""
        margin: Floats = self.trees.predict(features)[:, 0]
        return margin

    def survival(self, features: Floats, days: Floats) -> Floats:
        """Survival of shape (n_rows, n_times)."""
        with np.errstate(divide="ignore"):  # the logarithm of day 0 is without bound: S = 1
            log_days = np.log(days)
        z = (log_days[None, :] - self.log_time(features)[:, None]) / self.sigma
        return survival_beyond(z, self.distribution)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that is needed to build the model again."""
        return {
            **self.trees.to_arrays(),
            "distribution": np.array(self.distribution),
            "sigma": np.array(self.sigma),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Build the model from :meth:`to_arrays`.

        Raises
        ------
        DamagedModel
            If an array is absent, the distribution none of ours, or sigma not above zero.
        """
        absent = [name for name in ("distribution", "sigma") if name not in arrays]
        if absent:
            raise DamagedModel(f"the model lacks {', '.join(absent)}")
        distribution, sigma = str(arrays["distribution"]), float(arrays["sigma"])
        if distribution not in DISTRIBUTIONS:
            known = ", ".join(DISTRIBUTIONS)
            raise DamagedModel(f"distribution {distribution!r} of times; expected one of {known}")
        if not 0 < sigma < np.inf:
            raise DamagedModel(f"the times spread by sigma {sigma:g}; expected a number above 0")
        return cls(TreeEnsemble.from_arrays(arrays), distribution, sigma)


@dataclass(frozen=True)
class SurvivalForest:
    """The mean over trees of the survival curve in the leaf that a child falls into."""

    trees: TreeEnsemble
    _cut: dict[bytes, TreeEnsemble] = field(
        default_factory=dict, repr=False, compare=False, init=False
    )

    def survival(self, features: Floats, days: Floats) -> Floats:
        """Survival of shape (n_rows, n_times)."""
        # The mean over trees may be off by the last digit: 500 times 1/500 is not quite 1.
        predicted = self.at(days).predict(features)
        return np.minimum(np.maximum(predicted, 0.0), 1.0)

    def at(self, days: Floats) -> TreeEnsemble:
        """The trees cut to some days; the latest few are kept, since cutting costs much more."""
        asked = days.tobytes()
        found = self._cut.get(asked)
        if found is None:
            found = self._cut[asked] = self.trees.at(days)
            for oldest in list(self._cut)[:-_KEPT]:  # another thread may have been here
                self._cut.pop(oldest, None)
        return found

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
        kind.__name__: kind for kind in (LinearHazard, TreeHazard, AcceleratedTime, SurvivalForest)
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
