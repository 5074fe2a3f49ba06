"""Between what, or among which, tuning may choose a setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Between:
    """A setting that tuning may choose between two ends.

    Parameters
    ----------
    low, high : the ends, both included
    log : whether tenfold steps count alike
    whole : whether only whole numbers are meant
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high


SearchSpace = Mapping[str, Between | tuple[Any, ...]]
