"""From the root of every tree to the leaf that a row falls into, compiled by numba."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from lorpredict.trees._compiling import compiled

# Rows are taken in blocks, tree by tree, so that a tree stays in the processor's cache.
_BLOCK = 64


@compiled
def add_leaves(
    rows: NDArray[Any],
    roots: NDArray[Any],
    left: NDArray[Any],
    right: NDArray[Any],
    missing: NDArray[Any],
    feature: NDArray[Any],
    threshold: NDArray[Any],
    leaf: NDArray[Any],
    values: NDArray[Any],
    predicted: NDArray[Any],
) -> None:
    """Add to ``predicted`` what the leaf of every tree says about every row."""
    for start in range(0, rows.shape[0], _BLOCK):
        for tree in range(roots.shape[0] - 1):
            for row in range(start, min(start + _BLOCK, rows.shape[0])):
                node = roots[tree]
                while left[node] >= 0:
                    value = rows[row, feature[node]]
                    if value != value:  # not measured
                        node = missing[node]
                    elif value <= threshold[node]:
                        node = left[node]
                    else:
                        node = right[node]
                for output in range(values.shape[1]):
                    predicted[row, output] += values[leaf[node], output]
