"""How many had the event by a day, with other ends censored and with other ends competing.

Kaplan-Meier censors the children who stop infliximab for another reason, move or have surgery:
it answers how many would lose response if everybody went on. Aalen and Johansen's estimate lets
those ends compete: it answers how many are seen to lose response. Where the two part, other ends
matter, and both are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sksurv.nonparametric import cumulative_incidence_competing_risks, kaplan_meier_estimator

from lorpredict.errors import BeyondFollowUp, DesignError
from lorpredict.outcome import AtRisk
from lorpredict.survival import (
    FEWEST_AT_RISK,
    Floats,
    Outcome,
    StepFunction,
    last_day_at_risk,
    outcome_array,
)

States = NDArray[np.int64]

# House limit: from this difference on both are shown.
WORTH_SHOWING = 0.02


@dataclass(frozen=True)
class RiskByDay:
    """A risk estimated from what happened, with its pointwise 95 % interval.

    Parameters
    ----------
    days : array of shape (n_days,)
        Days since the landmark on which somebody had an end or was censored.
    risk, low, high : arrays of shape (n_days,)
        From each day up to the next; the interval is on the log-log scale, and NaN where the risk
        is 0 or 1.
    last_day
        The last day with five children at risk.
    """

    days: Floats
    risk: Floats
    low: Floats
    high: Floats
    last_day: float

    def at(self, days: ArrayLike) -> pd.DataFrame:
        """Risk by each of these days: ``day``, ``risk``, ``low``, ``high``.

        Raises
        ------
        BeyondFollowUp
            If fewer than five children are still at risk on a day.
        """
        asked = np.atleast_1d(np.asarray(days, dtype=float))
        self._refuse_beyond(asked)
        return pd.DataFrame(
            {
                "day": asked,
                "risk": StepFunction(self.days, self.risk, before=0.0)(asked),
                "low": StepFunction(self.days, self.low, before=np.nan)(asked),
                "high": StepFunction(self.days, self.high, before=np.nan)(asked),
            }
        )

    def _refuse_beyond(self, days: Floats) -> None:
        beyond = np.unique(days[~((days >= 0) & (days <= self.last_day))])
        if beyond.size:
            told = ", ".join(f"{day:g}" for day in beyond)
            raise BeyondFollowUp(
                f"{told} days since the landmark: expected 0 to {self.last_day:g}, the last day "
                f"with {FEWEST_AT_RISK} children at risk"
            )

    def __repr__(self) -> str:
        return f"RiskByDay({self.risk[-1]:.3f} by day {self.days[-1]:g})"


@dataclass(frozen=True)
class CumulativeIncidence:
    """How many had the event by a day, after Kaplan and Meier and after Aalen and Johansen.

    Parameters
    ----------
    kaplan_meier
        Risk of the event if all other ends are censored.
    causes
        Name -> cumulative incidence of each end where all of them compete; the first is the event.
    """

    kaplan_meier: RiskByDay
    causes: Mapping[str, RiskByDay]

    @property
    def event(self) -> RiskByDay:
        """Cumulative incidence of the event."""
        return next(iter(self.causes.values()))

    def differ(self, days: ArrayLike, *, by: float = WORTH_SHOWING) -> NDArray[np.bool_]:
        """Whether 1 - Kaplan-Meier and the incidence of the event differ by more than 2 points.

        Raises
        ------
        BeyondFollowUp
            If fewer than five children are still at risk on a day.
        """
        difference = self.kaplan_meier.at(days)["risk"] - self.event.at(days)["risk"]
        apart: NDArray[np.bool_] = difference.abs().to_numpy() > by
        return apart

    def at(self, days: ArrayLike) -> pd.DataFrame:
        """Every estimate by each of these days: ``estimate``, ``day``, ``risk``, ``low``, ``high``.

        ``estimate`` is ``kaplan_meier`` or the name of a cause.

        Raises
        ------
        BeyondFollowUp
            If fewer than five children are still at risk on a day.
        """
        every = {"kaplan_meier": self.kaplan_meier, **self.causes}
        parts = [each.at(days).assign(estimate=name) for name, each in every.items()]
        return pd.concat(parts, ignore_index=True)[["estimate", "day", "risk", "low", "high"]]

    def __repr__(self) -> str:
        return f"CumulativeIncidence({', '.join(self.causes)}; {self.event!r})"


def kaplan_meier(y: Outcome) -> RiskByDay:
    """Risk of the event by day, other ends censored, with its 95 % interval.

    Raises
    ------
    TooLittleData
        If there are fewer than five children.

    References
    ----------
    Borgan Ø, Liestøl K. Scand J Stat 17:35 (1990): the interval on the log-log scale.
    """
    last_day = last_day_at_risk(y)
    return _risk_by_day(np.unique(y["duration"]), _kaplan_meier(y), last_day)


def cumulative_incidence(
    states: States, durations: Floats, *, causes: Sequence[str] = ("event",)
) -> CumulativeIncidence:
    """Risk of the event and of the ends that compete with it, by day, with 95 % intervals.

    Parameters
    ----------
    states : array of shape (n_children,)
        0 censored, 1 the event, 2 and up the competing ends.
    durations : array of shape (n_children,)
        Days since the landmark.
    causes
        Names of the states 1, 2 and so on. One that did not occur has an incidence of zero.

    Raises
    ------
    TooLittleData
        If there are fewer than five children.
    DesignError
        If a state has no name.

    References
    ----------
    Aalen OO, Johansen S. Scand J Stat 5:141 (1978). The variance after Aalen, as in Pintilie M.
    Competing Risks (2006), equation 4.5.
    """
    if states.max(initial=0) > len(causes):
        raise DesignError(f"state {states.max()} has no name; expected at most {len(causes)}")
    y = outcome_array(states == 1, durations)
    last_day = last_day_at_risk(y)
    found = dict(_aalen_johansen(states, durations))
    days = np.unique(durations)
    never = np.zeros((3, len(days)))
    curves = {
        name: _risk_by_day(days, found.get(state, never), last_day)
        for state, name in enumerate(causes, start=1)
    }
    return CumulativeIncidence(kaplan_meier(y), curves)


def incidence_of(at_risk: AtRisk) -> CumulativeIncidence:
    """Cumulative incidence in a cohort: ``event``, then the competing ends that its design names.

    Raises
    ------
    TooLittleData
        If fewer than five children are at risk at the landmark.
    """
    causes = ("event", *at_risk.design.competing)
    return cumulative_incidence(at_risk.states, at_risk.y["duration"], causes=causes)


def _aalen_johansen(states: States, durations: Floats) -> Iterator[tuple[int, Floats]]:
    """Each state that occurred, with risk and interval, array of shape (3, n_days)."""
    occurred = np.unique(states[states > 0])
    if len(occurred) < 2:  # nothing competes, so that both estimates are one
        for state in occurred:
            yield int(state), _kaplan_meier(outcome_array(states == state, durations))
        return
    # The estimator wants to see every number from one on.
    codes = np.where(states > 0, np.searchsorted(occurred, states) + 1, 0)
    with np.errstate(invalid="ignore"):  # a variance of zero can come out below zero by rounding
        _, risk, interval = cumulative_incidence_competing_risks(
            codes, durations, conf_type="log-log", var_type="Aalen"
        )
    for state, of_state, ends in zip(occurred, risk[1:], interval[1:], strict=True):
        yield int(state), np.stack([of_state, *ends])


def _kaplan_meier(y: Outcome) -> Floats:
    """Risk and interval, array of shape (3, n_days)."""
    _, survival, ends = kaplan_meier_estimator(y["event"], y["duration"], conf_type="log-log")
    return 1 - np.stack([survival, ends[1], ends[0]])


def _risk_by_day(days: Floats, estimate: Floats, last_day: float) -> RiskByDay:
    """From risk, low and high, an array of shape (3, n_days)."""
    risk, low, high = estimate
    # A width of zero would claim certainty where the scale has no interval.
    inside = np.where((risk > 0) & (risk < 1), 1.0, np.nan)
    return RiskByDay(days, risk, low * inside, high * inside, last_day)
