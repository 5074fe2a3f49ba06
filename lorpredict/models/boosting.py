"""Gradient boosted trees for the Cox partial likelihood (XGBoost), with a Breslow baseline."""

from __future__ import annotations

import numpy as np
import xgboost as xgb

from lorpredict.models._baseline import breslow_baseline
from lorpredict.models._curves import TreeHazard
from lorpredict.models._family import Learnt, ModelFamily, TrainingRows
from lorpredict.models._xgboost import SEARCH_SPACE, SETTINGS, boosted
from lorpredict.trees import TreeEnsemble


def learn(rows: TrainingRows) -> Learnt:
    """Chen and Guestrin, KDD 2016; baseline hazard by Breslow from the training rows.

    XGBoost reads a censored time as a negative label.
    """
    labels = np.where(rows.y["event"], rows.y["duration"], -rows.y["duration"])
    data = xgb.DMatrix(rows.features, label=labels, missing=np.nan)
    booster = boosted(data, rows, {"objective": "survival:cox"})
    trees = TreeEnsemble.from_xgboost(booster)
    baseline = breslow_baseline(trees.predict(rows.features)[:, 0], rows.y, rows.grid)
    return Learnt(TreeHazard(trees, baseline), booster)


FAMILY = ModelFamily(
    name="boosting",
    label="XGBoost Cox",
    kind="tree",
    style="with_missing",
    explained_on="log_hazard",
    learn=learn,
    settings=SETTINGS,
    search_space=SEARCH_SPACE,
    tuned_unasked=True,
)
