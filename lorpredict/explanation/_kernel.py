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

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Conditions(NamedTuple):
    """What the paths to all leaves ask for, one entry for each predictor on a path.

    Parameters
    ----------
    feature : int32
    lower, upper : float32
        The value lies above ``lower`` and not above ``upper``.
    unmeasured : bool
        Whether a value that was not measured takes this path.
    share : float64
        Part of the training weight that passes.
    """

    feature: Array
    lower: Array
    upper: Array
    unmeasured: Array
    share: Array


_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")
# A call with arrays costs as much as these short loops: numba writes them out in place.
_inlined = numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")


@_compiled
def parents_of(left: Array, right: Array) -> Array:
    """Parent of each node; -1 for roots."""
    parent = np.full(left.shape[0], -1, dtype=np.int32)
    for node in range(left.shape[0]):
        if left[node] >= 0:
            parent[left[node]] = node
            parent[right[node]] = node
    return parent


@_compiled
def longest_total(left: Array, parent: Array) -> int:
    """How many conditions stand on the paths to all leaves."""
    total = 0
    for node in range(left.shape[0]):
        above = parent[node]
        while left[node] < 0 and above >= 0:
            total += 1
            above = parent[above]
    return total


@_compiled
def slot_of(feature: int, features: Array, first: int, last: int) -> int:
    """Where a predictor stands on a path; ``last`` if it is new there."""
    slot = first
    while slot < last and features[slot] != feature:
        slot += 1
    return slot


@_compiled
def climb(
    node: int,
    parent: Array,
    left: Array,
    missing: Array,
    feature: Array,
    threshold: Array,
    weight: Array,
    first: int,
    path: Conditions,
) -> int:
    """Gather the conditions from a leaf up to its root; say where they end."""
    features, lower, upper, unmeasured, share = path
    last = first
    while parent[node] >= 0:
        above = parent[node]
        slot = slot_of(feature[above], features, first, last)
        if slot == last:
            features[slot], share[slot], unmeasured[slot] = feature[above], 1.0, True
            lower[slot], upper[slot] = -np.inf, np.inf
            last += 1
        if left[above] == node:
            upper[slot] = min(upper[slot], threshold[above])
        else:
            lower[slot] = max(lower[slot], threshold[above])
        unmeasured[slot] = unmeasured[slot] and missing[above] == node
        # A node without weight tells nothing about its children: half goes each way.
        share[slot] *= weight[node] / weight[above] if weight[above] > 0 else 0.5
        node = above
    return last


@_compiled
def gather_paths(
    left: Array,
    missing: Array,
    feature: Array,
    threshold: Array,
    weight: Array,
    parent: Array,
    starts: Array,
    path: Conditions,
) -> None:
    """Fill ``path`` with the conditions of every leaf and ``starts`` with where each begins."""
    leaf = 0
    for node in range(left.shape[0]):
        if left[node] < 0:
            starts[leaf + 1] = climb(
                node, parent, left, missing, feature, threshold, weight, starts[leaf], path
            )
            leaf += 1


@_compiled
def fits(value: float, lower: float, upper: float, unmeasured: bool) -> bool:
    """Whether a value satisfies the conditions of a path on its predictor."""
    if value != value:
        return unmeasured
    return lower < value <= upper


@_inlined
def multiply(product: Array, there: Array, share: float, fitting: bool) -> None:
    """Let one predictor of a path join the product, at every point."""
    for q in range(there.shape[0]):
        product[q] *= (1.0 - there[q]) * share + (there[q] if fitting else 0.0)


@_inlined
def moved_outside(product: Array, there: Array) -> float:
    """By how much any predictor moves that does not fit the path: its share cancels out."""
    integral = 0.0
    for q in range(there.shape[0]):
        integral -= product[q] / (1.0 - there[q])
    return integral


@_inlined
def moved_inside(product: Array, there: Array, share: float) -> float:
    """By how much a predictor moves that fits the path."""
    integral = 0.0
    for q in range(there.shape[0]):
        integral += product[q] / ((1.0 - there[q]) * share + there[q])
    return (1.0 - share) * integral


@_compiled
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
