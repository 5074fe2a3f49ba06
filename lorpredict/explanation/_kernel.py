"""Exact Shapley values of tree ensembles: path-dependent TreeSHAP by Gauss-Legendre quadrature.

In a leaf the game is a product: predictor j takes part with 1 or 0, whether or not the row
satisfies the conditions on j, and stays away with its share z_j of the training weight. Then

    phi_j = (o_j - z_j) * integral over t in [0, 1] of prod_{i != j} (t o_i + (1 - t) z_i)

times the value of the leaf. The integrand is a polynomial of degree d - 1 in a leaf with d
predictors on its path, so that (d + 1) // 2 points integrate it exactly, however deep the tree.
All outputs share one pass. The weights are those of ``tree_path_dependent`` in shap: Lundberg
et al., Nature Machine Intelligence 2020, 2, 56-67.
"""

from __future__ import annotations

import numpy as np

from lorpredict.explanation._conditions import Array, Conditions, fits
from lorpredict.trees._compiling import compiled, inlined


@inlined
def multiply(product: Array, there: Array, share: float, fitting: bool) -> None:
    """Let one predictor of a path join the product, at every point."""
    for q in range(there.shape[0]):
        product[q] *= (1.0 - there[q]) * share + (there[q] if fitting else 0.0)


@inlined
def moved_outside(product: Array, there: Array) -> float:
    """By how much any predictor moves that does not fit the path: its share cancels out."""
    integral = 0.0
    for q in range(there.shape[0]):
        integral += product[q] * (-1.0 / (1.0 - there[q]))
    return integral


@inlined
def moved_inside(product: Array, there: Array, share: float) -> float:
    """By how much a predictor moves that fits the path."""
    integral = 0.0
    for q in range(there.shape[0]):
        integral += product[q] * ((1.0 - share) / ((1.0 - there[q]) * share + there[q]))
    return integral


@compiled
def add_contributions(
    rows: Array,
    starts: Array,
    path: Conditions,
    values: Array,
    points: Array,
    weights: Array,
    contributions: Array,
) -> None:
    """Add the Shapley values of every leaf to ``contributions`` (rows, features, outputs).

    ``points`` and ``weights`` hold in row n the rule with n points on [0, 1].
    """
    features, lower, upper, unmeasured, share = path
    inside = np.empty(np.max(starts[1:] - starts[:-1]), dtype=np.bool_)
    product = np.empty(points.shape[1])
    for leaf in range(starts.shape[0] - 1):
        first, last = starts[leaf], starts[leaf + 1]
        n_points = (last - first + 1) // 2
        there, weight = points[n_points, :n_points], weights[n_points, :n_points]
        for row in range(rows.shape[0]):
            product[:n_points] = weight
            for k in range(first, last):
                fitting = fits(rows[row, features[k]], lower[k], upper[k], unmeasured[k])
                inside[k - first] = fitting
                multiply(product, there, share[k], fitting)
            outside = moved_outside(product, there)
            for k in range(first, last):
                fitting = inside[k - first]
                moved = moved_inside(product, there, share[k]) if fitting else outside
                # Named before the loop, so that the compiler may run it on vectors.
                feature = features[k]
                for output in range(values.shape[1]):
                    contributions[row, feature, output] += moved * values[leaf, output]
