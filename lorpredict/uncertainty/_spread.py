"""How far models of other samples of children would lie from the one that is shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lorpredict.survival import Floats, log_cumulative_hazard

_SMALLEST_RISK = 1e-6
_GROUPS = 10


@dataclass(frozen=True, eq=False)
class LinearSpread:
    """Of models whose log cumulative hazard is a weighted sum of the features, and a level.

    Parameters
    ----------
    days : array of shape (n_days,), days since the landmark
    covariance : array of shape (n_days, 1 + n_features, 1 + n_features)
        Of the level and the weights, over the models of resamples.
    """

    kind: ClassVar[str] = "linear"

    days: Floats
    covariance: Floats

    @classmethod
    def fitted(cls, features: Floats, risk: Floats, days: Floats) -> LinearSpread:
        """Learn it from what the models of resamples told the children.

        Each model has its own scale of the features; what it tells is written as a sum of ours,
        which is exact where a scale only moves and stretches.

        Parameters
        ----------
        features : array of shape (n_children, n_features)
        risk : array of shape (n_resamples, n_children, n_days)
        """
        told = log_hazard(risk)
        terms = _with_level(features)
        weights = np.einsum("ij,bjd->bdi", np.linalg.pinv(terms), told)
        away = weights - weights.mean(axis=0)
        covariance = np.einsum("bdi,bdj->dij", away, away) / (len(risk) - 1)
        return cls(days, covariance)

    def at(self, features: Floats, risk: Floats, days: Floats) -> Floats:
        """Return it for each child at each day; between two known days in a straight line."""
        terms = _with_level(features)
        variance = np.einsum("ni,dij,nj->nd", terms, self.covariance, terms)
        return _between(self.days, np.sqrt(np.maximum(variance, 0.0)), days)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that is needed to build it again."""
        return {"days": self.days, "covariance": self.covariance}


@dataclass(frozen=True, eq=False)
class CurveSpread:
    """Of any other model: by the risk that is told, as it was in ten groups of children.

    Parameters
    ----------
    days : array of shape (n_days,), days since the landmark
    level, spread : arrays of shape (n_days, n_groups)
        Log cumulative hazard of each group, and its standard deviation over models of resamples.
    """

    kind: ClassVar[str] = "curve"

    days: Floats
    level: Floats
    spread: Floats

    @classmethod
    def fitted(cls, features: Floats, risk: Floats, days: Floats) -> CurveSpread:  # noqa: ARG003
        """Learn it from what the models of resamples told the children; see `LinearSpread`."""
        told = log_hazard(risk)
        centre, spread = told.mean(axis=0), told.std(axis=0, ddof=1)
        groups = [np.array_split(np.argsort(day, kind="stable"), _GROUPS) for day in centre.T]
        level = [[centre[rows, d].mean() for rows in of] for d, of in enumerate(groups)]
        within = [
            [np.sqrt((spread[rows, d] ** 2).mean()) for rows in of] for d, of in enumerate(groups)
        ]
        return cls(days, np.array(level), np.array(within))

    def at(self, features: Floats, risk: Floats, days: Floats) -> Floats:
        """Return it for each child at each day; between groups and days in straight lines."""
        told, found = log_hazard(risk), np.zeros(risk.shape)
        # Every known day tells its spread at each asked day's risk; the asked day weighs them.
        for one, level, spread in zip(self._each_day, self.level, self.spread, strict=True):
            found += np.interp(told, level, spread) * np.interp(days, self.days, one)
        return found

    @cached_property
    def _each_day(self) -> Floats:
        return np.eye(len(self.days))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that is needed to build it again."""
        return {"days": self.days, "level": self.level, "spread": self.spread}


Spread = LinearSpread | CurveSpread
KINDS: Mapping[str, type[Spread]] = {each.kind: each for each in (LinearSpread, CurveSpread)}


def log_hazard(risk: Floats) -> Floats:
    """Return the logarithm of the cumulative hazard behind a risk."""
    return log_cumulative_hazard(risk, smallest=_SMALLEST_RISK)


def _with_level(features: Floats) -> Floats:
    return np.column_stack([np.ones(len(features)), features])


def _between(known_days: Floats, known: Floats, days: Floats) -> Floats:
    """Interpolate columns of known days; before the first and after the last they are held."""
    asked = [np.interp(days, known_days, row) for row in known]
    return np.array(asked).reshape(len(known), len(days))
