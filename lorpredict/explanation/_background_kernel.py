"""Exact Shapley values of tree ensembles against background rows: interventional TreeSHAP.

A row x is played against each background row b: a predictor that takes part has the value of x,
one that stays away that of b. A leaf is reached where every condition on its path is met. If x
alone meets p of them, b alone q and both the rest, each of the p moves the prediction by
(p - 1)! q! / (p + q)! and each of the q by -p! (q - 1)! / (p + q)!, times the value of the leaf;
where neither meets a condition, nobody reaches it. Lundberg et al., Nature Machine Intelligence
2020, 2, 56-67. What each background row meets is one whole number, gathered once; rows that meet
the same on a path are played against together.
"""

from __future__ import annotations

import numpy as np

from lorpredict.explanation._conditions import Array, Conditions, fits
from lorpredict.trees._compiling import compiled


@compiled
def met(row: Array, first: int, last: int, path: Conditions) -> int:
    """Conditions of one path that a row meets, one bit each."""
    features, lower, upper, unmeasured, _ = path
    bits = 0
    for k in range(first, last):
        if fits(row[features[k]], lower[k], upper[k], unmeasured[k]):
            bits |= 1 << (k - first)
    return bits


@compiled
def gather_met(
    background: Array, starts: Array, path: Conditions, ends: Array, bits: Array, counts: Array
) -> None:
    """Fill what the background meets on each path, and how many rows meet it.

    The path to leaf n has its entries in ``ends[n]`` to ``ends[n + 1]``.
    """
    on_path = np.empty(background.shape[0], dtype=np.int64)
    last = 0
    for leaf in range(starts.shape[0] - 1):
        for row in range(background.shape[0]):
            on_path[row] = met(background[row], starts[leaf], starts[leaf + 1], path)
        on_path.sort()
        for row in range(background.shape[0]):
            if row > 0 and on_path[row] == on_path[row - 1]:
                counts[last - 1] += 1
            else:
                bits[last], counts[last] = on_path[row], 1
                last += 1
        ends[leaf + 1] = last


@compiled
def play(conditions: int, row: int, other: int, joins: Array, count: int, moved: Array) -> None:
    """Add to ``moved`` what each condition does where a row is played against ``count`` others.

    ``joins[p, q]`` is the weight of one of p where q stand against them.
    """
    here, there = 0, 0
    for k in range(conditions):
        here += (row >> k) & ~(other >> k) & 1
        there += (other >> k) & ~(row >> k) & 1
    gain, loss = count * joins[here, there], count * joins[there, here]
    for k in range(conditions):
        if (row >> k) & ~(other >> k) & 1:
            moved[k] += gain
        elif (other >> k) & ~(row >> k) & 1:
            moved[k] -= loss


@compiled
def add_against(
    rows: Array,
    starts: Array,
    path: Conditions,
    values: Array,
    ends: Array,
    bits: Array,
    counts: Array,
    joins: Array,
    contributions: Array,
) -> None:
    """Add the sums over the background of every leaf's Shapley values to ``contributions``."""
    moved = np.empty(joins.shape[0])
    for leaf in range(starts.shape[0] - 1):
        first, last = starts[leaf], starts[leaf + 1]
        every = (1 << (last - first)) - 1
        for row in range(rows.shape[0]):
            own = met(rows[row], first, last, path)
            moved[: last - first] = 0.0
            for entry in range(ends[leaf], ends[leaf + 1]):
                if own | bits[entry] == every:
                    play(last - first, own, bits[entry], joins, counts[entry], moved)
            for k in range(last - first):
                feature, change = path.feature[first + k], moved[k]
                for output in range(values.shape[1]):
                    contributions[row, feature, output] += change * values[leaf, output]
