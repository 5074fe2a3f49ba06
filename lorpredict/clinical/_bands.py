"""Bands of a measured value: from which value to which one, and what a value there means."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from lorpredict.errors import CatalogueError

T = TypeVar("T")

# A border lies just before a value (side 0) or just behind it (side 1). Two bands meet where the
# border at the end of one is the border at the start of the other.
Border = tuple[float, int]
_STARTS = {"at_least": 0, "above": 1}
_ENDS = {"below": 0, "at_most": 1}
_NO_START: Border = (-math.inf, 0)
_NO_END: Border = (math.inf, 1)


@dataclass(frozen=True)
class Band(Generic[T]):
    """One stretch of the number line and what it gives: points, a level, a class."""

    gives: T
    start: Border = _NO_START
    end: Border = _NO_END

    @classmethod
    def between(cls, bounds: Mapping[str, Any], gives: T) -> Self:
        """Build a band from ``at_least`` or ``above`` and ``below`` or ``at_most``; none is open.

        Raises
        ------
        CatalogueError
            If two bounds are given for one side.
        """
        starts = [(float(bounds[key]), _STARTS[key]) for key in _STARTS if key in bounds]
        ends = [(float(bounds[key]), _ENDS[key]) for key in _ENDS if key in bounds]
        if len(starts) > 1 or len(ends) > 1:
            raise CatalogueError(f"band of {gives}: two bounds for one side")
        return cls(gives, *(starts or [_NO_START]), *(ends or [_NO_END]))

    def holds(self, value: float) -> bool:
        """Whether the value lies in the band; an unknown value (NaN) lies in none."""
        return self.start <= (value, 0) < self.end


@dataclass(frozen=True)
class Bands(Generic[T]):
    """Bands that cover every number once; called with a value they answer what it gives.

    Parameters
    ----------
    bands
        In any order.

    Raises
    ------
    CatalogueError
        If there is a gap, or if two bands overlap; all places are named.

    Examples
    --------
    >>> very_early = {"gives": True, "below": 6}
    >>> onset = Bands.from_toml([very_early, {"gives": False, "at_least": 6}], "gives")
    >>> onset(5.9), onset(6.0)
    (True, False)
    """

    bands: tuple[Band[T], ...]

    def __post_init__(self) -> None:
        in_order = sorted(self.bands, key=lambda band: band.start)
        object.__setattr__(self, "bands", tuple(in_order))
        faults = list(_breaks(in_order))
        if faults:
            raise CatalogueError("bands with " + ", ".join(faults))

    @classmethod
    def from_toml(cls, entries: Sequence[Mapping[str, Any]], key: str) -> Self:
        """Build bands from a list of tables; ``key`` names what each of them gives."""
        return cls(tuple(Band.between(entry, entry[key]) for entry in entries))

    def __call__(self, value: float) -> T:
        """Return what the value gives.

        Raises
        ------
        ValueError
            If the value is not a number.
        """
        for band in self.bands:
            if band.holds(value):
                return band.gives
        raise ValueError(f"{value!r} lies in no band")

    @property
    def all_given(self) -> tuple[T, ...]:
        """What the bands give, from the lowest to the highest."""
        return tuple(band.gives for band in self.bands)


def _breaks(in_order: Sequence[Band[Any]]) -> list[str]:
    """Where the line is not covered once, from left to right."""
    empty = [f"an empty band of {band.gives}" for band in in_order if band.start >= band.end]
    ends = [_NO_START, *(band.end for band in in_order)]
    starts = [*(band.start for band in in_order), _NO_END]
    places = [
        f"{'a gap' if end < start else 'an overlap'} between {end[0]:g} and {start[0]:g}"
        for end, start in zip(ends, starts, strict=True)
        if end != start
    ]
    return empty + places
