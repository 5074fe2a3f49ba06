"""Shares, their differences and their ratios, with intervals that hold in small numbers."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.stats import beta, norm

LEVEL = 0.95


class Interval(NamedTuple):
    """An estimate and between what the truth should lie."""

    estimate: float
    low: float
    high: float


def wilson(count: float, of: int, *, level: float = LEVEL) -> Interval:
    """Share and its score interval.

    Parameters
    ----------
    count
        Need not be whole: a printed percentage of ``of`` is no count.

    References
    ----------
    Wilson EB. J Am Stat Assoc 22:209 (1927).

    Examples
    --------
    >>> told = wilson(81, 263)
    >>> [round(end, 4) for end in told]
    [0.308, 0.2553, 0.3662]
    """
    if not of:
        return Interval(math.nan, math.nan, math.nan)
    z = float(norm.ppf((1 + level) / 2))
    share = count / of
    middle = (share + z**2 / (2 * of)) / (1 + z**2 / of)
    half = z / (1 + z**2 / of) * math.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def newcombe(one: tuple[float, int], other: tuple[float, int], *, level: float = LEVEL) -> Interval:
    """One share less another, and its hybrid score interval.

    Parameters
    ----------
    one, other
        A count, and of how many.

    References
    ----------
    Newcombe RG. Stat Med 17:873 (1998), method 10.

    Examples
    --------
    >>> told = newcombe((56, 70), (48, 80))
    >>> [round(end, 4) for end in told]
    [0.2, 0.0524, 0.3339]
    """
    p, low_p, high_p = wilson(*one, level=level)
    q, low_q, high_q = wilson(*other, level=level)
    below = math.hypot(p - low_p, high_q - q)
    above = math.hypot(high_p - p, q - low_q)
    return Interval(p - q, p - q - below, p - q + above)


def exact(count: int, of: int, *, level: float = LEVEL) -> Interval:
    """Share and its exact interval.

    Raises
    ------
    ValueError
        If there is nobody, or more are counted than there are.

    References
    ----------
    Clopper C, Pearson E. Biometrika 26:404 (1934).

    Examples
    --------
    >>> told = exact(23, 48)
    >>> [round(end, 3) for end in told]
    [0.479, 0.333, 0.628]
    """
    if not 0 <= count <= of or of == 0:
        raise ValueError(f"a count of {count} of {of}; expected 0 to {of} of at least one")
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, count, of - count + 1)) if count else 0.0
    high = float(beta.ppf(1 - tail, count + 1, of - count)) if count < of else 1.0
    return Interval(count / of, low, high)


def risk_ratio(
    one: tuple[float, int], other: tuple[float, int], *, level: float = LEVEL
) -> Interval:
    """One share divided by another, and its interval on the logarithmic scale.

    Parameters
    ----------
    one, other
        A count, and of how many; no count may be 0, whose ratio has no logarithm.

    Raises
    ------
    ValueError
        If a count is not above 0.

    References
    ----------
    Katz D, Baptista J, Azen SP, Pike MC. Biometrics 34:469 (1978), method C.

    Examples
    --------
    >>> told = risk_ratio((25, 100), (50, 100))
    >>> [round(end, 3) for end in told]
    [0.5, 0.338, 0.74]
    """
    (a, m), (b, n) = one, other
    if not (a > 0 and b > 0):
        raise ValueError(f"counts of {a:g} and {b:g}; expected both above 0")
    ratio = (a / m) / (b / n)
    sd = math.sqrt(1 / a - 1 / m + 1 / b - 1 / n)
    reach = math.exp(float(norm.ppf((1 + level) / 2)) * sd)
    return Interval(ratio, ratio / reach, ratio * reach)
