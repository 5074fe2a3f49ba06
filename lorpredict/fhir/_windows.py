"""Which of several measurements counts: the nearest in its window, or none where they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from lorpredict.fhir._measurements import Measurement


@dataclass(frozen=True)
class Window:
    """Days around an anchor, both ends included.

    Parameters
    ----------
    anchor
        The day of an infusion, or the landmark.
    at
        The instant of that infusion, where it is told.
    before, after
        Days.
    closes_at_anchor
        Whether what was measured on the day of the anchor but after its instant is outside.
    """

    anchor: date
    at: datetime | None
    before: int
    after: int
    closes_at_anchor: bool = False

    def holds(self, each: Measurement) -> bool:
        """Whether a measurement lies inside."""
        days = (each.moment.day - self.anchor).days
        if not -self.before <= days <= self.after:
            return False
        if self.closes_at_anchor and self.at is not None and each.moment.at is not None:
            return each.moment.at <= self.at
        return True

    def is_unsure(self, each: Measurement) -> bool:
        """Whether it cannot be told if a measurement of the anchor's day came before it."""
        both = self.at is not None and each.moment.at is not None
        return self.closes_at_anchor and each.moment.day == self.anchor and not both

    def distance(self, each: Measurement) -> tuple[int, bool]:
        """Return the days from the anchor; of two as far, the earlier is the nearer."""
        days = (each.moment.day - self.anchor).days
        return abs(days), days > 0

    def within_the_day(self, at: datetime) -> tuple[bool, float]:
        """Order the instants of one day: the last before the anchor's, then the first after it."""
        anchor = self.at
        if anchor is None:
            same_or_later = at.date() >= self.anchor
            return False, at.timestamp() if same_or_later else -at.timestamp()
        return at > anchor, abs((at - anchor).total_seconds())


class Picked(NamedTuple):
    """The measurement that counts, or those that contradict one another."""

    used: Measurement | None
    differing: tuple[Measurement, ...]
    is_unsure: bool = False


NOTHING_PICKED = Picked(None, ())


def pick(candidates: Sequence[Measurement], window: Window) -> Picked:
    """Return the nearest measurement in a window; what differs at one moment is not used."""
    inside = [each for each in candidates if window.holds(each)]
    if not inside:
        return NOTHING_PICKED
    # A level that may have been drawn after the infusion counts only where there is no other.
    sure = [each for each in inside if not window.is_unsure(each)]
    return _nearest(sure or inside, window)._replace(is_unsure=not sure)


def _nearest(inside: Sequence[Measurement], window: Window) -> Picked:
    nearest = min(window.distance(each) for each in inside)
    day = [each for each in inside if window.distance(each) == nearest]
    # Another method counts only where the usual one was not used that day.
    usual = [each for each in day if not each.meaning.is_alike] or day
    return _of_one_day(usual, window)


def _of_one_day(day: Sequence[Measurement], window: Window) -> Picked:
    if _agree(day):
        return Picked(min(day, key=_order), ())
    timed = [(window.within_the_day(each.moment.at), each) for each in day if each.moment.at]
    if len(timed) < len(day):
        return Picked(None, tuple(day))
    nearest = min(order for order, _ in timed)
    moment = [each for order, each in timed if order == nearest]
    return Picked(min(moment, key=_order), ()) if _agree(moment) else Picked(None, tuple(moment))


def _order(each: Measurement) -> tuple[str, str]:
    return each.entry.reference, each.meaning.name


def _agree(same_moment: Sequence[Measurement]) -> bool:
    first = same_moment[0]
    return all(
        each.is_limit == first.is_limit and _equal(each.value, first.value) for each in same_moment
    )


def _equal(one: float | str, other: float | str) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other
