"""The level over time as a picture, on a logarithmic scale: peaks and troughs are far apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from serving.trough import Asked
from serving.trough_answers import ForecastTold, LevelForecast
from serving.web._drawing import Frame

LOWEST = 0.1
_TICKS = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)
_STEPS = (7, 14, 28, 56, 112, 182, 364, 728, 1456)
_MOST_LABELS = 7
_MOST_DAYS = 300
_AFTER = (0.5, 1, 2, 4, 7)  # days after an infusion, where the level falls fastest
_PARTS = 8


class Label(NamedTuple):
    """A label along an axis, in percent of it."""

    place: float
    label: str


class Point(NamedTuple):
    """A measured level, in percent of the frame; of one below its limit, that limit."""

    x: float
    y: float
    is_below: bool


class Line(NamedTuple):
    """The median of one model."""

    label: str
    path: str


@dataclass(frozen=True)
class Curve:
    """One picture.

    Parameters
    ----------
    band, line : of the default model
    others : of the other models
    points : what was measured
    infusions : ticks at the foot
    next_mark : where the next infusion lies
    target : line of the trough to reach; empty where none was named
    """

    end: float
    band: str
    line: Line
    others: list[Line]
    points: list[Point]
    infusions: str
    next_mark: float
    target: str
    levels: list[Label]
    days: list[Label]


def curve_days(asked: Asked) -> list[float]:
    """Return the days of the picture: each infusion, its end, and more where the level falls."""
    days, hours = asked.history.infusion_days, asked.history.hours
    end = last_day(asked)
    found = {end, *asked.question.days_since_first_infusion}
    for (start, following), long in zip(pairwise((*days, end)), hours, strict=True):
        over = start + long / 24
        found |= {start, *_between(over, following, len(days))}
    return sorted(found)


def _between(over: float, following: float, infusions: int) -> Iterator[float]:
    """Yield days from the end of an infusion to the next one; fewer where there are many."""
    rest = following - over
    if rest <= 0:
        return
    yield from (over + rest * part / _PARTS for part in range(_PARTS))
    if infusions * (_PARTS + len(_AFTER) + 1) <= _MOST_DAYS:
        yield from (over + each for each in _AFTER if each < rest)


def last_day(asked: Asked) -> float:
    """Return where the picture ends."""
    measured = [level.day for level in asked.levels]
    return max(
        *asked.question.days_since_first_infusion, asked.history.infusion_days[-1], *measured, 1.0
    )


def curve(asked: Asked, told: ForecastTold, default: str, target: float | None) -> Curve:
    """Draw a forecast of the days that :func:`curve_days` names."""
    by_model = {each.model: each for each in told.models}
    levels = by_model[default].levels_ug_ml
    days = [each.day for each in levels]
    frame = _frame(days[-1], max(each.high for each in levels), asked)
    medians = {
        each.model: Line(each.label, _line(frame, each.levels_ug_ml)) for each in told.models
    }
    step = next(each for each in (*_STEPS, days[-1]) if days[-1] / each <= _MOST_LABELS)
    marks = [part * step for part in range(int(days[-1] / step) + 1)]
    return Curve(
        end=days[-1],
        band=_band(frame, levels),
        line=medians[default],
        others=[line for name, line in medians.items() if name != default],
        points=list(_points(frame, asked)),
        infusions="".join(
            f"M{frame.across(day):g} 1000V965" for day in asked.history.infusion_days
        ),
        next_mark=frame.across(asked.question.days_since_first_infusion[0]),
        target="" if target is None else f"M0 {frame.down(_log(target)):g}H1000",
        levels=[
            Label(frame.down(_log(each)) / 10, f"{each:g}")
            for each in _TICKS
            if _log(each) <= frame.top
        ],
        days=[Label(frame.across(each) / 10, f"{each:g}") for each in marks],
    )


def _frame(end: float, most: float, asked: Asked) -> Frame:
    measured = [level.value_ug_ml or 0.0 for level in asked.levels]
    highest = max(most, *measured, 1.0)
    top = next((each for each in _TICKS if each >= highest), highest)
    return Frame(0, end, _log(LOWEST), _log(top))


def _log(level: float) -> float:
    return math.log10(max(level, LOWEST))


def _line(frame: Frame, levels: Sequence[LevelForecast]) -> str:
    return frame.joined([each.day for each in levels], [_log(each.median) for each in levels])


def _band(frame: Frame, levels: Sequence[LevelForecast]) -> str:
    days = [each.day for each in levels]
    there = frame.joined(days, [_log(each.high) for each in levels])
    back = frame.joined(days[::-1], [_log(each.low) for each in reversed(levels)])
    return f"{there}L{back[1:]}Z"


def _points(frame: Frame, asked: Asked) -> Iterator[Point]:
    for level in asked.levels:
        shown = level.value_ug_ml if level.value_ug_ml is not None else level.loq_ug_ml
        if shown is not None:
            x, y = frame.across(level.day) / 10, frame.down(_log(shown)) / 10
            yield Point(round(x, 2), round(y, 2), level.value_ug_ml is None)
