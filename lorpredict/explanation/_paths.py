"""The paths of an ensemble, gathered once and kept: from them rows are explained."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lorpredict.explanation._kernel import (
    Conditions,
    add_contributions,
    gather_paths,
    longest_total,
    parents_of,
)
from lorpredict.survival import Floats
from lorpredict.trees import TreeEnsemble

_ROWS_A_BLOCK = 32


@dataclass(frozen=True, repr=False, eq=False)
class TreePaths:
    """The conditions that lead to each leaf, ready to explain rows.

    Building costs as much as some ten explanations: keep it.

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
        starts, path = _gathered(trees)
        depth = np.diff(starts)
        points, weights = _gauss_legendre((int(depth.max()) + 1) // 2)
        leaf = np.repeat(np.arange(len(depth)), depth)
        reached = np.ones(len(depth))
        np.multiply.at(reached, leaf, path.share)
        base_values = trees.offset + reached @ trees.values
        return cls(trees, starts, path, base_values, points, weights)

    def contributions(self, X: ArrayLike) -> Floats:
        """Shapley values of shape (n_rows, n_features, n_outputs).

        Many rows are shared between threads; numba's own would not bear two callers at once.
        """
        rows = self.trees.as_rows(X)
        shape = (len(rows), self.trees.n_features, self.trees.n_outputs)
        found = np.zeros(shape)
        blocks = [
            slice(start, start + _ROWS_A_BLOCK) for start in range(0, len(rows), _ROWS_A_BLOCK)
        ]
        if len(blocks) == 1:
            self._add(rows, found)
            return found
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(lambda block: self._add(rows[block], found[block]), blocks))
        return found

    def _add(self, rows: NDArray[np.float32], found: Floats) -> None:
        add_contributions(
            rows, self.starts, self.path, self.trees.values, self.points, self.weights, found
        )

    def __repr__(self) -> str:
        return f"TreePaths({self.trees!r})"


def _gathered(trees: TreeEnsemble) -> tuple[NDArray[np.int64], Conditions]:
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
