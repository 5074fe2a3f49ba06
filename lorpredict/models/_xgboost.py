"""What the families of XGBoost share: how they are set and trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import xgboost as xgb

from lorpredict.models._family import TrainingRows
from lorpredict.models._search_space import Between, SearchSpace

SETTINGS: dict[str, Any] = {
    "n_estimators": 100,
    "learning_rate": 0.05,
    "max_depth": 2,
    "min_child_weight": 1.0,
    "subsample": 0.8,
    "colsample_bytree": 0.8,
    "reg_lambda": 5.0,
}
SEARCH_SPACE: SearchSpace = {
    "n_estimators": Between(30, 500, log=True, whole=True),
    "learning_rate": Between(0.01, 0.3, log=True),
    "max_depth": Between(1, 4, whole=True),
    "min_child_weight": Between(0.5, 10.0, log=True),
    "reg_lambda": Between(0.1, 30.0, log=True),
}


def boosted(data: xgb.DMatrix, rows: TrainingRows, objective: Mapping[str, Any]) -> xgb.Booster:
    """Train a booster; one thread, so that the result depends on the seed alone."""
    settings = {name: rows.settings[name] for name in SETTINGS}
    rounds = settings.pop("n_estimators")
    fixed = {"tree_method": "exact", "nthread": 1, "seed": rows.seed}
    return xgb.train({**settings, **objective, **fixed}, data, num_boost_round=rounds)
