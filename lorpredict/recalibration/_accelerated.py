"""Accelerated failure time adjusted to new children: time itself shifted and stretched.

    ln T = a + k (b mu(x) + sigma e)

``mu`` is the sum of trees and ``sigma`` the spread of log-times, both as they were learnt. ``a``
and ``k`` are the level: the same for every child, they say which day here is which day there. So
``b mu / sigma``, how far the children lie apart, stays as it was, and what would otherwise slip in
with a new ``sigma`` cannot. They are chosen so that observed over expected is 1 at the first and
at the last horizon; a horizon between the two, where a design has one, follows. With a single
horizon ``k`` is 1.

``b`` is 1, or where the slope is asked that of the largest censored likelihood up to the last
horizon, with ``a`` and ``k`` free. The calibration slope that reports tell is a Cox model's: it
comes to about 1 and not exactly, for only with the law ``extreme`` are hazards proportional.

References
----------
Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data (2002), chapter 3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import stats
from scipy.optimize import brentq, minimize

from lorpredict.errors import TooLittleData
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.models._curves import AcceleratedTime
from lorpredict.models._distributions import survival_beyond
from lorpredict.recalibration._slope import NewChildren, usable_slope
from lorpredict.survival import Floats

# XGBoost's "extreme" is the law of the smallest value, which makes the times Weibull's.
_LAWS: dict[str, Any] = {
    "normal": stats.norm,
    "logistic": stats.logistic,
    "extreme": stats.gumbel_l,
}
_FARTHEST = 40.0  # in sigma: there every law's survival is 0 or 1 to double precision
_SAME = 1e-9  # a difference of survival below which nothing happened


def refitted_times(
    curves: AcceleratedTime, children: NewChildren, *, with_slope: bool
) -> tuple[AcceleratedTime, float | None]:
    """Adjust log-times to new children; returns them with b, None where it was 1.

    Raises
    ------
    TooLittleData
        If b is not above 0, or all children have the same log-time, or nobody lost response by
        the first horizon or between it and the last, or everybody did.
    """
    middle = curves.log_time(children.features)
    slope = _slope(curves, children, middle) if with_slope else 1.0
    shift, stretch = _level(curves, children, slope * middle)
    trees = replace(
        curves.trees,
        values=curves.trees.values * (stretch * slope),
        offset=curves.trees.offset * (stretch * slope) + shift,
    )
    adjusted = replace(curves, trees=trees, sigma=curves.sigma * stretch)
    return adjusted, slope if with_slope else None


def _level(curves: AcceleratedTime, children: NewChildren, middle: Floats) -> tuple[float, float]:
    """Find a and k: the days of the old curves at which their mean survival is what was seen.

    The mean survival falls steadily with time, so there is one such day for each horizon, and the
    straight line between two logarithms of days is the one solution.
    """
    days = np.unique(children.horizons[[0, -1]])
    target = 1 - observed_risk(children.y, days)
    _refuse_level_curve(days, target)
    known = [_log_day(curves, middle, each) for each in target]
    here = np.log(days)
    stretch = float((here[1] - here[0]) / (known[1] - known[0])) if len(days) > 1 else 1.0
    return float(here[-1] - stretch * known[-1]), stretch


def _refuse_level_curve(days: Floats, target: Floats) -> None:
    falls = -np.diff(target, prepend=1.0)
    if (falls < _SAME).any():
        number = int(np.argmax(falls < _SAME))
        since = f"between day {days[number - 1]:g} and" if number else "by"
        told = f"none of these children lost response {since} day {days[number]:g}"
    elif target[-1] < _SAME:
        told = f"all of these children had lost response by day {days[-1]:g}"
    else:
        return
    raise TooLittleData(
        f"{told} since the landmark; expected some that do and some that do not, since the curves "
        "of log-times always fall and never end. Recalibrate a model of another family"
    )


def _log_day(curves: AcceleratedTime, middle: Floats, target: float) -> float:
    """Logarithm of the day at which the mean survival is the target."""

    def above(log_day: float) -> float:
        z = (log_day - middle) / curves.sigma
        return float(survival_beyond(z, curves.distribution).mean()) - target

    low, high = middle.min(), middle.max()
    reach = _FARTHEST * curves.sigma
    return float(brentq(above, low - reach, high + reach, xtol=1e-12))


def _slope(curves: AcceleratedTime, children: NewChildren, middle: Floats) -> float:
    """Find b, by the largest censored likelihood; a and k are free and left behind."""
    if np.ptp(middle) < 1e-9:
        usable_slope(float("nan"))
    law, score = _LAWS[curves.distribution], (middle - middle.mean()) / curves.sigma
    y = children.until_last_horizon
    event, log_days = y["event"], np.log(y["duration"])

    def unlikely(parameters: Floats) -> float:
        shift, log_spread, slope = parameters
        z = (log_days - shift) / np.exp(log_spread) - slope * score
        seen = law.logpdf(z) - log_spread
        return -float(np.where(event, seen, law.logsf(z)).mean())

    start = [float(middle.mean()), np.log(curves.sigma), 1.0]
    found = minimize(unlikely, start, method="Nelder-Mead",
                     options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 5000})  # fmt: skip
    if not found.success:
        raise TooLittleData(f"the times of these children cannot be fitted: {found.message}")
    return usable_slope(float(found.x[2]))
