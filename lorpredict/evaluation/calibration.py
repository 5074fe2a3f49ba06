"""Calibration.

Of a hundred children with a risk of 30 %, do thirty lose response?
"""

from __future__ import annotations

import numpy as np
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict.evaluation._cox_slope import cox_slope
from lorpredict.evaluation._measure import Predicted, measure, ratio
from lorpredict.survival import Floats, Outcome, StepFunction, outcome_array

# Risks of 0 and 1 have no finite log-hazard.
_SMALLEST_RISK = 1e-4


@measure("Calibration slope", level="repeat", better=1.0)
def calibration_slope(predicted: Predicted) -> Floats:
    """Slope of what happened on the predicted log cumulative hazard, at each horizon.

    Below 1 the predictions are too extreme, above 1 too timid; NaN where all risks are the same
    or where they part events and non-events perfectly.

    References
    ----------
    van Houwelingen HC. Stat Med 19:3401 (2000).
    """
    if not predicted.tells_apart:
        return np.full(len(predicted.horizons), np.nan)
    return np.array(
        [
            _slope(risk, _censored_at(predicted.y, horizon))
            for risk, horizon in zip(predicted.at_horizons.T, predicted.horizons, strict=True)
        ]
    )


@measure("Observed / expected", level="repeat", better=1.0)
def observed_expected(predicted: Predicted) -> Floats:
    """Observed over expected risk at each horizon; the observed one by Kaplan-Meier."""
    observed = observed_risk(predicted.y, predicted.horizons)
    return ratio(observed, predicted.at_horizons.mean(axis=0))


def observed_risk(y: Outcome, days: Floats) -> Floats:
    """1 minus the Kaplan-Meier survival at each day."""
    steps, survival = kaplan_meier_estimator(y["event"], y["duration"])
    risk: Floats = 1 - StepFunction(steps, survival, before=1.0)(days)
    return risk


def _slope(risk: Floats, y: Outcome) -> float:
    kept = np.clip(risk, _SMALLEST_RISK, 1 - _SMALLEST_RISK)
    log_hazard = np.log(-np.log1p(-kept))
    return cox_slope(log_hazard, y) if np.ptp(log_hazard) > 1e-9 else float("nan")


def _censored_at(y: Outcome, day: float) -> Outcome:
    return outcome_array(y["event"] & (y["duration"] <= day), np.minimum(y["duration"], day))
