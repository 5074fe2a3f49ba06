"""What became of the children who taught a model, and how their predicted risks were spread.

Told on days that are fixed by the design and the calendar, never by a child: no day on which
somebody lost response or left is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, Self

import numpy as np


class Quarter(IntEnum):
    """Where a risk stands among those that were predicted for the training children."""

    LOWEST = 0
    SECOND = 1
    THIRD = 2
    HIGHEST = 3


@dataclass(frozen=True)
class CoursePoint:
    """What had become of the children by one day.

    Parameters
    ----------
    day_since_first_infusion
        Days since each child's own landmark, plus the landmark day of the design: a child whose
        landmark came a week late is a week behind its calendar.
    at_risk
        Children still under observation who had not lost response before that day.
    risk
        Probability of having lost response by then, after Kaplan and Meier: all other ends censor.
    low, high
        Its pointwise 95 % interval on the log-log scale; None where the risk is 0 or 1.
    """

    day_since_first_infusion: float
    at_risk: int
    risk: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class RiskQuartiles:
    """How the predicted risks of the training children were spread by one horizon.

    Parameters
    ----------
    day_since_first_infusion : the horizon
    values
        The risks below which lie a quarter, a half and three quarters of the children, each
        predicted by models that had not seen the child; rounded to 0.1 %, so that none is a
        single child's.
    """

    day_since_first_infusion: float
    values: tuple[float, float, float]

    def place(self, risk: float) -> Quarter:
        """Tell in which quarter a risk lies; one on a border lies in the lower."""
        return Quarter(int(np.searchsorted(self.values, risk, side="left")))


@dataclass(frozen=True)
class CohortCourse:
    """What became of the children of a cohort; numbers of groups only, nothing of a single child.

    Parameters
    ----------
    cohort : name of the cohort
    points
        By the design's landmark day, every quarter of a year after the first infusion and every
        horizon, in order, up to the last day with five children at risk.
    quartiles
        Cross-validated predictions of this model by each horizon. Empty where there were fewer
        than 20 children (house limit), where the model told them fewer than four different risks,
        where no cross-validation was whole, and after a recalibration.

    Examples
    --------
    >>> quartiles = RiskQuartiles(365.0, (0.08, 0.15, 0.24))
    >>> course = CohortCourse("ours", (CoursePoint(365.0, 50, 0.157, 0.087, 0.272),), (quartiles,))
    >>> course.place(0.31, 365)
    <Quarter.HIGHEST: 3>
    """

    cohort: str
    points: tuple[CoursePoint, ...]
    quartiles: tuple[RiskQuartiles, ...] = ()

    def at(self, day_since_first_infusion: float) -> CoursePoint | None:
        """Return what had become of the children by a day; None where that day is not told."""
        told = {point.day_since_first_infusion: point for point in self.points}
        return told.get(day_since_first_infusion)

    def place(self, risk: float, day_since_first_infusion: float) -> Quarter | None:
        """Tell where a risk stands among those predicted for the training children.

        Parameters
        ----------
        risk : probability by that day
        day_since_first_infusion : one of the horizons

        Returns
        -------
        Quarter or None
            None where there are no quartiles by that day. A rank among these children, no
            judgement: in a cohort of low risks the highest quarter may be low too.
        """
        told = {each.day_since_first_infusion: each for each in self.quartiles}
        known = told.get(day_since_first_infusion)
        return None if known is None else known.place(risk)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for TOML; an interval that there is not is left out."""
        points = [present(asdict(point)) for point in self.points]
        quartiles = [
            {**asdict(each), "values": list(each.values)} for each in self.quartiles
        ] or None
        return present({"cohort": self.cohort, "points": points, "quartiles": quartiles})

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Build the course from :meth:`to_dict`."""
        quartiles = (
            RiskQuartiles(**{**each, "values": tuple(each["values"])})
            for each in content.get("quartiles", ())
        )
        points = (CoursePoint(**point) for point in content["points"])
        return cls(content["cohort"], tuple(points), tuple(quartiles))


def present(content: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is None: TOML knows no null."""
    return {key: value for key, value in content.items() if value is not None}
