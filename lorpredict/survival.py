"""The vocabulary of survival: outcomes, curves, models and predictions.

Times are days since the landmark unless a name says otherwise; risks are probabilities.
Nothing here needs more than numpy, so that the service can speak these words and stay light.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lorpredict.errors import BeyondFollowUp, TooLittleData

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Outcome = NDArray[np.void]
Positions = NDArray[np.intp]  # of rows or columns in a table
Scale = Literal[
    "risk",
    "survival",
    "cumulative_hazard",
    "log_hazard",
    "log_time",
    "log_acceleration",
    "risk_score",
]

OUTCOME_TYPE = np.dtype([("event", np.bool_), ("duration", np.float64)])
FEWEST_AT_RISK = 5
DAYS_A_MONTH = 365.25 / 12


def outcome_array(event: ArrayLike, duration: ArrayLike) -> Outcome:
    """Put events and durations into the structured array that scikit-survival reads.

    Parameters
    ----------
    event : array of shape (n_patients,)
        Whether the event was observed; otherwise the time is censored.
    duration : array of shape (n_patients,)
        Days since the landmark, above zero.
    """
    events = np.asarray(event, dtype=bool)
    outcome = np.empty(events.shape, dtype=OUTCOME_TYPE)
    outcome["event"], outcome["duration"] = events, np.asarray(duration, dtype=float)
    return outcome


def log_cumulative_hazard(risk: Floats, *, smallest: float) -> Floats:
    """Return log(-log(1 - risk)); risks nearer to 0 or 1 than ``smallest`` are moved there."""
    kept = np.minimum(np.maximum(risk, smallest), 1 - smallest)
    value: Floats = np.log(-np.log1p(-kept))
    return value


def last_day_at_risk(y: Outcome, fewest: int = FEWEST_AT_RISK) -> float:
    """Last day on which at least ``fewest`` children are still at risk.

    Predictions beyond it would rest on almost nobody and are refused.
    """
    if len(y) < fewest:
        raise TooLittleData(
            f"{len(y)} children at risk at the landmark; expected at least {fewest}"
        )
    return float(np.sort(y["duration"])[-fewest])


def refuse_beyond(days: ArrayLike, follow_up: float) -> Floats:
    """Return the days as an array, or refuse those that lie outside the follow-up.

    Raises
    ------
    BeyondFollowUp
        If a day is negative, not a number, or later than ``follow_up`` days since the landmark.
    """
    asked = np.atleast_1d(np.asarray(days, dtype=float))
    wrong = asked[~((asked >= 0) & (asked <= follow_up))]
    if wrong.size:
        told = ", ".join(f"{day:g}" for day in np.unique(wrong))
        raise BeyondFollowUp(
            f"{told} days since the landmark: expected 0 to {follow_up:g}, "
            f"the last day with {FEWEST_AT_RISK} children at risk in training; "
            "nothing is extrapolated beyond it"
        )
    return asked


def in_months(day: float) -> str:
    """Return a day since the first infusion as people say it: ``12 months``, ``day 100``."""
    whole = round(day / DAYS_A_MONTH)
    return f"{whole} months" if abs(day / DAYS_A_MONTH - whole) < 0.05 else f"day {day:g}"


@dataclass(frozen=True)
class StepFunction:
    """A right-continuous step function, for example a baseline cumulative hazard.

    Parameters
    ----------
    days : array of shape (n_steps,)
        Strictly increasing; ``values[i]`` holds from ``days[i]`` up to the next one.
    values : array of shape (n_steps, ...)
    before : float
        The value before the first step.
    """

    days: Floats
    values: Floats
    before: float = 0.0

    def __call__(self, days: ArrayLike) -> Floats:
        """Value at each of ``days``."""
        index = np.searchsorted(self.days, np.asarray(days, dtype=float), side="right")
        start = np.full((1, *self.values.shape[1:]), self.before)
        stacked: Floats = np.concatenate([start, self.values])[index]
        return stacked


@dataclass(frozen=True)
class SurvivalCurves:
    """Probability of still responding, for each child at each asked day.

    Parameters
    ----------
    days : array of shape (n_times,)
        Days since the landmark.
    survival : array of shape (n_patients, n_times)
    """

    days: Floats
    survival: Floats

    @property
    def risk(self) -> Floats:
        """Probability that the response has been lost, array of shape (n_patients, n_times)."""
        return 1.0 - self.survival

    def __repr__(self) -> str:
        patients, times = self.survival.shape
        return f"SurvivalCurves({patients} patients, {times} times)"


class CurveModel(Protocol):
    """What has been learnt, as plain arrays: encoded features in, survival out.

    This is what a model folder holds and what the service asks.
    """

    def survival(self, features: Floats, days: Floats) -> Floats:
        """Survival of shape (n_rows, n_times) for features of shape (n_rows, n_features)."""
        ...

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that is needed to build the model again."""
        ...


class SurvivalModel(Protocol):
    """A model that learns from records and tells survival by day."""

    def fit(self, X: pd.DataFrame, y: Outcome) -> SurvivalModel:
        """Learn from the predictors ``X`` and the outcome ``y``."""
        ...

    def predict_survival(self, X: pd.DataFrame, days: ArrayLike) -> SurvivalCurves:
        """Probability of still responding at each of ``days`` since the landmark."""
        ...


NO_INTERVAL = "No interval: this model cannot say how sure a single risk is."


@dataclass(frozen=True)
class RiskInterval:
    """Between what the true risk of a child should lie.

    Parameters
    ----------
    low, high : arrays of shape (n_patients, n_horizons)
    method : how it was found, in a sentence
    """

    low: Floats
    high: Floats
    method: str

    @classmethod
    def joined(cls, parts: Sequence[RiskInterval | None]) -> RiskInterval | None:
        """Put the intervals of several groups of patients below one another; all or none."""
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        low, high = (np.concatenate([getattr(p, end) for p in known]) for end in ("low", "high"))
        return cls(low, high, known[0].method)

    def in_words(self, patient: int, time: int) -> str:
        """Word the interval of one risk."""
        low, high = 100 * self.low[patient, time], 100 * self.high[patient, time]
        return f"95 % interval {low:.0f} to {high:.0f} %"

    def of(self, rows: Sequence[int] | Positions) -> RiskInterval:
        """Return the intervals of some patients."""
        return RiskInterval(self.low[rows], self.high[rows], self.method)


@dataclass(frozen=True)
class RiskPrediction:
    """Risk of secondary loss of response by each horizon.

    Parameters
    ----------
    days_since_first_infusion : array of shape (n_horizons,)
    days_since_landmark : array of shape (n_patients, n_horizons)
        Counted from each child's own landmark day.
    risk : array of shape (n_patients, n_horizons)
    missing : for each patient, the predictors that were not measured
    warnings : for each patient, what is unusual about the record
    interval : between what the true risk should lie; None where the model cannot say
    """

    days_since_first_infusion: Floats
    days_since_landmark: Floats
    risk: Floats
    missing: tuple[tuple[str, ...], ...]
    warnings: tuple[tuple[str, ...], ...]
    interval: RiskInterval | None = None

    @classmethod
    def joined(cls, parts: Sequence[RiskPrediction]) -> RiskPrediction:
        """Put the answers about several groups of patients below one another.

        Parameters
        ----------
        parts
            At least one; all of them asked for the same horizons.
        """
        return cls(
            parts[0].days_since_first_infusion,
            np.concatenate([part.days_since_landmark for part in parts]),
            np.concatenate([part.risk for part in parts]),
            tuple(each for part in parts for each in part.missing),
            tuple(each for part in parts for each in part.warnings),
            RiskInterval.joined([part.interval for part in parts]),
        )

    def __repr__(self) -> str:
        patients, horizons = self.risk.shape
        return f"RiskPrediction({patients} patients, {horizons} horizons)"
