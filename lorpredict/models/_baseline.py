"""Baseline hazards: what remains when the predictors have had their say."""

from __future__ import annotations

import numpy as np
from sksurv.linear_model.coxph import BreslowEstimator
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict.survival import Floats, Outcome, StepFunction


def breslow_baseline(log_hazard: Floats, y: Outcome) -> StepFunction:
    """Breslow's cumulative baseline hazard for given log-hazards of the training rows.

    References
    ----------
    Breslow N. Discussion of Cox DR, J R Stat Soc B 34:216 (1972).
    """
    estimate = BreslowEstimator().fit(log_hazard, y["event"], y["duration"])
    hazard = estimate.cum_baseline_hazard_
    return _steps(np.asarray(hazard.x, dtype=float), np.asarray(hazard.y, dtype=float))


def kaplan_meier_baseline(y: Outcome) -> StepFunction:
    """Cumulative hazard whose survival is the Kaplan-Meier curve."""
    days, survival = kaplan_meier_estimator(y["event"], y["duration"])
    with np.errstate(divide="ignore"):  # where nobody is left the hazard is without bound
        return _steps(days, -np.log(survival))


def _steps(days: Floats, hazard: Floats) -> StepFunction:
    """Keep only the days on which the hazard rises."""
    rises = np.diff(hazard, prepend=0.0) > 0
    return StepFunction(days[rises], hazard[rises])
