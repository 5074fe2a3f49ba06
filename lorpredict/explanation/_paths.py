"""The paths of an ensemble, gathered once and kept: from them rows are explained."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lorpredict.explanation._conditions import (
    Conditions,
    gather_paths,
    longest_total,
    parents_of,
)
from lorpredict.explanation._interaction_kernel import add_interactions
from lorpredict.explanation._kernel import add_contributions
from lorpredict.explanation._lanes_kernel import add_contributions_in_lanes
from lorpredict.survival import Floats
from lorpredict.trees import TreeEnsemble

_ROWS_A_BLOCK = 64
# Below it, rows are explained sooner one after the other.
_FEWEST_IN_LANES = 8

Rows = NDArray[np.float32]


@dataclass(frozen=True, repr=False, eq=False)
class TreePaths:
    """The conditions that lead to each leaf, ready to explain rows.

    Predictors that stay away are stood for by shares of the training weight. Building costs as
    much as some ten explanations: keep it.

    Parameters
    ----------
    trees : TreeEnsemble
    starts : array of shape (n_leaves + 1,)
        Where the conditions of each leaf begin.
    path : Conditions
    base_values : array of shape (n_outputs,)
        What is predicted when nothing is known: the mean of the leaves by training weight.
    points, weights : array of shape (n_rules, n_points)
        In row n the Gauss-Legendre rule with n points on [0, 1].
    """

    trees: TreeEnsemble
    starts: NDArray[np.int64]
    path: Conditions
    base_values: Floats
    points: Floats
    weights: Floats

    @classmethod
    def of(cls, trees: TreeEnsemble) -> TreePaths:
        """Gather the paths of an ensemble."""
        starts, path = gathered(trees)
        depth = np.diff(starts)
        points, weights = _gauss_legendre((int(depth.max()) + 1) // 2)
        leaf = np.repeat(np.arange(len(depth)), depth)
        reached = np.ones(len(depth))
        np.multiply.at(reached, leaf, path.share)
        base_values = trees.offset + reached @ trees.values
        return cls(trees, starts, path, base_values, points, weights)

    def contributions(self, X: ArrayLike) -> Floats:
        """Shapley values of shape (n_rows, n_features, n_outputs)."""
        return found_in_blocks(self.trees, X, self._add_contributions)

    def interactions(self, X: ArrayLike) -> Floats:
        """Shapley interaction values of shape (n_rows, n_features, n_features, n_outputs).

        As in shap, an interaction is halved between its two cells, and a row of the matrix sums to
        the contribution of its predictor.
        """
        features = self.trees.n_features
        found = found_in_blocks(self.trees, X, self._add_interactions, (features, features))
        main = np.arange(features)
        found[:, main, main] = self.contributions(X) - found.sum(axis=2)
        return found

    def _add_contributions(self, rows: Rows, found: Floats) -> None:
        if len(rows) < _FEWEST_IN_LANES:
            add_contributions(rows, *self._asked, found)
            return
        lanes = np.zeros((*found.shape[1:], len(rows)))
        add_contributions_in_lanes(np.ascontiguousarray(rows.T), *self._asked, lanes)
        found += np.moveaxis(lanes, -1, 0)

    def _add_interactions(self, rows: Rows, found: Floats) -> None:
        add_interactions(rows, *self._asked, found)

    @property
    def _asked(self) -> tuple[NDArray[np.int64], Conditions, Floats, Floats, Floats]:
        return self.starts, self.path, self.trees.values, self.points, self.weights

    def __repr__(self) -> str:
        return f"TreePaths({self.trees!r})"


def found_in_blocks(
    trees: TreeEnsemble,
    X: ArrayLike,
    add: Callable[[Rows, Floats], None],
    cells: tuple[int, ...] | None = None,
) -> Floats:
    """Let ``add`` fill an array of shape (n_rows, *cells, n_outputs), cells being the features.

    Many rows are shared between threads; numba's own would not bear two callers at once.
    """
    rows = trees.as_rows(X)
    found = np.zeros((len(rows), *(cells or (trees.n_features,)), trees.n_outputs))
    if len(rows) <= _ROWS_A_BLOCK:
        add(rows, found)
        return found
    starts = range(0, len(rows), _ROWS_A_BLOCK)
    blocks = [slice(start, start + _ROWS_A_BLOCK) for start in starts]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(lambda block: add(rows[block], found[block]), blocks))
    return found


def gathered(trees: TreeEnsemble) -> tuple[NDArray[np.int64], Conditions]:
    """Gather where the conditions of each leaf begin, and the conditions."""
    parent = parents_of(trees.left, trees.right)
    size = longest_total(trees.left, parent)
    kinds = (np.int32, np.float32, np.float32, np.bool_, np.float64)
    room = Conditions(*(np.empty(size, dtype=kind) for kind in kinds))
    starts = np.zeros(len(trees.values) + 1, dtype=np.int64)
    gather_paths(
        trees.left,
        trees.missing,
        trees.feature,
        trees.threshold,
        trees.weight,
        parent,
        starts,
        room,
    )
    return starts, Conditions(*(array[: starts[-1]].copy() for array in room))


def _gauss_legendre(most: int) -> tuple[Floats, Floats]:
    points, weights = np.zeros((most + 1, most)), np.zeros((most + 1, most))
    for n in range(1, most + 1):
        x, w = np.polynomial.legendre.leggauss(n)
        points[n, :n], weights[n, :n] = (x + 1) / 2, w / 2
    return points, weights
