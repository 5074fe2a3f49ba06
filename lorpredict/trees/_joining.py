"""Put trees that were read one by one behind each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lorpredict.survival import Floats, Scale
from lorpredict.trees._ensemble import TreeEnsemble


@dataclass(frozen=True)
class Tree:
    """One tree; its children count from its own root, ``values`` has a row for each leaf."""

    left: NDArray[Any]
    right: NDArray[Any]
    missing: NDArray[Any]
    feature: NDArray[Any]
    threshold: NDArray[np.float32]
    weight: Floats
    values: Floats


def join(
    trees: Sequence[Tree],
    *,
    output: Scale,
    n_features: int,
    times: Floats | None = None,
    before: float = 0.0,
    offset: float = 0.0,
) -> TreeEnsemble:
    """Make an ensemble whose prediction is the offset plus the sum over the trees."""
    roots = np.concatenate([[0], np.cumsum([len(tree.left) for tree in trees])]).astype(np.int64)
    values = np.concatenate([tree.values for tree in trees]).astype(np.float64)
    return TreeEnsemble(
        roots=roots,
        left=_shifted([tree.left for tree in trees], roots),
        right=_shifted([tree.right for tree in trees], roots),
        missing=_shifted([tree.missing for tree in trees], roots),
        feature=np.concatenate([_only_inside(tree) for tree in trees]).astype(np.int32),
        threshold=np.concatenate([tree.threshold for tree in trees]).astype(np.float32),
        weight=np.concatenate([tree.weight for tree in trees]).astype(np.float64),
        values=values,
        offset=np.full(values.shape[1], offset),
        times=times,
        before=before,
        output=output,
        n_features=n_features,
    )


def _shifted(children: Sequence[NDArray[Any]], roots: NDArray[np.int64]) -> NDArray[np.int32]:
    moved = [
        np.where(child < 0, -1, child + root) for child, root in zip(children, roots, strict=False)
    ]
    return np.concatenate(moved).astype(np.int32)


def _only_inside(tree: Tree) -> NDArray[Any]:
    return np.where(tree.left < 0, -1, tree.feature)
