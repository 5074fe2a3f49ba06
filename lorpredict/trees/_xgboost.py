"""Read the trees of XGBoost from its own JSON, which loses no digit."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lorpredict.errors import NotFitted, UnsupportedModel
from lorpredict.survival import Scale
from lorpredict.trees._ensemble import TreeEnsemble
from lorpredict.trees._joining import Tree, join

Json = Mapping[str, Any]

_OUTPUTS: dict[str, Scale] = {"survival:cox": "log_hazard", "survival:aft": "log_time"}


def read_xgboost(model: Any) -> TreeEnsemble:
    """Read the margin of an XGBoost model: a log-hazard or a log-time, by its objective."""
    learner = json.loads(bytes(_booster(model).save_raw("json")))["learner"]
    output = _output(learner["objective"]["name"])
    trees, factors = _trees_with_factors(learner["gradient_booster"])
    if not trees:
        raise NotFitted("this XGBoost model holds no trees; train it first")
    parameters = learner["learner_model_param"]
    # XGBoost keeps the base score of Cox as a hazard ratio and that of accelerated failure time
    # as a time; the trees add up on the logarithm of either.
    base_score = np.float32(parameters["base_score"].strip("[]"))
    return join(
        [_tree(tree, factor) for tree, factor in zip(trees, factors, strict=True)],
        output=output,
        n_features=int(parameters["num_feature"]),
        offset=math.log(base_score),
    )


def _booster(model: Any) -> Any:
    """Return the booster with the trees that predict: those up to early stopping."""
    import xgboost

    if isinstance(model, xgboost.Booster):
        return model
    if not isinstance(model, xgboost.XGBModel):
        raise UnsupportedModel(
            f"{type(model).__name__} is no XGBoost model; expected a Booster or an XGBModel"
        )
    if not model.__sklearn_is_fitted__():
        raise NotFitted(f"this {type(model).__name__} has not learnt yet; call fit first")
    marked: float | None = model.missing
    if marked is not None and not np.isnan(marked):
        raise UnsupportedModel(
            f"missing={model.missing!r} marks what was not measured; write NaN there and refit"
        )
    stopped = getattr(model, "best_iteration", None)
    booster = model.get_booster()
    return booster if stopped is None else booster[: stopped + 1]


def _output(objective: str) -> Scale:
    if objective not in _OUTPUTS:
        known = " and ".join(repr(each) for each in _OUTPUTS)
        raise UnsupportedModel(
            f"an XGBoost model with objective {objective!r}; only {known} are explained"
        )
    return _OUTPUTS[objective]


def _trees_with_factors(booster: Json) -> tuple[list[Json], list[float]]:
    if booster["name"] == "gblinear":
        raise UnsupportedModel("booster='gblinear' has no trees; use 'gbtree' or 'dart'")
    inner = booster.get("gbtree", booster)
    trees = inner["model"]["trees"]
    # Dart shrinks each tree by its own factor.
    return trees, _float32s(booster.get("weight_drop", [1.0] * len(trees))).tolist()


def _tree(tree: Json, factor: float) -> Tree:
    if any(tree["split_type"]):
        raise UnsupportedModel(
            "a tree splits on categories; encode them as numbers before training"
        )
    left, right = np.array(tree["left_children"]), np.array(tree["right_children"])
    kept = _reachable(left, right)
    new = np.full(len(left) + 1, -1)  # the last one answers for the child -1
    new[kept] = np.arange(len(kept))
    goes_left = np.array(tree["default_left"], dtype=bool)
    condition = _float32s(tree["split_conditions"])
    is_leaf = left[kept] < 0
    return Tree(
        left=new[left[kept]],
        right=new[right[kept]],
        missing=new[np.where(goes_left, left, right)[kept]],
        feature=np.array(tree["split_indices"])[kept],
        # x < condition is x <= the float32 before it
        threshold=np.nextafter(condition, np.float32(-np.inf))[kept],
        weight=_float32s(tree["sum_hessian"])[kept].astype(np.float64),
        values=condition[kept][is_leaf].astype(np.float64)[:, None] * factor,
    )


def _float32s(written: list[float]) -> NDArray[np.float32]:
    """Numbers as XGBoost holds them: it writes the fewest digits that tell float32s apart."""
    return np.array(written, dtype=np.float32)


def _reachable(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.int64]:
    """Nodes in use, parents before children; pruning leaves dead ones behind."""
    found, waiting = [], [0]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if left[node] >= 0:
            waiting += [int(right[node]), int(left[node])]
    return np.array(found, dtype=np.int64)
