"""Restricted cubic splines: smooth between their knots, straight beyond the outer ones.

Straight tails matter here, because few children lie there.
"""

from __future__ import annotations

import numpy as np

from lorpredict.survival import Floats

_QUANTILES = (0.10, 0.50, 0.90)


def three_knots(values: Floats) -> Floats:
    """Knots at the 10th, 50th and 90th percentile; none where two of them would coincide.

    References
    ----------
    Harrell FE. Regression Modeling Strategies (2015), section 2.4.6.
    """
    knots: Floats = np.quantile(values, _QUANTILES)
    spread = float(np.ptp(values))
    return knots if (np.diff(knots) > 1e-6 * spread).all() else np.array([])


def spline_terms(values: Floats, knots: Floats) -> Floats:
    """Columns of a restricted cubic spline; without knots the values alone.

    Parameters
    ----------
    values : array of shape (n_values,)
    knots : array of shape (n_knots,), strictly increasing, three or more or none

    Returns
    -------
    array of shape (n_values, n_knots - 1), or (n_values, 1) without knots
        The values, then one column for each knot but the last two, in units of the values.

    References
    ----------
    Harrell FE. Regression Modeling Strategies (2015), equation 2.25.
    """
    if not knots.size:
        return values[:, None]
    *inner, before_last, last = knots
    cubes = np.maximum(values[:, None] - knots, 0) ** 3
    # What is added here makes the second and third derivative vanish beyond the last knot.
    columns = [
        cubes[:, number]
        - cubes[:, -2] * (last - knot) / (last - before_last)
        + cubes[:, -1] * (before_last - knot) / (last - before_last)
        for number, knot in enumerate(inner)
    ]
    return np.column_stack([values, *(column / (last - knots[0]) ** 2 for column in columns)])
