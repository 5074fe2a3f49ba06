"""A covariate that changes over time: each value holds from its day until the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

Dated = tuple[float, Any]


@dataclass(frozen=True)
class Changing:
    """Values that hold from their days on; the first one holds before its day too.

    Parameters
    ----------
    days
        Days since the first infusion, ascending.
    values
        One each.
    """

    days: tuple[float, ...]
    values: tuple[Any, ...]

    @classmethod
    def of(cls, given: Any) -> Self:
        """Take one value, or pairs of day and value."""
        if not is_dated(given):
            return cls((0.0,), (given,))
        days, values = zip(*given, strict=True)
        return cls(tuple(map(float, days)), tuple(values))

    def on(self, day: float) -> Any:
        """Return the value that holds on a day."""
        place = int(np.searchsorted(self.days, day, side="right")) - 1
        return self.values[max(place, 0)]


def plain(given: Any) -> Any:
    """Return arrays and numbers of numpy as lists and numbers of Python."""
    return given.tolist() if hasattr(given, "tolist") else given


def is_dated(given: Any) -> bool:
    """Whether pairs were given, or one value."""
    return isinstance(given, Sequence) and not isinstance(given, str)
