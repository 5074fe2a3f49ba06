"""Exact Shapley interaction values of tree ensembles, by the integral of the kernel beside it.

In a leaf two predictors i and j change together

    (o_i - z_i) (o_j - z_j) * integral over t in [0, 1] of prod_{k != i, j} (t o_k + (1 - t) z_k)

times its value: the Shapley interaction index of Grabisch and Roubens, International Journal of
Game Theory 1999, 28, 547-565. The polynomial's degree is one below that of a contribution, so
that the same rule integrates it exactly. As in shap, each of the two cells (i, j) and (j, i) holds
half of it, and the diagonal what remains of the contribution.
"""

from __future__ import annotations

import numpy as np

from lorpredict.explanation._conditions import Array, Conditions, fits
from lorpredict.explanation._kernel import multiply
from lorpredict.trees._compiling import compiled, inlined


@inlined
def moved_together(product: Array, change: Array, other: Array) -> float:
    """By how much two predictors of a path move together."""
    integral = 0.0
    for q in range(product.shape[0]):
        integral += product[q] * change[q] * other[q]
    return integral


@compiled
def fill_change(change: Array, there: Array, share: float, fitting: bool) -> None:
    """What turns the product into its change by one predictor, at every point."""
    for q in range(there.shape[0]):
        if fitting:
            change[q] = (1.0 - share) / ((1.0 - there[q]) * share + there[q])
        else:  # its share cancels out
            change[q] = -1.0 / (1.0 - there[q])


@compiled
def add_pairs(found: Array, values: Array, features: Array, changes: Array, product: Array) -> None:
    """Add what all pairs of predictors of one path move together, half to each of two cells."""
    for i in range(features.shape[0]):
        for j in range(i):
            moved = 0.5 * moved_together(product, changes[i], changes[j])
            for output in range(values.shape[0]):
                found[features[i], features[j], output] += moved * values[output]
                found[features[j], features[i], output] += moved * values[output]


@compiled
def add_interactions(
    rows: Array,
    starts: Array,
    path: Conditions,
    values: Array,
    points: Array,
    weights: Array,
    found: Array,
) -> None:
    """Add the cells beside the diagonal to ``found`` (rows, features, features, outputs)."""
    features, lower, upper, unmeasured, share = path
    product = np.empty(points.shape[1])
    changes = np.empty((np.max(starts[1:] - starts[:-1]), points.shape[1]))
    for leaf in range(starts.shape[0] - 1):
        first, last = starts[leaf], starts[leaf + 1]
        n = (last - first + 1) // 2
        there = points[n, :n]
        for row in range(rows.shape[0]):
            product[:n] = weights[n, :n]
            for k in range(first, last):
                fitting = fits(rows[row, features[k]], lower[k], upper[k], unmeasured[k])
                multiply(product[:n], there, share[k], fitting)
                fill_change(changes[k - first, :n], there, share[k], fitting)
            add_pairs(found[row], values[leaf], features[first:last], changes[:, :n], product[:n])
