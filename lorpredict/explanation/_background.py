"""The paths of an ensemble beside the background rows that rows are explained against."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lorpredict.errors import UnsupportedModel
from lorpredict.explanation._background_kernel import add_against, gather_met
from lorpredict.explanation._conditions import Conditions
from lorpredict.explanation._paths import Rows, found_in_blocks, gathered
from lorpredict.survival import Floats
from lorpredict.trees import TreeEnsemble

# What a row meets on a path is held in the bits of a signed 64-bit number.
_MOST_CONDITIONS = 62


@dataclass(frozen=True, repr=False, eq=False)
class BackgroundPaths:
    """The conditions that lead to each leaf, and which of them each background row meets.

    Parameters
    ----------
    trees : TreeEnsemble
    starts : array of shape (n_leaves + 1,)
        Where the conditions of each leaf begin.
    path : Conditions
    base_values : array of shape (n_outputs,)
        The mean prediction of the background.
    size : number of background rows
    ends, bits, counts : arrays
        For each leaf what the background meets on its path, and how many rows meet it.
    joins : array of shape (n_conditions + 1, n_conditions + 1)
        Weights of Shapley; see the kernel.
    """

    trees: TreeEnsemble
    starts: NDArray[np.int64]
    path: Conditions
    base_values: Floats
    size: int
    ends: NDArray[np.int64]
    bits: NDArray[np.int64]
    counts: NDArray[np.int64]
    joins: Floats

    @classmethod
    def of(cls, trees: TreeEnsemble, background: ArrayLike) -> BackgroundPaths:
        """Gather the paths of an ensemble and what the background meets on them.

        Raises
        ------
        UnsupportedModel
            If a path asks about more than 62 predictors.
        """
        rows = trees.as_rows(background)
        starts, path = gathered(trees)
        longest = int(np.diff(starts).max())
        if longest > _MOST_CONDITIONS:
            raise UnsupportedModel(
                f"a path asks about {longest} predictors, expected at most {_MOST_CONDITIONS} "
                "where rows are explained against a background; leave the background out"
            )
        room = len(trees.values) * len(rows)
        ends = np.zeros(len(trees.values) + 1, dtype=np.int64)
        bits, counts = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
        gather_met(rows, starts, path, ends, bits, counts)
        return cls(
            trees, starts, path, trees.predict(rows).mean(axis=0), len(rows),
            ends, bits[: ends[-1]].copy(), counts[: ends[-1]].copy(), _joins(longest),
        )  # fmt: skip

    def contributions(self, X: ArrayLike) -> Floats:
        """Shapley values of shape (n_rows, n_features, n_outputs)."""
        summed = found_in_blocks(self.trees, X, self._add)
        summed /= self.size
        return summed

    def _add(self, rows: Rows, found: Floats) -> None:
        add_against(
            rows, self.starts, self.path, self.trees.values,
            self.ends, self.bits, self.counts, self.joins, found,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"BackgroundPaths({self.trees!r}, {self.size} background rows)"


def _joins(most: int) -> Floats:
    """Weight (p - 1)! q! / (p + q)! of one of p that stand together against q."""
    found = np.zeros((most + 1, most + 1))
    for together in range(1, most + 1):
        for against in range(most + 1 - together):
            found[together, against] = 1 / (together * comb(together + against, against))
    return found
