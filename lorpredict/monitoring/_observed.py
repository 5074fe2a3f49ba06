"""Losses of response that were observed, by those that the answers told to expect.

Of each child its cumulative hazard is expected, -log(1 - risk), as it had grown when the child was
last seen; a child who was seen for half a year is so expected to lose response half a year's worth,
and censoring does not bias the ratio. From the landmark, where it is zero, to the first day that
a risk was told for, and from each to the next, it is taken to rise evenly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from lorpredict.monitoring._questions import Ended, Question
from lorpredict.proportions import Interval
from lorpredict.survival import DAYS_A_MONTH, Floats

FEWEST_EXPECTED = 5  # house limit: of fewer expected events no ratio is told
# House limit: how many of those asked long enough ago must have an outcome on record.
FEWEST_ON_RECORD = 0.8
_SMALLEST_SURVIVAL = 1e-4  # a risk of 1 would expect events without bound


@dataclass(frozen=True)
class FollowUp:
    """What became of children, as far as it is known, from the landmark to a horizon.

    Parameters
    ----------
    day
        The horizon, in days since the first infusion.
    questions
        One for each child with an outcome after the landmark.
    lost : array of shape (n_children,)
        Whether response was lost by the horizon.
    expected, least, most : arrays of shape (n_children,)
        Expected losses; an outcome is on record by whole months, so the child was last seen in the
        middle of one, at its first or at its last day.
    waiting
        What would be expected of the children without an outcome, had they responded until now.
    due, on_record
        Children asked so long ago that the horizon has passed, and those with an outcome.
    with_outcome
        Children with an outcome, also those whose observation ended by the landmark.
    """

    day: float
    questions: tuple[Question, ...]
    lost: NDArray[np.bool_]
    expected: Floats
    least: Floats
    most: Floats
    waiting: float
    due: int
    on_record: int
    with_outcome: int = 0

    @cached_property
    def can_be_judged(self) -> bool:
        """Whether enough is expected to tell a ratio."""
        return float(self.expected.sum()) >= FEWEST_EXPECTED

    @property
    def share_on_record(self) -> float:
        """Share of the children whose horizon has passed that have an outcome."""
        return self.on_record / self.due if self.due else math.nan

    def ratio(self, *, level: float = 0.95) -> Interval:
        """Observed by expected, and its exact Poisson interval."""
        return observed_by_expected(int(self.lost.sum()), float(self.expected.sum()), level=level)

    def ratio_if_all_respond(self, *, level: float = 0.95) -> Interval:
        """The ratio, should every child without an outcome still respond."""
        expected = float(self.expected.sum()) + self.waiting
        return observed_by_expected(int(self.lost.sum()), expected, level=level)

    def of(self, rows: NDArray[np.intp]) -> FollowUp:
        """Return some of the children; nothing is said of those without an outcome."""
        questions = tuple(self.questions[row] for row in rows)
        expected, least, most = (each[rows] for each in (self.expected, self.least, self.most))
        return FollowUp(self.day, questions, self.lost[rows], expected, least, most, 0.0, 0, 0)


def observed_by_expected(observed: int, expected: float, *, level: float = 0.95) -> Interval:
    """Ratio of events to what was expected, as a standardised ratio, with an exact interval.

    References
    ----------
    Garwood F. Biometrika 28:437 (1936), the interval of a Poisson count. Crowson CS, Atkinson EJ,
    Therneau TM. Stat Methods Med Res 25:1692 (2016), expected events as cumulative hazards.

    Examples
    --------
    >>> [round(end, 3) for end in observed_by_expected(10, 10.0)]
    [1.0, 0.48, 1.839]
    """
    tail = (1 - level) / 2
    low = float(chi2.ppf(tail, 2 * observed)) / 2 if observed else 0.0
    high = float(chi2.ppf(1 - tail, 2 * observed + 2)) / 2
    return Interval(observed / expected, low / expected, high / expected)


def follow_up(
    questions: Sequence[Question],
    ended: Mapping[int, Ended],
    day: float,
    *,
    landmark: float,
    until: datetime,
) -> FollowUp:
    """Follow the children who were told a risk by a day, from the landmark to that day.

    Parameters
    ----------
    questions
        One for each child, told risks.
    ended
        Child -> how its observation ended.
    landmark
        In days since the first infusion.
    until
        When the audit was read: so long those without an outcome may have responded.
    """
    told = [question for question in questions if question.risks and question.risks[-1][0] >= day]
    with_outcome = [question for question in told if question.child in ended]
    seen = [q for q in with_outcome if _days(ended[q.child], landmark)]
    ends = [_days(ended[question.child], landmark) for question in seen]
    times = np.array(ends, dtype=float).reshape(-1, 3)
    grown = [_hazards(q, at, day, landmark) for q, at in zip(seen, times, strict=True)]
    least, middle, most = np.array(grown, dtype=float).reshape(-1, 3).T
    lost = np.array([ended[question.child].lost for question in seen], dtype=bool)
    due = [q for q in told if landmark + (until - q.time).days >= day]
    return FollowUp(
        day, tuple(seen), lost & (times[:, 1] <= day), middle, least, most,
        sum(_waiting(q, until, day, landmark) for q in told if q.child not in ended),
        len(due), sum(q.child in ended for q in due), len(with_outcome),
    )  # fmt: skip


def _waiting(question: Question, until: datetime, day: float, landmark: float) -> float:
    """What is expected of a child who is responding still: asked at the landmark, or later."""
    now = landmark + (until - question.time).days
    return float(_hazards(question, np.array([now]), day, landmark)[0])


def common_days(questions: Sequence[Question]) -> list[float]:
    """Days that at least half of the children were told a risk for."""
    counts: dict[float, int] = {}
    for question in questions:
        for day, _ in question.risks:
            counts[day] = counts.get(day, 0) + 1
    return sorted(day for day, count in counts.items() if 2 * count >= len(questions))


def _days(ended: Ended, landmark: float) -> tuple[float, float, float] | None:
    """First, middle and last day on which it may have ended; None before the landmark."""
    first, last = ended.months * DAYS_A_MONTH, (ended.months + 1) * DAYS_A_MONTH
    first = max(first, landmark)
    return (first, (first + last) / 2, last) if last > landmark else None


def _hazards(question: Question, days: Floats, horizon: float, landmark: float) -> Floats:
    """Cumulative hazard on each day, which is at most the horizon."""
    told = [(day, risk) for day, risk in question.risks if day > landmark]
    at, risk = np.array(told, dtype=float).reshape(-1, 2).T
    hazard = -np.log(np.clip(1 - risk, _SMALLEST_SURVIVAL, 1.0))
    within = np.clip(days, landmark, horizon)
    grown: Floats = np.interp(within, [landmark, *at], [0.0, *hazard])
    return grown
