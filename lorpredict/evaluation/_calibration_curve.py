"""The smoothed calibration curve: how often the event came true, by predicted risk.

A Cox model of what happened up to the day has one predictor, the predicted risk on the scale
log(-log(1 - risk)), on which a perfectly calibrated model lies on a line of slope one. Beside
the slope a restricted cubic spline lets the curve bend.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.evaluation._censoring import censored_at
from lorpredict.evaluation._cox_regression import cox_coefficients, log_baseline_hazard
from lorpredict.evaluation._cox_slope import cox_slope
from lorpredict.evaluation._splines import spline_terms, three_knots
from lorpredict.survival import Floats, Outcome, log_cumulative_hazard

# Ten for each of the two parameters of a spline with three knots.
FEWEST_EVENTS_TO_BEND = 20
# Risks of 0 and 1 have no finite log-hazard.
_SMALLEST_RISK = 1e-4
_CERTAIN = 10.0  # a log cumulative hazard at which the risk is 1 in floating point


@dataclass(frozen=True, repr=False)
class CalibrationCurve:
    """Observed risk as a function of predicted risk; called with risks it answers with risks.

    It knows the range of the predictions it was fitted to, and answers NaN outside of it. Where
    there is no curve it answers NaN everywhere.

    Parameters
    ----------
    lowest, highest
        The range of the predicted risks.
    knots : array of shape (n_knots,)
        On the scale log(-log(1 - risk)); empty where the curve is straight on that scale.
    coefficients : array of shape (n_terms,)
        NaN where there is no curve.
    log_baseline
        Logarithm of the cumulative hazard by the day where all terms are zero.
    events
        Number of events by the day.
    """

    lowest: float
    highest: float
    knots: Floats
    coefficients: Floats
    log_baseline: float
    events: int

    @property
    def is_known(self) -> bool:
        """Whether there is a curve."""
        return bool(np.isfinite(self.coefficients).all())

    def __call__(self, risk: ArrayLike) -> Floats:
        """Observed risk where the predicted one is ``risk``, an array of the same shape."""
        asked = np.asarray(risk, dtype=float)
        within = (asked >= self.lowest) & (asked <= self.highest)
        if not self.is_known:
            return np.full(asked.shape, np.nan)
        terms = spline_terms(log_hazard(asked).ravel(), self.knots)
        line = np.minimum(self.log_baseline + terms @ self.coefficients, _CERTAIN)
        observed: Floats = -np.expm1(-np.exp(line)).reshape(asked.shape)
        return np.where(within, observed, np.nan)

    def points(self, number: int = 101) -> tuple[Floats, Floats]:
        """Predicted risks, evenly spaced over their range, and the observed ones beside them."""
        predicted = np.linspace(self.lowest, self.highest, number)
        return predicted, self(predicted)

    def __repr__(self) -> str:
        shape = f"{len(self.knots)} knots" if self.knots.size else "straight"
        shape = shape if self.is_known else "not defined"
        told = f"{self.lowest:.3f} to {self.highest:.3f}, {self.events} events"
        return f"CalibrationCurve({told}, {shape})"


def calibration_curve(risk: Floats, y: Outcome, day: float) -> CalibrationCurve:
    """Smooth what happened by a day over the risk that was predicted for it.

    With 20 events by the day or more the curve may bend at three knots, which are two parameters;
    with fewer, or where the spline is not determined, it has a slope alone. There is no curve
    where nothing happened by the day, where all risks are the same, and where the risks part
    events and non-events perfectly.

    Parameters
    ----------
    risk : array of shape (n_children,)
        Predicted risk by the day, for children whom the model has not seen.
    y
        What happened to them.
    day
        Days since the landmark.

    Returns
    -------
    CalibrationCurve
        From predicted to observed risk, within the range of the predictions.

    References
    ----------
    Austin PC, Harrell FE, van Klaveren D. Stat Med 39:2714 (2020): three knots in their appendix;
    how many events a knot needs is our rule.
    """
    seen, values = censored_at(y, day), log_hazard(risk)
    knots, coefficients = _fitted(values, seen)
    line = spline_terms(values, knots) @ coefficients
    baseline = log_baseline_hazard(line, seen) if np.isfinite(line).all() else float("nan")
    lowest, highest = float(risk.min()), float(risk.max())
    return CalibrationCurve(
        lowest, highest, knots, coefficients, baseline, int(seen["event"].sum())
    )


def log_hazard(risk: Floats) -> Floats:
    """Return the log cumulative hazard; risks of 0 and 1 are moved by a ten-thousandth."""
    return log_cumulative_hazard(risk, smallest=_SMALLEST_RISK)


def _fitted(values: Floats, y: Outcome) -> tuple[Floats, Floats]:
    """Knots and coefficients, of a spline if the events allow one."""
    straight = np.array([])
    if np.ptp(values) <= 1e-9:
        return straight, np.array([np.nan])
    knots = three_knots(values) if y["event"].sum() >= FEWEST_EVENTS_TO_BEND else straight
    bent = cox_coefficients(spline_terms(values, knots), y) if knots.size else None
    return (straight, np.array([cox_slope(values, y)])) if bent is None else (knots, bent)
