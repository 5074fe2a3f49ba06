"""Shapley values by their definition, from the models' own trees: slow, and nothing of ours.

A tree is a nest of nodes; predictors that stay away are averaged over by node weights.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Node:
    """A split, or a leaf with its value."""

    weight: float
    value: Floats | None = None
    feature: int = -1
    goes_left: Callable[[float], bool] = bool
    left: Node | None = None
    right: Node | None = None


def expected(node: Node, row: Floats, known: frozenset[int]) -> Floats:
    """Value of the coalition ``known``: what the tree says of the row, averaged over the rest."""
    if node.left is None or node.right is None:
        assert node.value is not None
        return node.value
    if node.feature in known:
        child = node.left if node.goes_left(row[node.feature]) else node.right
        return expected(child, row, known)
    left = node.left.weight / node.weight * expected(node.left, row, known)
    right = node.right.weight / node.weight * expected(node.right, row, known)
    return left + right


def shapley_values(trees: Sequence[Node], row: Floats) -> Floats:
    """Shapley values of shape (n_features, n_outputs), summed over all coalitions."""
    n = len(row)
    found = []
    for feature in range(n):
        others = [other for other in range(n) if other != feature]
        gains = [
            factorial(len(some)) * factorial(n - len(some) - 1) / factorial(n)
            * _gain(trees, row, frozenset(some), feature)
            for size in range(n)
            for some in combinations(others, size)
        ]  # fmt: skip
        found.append(np.sum(gains, axis=0))
    return np.array(found)


def _gain(trees: Sequence[Node], row: Floats, some: frozenset[int], feature: int) -> Floats:
    gains = [expected(t, row, some | {feature}) - expected(t, row, some) for t in trees]
    total: Floats = np.sum(gains, axis=0)
    return total


def from_scikit_learn(tree: Any, values: Floats, node: int = 0) -> Node:
    """Nest a scikit-learn tree; ``values`` has a row for each node."""
    weight = float(tree.weighted_n_node_samples[node])
    if tree.children_left[node] < 0:
        return Node(weight, value=values[node])
    threshold, missing_left = tree.threshold[node], bool(tree.missing_go_to_left[node])
    return Node(
        weight,
        feature=int(tree.feature[node]),
        goes_left=lambda x: missing_left if np.isnan(x) else np.float32(x) <= threshold,
        left=from_scikit_learn(tree, values, tree.children_left[node]),
        right=from_scikit_learn(tree, values, tree.children_right[node]),
    )


def from_xgboost(booster: Any) -> list[Node]:
    """Nest the trees of XGBoost's own text dump, where features are called f0, f1, ..."""
    dump = booster.get_dump(dump_format="json", with_stats=True)
    return [_from_dump(json.loads(tree)) for tree in dump]


def _from_dump(node: dict[str, Any]) -> Node:
    weight = float(np.float32(node["cover"]))
    if "leaf" in node:
        return Node(weight, value=np.array([np.float32(node["leaf"])], dtype=float))
    children = {child["nodeid"]: child for child in node["children"]}
    condition, missing_left = np.float32(node["split_condition"]), node["missing"] == node["yes"]
    return Node(
        weight,
        feature=int(node["split"].removeprefix("f")),
        goes_left=lambda x: missing_left if np.isnan(x) else bool(np.float32(x) < condition),
        left=_from_dump(children[node["yes"]]),
        right=_from_dump(children[node["no"]]),
    )
