"""The Shapley values of many rows at once: the integral of the kernel beside it, row by row.

What a leaf asks is the same for all rows; only whether they meet it differs. Each step is taken
for all rows of a block before the next one, so that the processor takes several of them in one
instruction, and divisions are made once for a leaf instead of once for a row. Every operation is
that of the other kernel, in the same order: a row is told the same to the last bit.
"""

from __future__ import annotations

import numpy as np

from lorpredict.explanation._conditions import Array, Conditions
from lorpredict.trees._compiling import compiled


@compiled
def mark_inside(inside: Array, column: Array, lower: float, upper: float, unmeasured: bool) -> None:
    """Mark by 1 the rows that fit a condition, the others by 0."""
    without_value = 1.0 if unmeasured else 0.0
    for row in range(column.shape[0]):
        value = column[row]
        fits = 1.0 if (lower < value) & (value <= upper) else 0.0
        inside[row] = without_value if value != value else fits


@compiled
def multiply_all(product: Array, there: Array, share: float, inside: Array) -> None:
    """Let one predictor of a path join the product of every row, at every point."""
    for q in range(there.shape[0]):
        point = there[q]
        away = (1.0 - point) * share
        for row in range(inside.shape[0]):
            product[q, row] *= away + point * inside[row]


@compiled
def sum_over_points(found: Array, product: Array, factors: Array) -> None:
    """Add up the product of every row, each point with its factor."""
    found[:] = 0.0
    for q in range(factors.shape[0]):
        factor = factors[q]
        for row in range(found.shape[0]):
            found[row] += product[q, row] * factor


@compiled
def add_moved(
    contributions: Array, inside: Array, moved_inside: Array, moved_outside: Array, values: Array
) -> None:
    """Add what one predictor moves in one leaf to ``contributions`` (outputs, rows)."""
    for row in range(inside.shape[0]):
        moved_inside[row] = (
            inside[row] * moved_inside[row] + (1.0 - inside[row]) * moved_outside[row]
        )
    for output in range(values.shape[0]):
        value = values[output]
        for row in range(inside.shape[0]):
            contributions[output, row] += moved_inside[row] * value


@compiled
def add_contributions_in_lanes(
    columns: Array,
    starts: Array,
    path: Conditions,
    values: Array,
    points: Array,
    weights: Array,
    contributions: Array,
) -> None:
    """Add the Shapley values of every leaf to ``contributions`` (features, outputs, rows).

    ``columns`` holds the rows by feature (features, rows); the rest as in the kernel beside it.
    """
    features, lower, upper, unmeasured, share = path
    rows = columns.shape[1]
    inside = np.empty((np.max(starts[1:] - starts[:-1]), rows))
    product = np.empty((points.shape[1], rows))
    outside, moved = np.empty(rows), np.empty(rows)
    for leaf in range(starts.shape[0] - 1):
        first, last = starts[leaf], starts[leaf + 1]
        n = (last - first + 1) // 2
        there = points[n, :n]
        for q in range(n):
            product[q] = weights[n, q]
        for k in range(first, last):
            met = inside[k - first]
            mark_inside(met, columns[features[k]], lower[k], upper[k], unmeasured[k])
            multiply_all(product, there, share[k], met)
        sum_over_points(outside, product, -1.0 / (1.0 - there))
        for k in range(first, last):
            factors = (1.0 - share[k]) / ((1.0 - there) * share[k] + there)
            sum_over_points(moved, product, factors)
            add_moved(contributions[features[k]], inside[k - first], moved, outside, values[leaf])
