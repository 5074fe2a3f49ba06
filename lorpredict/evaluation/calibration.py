"""Calibration.

Of a hundred children with a risk of 30 %, do thirty lose response?
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict.evaluation._calibration_curve import (
    CalibrationCurve,
    calibration_curve,
    log_hazard,
)
from lorpredict.evaluation._censoring import censored_at
from lorpredict.evaluation._cox_slope import cox_slope
from lorpredict.evaluation._measure import Predicted, measure, ratio
from lorpredict.survival import Floats, Outcome, StepFunction

__all__ = [
    "CalibrationCurve",
    "calibration_curve",
    "calibration_slope",
    "e50",
    "e90",
    "ici",
    "observed_expected",
    "observed_risk",
]


@measure("Calibration slope", level="repeat", better=1.0)
def calibration_slope(predicted: Predicted) -> Floats:
    """Slope of what happened on the predicted log cumulative hazard, at each horizon.

    Below 1 the predictions are too extreme, above 1 too timid; NaN where all risks are the same
    or where they part events and non-events perfectly.

    References
    ----------
    van Houwelingen HC. Stat Med 19:3401 (2000).
    """
    return _at_each_horizon(predicted, _slope)


@measure("Observed / expected", level="repeat", better=1.0)
def observed_expected(predicted: Predicted) -> Floats:
    """Observed over expected risk at each horizon; the observed one by Kaplan-Meier."""
    observed = observed_risk(predicted.y, predicted.horizons)
    return ratio(observed, predicted.at_horizons.mean(axis=0))


@measure("Integrated calibration index", level="repeat", better="lower")
def ici(predicted: Predicted) -> Floats:
    """Mean distance of predicted risk and smoothed observed risk, at each horizon.

    Over children, so that risks which many were told weigh more. NaN where there is no
    calibration curve. Never below zero, so that even a perfect model has some in few children,
    and so has its interval, which tells how it varies and not whether calibration is perfect.

    References
    ----------
    Austin PC, Harrell FE, van Klaveren D. Stat Med 39:2714 (2020).
    """
    return _at_each_horizon(predicted, partial(_distance, summary=np.mean))


@measure("Median calibration error (E50)", level="repeat", better="lower")
def e50(predicted: Predicted) -> Floats:
    """Median distance of predicted risk and smoothed observed risk, at each horizon.

    References
    ----------
    Austin PC, Harrell FE, van Klaveren D. Stat Med 39:2714 (2020).
    """
    return _at_each_horizon(predicted, partial(_distance, summary=np.median))


@measure("Calibration error of nine in ten (E90)", level="repeat", better="lower")
def e90(predicted: Predicted) -> Floats:
    """Distance of predicted risk and smoothed observed risk that a tenth exceed, at each horizon.

    References
    ----------
    Austin PC, Harrell FE, van Klaveren D. Stat Med 39:2714 (2020).
    """
    return _at_each_horizon(predicted, partial(_distance, summary=partial(np.quantile, q=0.9)))


def observed_risk(y: Outcome, days: Floats) -> Floats:
    """1 minus the Kaplan-Meier survival at each day."""
    steps, survival = kaplan_meier_estimator(y["event"], y["duration"])
    risk: Floats = 1 - StepFunction(steps, survival, before=1.0)(days)
    return risk


def _at_each_horizon(
    predicted: Predicted, compute: Callable[[Floats, Outcome, float], float]
) -> Floats:
    """Compute at each horizon; NaN where the model tells no two children apart."""
    if not predicted.tells_apart:
        return np.full(len(predicted.horizons), np.nan)
    return np.array(
        [
            compute(risk, predicted.y, float(day))
            for risk, day in zip(predicted.at_horizons.T, predicted.horizons, strict=True)
        ]
    )


def _slope(risk: Floats, y: Outcome, day: float) -> float:
    told, seen = log_hazard(risk), censored_at(y, day)
    return cox_slope(told, seen) if np.ptp(told) > 1e-9 else float("nan")


def _distance(risk: Floats, y: Outcome, day: float, *, summary: Callable[[Floats], float]) -> float:
    return float(summary(np.abs(risk - calibration_curve(risk, y, day)(risk))))
