"""What is told day by day: the risk of a child, the children who taught the model, SHAP values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lorpredict.explanation import Contributions
from lorpredict.explanation.wording import rounds_to_nothing
from lorpredict.survival import DAYS_A_MONTH, Floats, RiskPrediction, in_months
from serving.gathering import Child
from serving.models import Served
from serving.web._drawing import Frame, top_of
from serving.web._files import texts

if TYPE_CHECKING:
    from lorpredict.packaged import CoursePoint

_STEP_DAYS = 14
_MOST_DAYS = 60
_TICK_MONTHS = 6
_LONG_DAYS = 365  # a shorter curve is marked every quarter of a year
_TOLD = 6  # contributions that are followed over time


class Tick(NamedTuple):
    """A mark on an axis.

    Parameters
    ----------
    place : in percent of the axis
    """

    place: float
    label: str


class Row(NamedTuple):
    """The risk by one day since the first infusion."""

    day: float
    risk: float
    low: float | None
    high: float | None
    is_horizon: bool

    @property
    def label(self) -> str:
        """The day; of a horizon as people say it."""
        return in_months(self.day) if self.is_horizon else _as_day(self.day)


class Followed(NamedTuple):
    """One predictor's contributions over time.

    Parameters
    ----------
    above, below, line : drawings of what raises, what lowers, and of both
    values : contributions at the horizons
    """

    label: str
    value: str
    above: str
    below: str
    line: str
    values: list[float]


@dataclass(frozen=True)
class Course:
    """The risk of one child from its landmark to the last horizon.

    Parameters
    ----------
    served : the model that tells it
    prediction, contributions : by many days
    horizons : positions of the model's horizons among them
    """

    served: Served
    prediction: RiskPrediction
    contributions: Contributions
    horizons: Sequence[int]

    @cached_property
    def days(self) -> list[float]:
        """Days since the first infusion."""
        told: list[float] = self.prediction.days_since_first_infusion.tolist()
        return told

    @property
    def rows(self) -> list[Row]:
        """The curve as a table."""
        interval, risk = self.prediction.interval, self.prediction.risk[0].tolist()
        nothing: list[float | None] = [None] * len(risk)
        low = nothing if interval is None else interval.low[0].tolist()
        high = nothing if interval is None else interval.high[0].tolist()
        are_horizons = [place in self.horizons for place in range(len(risk))]
        return [Row(*each) for each in zip(self.days, risk, low, high, are_horizons, strict=True)]

    @cached_property
    def points(self) -> list[CoursePoint]:
        """What had become of the training children, as far as this picture reaches."""
        course = self.served.model.facts.course
        told = course.points if course else ()
        return [each for each in told if self.days[0] <= each.day_since_first_infusion]

    @cached_property
    def frame(self) -> Frame:
        """From the landmark to the last horizon, from no risk to the highest that is drawn."""
        interval = self.prediction.interval
        drawn = self.prediction.risk[0] if interval is None else interval.high[0]
        cohort = [each.high or each.risk for each in self._within]
        return Frame(self.days[0], self.days[-1], 0.0, top_of([*drawn.tolist(), *cohort]))

    @property
    def line(self) -> str:
        """The child's risk."""
        return self.frame.steps(self.days, self.prediction.risk[0].tolist())

    @property
    def band(self) -> str:
        """Its interval; nothing where there is none."""
        interval = self.prediction.interval
        if interval is None:
            return ""
        return self.frame.band(self.days, interval.low[0].tolist(), interval.high[0].tolist())

    @property
    def cohort_line(self) -> str:
        """The risk in the training children, which is known every quarter; nothing without it."""
        told = self._within
        if not told:
            return ""
        days = [each.day_since_first_infusion for each in told]
        return self.frame.joined(days, [each.risk for each in told])

    @property
    def cohort_intervals(self) -> list[str]:
        """How sure that is by each horizon."""
        horizons = [self.days[place] for place in self.horizons]
        return [
            self.frame.upright(each.day_since_first_infusion, each.low, each.high)
            for each in self._within
            if each.day_since_first_infusion in horizons
            and each.low is not None
            and each.high is not None
        ]

    @property
    def _within(self) -> list[CoursePoint]:
        return [each for each in self.points if each.day_since_first_infusion <= self.days[-1]]

    @property
    def months(self) -> list[Tick]:
        """Marks of the horizontal axis."""
        return [Tick(place, f"{month:g}") for month, _, place in self._marks]

    @property
    def at_risk(self) -> list[Tick]:
        """How many training children were still under observation at each mark."""
        return [
            Tick(place, f"{point.at_risk}")
            for _, day, place in self._marks
            if (point := self._point_near(day)) is not None
        ]

    @property
    def percents(self) -> list[Tick]:
        """Marks of the vertical axis."""
        values = np.linspace(0, self.frame.top, 3)
        return [Tick(self.frame.down(value) / 10, f"{100 * value:.0f} %") for value in values]

    @property
    def horizon_marks(self) -> list[float]:
        """Where the horizons lie, in parts of a thousand."""
        return [self.frame.across(self.days[place]) for place in self.horizons]

    @property
    def _marks(self) -> Iterator[tuple[int, float, float]]:
        """Every half year or quarter, with its day and its place in percent."""
        step = _TICK_MONTHS if self.days[-1] >= _LONG_DAYS else _TICK_MONTHS // 2
        for month in range(0, 600, step):
            day = month * DAYS_A_MONTH
            if self.days[0] <= day <= self.days[-1] + 1:
                yield month, day, self.frame.across(day) / 10

    def _point_near(self, day: float) -> CoursePoint | None:
        near = (each for each in self.points if abs(each.day_since_first_infusion - day) <= 1)
        return next(near, None)

    @cached_property
    def followed(self) -> list[Followed]:
        """The largest contributions over time; none where they are alike at all times."""
        values = self.contributions.values[0]
        if self.contributions.scale != "risk":
            return []
        size = np.abs(values).max(axis=1)
        largest = [
            int(place)
            for place in np.argsort(-size)[:_TOLD]
            if not rounds_to_nothing(float(size[place]), "risk")
        ]
        frame = Frame(self.days[0], self.days[-1], -size.max(), size.max())
        return [self._followed(place, values[place], frame) for place in largest]

    def _followed(self, place: int, values: Floats, frame: Frame) -> Followed:
        nothing = [0.0] * len(values)
        return Followed(
            self.contributions.names_in_words[place],
            self.contributions.values_in_words(0)[place],
            frame.band(self.days, nothing, np.maximum(values, 0).tolist()),
            frame.band(self.days, np.minimum(values, 0).tolist(), nothing),
            frame.steps(self.days, values.tolist()),
            [float(values[at]) for at in self.horizons],
        )


def course_of(served: Served, child: Child, horizons: Sequence[float]) -> Course:
    """Ask for everything that is told over time.

    Parameters
    ----------
    horizons : days since the first infusion that are told anyway
    """
    landmark = float(child.get("landmark_day", served.model.facts.design.landmark_day))
    days = _days(landmark, horizons)
    prediction, contributions = served.model.answer([child], days_since_first_infusion=days)
    return Course(served, prediction, contributions, [days.index(each) for each in horizons])


def _as_day(day: float) -> str:
    return str(texts()["curve"]["day"].format(day=f"{day:g}"))


def _days(first: float, horizons: Sequence[float]) -> list[float]:
    last = max(horizons)
    step = max(_STEP_DAYS, int((last - first) // (_MOST_DAYS - len(horizons))) + 1)
    return sorted({*np.arange(first, last, step).tolist(), *horizons})
