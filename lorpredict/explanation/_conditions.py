"""What the path to each leaf of an ensemble asks of a row: gathered once, kept."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lorpredict.trees._compiling import compiled

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


@compiled
def parents_of(left: Array, right: Array) -> Array:
    """Parent of each node; -1 for roots."""
    parent = np.full(left.shape[0], -1, dtype=np.int32)
    for node in range(left.shape[0]):
        if left[node] >= 0:
            parent[left[node]] = node
            parent[right[node]] = node
    return parent


@compiled
def longest_total(left: Array, parent: Array) -> int:
    """How many conditions stand on the paths to all leaves."""
    total = 0
    for node in range(left.shape[0]):
        above = parent[node]
        while left[node] < 0 and above >= 0:
            total += 1
            above = parent[above]
    return total


@compiled
def slot_of(feature: int, features: Array, first: int, last: int) -> int:
    """Where a predictor stands on a path; ``last`` if it is new there."""
    slot = first
    while slot < last and features[slot] != feature:
        slot += 1
    return slot


@compiled
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


@compiled
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


@compiled
def fits(value: float, lower: float, upper: float, unmeasured: bool) -> bool:
    """Whether a value satisfies the conditions of a path on its predictor."""
    if value != value:
        return unmeasured
    return lower < value <= upper
