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
Game = Callable[[frozenset[int]], Floats]


@dataclass(frozen=True)
class Node:
    """A split, or a leaf with its value; ``share`` is its part of the parent's weight."""

    share: float
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
    left = node.left.share * expected(node.left, row, known)
    right = node.right.share * expected(node.right, row, known)
    return left + right


def shapley_values(trees: Sequence[Node], row: Floats) -> Floats:
    """Shapley values of shape (n_features, n_outputs), predictors averaged over by node weights."""
    return shapley_values_of(_game_of(trees, row), len(row))


def interaction_values(trees: Sequence[Node], row: Floats) -> Floats:
    """Shapley interaction index of each pair, shape (n_features, n_features, n_outputs)."""
    n, game = len(row), _game_of(trees, row)
    outputs = len(game(frozenset()))
    found = np.zeros((n, n, outputs))
    for i, j in combinations(range(n), 2):
        others = [other for other in range(n) if other not in (i, j)]
        for some in _coalitions(others):
            size = factorial(len(some)) * factorial(n - len(some) - 2) / factorial(n - 1)
            together = game(some | {i, j}) - game(some | {i}) - game(some | {j}) + game(some)
            found[i, j] += size * together
        found[j, i] = found[i, j]
    return found


def shapley_values_of(game: Game, n: int) -> Floats:
    """Shapley values of a game of n players, shape (n, n_outputs)."""
    known = {some: game(some) for some in _coalitions(range(n))}
    found = []
    for player in range(n):
        gains = [
            factorial(len(some)) * factorial(n - len(some) - 1) / factorial(n)
            * (known[some | {player}] - known[some])
            for some in known
            if player not in some
        ]  # fmt: skip
        found.append(np.sum(gains, axis=0))
    return np.array(found)


def against_background(
    predict: Callable[[Floats], Floats], row: Floats, background: Floats
) -> Floats:
    """Shapley values where predictors that stay away have the values of background rows."""

    def game(some: frozenset[int]) -> Floats:
        mixed = background.copy()
        mixed[:, sorted(some)] = row[sorted(some)]
        mean: Floats = predict(mixed).mean(axis=0)
        return mean

    return shapley_values_of(game, len(row))


def _game_of(trees: Sequence[Node], row: Floats) -> Game:
    def game(some: frozenset[int]) -> Floats:
        total: Floats = np.sum([expected(tree, row, some) for tree in trees], axis=0)
        return total

    return game


def _coalitions(players: Sequence[int]) -> list[frozenset[int]]:
    return [
        frozenset(some) for size in range(len(players) + 1) for some in combinations(players, size)
    ]


def from_scikit_learn(tree: Any, values: Floats, node: int = 0, parent: int = 0) -> Node:
    """Nest a scikit-learn tree; ``values`` has a row for each node."""
    share = float(tree.weighted_n_node_samples[node] / tree.weighted_n_node_samples[parent])
    if tree.children_left[node] < 0:
        return Node(share, value=values[node])
    threshold, missing_left = tree.threshold[node], bool(tree.missing_go_to_left[node])
    return Node(
        share,
        feature=int(tree.feature[node]),
        goes_left=lambda x: missing_left if np.isnan(x) else np.float32(x) <= threshold,
        left=from_scikit_learn(tree, values, tree.children_left[node], node),
        right=from_scikit_learn(tree, values, tree.children_right[node], node),
    )


def from_xgboost(booster: Any) -> list[Node]:
    """Nest the trees of XGBoost's own text dump, where features are called f0, f1, ..."""
    dump = booster.get_dump(dump_format="json", with_stats=True)
    return [_from_dump(json.loads(tree)) for tree in dump]


def _from_dump(node: dict[str, Any], weight_above: float | None = None) -> Node:
    weight = float(np.float32(node["cover"]))
    share = 1.0 if weight_above is None else weight / weight_above
    if "leaf" in node:
        return Node(share, value=np.array([np.float32(node["leaf"])], dtype=float))
    children = {child["nodeid"]: child for child in node["children"]}
    condition, missing_left = np.float32(node["split_condition"]), node["missing"] == node["yes"]
    return Node(
        share,
        feature=int(node["split"].removeprefix("f")),
        goes_left=lambda x: missing_left if np.isnan(x) else bool(np.float32(x) < condition),
        left=_from_dump(children[node["yes"]], weight),
        right=_from_dump(children[node["no"]], weight),
    )
