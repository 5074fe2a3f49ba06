"""How log-times spread around their middle: the three laws of XGBoost's accelerated failure time.

    normal      log-normal times
    logistic    log-logistic times
    extreme     Weibull times, the smallest-extreme-value law

Numpy and math alone, so that the service need not load scipy to tell a curve.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Literal, get_args

import numpy as np

from lorpredict.survival import Floats

Distribution = Literal["normal", "logistic", "extreme"]
DISTRIBUTIONS: tuple[Distribution, ...] = get_args(Distribution)

_LARGEST_EXPONENT = 700.0  # the next hundred overflows a double, and exp(-exp(700)) is 0 already
_complement = np.frompyfunc(math.erfc, 1, 1)


def survival_beyond(z: Floats, distribution: Distribution) -> Floats:
    """Probability that a standardised log-time lies beyond ``z``: ``1 - F(z)``, any shape.

    Computed without subtracting from one, so that a survival near 0 keeps its digits; exactly 1
    at minus infinity, where the clock starts.
    """
    return _SURVIVAL[distribution](z)


def _normal(z: Floats) -> Floats:
    # numpy has no error function; math's is that of the C library, right to the last digit or two.
    return 0.5 * np.asarray(_complement(z * math.sqrt(0.5)), dtype=np.float64)


def _logistic(z: Floats) -> Floats:
    small = np.exp(-np.abs(z))
    return np.where(z > 0, small, 1.0) / (1.0 + small)


def _extreme(z: Floats) -> Floats:
    survival: Floats = np.exp(-np.exp(np.minimum(z, _LARGEST_EXPONENT)))
    return survival


_SURVIVAL: Mapping[Distribution, Callable[[Floats], Floats]] = {
    "normal": _normal,
    "logistic": _logistic,
    "extreme": _extreme,
}
