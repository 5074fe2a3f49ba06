"""What a printed median with its quartiles says of the patients behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from scipy.stats import norm

from lorpredict.survival import Floats

# A trough at the very shift has no logarithm; this near to it the curve has reached its end.
_NEAREST = 1e-9


@dataclass(frozen=True)
class Quartiles:
    """Median and quartiles of an odd number of values, as printed.

    Parameters
    ----------
    low, median, high : the first quartile, the median, the third
    n : how many values
    """

    low: float
    median: float
    high: float
    n: int

    @classmethod
    def printed(cls, entry: Mapping[str, Any], n: int) -> Self:
        """Read them from a table of ``published/``."""
        low, high = entry["quartiles"]
        return cls(float(low), float(entry["median"]), float(high), n)

    def up_to(self, value: float) -> tuple[int, int]:
        """Return how many values are at most ``value``, the fewest and the most.

        Programs place quartiles differently: the counts hold for that of SPSS, at the (n + 1) / 4th
        value, and for that of R, at the (n - 1) / 4th after the first. It is taken that no two
        values share the median.
        """
        middle = (self.n + 1) // 2
        quarter = math.ceil((self.n - 1) / 4)  # values that may lie below the first quartile
        if value == self.median:
            return middle, middle
        if value < self.low:
            return 0, quarter
        if value < self.median:
            return quarter, middle - 1
        if value < self.high:
            return middle, self.n - quarter
        return self.n - quarter, self.n

    def between(self, edges: Sequence[float]) -> list[tuple[int, int]]:
        """Return the fewest and the most in each band between edges, the open ones included."""
        ends = [(0, 0), *map(self.up_to, edges), (self.n, self.n)]
        return [
            (max(0, upper[0] - lower[1]), upper[1] - lower[0]) for lower, upper in pairwise(ends)
        ]


@dataclass(frozen=True)
class ShiftedLogNormal:
    """A log-normal distribution that begins at ``shift``."""

    mean: float
    sd: float
    shift: float

    @classmethod
    def through(cls, printed: Quartiles, shift: float) -> Self:
        """Return the one with this median and this ratio of the quartiles."""
        ratio = (printed.high - shift) / (printed.low - shift)
        sd = math.log(ratio) / (2 * float(norm.ppf(0.75)))
        return cls(math.log(printed.median - shift), sd, shift)

    def log_density(self, values: Floats) -> Floats:
        """Return the logarithm of the density of log(value - shift), as differences need it."""
        logs = np.log(np.maximum(values - self.shift, _NEAREST))
        density: Floats = norm.logpdf(logs, self.mean, self.sd)
        return density
