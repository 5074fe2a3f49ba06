"""The new children, and how far the model's predictions are spread compared with what they did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lorpredict.errors import TooLittleData
from lorpredict.evaluation._cox_slope import cox_slope
from lorpredict.evaluation._measure import Predicted
from lorpredict.evaluation.calibration import calibration_slope
from lorpredict.survival import Floats, Outcome, outcome_array


@dataclass(frozen=True)
class NewChildren:
    """The children to whom a model is adjusted.

    Parameters
    ----------
    features : array of shape (n_children, n_features)
    y : what happened to them, in days since the landmark
    horizons : array of shape (n_horizons,)
        Days since the landmark, all within the follow-up of these children and of the model.
    grid : array of shape (n_grid,)
        Days since the landmark, about a month apart, every horizon among them.
    """

    features: Floats
    y: Outcome
    horizons: Floats
    grid: Floats

    @property
    def until_last_horizon(self) -> Outcome:
        """What happened by the last horizon; of what comes later nothing is predicted."""
        days, last = self.y["duration"], float(self.horizons[-1])
        return outcome_array(self.y["event"] & (days <= last), np.minimum(days, last))

    @property
    def events(self) -> int:
        """How many lost response by the last horizon."""
        return int(self.until_last_horizon["event"].sum())


def slope_of(log_hazard: Floats, children: NewChildren) -> float:
    """Slope of what happened by the last horizon on the log-hazard.

    Raises
    ------
    TooLittleData
        If there is none, or one that would turn the model's ranking round.
    """
    return usable_slope(cox_slope(log_hazard, children.until_last_horizon))


def measured_slope(survival: Floats, children: NewChildren) -> float:
    """Calibration slope at the last horizon by the measure that reports tell; NaN if undefined.

    Parameters
    ----------
    survival : array of shape (n_children, n_horizons)
    """
    predicted = Predicted(
        1 - survival, children.horizons, children.horizons, children.y, children.y
    )
    return float(np.asarray(calibration_slope(predicted))[-1])


def usable_slope(slope: float) -> float:
    """Return the slope, or refuse one that recalibration cannot use."""
    if np.isnan(slope):
        raise TooLittleData(
            "there is no calibration slope: all children have the same predicted risk, or it "
            'parts events and non-events perfectly. Use method="baseline"'
        )
    if slope <= 0:
        raise TooLittleData(
            f"the calibration slope is {slope:.2f}; expected above 0. A higher risk here goes with "
            "a later event, so the model does not rank these children and no recalibration helps"
        )
    return slope
