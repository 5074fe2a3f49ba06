"""Read the trees of scikit-survival: forests, whose leaves hold curves, and boosting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lorpredict.errors import NotFitted, UnsupportedModel
from lorpredict.survival import Floats, Scale
from lorpredict.trees._ensemble import TreeEnsemble
from lorpredict.trees._joining import Tree, join
from lorpredict.trees._leaf_curves import Training, leaf_curves

_FOREST_OUTPUTS: tuple[Scale, ...] = ("survival", "risk", "cumulative_hazard", "risk_score")
# A leaf of a survival forest holds, at each time, the cumulative hazard and then the survival.
_HAZARD, _SURVIVAL = 0, 1


def read_scikit_survival(
    model: Any, output: Scale | None, training: Training | None = None
) -> TreeEnsemble:
    """Read a fitted forest or boosting model of scikit-survival."""
    from sklearn.pipeline import Pipeline
    from sksurv.ensemble import (
        ExtraSurvivalTrees,
        GradientBoostingSurvivalAnalysis,
        RandomSurvivalForest,
    )

    if isinstance(model, Pipeline):
        raise UnsupportedModel(
            "a Pipeline holds more than trees; give its last step, pipeline[-1], and explain rows "
            "that were shaped by pipeline[:-1].transform"
        )
    if not isinstance(
        model, RandomSurvivalForest | ExtraSurvivalTrees | GradientBoostingSurvivalAnalysis
    ):
        raise UnsupportedModel(
            f"{type(model).__name__} has no trees that are known here; expected a "
            "RandomSurvivalForest, ExtraSurvivalTrees or GradientBoostingSurvivalAnalysis of "
            "scikit-survival, or a survival model of XGBoost"
        )
    if not hasattr(model, "estimators_"):
        raise NotFitted(f"this {type(model).__name__} has not learnt yet; call fit first")
    if isinstance(model, GradientBoostingSurvivalAnalysis):
        return _boosting(model, output)
    return _forest(model, output or "survival", training)


def _forest(forest: Any, output: Scale, training: Training | None) -> TreeEnsemble:
    _refuse_output(forest, output, _FOREST_OUTPUTS)
    if output == "risk":
        return _forest(forest, "survival", training).as_risk()
    fitted = [estimator.tree_ for estimator in forest.estimators_]
    if output == "risk_score":
        leaves = [_risk_score_of_leaves(tree, forest) for tree in fitted]
        return join(_scaled(fitted, leaves), output=output, n_features=forest.n_features_in_)
    return join(
        _scaled(fitted, list(_curves(forest, output, training))),
        output=output,
        n_features=forest.n_features_in_,
        times=np.array(forest.unique_times_, dtype=float),
        before=1.0 if output == "survival" else 0.0,
    )


def _curves(forest: Any, output: Scale, training: Training | None) -> Iterator[Floats]:
    """Yield the curves of each tree's leaves, arrays of shape (n_leaves, n_unique_times)."""
    if forest.low_memory:
        if training is None:
            raise _keeps_no_curves(forest, output)
        yield from leaf_curves(forest, training, output)
        return
    which = _SURVIVAL if output == "survival" else _HAZARD
    for estimator in forest.estimators_:
        yield estimator.tree_.value[_is_leaf(estimator.tree_)][:, :, which]


def _risk_score_of_leaves(tree: Any, forest: Any) -> Floats:
    values = tree.value[_is_leaf(tree)]
    if forest.low_memory:
        only: Floats = values[:, 0, :1]
        return only
    total: Floats = values[:, forest.is_event_time_, _HAZARD].sum(axis=1, keepdims=True)
    return total


def _boosting(model: Any, output: Scale | None) -> TreeEnsemble:
    # The other losses are about a time, whose logarithm the trees add up to.
    margin: Scale = "log_hazard" if model.loss == "coxph" else "log_time"
    _refuse_output(model, output or margin, (margin,))
    fitted = [estimator.tree_ for estimator in model.estimators_[:, 0]]
    # Dropout shrinks each tree by its own factor.
    shrunk = model.learning_rate * np.asarray(getattr(model, "_scale", np.ones(len(fitted))))
    leaves = [
        tree.value[_is_leaf(tree)][:, 0, :1] * factor
        for tree, factor in zip(fitted, shrunk, strict=True)
    ]
    trees = [_tree(tree, values) for tree, values in zip(fitted, leaves, strict=True)]
    return join(trees, output=margin, n_features=model.n_features_in_)


def _scaled(fitted: Sequence[Any], leaves: Sequence[Floats]) -> list[Tree]:
    """Trees whose mean, not sum, is the prediction."""
    return [_tree(tree, values / len(fitted)) for tree, values in zip(fitted, leaves, strict=True)]


def _tree(tree: Any, values: Floats) -> Tree:
    left, right = tree.children_left, tree.children_right
    return Tree(
        left=left,
        right=right,
        missing=np.where(np.asarray(tree.missing_go_to_left, dtype=bool), left, right),
        feature=tree.feature,
        threshold=_rounded_down(tree.threshold),
        weight=tree.weighted_n_node_samples,
        values=values,
    )


def _is_leaf(tree: Any) -> NDArray[np.bool_]:
    is_leaf: NDArray[np.bool_] = tree.children_left < 0
    return is_leaf


def _rounded_down(threshold: Floats) -> NDArray[np.float32]:
    """Largest float32 that is not above; for a float32 value both decide alike."""
    rounded = threshold.astype(np.float32)
    too_high = rounded.astype(np.float64) > threshold
    rounded[too_high] = np.nextafter(rounded[too_high], np.float32(-np.inf))
    return rounded


def _refuse_output(model: Any, output: Scale, exact: Sequence[Scale]) -> None:
    if output in exact:
        return
    name, known = type(model).__name__, " or ".join(repr(one) for one in exact)
    raise UnsupportedModel(
        f"the trees of {name} do not add up to its {output}; ask for output={known}"
    )


def _keeps_no_curves(forest: Any, output: Scale) -> UnsupportedModel:
    return UnsupportedModel(
        f"this {type(forest).__name__} was fitted with low_memory=True and keeps no curves to "
        f"tell {output} from; give the rows of its training as training=(X, y), fit it with "
        "low_memory=False, or ask for output='risk_score'"
    )
