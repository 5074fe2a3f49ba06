"""The slope of a Cox model with one predictor, exact and quick enough for thousands of resamples.

With one predictor it can be known beforehand whether there is a slope at all: where every event
hits the child with the largest value of those still at risk (or every one the smallest), a steeper
slope is always more likely, and what a general solver finds there is where it gave up.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from lorpredict.survival import Floats, Outcome, Positions

_TIE = 1e-9  # standard deviations


def cox_slope(values: Floats, y: Outcome) -> float:
    """Log hazard ratio for one unit of ``values``; NaN where there is none.

    Events on one day are treated after Breslow.

    Parameters
    ----------
    values : array of shape (n_children,)

    References
    ----------
    Cox DR. J R Stat Soc B 34:187 (1972). Breslow N. Biometrics 30:89 (1974).
    """
    latest_first = np.argsort(-y["duration"], kind="stable")
    spread = float(values.std()) if len(values) else 0.0
    if not spread > 0:
        return float("nan")
    # In steps of the standard deviation, so that neither step nor tolerance knows the unit.
    x = (values[latest_first] - values.min()) / spread
    days, events = y["duration"][latest_first], np.flatnonzero(y["event"][latest_first])
    # Rows up to here are still at risk on the day of the event, those of the same day included.
    at_risk = np.searchsorted(-days, -days[events], side="right") - 1
    if not _has_slope(x, x[events], at_risk):
        return float("nan")
    return _root(x, x[events], at_risk) / spread


def _has_slope(x: Floats, happened: Floats, at_risk: Positions) -> bool:
    largest = np.maximum.accumulate(x)[at_risk]
    smallest = np.minimum.accumulate(x)[at_risk]
    return bool((largest - happened > _TIE).any() and (happened - smallest > _TIE).any())


def _root(x: Floats, happened: Floats, at_risk: Positions) -> float:
    """Where the score is zero; it falls from above zero to below."""
    with np.errstate(divide="ignore"):  # the child with the smallest value: it adds nothing
        log_x = np.log(x)

    def score(slope: float) -> float:
        # On the log scale, where no weight is too small for a number.
        weight = np.logaddexp.accumulate(slope * x)[at_risk]
        weighted = np.logaddexp.accumulate(slope * x + log_x)[at_risk]
        return float((happened - np.exp(weighted - weight)).sum())

    low, high = -1.0, 1.0
    while score(low) < 0:
        low *= 2
    while score(high) > 0:
        high *= 2
    return float(brentq(score, low, high, xtol=1e-12))
