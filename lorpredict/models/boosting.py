"""Gradient boosted trees for the Cox partial likelihood (XGBoost), with a Breslow baseline."""

from __future__ import annotations

from typing import Any

import numpy as np
import xgboost as xgb

from lorpredict.models._baseline import breslow_baseline
from lorpredict.models._curves import TreeHazard
from lorpredict.models._family import Learnt, ModelFamily, TrainingRows
from lorpredict.trees import TreeEnsemble

ROUNDS = 100
SETTINGS: dict[str, Any] = {
    "objective": "survival:cox",
    "eta": 0.05,
    "max_depth": 2,
    "min_child_weight": 1.0,
    "subsample": 0.8,
    "colsample_bytree": 0.8,
    "lambda": 5.0,
    "tree_method": "exact",
    "nthread": 1,
}


def learn(rows: TrainingRows) -> Learnt:
    """Chen and Guestrin, KDD 2016; baseline hazard by Breslow from the training rows.

    XGBoost reads a censored time as a negative label.
    """
    labels = np.where(rows.y["event"], rows.y["duration"], -rows.y["duration"])
    data = xgb.DMatrix(rows.features, label=labels, missing=np.nan)
    booster = xgb.train({**SETTINGS, "seed": rows.seed}, data, num_boost_round=ROUNDS)
    trees = TreeEnsemble.from_xgboost(booster)
    baseline = breslow_baseline(trees.predict(rows.features)[:, 0], rows.y, rows.grid)
    return Learnt(TreeHazard(trees, baseline), booster)


FAMILY = ModelFamily(
    name="boosting",
    label="XGBoost Cox",
    kind="tree",
    style="with_missing",
    learn=learn,
)
