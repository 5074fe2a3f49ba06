"""Remission after intensification as a picture: what the quartiles allow, and both families."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lorpredict.pathway import (
    RemissionAt,
    RemissionByTrough,
    largest_trough,
    remission_families,
    smallest_trough,
)
from serving.web._drawing import Frame

_STEPS = 261
_NEAR = 0.02  # how near to the smallest trough the curves begin, where one of them is steep
_TROUGHS = (3, 6, 9, 12, 16)


class Box(NamedTuple):
    """A rectangle in the frame."""

    x: float
    y: float
    width: float
    height: float


class Label(NamedTuple):
    """A label along an axis, in percent of it."""

    place: float
    label: str


@dataclass(frozen=True)
class Spread:
    """One picture.

    Parameters
    ----------
    at : what it shows
    intervals, counts : of each band: the exact interval, and the fewest to the most
    area : between both families
    log_normal, shifted : lines
    mark : where this trough lies; None where it is beyond the picture
    """

    at: RemissionAt
    intervals: list[Box]
    counts: list[Box]
    area: str
    log_normal: str
    shifted: str
    mark: float | None
    troughs: list[Label]
    percents: list[Label]

    @property
    def first(self) -> float:
        """Where the picture begins, µg/mL."""
        return smallest_trough()

    @property
    def last(self) -> float:
        """Where the picture ends, µg/mL."""
        return largest_trough()


def spreads(told: RemissionByTrough) -> list[Spread]:
    """Draw remission 6 and 12 months after intensification."""
    return [_spread(at, told.trough_ug_ml) for at in told.at]


def _spread(at: RemissionAt, trough: float) -> Spread:
    first, last = smallest_trough(), largest_trough()
    frame = Frame(first, last, 0, 1)
    troughs = np.geomspace(_NEAR, last - first, _STEPS) + first
    troughs[-1] = last
    curves = remission_families(at.months, troughs)
    days = troughs.tolist()
    one, other = (curves[name].tolist() for name in ("log_normal", "shifted"))
    back = frame.joined(days[::-1], other[::-1])[1:]
    ends = [(max(b.above_ug_ml or first, first), b.up_to_ug_ml or last) for b in at.bands]
    return Spread(
        at=at,
        intervals=[_box(frame, *x, b.low, b.high) for x, b in zip(ends, at.bands, strict=True)],
        counts=[
            _box(frame, *x, b.share_fewest, b.share_most)
            for x, b in zip(ends, at.bands, strict=True)
        ],
        area=f"{frame.joined(days, one)}L{back}Z",
        log_normal=frame.joined(days, one),
        shifted=frame.joined(days, other),
        mark=frame.across(trough) if first <= trough <= last else None,
        troughs=[Label(frame.across(each) / 10, f"{each}") for each in _TROUGHS],
        percents=[Label(100.0 - each, f"{each} %") for each in (0, 25, 50, 75, 100)],
    )


def _box(frame: Frame, left: float, right: float, low: float, high: float) -> Box:
    x, y = frame.across(left), frame.down(high)
    return Box(x, y, round(frame.across(right) - x, 2), round(max(frame.down(low) - y, 4.0), 2))
