"""One group of children, asked of the model and judged: the whole cohort, or a site of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lorpredict.cohort import Cohort
from lorpredict.errors import TooLittleData
from lorpredict.evaluation._intervals import external_measures, percentile_intervals
from lorpredict.evaluation._times import evaluation_grid, horizon_names
from lorpredict.outcome import AtRisk
from lorpredict.packaged import PackagedModel
from lorpredict.packaged._cohort import at_risk_for, survival_of
from lorpredict.survival import FEWEST_AT_RISK, Floats, Outcome, last_day_at_risk
from lorpredict.validation._small_counts import in_words

Measured = Callable[["Group"], pd.DataFrame]
# Below it, starting processes takes longer than five hundred draws (ten seconds for a thousand).
CHILDREN_WORTH_A_PROCESS = 2000
_SMALLEST_SURVIVAL = 1e-4  # a risk of 1 would expect events without bound


@dataclass(frozen=True)
class Group:
    """Children at risk, and what the model says of them.

    Parameters
    ----------
    risk : array of shape (n_children, n_days)
    days : array of shape (n_days,)
        Days since the landmark, about a month apart, up to the last horizon.
    horizons : array of shape (n_horizons,)
        Days since the landmark, within the follow-up of the model and of these children.
    """

    name: str
    at_risk: AtRisk
    risk: Floats
    days: Floats
    horizons: Floats

    @property
    def y(self) -> Outcome:
        """What happened to these children."""
        return self.at_risk.y

    @property
    def events(self) -> int:
        """Number of them who lost response by the last horizon; what is later judges nothing."""
        return events_by(self.y, self.horizons[-1])

    @property
    def last_day(self) -> float:
        """Last horizon, in days since the first infusion."""
        return float(self.horizons[-1]) + self.at_risk.design.landmark_day

    @property
    def size(self) -> str:
        """How many they are and how many events count, in words that point at no child."""
        children = len(self.y)
        events = in_words(self.events, of=children)
        return f"{children} children, {events} events by day {self.last_day:g}"

    @property
    def horizon_names(self) -> list[str]:
        """Names that end the names of measures."""
        return horizon_names(self.at_risk.design, self.horizons)

    @property
    def at_horizons(self) -> Floats:
        """Risk by each horizon, array of shape (n_children, n_horizons)."""
        chosen: Floats = self.risk[:, np.searchsorted(self.days, self.horizons)]
        return chosen


def group_of(model: PackagedModel, cohort: Cohort, *, name: str) -> Group:
    """Ask the model of the children of a cohort who are at risk by its design.

    Raises
    ------
    DesignError
        If the cohort lacks predictors of the model.
    TooLittleData
        If nobody is at risk, no horizon lies within follow-up, or nobody lost response by the last
        one that does.
    """
    at_risk = at_risk_for(model, cohort)
    horizons = horizons_within(model, at_risk)
    if not events_by(at_risk.y, horizons[-1]):
        day = horizons[-1] + at_risk.design.landmark_day
        raise TooLittleData(
            f"none of the {len(at_risk)} children at risk in {cohort.name!r} lost response after "
            f"the landmark and by day {day:g}; there is nothing to judge a model by"
        )
    days = evaluation_grid(at_risk.design, horizons)
    survival = survival_of(model, at_risk, days)
    return Group(name, at_risk, 1 - survival, days, horizons)


def events_by(y: Outcome, day: float) -> int:
    """Number of children who lost response by a day since the landmark."""
    return int((y["event"] & (y["duration"] <= day)).sum())


def horizons_within(model: PackagedModel, at_risk: AtRisk) -> Floats:
    """Horizons that can be judged, in days since the landmark.

    Raises
    ------
    TooLittleData
        If there is none.
    """
    last = min(last_day_at_risk(at_risk.y), model.facts.follow_up_days_since_landmark)
    horizons = at_risk.design.horizons
    if horizons[0] > last:
        left = in_words(int((at_risk.y["duration"] >= horizons[0]).sum()), of=len(at_risk))
        raise TooLittleData(
            f"no horizon lies within follow-up: by the first, day {horizons[0]:g} since the "
            f"landmark, {left} of {len(at_risk)} children were still at risk; expected at least "
            f"{FEWEST_AT_RISK}"
        )
    within: Floats = horizons[horizons <= last]
    return within


def measured(group: Group, *, resamples: int, seed: int, workers: int) -> pd.DataFrame:
    """Every measure of a group with its 95 % interval, the model fixed, the children drawn anew."""
    processes = workers if len(group.y) >= CHILDREN_WORTH_A_PROCESS else 1
    asked = {"resamples": resamples, "seed": seed, "workers": processes}
    registered = external_measures(
        group.risk, group.days, group.horizons, group.y, group.horizon_names, **asked
    )
    large = percentile_intervals(partial(_in_the_large, *_events(group)), len(group.y), **asked)
    both = [registered, large.rename_axis("measure").reset_index()]
    return pd.concat(both).sort_values("measure", ignore_index=True)


def _in_the_large(
    observed: NDArray[np.bool_], expected: Floats, rows: NDArray[np.intp]
) -> dict[str, float]:
    """Logarithm of observed over expected events.

    0 is right; 0.2 says that the hazard is by a fifth higher than told, whatever the censoring.

    References
    ----------
    Crowson CS, Atkinson EJ, Therneau TM. Stat Methods Med Res 25:1692 (2016).
    """
    seen, told = observed[rows].sum(), expected[rows].sum()
    undefined = seen == 0 or told == 0
    return {"calibration_in_the_large": float("nan") if undefined else float(np.log(seen / told))}


def _events(group: Group) -> tuple[NDArray[np.bool_], Floats]:
    """Who had the event by the last horizon, and how many each was expected to have by then.

    What was expected of a child is its cumulative hazard when it was last seen, taken to rise
    evenly within a month.
    """
    last = float(group.horizons[-1])
    seen = np.minimum(group.y["duration"], last)
    days = np.concatenate([[0.0], group.days])
    hazard = -np.log(np.clip(1 - group.risk, _SMALLEST_SURVIVAL, 1.0))
    expected = [
        np.interp(day, days, np.concatenate([[0.0], of_child]))
        for day, of_child in zip(seen, hazard, strict=True)
    ]
    return group.y["event"] & (group.y["duration"] <= last), np.array(expected)
