"""Curves of the leaves of a forest that kept none, from the rows that it was trained on.

``low_memory=True`` drops them. They are made again as scikit-survival makes them: in each leaf
Kaplan and Meier's estimate of survival and Nelson and Aalen's of the cumulative hazard, from the
rows that the tree drew. The drawing is repeated from the seed that each tree keeps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from lorpredict.errors import Fault, FaultsFound
from lorpredict.survival import Floats, Scale

Training = tuple[Any, Any]

# Weights of nodes are sums of whole numbers, or of the sample weights in another order.
_SAME_WEIGHT = 1e-9


def leaf_curves(forest: Any, training: Training, output: Scale) -> Iterator[Floats]:
    """Yield the curves of each tree's leaves, arrays of shape (n_leaves, n_unique_times).

    Parameters
    ----------
    forest : RandomSurvivalForest or ExtraSurvivalTrees, fitted
    training : X, y
        The rows and outcomes that ``fit`` was given, in the same order.
    output : ``survival`` or ``cumulative_hazard``

    Raises
    ------
    FaultsFound
        If these are not the rows that the forest was trained on.
    """
    rows, event, time = _as_fitted(forest, training)
    moment = np.searchsorted(forest.unique_times_, time)
    for tree, weight in zip(forest.estimators_, _drawn(forest, len(rows)), strict=True):
        fitted = tree.tree_
        leaf = fitted.apply(rows)
        is_leaf = fitted.children_left < 0
        _refuse_other_rows(fitted, is_leaf, leaf, weight)
        place = (np.cumsum(is_leaf) - 1)[leaf]
        shape = (int(is_leaf.sum()), len(forest.unique_times_))
        events, gone = np.zeros(shape), np.zeros(shape)
        np.add.at(events, (place, moment), weight * event)
        np.add.at(gone, (place, moment), weight)
        at_risk = gone[:, ::-1].cumsum(axis=1)[:, ::-1]
        share = np.divide(events, at_risk, out=np.zeros(shape), where=at_risk > 0)
        hazard = np.cumsum(share, axis=1)
        _refuse_other_outcomes(hazard[:, forest.is_event_time_], fitted.value[is_leaf, 0, 0])
        yield np.cumprod(1 - share, axis=1) if output == "survival" else hazard


def _as_fitted(
    forest: Any, training: Training
) -> tuple[NDArray[np.float32], NDArray[np.bool_], Floats]:
    X, y = training
    rows = np.ascontiguousarray(X, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1] != forest.n_features_in_:
        raise _other_rows(
            f"an array of shape {rows.shape}; expected (n_rows, {forest.n_features_in_})"
        )
    names = getattr(getattr(y, "dtype", None), "names", None)
    if names is None or len(names) != 2 or len(y) != len(rows):
        raise _other_rows("y is no structured array of an event and a time for each row of X")
    # As scikit-survival does: the fields of y by their place, whatever they are called.
    event, time = y[names[0]], y[names[1]]
    if not np.all(np.isin(time, forest.unique_times_)):
        raise _other_rows("a time that the forest does not know")
    return rows, event.astype(bool), time.astype(float)


def _drawn(forest: Any, rows: int) -> Iterator[Floats]:
    """How often each tree drew each row, or the row's weight where nothing is drawn."""
    weights = forest._sample_weight
    for tree in forest.estimators_:
        if not forest.bootstrap:
            yield np.ones(rows) if weights is None else np.asarray(weights, dtype=float)
            continue
        random = check_random_state(tree.random_state)
        if weights is None:
            chosen = random.randint(0, rows, forest._n_samples_bootstrap)
        else:
            shares = weights / np.sum(weights)
            chosen = random.choice(rows, forest._n_samples_bootstrap, replace=True, p=shares)
        yield np.bincount(chosen, minlength=rows).astype(float)


def _refuse_other_rows(
    fitted: Any, is_leaf: NDArray[np.bool_], leaf: NDArray[np.int64], weight: Floats
) -> None:
    """Every leaf must hold the weight that it held when the tree grew."""
    held = np.bincount(leaf, weights=weight, minlength=len(is_leaf))[is_leaf]
    expected = fitted.weighted_n_node_samples[is_leaf]
    if not np.allclose(held, expected, rtol=_SAME_WEIGHT, atol=_SAME_WEIGHT):
        raise _other_rows("rows that fall into other leaves than those that grew the trees")


def _refuse_other_outcomes(hazard: Floats, expected: Floats) -> None:
    """Such a forest keeps the sum of each leaf's hazard over the times of events."""
    if not np.allclose(hazard.sum(axis=1), expected, rtol=_SAME_WEIGHT, atol=_SAME_WEIGHT):
        raise _other_rows("outcomes that are not those of the forest")


def _other_rows(problem: str) -> FaultsFound:
    hint = "Give X and y as they were given to fit, in the same order"
    return FaultsFound([Fault("training", problem, hint)], subject="the rows of the training")
