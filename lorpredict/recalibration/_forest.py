"""A survival forest adjusted leaf by leaf, so that it stays a forest.

The mean over trees of the leaves' survival curves is the prediction. Bending that mean would no
longer be a sum over trees, and its contributions no longer exact; so every leaf's own curve is
bent, and the prediction stays the mean of curves. With H the cumulative hazard of a leaf,

    dH'(t) = theta(t) d(H(t) ** b)

theta is one number up to the first horizon, another up to the second, and holds on after the last.
It multiplies what the hazard gains within its stretch of time and not the hazard up to now: with
any theta of 0 or above every curve still falls or stays, also where theta drops at a horizon.

theta is found horizon by horizon, so that observed over expected is 1 there: the mean predicted
survival falls steadily with theta, so there is one solution. b multiplies the logarithm of the
leaf's cumulative hazard, as the slope does with the log-hazard of a Cox model, and is found so
that the calibration slope at the last horizon is 1, the nearest to 1 where there are several. Since
a mean of bent curves is no bent mean,
two children whose risks were close may change places. And a forest that is far too timid cannot be
made bold so: no bend takes a mean over trees beyond the share of its leaves that know of a loss.

The idea of one more parameter for the level and one for the spread is Van Houwelingen's, there
for Cox models; leaf by leaf is ours.

References
----------
van Houwelingen HC. Stat Med 19:3401 (2000).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from lorpredict.errors import TooLittleData
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.models._curves import SurvivalForest
from lorpredict.recalibration._slope import NewChildren, measured_slope, usable_slope
from lorpredict.survival import Floats
from lorpredict.trees import TreeEnsemble

# A leaf in which everybody lost response has no finite hazard; it holds some ten children.
_SMALLEST_SURVIVAL = 1e-4
_LARGEST_EXPONENT = 8.0  # beyond it a leaf's curve is all but a single step
_TRIED = 13  # exponents, from the inverse of the largest to the largest; 1 is among them
_LARGEST_FACTOR = 1e12


@dataclass(frozen=True)
class _Bend:
    """How a leaf's cumulative hazard is bent: the exponent, and a factor up to each horizon."""

    exponent: float
    factors: Floats
    horizons: Floats

    def __call__(self, trees: TreeEnsemble) -> TreeEnsemble:
        """Bend the curve of every leaf."""
        assert trees.times is not None  # noqa: S101  the trees of a SurvivalForest have curves
        stretch = np.searchsorted(self.horizons, trees.times, side="left")
        factor = self.factors[np.minimum(stretch, len(self.factors) - 1)]
        gained = np.diff(_hazard(trees) ** self.exponent, axis=1, prepend=0.0)
        return _with_hazard(trees, (gained * factor).cumsum(axis=1))


def refitted_forest(
    curves: SurvivalForest, children: NewChildren, *, with_slope: bool
) -> tuple[SurvivalForest, float | None]:
    """Adjust a forest to new children; returns it with the exponent, None where it was 1.

    Raises
    ------
    TooLittleData
        If the slope is undefined or not above 0, or if leaves in which nobody lost response keep
        the risk below what was observed.
    """
    exponent = _exponent(curves, children) if with_slope else 1.0
    bend = _fitted(curves, children, exponent)
    return SurvivalForest(bend(curves.trees)), exponent if with_slope else None


def _exponent(curves: SurvivalForest, children: NewChildren) -> float:
    """Exponent with which the calibration slope at the last horizon is 1, the nearest to 1.

    The slope need not fall all the way as the exponent grows, and some exponents cannot be brought
    to the level; so a few are tried, and each place where the slope passes 1 is narrowed down.
    """
    before = curves.survival(children.features, children.horizons)
    usable_slope(measured_slope(before, children))

    def slope(log_exponent: float) -> float:
        bend = _fitted(curves, children, float(np.exp(log_exponent)))
        bent = SurvivalForest(bend(curves.trees.at(children.horizons)))
        return measured_slope(bent.survival(children.features, children.horizons), children)

    tried = np.linspace(-np.log(_LARGEST_EXPONENT), np.log(_LARGEST_EXPONENT), _TRIED)
    slopes = [_or_undefined(slope, each) for each in tried]
    _refuse_undefined(slopes, curves, children)
    passed = [
        brentq(lambda each: slope(each) - 1, *tried[number : number + 2], xtol=1e-8)
        for number, (left, right) in enumerate(pairwise(slopes))
        if (left - 1) * (right - 1) <= 0
    ]
    if not passed:
        raise TooLittleData(
            f"bending the leaves of this forest brings its calibration slope to "
            f"{np.nanmin(slopes):.2f} at the lowest and {np.nanmax(slopes):.2f} at the highest; "
            'expected to reach 1. Use method="baseline"'
        )
    return float(np.exp(min(passed, key=abs)))


def _or_undefined(slope: Callable[[float], float], log_exponent: float) -> float:
    """Return the slope, or NaN where the level cannot be reached with this exponent."""
    try:
        return slope(log_exponent)
    except TooLittleData:
        return float("nan")


def _refuse_undefined(
    slopes: Sequence[float], curves: SurvivalForest, children: NewChildren
) -> None:
    """Say why there is no slope with any exponent."""
    if np.isnan(slopes).all():
        _fitted(curves, children, 1.0)
        usable_slope(float("nan"))


def _fitted(curves: SurvivalForest, children: NewChildren, exponent: float) -> _Bend:
    """Find the factors, the first horizon first."""
    trees = curves.trees.at(children.horizons)
    gained = np.diff(_hazard(trees) ** exponent, axis=1, prepend=0.0)
    target = 1 - observed_risk(children.y, children.horizons)
    hazard, factors = np.zeros(len(gained)), []
    for number, day in enumerate(children.horizons):
        at_day = trees.at([day])
        factor = _factor(at_day, hazard, gained[:, number], children.features, target[number])
        if factor is None:
            raise TooLittleData(
                f"{1 - target[number]:.0%} of these children had lost response by day {day:g} "
                "since the landmark; the forest's leaves without any loss by then do not let its "
                "mean risk rise so far"
            )
        hazard = hazard + factor * gained[:, number]
        factors.append(factor)
    return _Bend(exponent, np.array(factors), children.horizons)


def _factor(
    trees: TreeEnsemble, hazard: Floats, gained: Floats, features: Floats, target: float
) -> float | None:
    """What to multiply the gain by, so that the mean survival is the target; None if nothing."""

    def above(factor: float) -> float:
        bent = _with_hazard(trees, (hazard + factor * gained)[:, None])
        return float(bent.predict(features).mean()) - target

    if above(0.0) <= 1e-12:  # nobody lost response in this stretch of time
        return 0.0
    high = 1.0
    while above(high) > 0 and high < _LARGEST_FACTOR:
        high *= 2
    return float(brentq(above, 0.0, high, xtol=1e-12)) if above(high) <= 0 else None


def _hazard(trees: TreeEnsemble) -> Floats:
    """Cumulative hazard of each leaf at each time, array of shape (n_leaves, n_times)."""
    survival = trees.offset + trees.n_trees * trees.values
    hazard: Floats = -np.log(np.clip(survival, _SMALLEST_SURVIVAL, 1.0))
    return np.maximum.accumulate(hazard, axis=1)


def _with_hazard(trees: TreeEnsemble, hazard: Floats) -> TreeEnsemble:
    """Put the curves of these cumulative hazards into the leaves; the inverse of ``_hazard``."""
    return replace(trees, values=(np.exp(-hazard) - trees.offset) / trees.n_trees)
