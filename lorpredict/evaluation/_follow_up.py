"""How long the children were followed, and how many were still there later.

The median of the durations would be short merely because many lost response early. The reverse
Kaplan-Meier estimate turns the roles round: the end of observation is what is waited for, and an
event hides it, as it would have gone on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict.clinical import catalogue
from lorpredict.errors import TooLittleData
from lorpredict.survival import Outcome

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class FollowUp:
    """Follow-up of a cohort; days count from where its outcome does.

    Parameters
    ----------
    children, events
    person_years
        Time under observation until the event or the end, of all children together.
    lower_quartile, median, upper_quartile
        Days of follow-up by reverse Kaplan-Meier; None where it is not reached.
    last_day
        Last day on which anybody was observed.
    at_risk
        Day -> number of children still under observation and without the event.
    ended
        How observation ended -> number of children.
    """

    children: int
    events: int
    person_years: float
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None
    last_day: float
    at_risk: Mapping[float, int]
    ended: Mapping[str, int] = field(default_factory=dict)

    @property
    def rate_per_year(self) -> float:
        """Events for each year that a child was observed."""
        return self.events / self.person_years

    def lines(self) -> list[str]:
        """Return the follow-up as lines of text."""
        quartiles = f"{_day(self.lower_quartile)} to {_day(self.upper_quartile)}"
        return [
            f"{self.children} children, {self.events} events in {self.person_years:.1f} "
            f"person-years ({100 * self.rate_per_year:.1f} per 100)",
            f"Median follow-up by reverse Kaplan-Meier, in days: {_day(self.median)} "
            f"(quartiles {quartiles}); the longest {_day(self.last_day)}",
            *(f"  {number} at risk on day {day:g}" for day, number in self.at_risk.items()),
            *(f"  {number} ended: {_label(name)}" for name, number in self.ended.items()),
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())


def follow_up(y: Outcome, days: ArrayLike = (), *, ends: Iterable[str] = ()) -> FollowUp:
    """Tell how long children were followed.

    Whatever is not the event counts as an end of observation, competing ends too.

    Parameters
    ----------
    y
        What happened, in days of any one clock.
    days : array of shape (n_days,)
        Days of the same clock on which to count who is at risk. A child whose last day it is
        still counts.
    ends
        How each child's observation ended, as the cohort records it; counted.

    Raises
    ------
    TooLittleData
        If there is nobody.

    References
    ----------
    Schemper M, Smith TL. Control Clin Trials 17:343 (1996).
    """
    if not len(y):
        raise TooLittleData("0 children; expected at least 1 to tell a follow-up")
    lower, median, upper = _quartiles(y)
    asked = np.atleast_1d(np.asarray(days, dtype=float))
    return FollowUp(
        children=len(y),
        events=int(y["event"].sum()),
        person_years=float(y["duration"].sum() / DAYS_A_YEAR),
        lower_quartile=lower,
        median=median,
        upper_quartile=upper,
        last_day=float(y["duration"].max()),
        at_risk={float(day): int((y["duration"] >= day).sum()) for day in asked},
        ended=dict(Counter(ends).most_common()),
    )


def _quartiles(y: Outcome) -> list[float | None]:
    """Days by which a quarter, half and three quarters had left, the event apart."""
    days, observed = kaplan_meier_estimator(y["event"], y["duration"], reverse=True)
    # A share of exactly one half comes out of the product a little above or below it.
    reached = [days[observed <= share + 1e-9] for share in (0.75, 0.5, 0.25)]
    return [float(each[0]) if each.size else None for each in reached]


def _day(day: float | None) -> str:
    return "not reached" if day is None else f"{day:.0f}"


def _label(end: str) -> str:
    labels = catalogue()["outcome"].level_labels
    return labels.get(end, end).lower()
