"""What holds for contributions of any trees, not only of those that some learner grew."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from numpy.typing import NDArray

from lorpredict.explanation import SurvivalTreeExplainer
from lorpredict.survival import Floats
from lorpredict.trees import TreeEnsemble
from tests.unit.explanation.brute_force import (
    Node,
    against_background,
    interaction_values,
    shapley_values,
)

Indices = NDArray[np.int32]

FEATURES, TIMES = 4, 3
# Sums of at most a few dozen terms up to one.
EXACT = 1e-10
few = settings(max_examples=25, deadline=None)


def _links(draw: DrawFn, splits: int) -> tuple[list[int], list[int]]:
    """Children of a tree grown by splitting one leaf after the other."""
    left, right = [-1], [-1]
    for _ in range(splits):
        leaves = [node for node, child in enumerate(left) if child < 0]
        node = draw(st.sampled_from(leaves))
        left[node], right[node] = len(left), len(left) + 1
        left += [-1, -1]
        right += [-1, -1]
    return left, right


@st.composite
def ensembles(draw: DrawFn) -> TreeEnsemble:
    trees = [_links(draw, draw(st.integers(0, 7))) for _ in range(draw(st.integers(1, 3)))]
    roots = np.cumsum([0, *(len(left) for left, _ in trees)])
    left, right = (
        np.concatenate(
            [np.where(np.array(tree[s]) < 0, -1, np.array(tree[s]) + r)
             for tree, r in zip(trees, roots, strict=False)]
        ).astype(np.int32)
        for s in (0, 1)
    )  # fmt: skip
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    inner = left >= 0
    drops = rng.random((int(np.sum(~inner)), TIMES))
    return TreeEnsemble(
        roots=roots,
        left=left,
        right=right,
        missing=np.where(rng.random(len(left)) < 0.5, left, right),
        feature=np.where(inner, rng.integers(0, FEATURES, len(left)), -1).astype(np.int32),
        threshold=rng.integers(-2, 3, len(left)).astype(np.float32),
        weight=_weights(left, right, rng),
        values=np.sort(drops, axis=1)[:, ::-1].copy() / len(trees),
        offset=np.zeros(TIMES),
        times=np.arange(1.0, TIMES + 1),
        before=1.0,
        output="survival",
        n_features=FEATURES,
    )


def _weights(left: Indices, right: Indices, rng: np.random.Generator) -> Floats:
    """Weights of leaves drawn, of nodes added up; a leaf may be empty."""
    weight = rng.integers(0, 5, len(left)).astype(float)
    for node in reversed(range(len(left))):
        if left[node] >= 0:
            weight[node] = weight[left[node]] + weight[right[node]]
    return weight


@st.composite
def tables(draw: DrawFn) -> Floats:
    # Whole numbers, so that values often stand on a threshold.
    value = st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0, float("nan")])
    row = st.lists(value, min_size=FEATURES, max_size=FEATURES)
    return np.array(draw(st.lists(row, min_size=1, max_size=4)))


@few
@given(ensembles(), tables())
def test_contributions_add_up_to_the_prediction(trees: TreeEnsemble, rows: Floats) -> None:
    values, base_values = SurvivalTreeExplainer(trees).contributions(rows)

    # Efficiency: the gains of all predictors share out the whole way from the base value.
    assert values.sum(axis=1) + base_values == pytest.approx(trees.predict(rows), abs=EXACT)


@few
@given(ensembles(), tables())
def test_contributions_of_any_trees_are_shapley_values(trees: TreeEnsemble, rows: Floats) -> None:
    # Before the first time, at it and between the last two: what holds there is explained.
    at_times = trees.at([0.5, 1.0, 2.7])
    values, base_values = SurvivalTreeExplainer(at_times).contributions(rows)
    cells = SurvivalTreeExplainer(at_times).interactions(rows)

    nodes = [_nested(at_times, int(root)) for root in at_times.roots[:-1]]
    assert values == pytest.approx(
        np.array([shapley_values(nodes, row) for row in rows]), abs=EXACT
    )
    pairs = np.array([interaction_values(nodes, row) for row in rows])
    beside = ~np.eye(FEATURES, dtype=bool)
    assert 2 * cells[:, beside] == pytest.approx(pairs[:, beside], abs=EXACT)
    assert not values[:, :, 0].any()
    assert base_values[0] == 1


@few
@given(ensembles(), tables(), tables())
def test_contributions_of_any_trees_against_any_background_are_shapley_values(
    trees: TreeEnsemble, rows: Floats, background: Floats
) -> None:
    values, base_values = SurvivalTreeExplainer(trees, data=background).contributions(rows)

    expected = [against_background(trees.predict, row, background) for row in rows]
    assert values == pytest.approx(np.array(expected), abs=EXACT)
    assert base_values == pytest.approx(trees.predict(background).mean(axis=0), abs=EXACT)


def _nested(trees: TreeEnsemble, node: int, share: float = 1.0) -> Node:
    """Nest a tree; a node without weight sends half each way."""
    if trees.left[node] < 0:
        return Node(share, value=trees.values[trees.leaf[node]])
    left, right = int(trees.left[node]), int(trees.right[node])
    whole = float(trees.weight[node])
    parts = [float(trees.weight[child]) / whole if whole else 0.5 for child in (left, right)]
    threshold, missing_left = trees.threshold[node], trees.missing[node] == left
    return Node(
        share,
        feature=int(trees.feature[node]),
        goes_left=lambda x: bool(missing_left if np.isnan(x) else x <= threshold),
        left=_nested(trees, left, parts[0]),
        right=_nested(trees, right, parts[1]),
    )


@few
@given(ensembles(), tables())
def test_a_predictor_that_no_tree_asks_about_contributes_nothing(
    trees: TreeEnsemble, rows: Floats
) -> None:
    asked = np.where(trees.feature == 0, 1, trees.feature).astype(np.int32)

    values, _ = SurvivalTreeExplainer(replace(trees, feature=asked)).contributions(rows)

    # Null player: who changes no coalition gets nothing.
    assert not values[:, 0].any()


@few
@given(ensembles(), tables())
def test_contributions_to_the_risk_are_those_to_survival_turned_around(
    trees: TreeEnsemble, rows: Floats
) -> None:
    survival, mean_survival = SurvivalTreeExplainer(trees).contributions(rows)
    risk, mean_risk = SurvivalTreeExplainer(trees, output="risk").contributions(rows)

    # Linearity: phi(1 - S) = -phi(S).
    assert risk == pytest.approx(-survival, abs=EXACT)
    assert mean_risk == pytest.approx(1 - mean_survival, abs=EXACT)


@few
@given(ensembles(), ensembles(), tables())
def test_contributions_of_two_ensembles_add_up_tree_by_tree(
    one: TreeEnsemble, other: TreeEnsemble, rows: Floats
) -> None:
    apart = [SurvivalTreeExplainer(trees).contributions(rows)[0] for trees in (one, other)]

    together, _ = SurvivalTreeExplainer(_joined(one, other)).contributions(rows)

    # Linearity: phi(f + g) = phi(f) + phi(g).
    assert together == pytest.approx(apart[0] + apart[1], abs=EXACT)


def _joined(one: TreeEnsemble, other: TreeEnsemble) -> TreeEnsemble:
    first, second = one.to_arrays(), other.to_arrays()
    for side in ("left", "right"):
        child = second[side]
        second[side] = np.where(child < 0, -1, child + len(one.left)).astype(np.int32)
    joined = {
        name: np.concatenate([first[name], second[name]])
        for name in (
            "left", "right", "missing_goes_left", "feature", "threshold", "weight", "values"
        )
    }  # fmt: skip
    roots = np.concatenate([first["roots"][:-1], second["roots"] + len(one.left)])
    return TreeEnsemble.from_arrays({**first, **joined, "roots": roots})


@few
@given(ensembles(), tables())
def test_arrays_and_back_change_nothing(trees: TreeEnsemble, rows: Floats) -> None:
    back = TreeEnsemble.from_arrays(trees.to_arrays())

    assert np.array_equal(back.predict(rows), trees.predict(rows))
    assert np.array_equal(
        SurvivalTreeExplainer(back).contributions(rows)[0],
        SurvivalTreeExplainer(trees).contributions(rows)[0],
    )


@few
@given(ensembles(), tables(), st.lists(st.floats(0, TIMES), min_size=2, max_size=6))
def test_a_curve_that_falls_is_read_as_one_that_falls(
    trees: TreeEnsemble, rows: Floats, days: list[float]
) -> None:
    curves = trees.at(np.sort(days)).predict(rows)

    # Every leaf's curve falls, so does their sum; before the first time nobody has had the event.
    assert all((later <= earlier + EXACT).all() for earlier, later in pairwise(curves.T))
    assert (trees.at([0.5]).predict(rows) == 1).all()
