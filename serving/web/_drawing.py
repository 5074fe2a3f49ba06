"""Geometry of the pictures, in parts of a thousand of a frame that stretches with the page.

The templates draw it: lines and areas in a frame that is stretched, words beside it that are not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WHOLE = 1000.0
_TOPS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)

_IN_A_ROW = 20
_BODY = "v-3.6a3.2 3.2 0 0 1 3.2-3.1h.8a3.2 3.2 0 0 1 3.2 3.1v3.6z"

Values = Sequence[float]


@dataclass(frozen=True)
class Frame:
    """What the edges of a picture stand for.

    Parameters
    ----------
    left, right : on the horizontal axis
    bottom, top : on the vertical axis
    """

    left: float
    right: float
    bottom: float
    top: float

    def across(self, value: float) -> float:
        """Where a value of the horizontal axis lies, 0 at the left, 1000 at the right."""
        return _place(value, self.left, self.right)

    def down(self, value: float) -> float:
        """Where a value of the vertical axis lies, 0 at the top, 1000 at the bottom."""
        return round(WHOLE - _place(value, self.bottom, self.top), 2)

    def steps(self, days: Values, values: Values) -> str:
        """Draw a step function: each value holds from its day up to the next one."""
        parts = [f"M{self.across(days[0]):g} {self.down(values[0]):g}"]
        for day, value in zip(days[1:], values[1:], strict=True):
            parts.append(f"H{self.across(day):g}V{self.down(value):g}")
        return "".join(parts)

    def joined(self, days: Values, values: Values) -> str:
        """Join what is known on some days alone by straight lines."""
        ends = zip(days, values, strict=True)
        return "M" + "L".join(f"{self.across(day):g} {self.down(value):g}" for day, value in ends)

    def upright(self, day: float, low: float, high: float) -> str:
        """Draw an interval on one day."""
        return f"M{self.across(day):g} {self.down(low):g}V{self.down(high):g}"

    def band(self, days: Values, low: Values, high: Values) -> str:
        """Draw the area between two step functions."""
        back = [f"L{self.across(days[-1]):g} {self.down(low[-1]):g}"]
        for day, value in reversed(list(zip(days[1:], low[:-1], strict=True))):
            back.append(f"H{self.across(day):g}V{self.down(value):g}")
        back.append(f"H{self.across(days[0]):g}Z")
        return self.steps(days, high) + "".join(back)


def top_of(values: Values) -> float:
    """Return the end of an axis of risks that holds all of these."""
    most = max(values)
    return next((top for top in _TOPS if most <= top), 1.0)


def figures(first: int, last: int) -> str:
    """Draw some of 100 children, twenty in a row, as one path in a frame of 250 by 75.

    Parameters
    ----------
    first, last : which of them, counted from 1; none where the last comes before the first
    """
    return "".join(_figure(number - 1) for number in range(first, last + 1))


def _figure(place: int) -> str:
    row, column = divmod(place, _IN_A_ROW)
    x, y = 12.5 * column + 1.25, 15 * row + 1.5
    head = f"M{x + 5:g} {y + 0.5:g}a2.1 2.1 0 1 0 .01 0z"
    return f"{head}M{x + 1.4:g} {y + 12:g}{_BODY}"


@dataclass(frozen=True)
class Bar:
    """A bar between two values.

    Parameters
    ----------
    start, width : in the frame, from the left
    """

    start: float
    width: float


def waterfall(base: float, contributions: Values) -> tuple[list[Bar], list[float]]:
    """Place bars that begin where the one before ended.

    Returns
    -------
    bars : one for each contribution
    edges : where the base and the result lie
    """
    reached = [base]
    for each in contributions:
        reached.append(reached[-1] + each)
    low, high = min(reached), max(reached)
    margin = 0.05 * (high - low or 1.0)
    frame = Frame(low - margin, high + margin, 0, 1)
    bars = [_bar(frame, *ends) for ends in pairwise(reached)]
    return bars, [frame.across(base), frame.across(reached[-1])]


def _bar(frame: Frame, one: float, other: float) -> Bar:
    start, end = sorted((frame.across(one), frame.across(other)))
    return Bar(start, max(round(end - start, 2), 2.0))  # what is there is seen


def _place(value: float, low: float, high: float) -> float:
    if not all(map(math.isfinite, (value, low, high))):
        raise ValueError("only what is finite can be drawn")
    share = (value - low) / (high - low) if high > low else 0.5
    return round(WHOLE * min(max(share, 0.0), 1.0), 2)
