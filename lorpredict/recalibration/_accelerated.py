"""Accelerated failure time adjusted to new children: the log-time moved, and stretched if asked.

    ln T = a + b mu(x) + sigma e

``mu`` is the sum of trees as it was learnt, ``a`` and ``sigma`` are estimated anew, and ``b`` too
where the slope is asked. The censored likelihood is that of the model's own distribution, so the
fit is to the whole curve: at a horizon observed over expected comes near 1 and not exactly to it.

References
----------
Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data (2002), chapter 3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import stats
from scipy.optimize import minimize

from lorpredict.errors import TooLittleData
from lorpredict.models._curves import AcceleratedTime
from lorpredict.recalibration._slope import NewChildren, usable_slope
from lorpredict.survival import Floats

# XGBoost's "extreme" is the law of the smallest value, which makes the times Weibull's.
_LAWS: dict[str, Any] = {
    "normal": stats.norm,
    "logistic": stats.logistic,
    "extreme": stats.gumbel_l,
}


def refitted_times(
    curves: AcceleratedTime, children: NewChildren, *, with_slope: bool
) -> tuple[AcceleratedTime, float | None]:
    """Adjust log-times to new children; returns them with their stretch, None where it was 1.

    Raises
    ------
    TooLittleData
        If the stretch is not above 0, or all children have the same log-time.
    """
    middle = curves.log_time(children.features)
    if with_slope and np.ptp(middle) < 1e-9:
        usable_slope(float("nan"))
    shift, stretch, sigma = _most_likely(curves, children, middle, with_slope=with_slope)
    if with_slope:
        usable_slope(stretch)
    trees = replace(
        curves.trees,
        values=curves.trees.values * stretch,
        offset=curves.trees.offset * stretch + shift,
    )
    return replace(curves, trees=trees, sigma=sigma), stretch if with_slope else None


def _most_likely(
    curves: AcceleratedTime, children: NewChildren, middle: Floats, *, with_slope: bool
) -> tuple[float, float, float]:
    """Shift, stretch and sigma with the largest censored likelihood."""
    law, center = _LAWS[curves.distribution], float(middle.mean())
    y = children.until_last_horizon
    event, log_days = y["event"], np.log(y["duration"])

    def unlikely(parameters: Floats) -> float:
        shift, log_sigma, stretch = (*parameters, 1.0)[:3]
        sigma = np.exp(log_sigma)
        z = (log_days - shift - center - stretch * (middle - center)) / sigma
        seen = law.logpdf(z) - log_sigma
        return -float(np.where(event, seen, law.logsf(z)).mean())

    start = [0.0, np.log(curves.sigma), *([1.0] if with_slope else [])]
    found = minimize(unlikely, start, method="Nelder-Mead",
                     options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 5000})  # fmt: skip
    if not found.success:
        raise TooLittleData(f"the times of these children cannot be fitted: {found.message}")
    shift, log_sigma, stretch = (*found.x, 1.0)[:3]
    return float(shift + (1 - stretch) * center), float(stretch), float(np.exp(log_sigma))
