"""Baseline hazards: what remains when the predictors have had their say.

They are kept on the time grid, a value a month: the horizons are on it, and the day on which
a single child lost response does not travel with the model.
"""

from __future__ import annotations

import numpy as np
from sksurv.linear_model.coxph import BreslowEstimator
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict.survival import Floats, Outcome, StepFunction


def breslow_baseline(log_hazard: Floats, y: Outcome, grid: Floats) -> StepFunction:
    """Breslow's cumulative baseline hazard for given log-hazards of the training rows.

    References
    ----------
    Breslow N. Discussion of Cox DR, J R Stat Soc B 34:216 (1972).
    """
    estimate = BreslowEstimator().fit(log_hazard, y["event"], y["duration"])
    hazard = estimate.cum_baseline_hazard_
    return _on_grid(np.asarray(hazard.x, dtype=float), np.asarray(hazard.y, dtype=float), grid)


def kaplan_meier_baseline(y: Outcome, grid: Floats) -> StepFunction:
    """Cumulative hazard whose survival is the Kaplan-Meier curve."""
    days, survival = kaplan_meier_estimator(y["event"], y["duration"])
    with np.errstate(divide="ignore"):  # where nobody is left the hazard is without bound
        return _on_grid(days, -np.log(survival), grid)


def _on_grid(days: Floats, hazard: Floats, grid: Floats) -> StepFunction:
    """Tell the hazard at the days of the grid, and only where it has risen."""
    told = StepFunction(days, hazard)(grid)
    rises = told > np.concatenate([[0.0], told[:-1]])
    return StepFunction(grid[rises], told[rises])
