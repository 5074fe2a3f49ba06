"""Every kind of model that is explained, fitted, with its prediction by its own library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xgboost as xgb
from sksurv.ensemble import (
    ExtraSurvivalTrees,
    GradientBoostingSurvivalAnalysis,
    RandomSurvivalForest,
)

from lorpredict.explanation import SurvivalTreeExplainer
from lorpredict.survival import Floats, Outcome, outcome_array
from tests.unit.explanation.brute_force import Node, from_scikit_learn, from_xgboost

HORIZONS = [10.0, 25.0]
ROWS, PREDICTORS = 80, 5


@dataclass(frozen=True)
class Explained:
    """A fitted model, how it is explained, its trees as nodes, and its own prediction.

    The prediction has the shape (n_rows, n_outputs), the trees add up to it and a constant.
    """

    model: Any
    predict: Callable[[Floats], Floats]
    trees: list[Node]
    output: Any
    asked: dict[str, Any] = field(default_factory=dict)
    # XGBoost predicts in float32; the gradient boosting of scikit-survival takes no NaN.
    exact: float = 1e-10
    takes_missing: bool = True

    def explainer(self, **more: Any) -> SurvivalTreeExplainer:
        return SurvivalTreeExplainer(self.model, output=self.output, **self.asked, **more)


def some_rows(seed: int = 5) -> Floats:
    rng = np.random.default_rng(seed)
    rows: Floats = rng.normal(size=(ROWS, PREDICTORS)).round(1)
    rows[:, 2] = rng.integers(0, 2, size=ROWS)
    rows[rng.random(rows.shape) < 0.15] = np.nan
    return rows


def outcomes_of(rows: Floats) -> Outcome:
    rng = np.random.default_rng(6)
    risk = np.nan_to_num(rows[:, 3]) - np.nan_to_num(rows[:, 2])
    duration = np.ceil(20 * rng.exponential(np.exp(-risk)))
    return outcome_array(rng.random(len(rows)) < 0.7, duration)


def _forest(kind: Any, output: str, **settings: Any) -> Explained:
    rows = some_rows()
    # Deep trees on few features: most paths ask about a feature more than once.
    grown = {"n_estimators": 4, "min_samples_leaf": 2, "random_state": 0}
    forest = kind(**grown, **settings).fit(rows, outcomes_of(rows))
    asked: dict[str, Any] = {} if output == "risk_score" else {"times": HORIZONS}
    if settings.get("low_memory") and output != "risk_score":
        asked["training"] = (rows, outcomes_of(rows))
    whole = kind(**grown).fit(rows, outcomes_of(rows))  # the same trees, with their curves
    return Explained(
        forest, _prediction_of_forest(whole, output), _trees_of_forest(whole, output), output, asked
    )


def _trees_of_forest(forest: Any, output: str) -> list[Node]:
    index = np.searchsorted(forest.unique_times_, HORIZONS, side="right") - 1

    def of_nodes(value: Floats) -> Floats:
        if output == "risk_score":
            score: Floats = value[:, forest.is_event_time_, 0].sum(axis=1, keepdims=True)
            return score
        sign = -1.0 if output == "risk" else 1.0
        return sign * value[:, index, 0 if output == "cumulative_hazard" else 1]

    grown = [estimator.tree_ for estimator in forest.estimators_]
    return [from_scikit_learn(tree, of_nodes(tree.value) / len(grown)) for tree in grown]


def _prediction_of_forest(forest: Any, output: str) -> Callable[[Floats], Floats]:
    def predict(rows: Floats) -> Floats:
        if output == "risk_score":
            score: Floats = forest.predict(rows)[:, None]
            return score
        if output == "cumulative_hazard":
            curves = forest.predict_cumulative_hazard_function(rows)
        else:
            curves = forest.predict_survival_function(rows)
        told = np.array([[curve(time) for time in HORIZONS] for curve in curves])
        return 1 - told if output == "risk" else told

    return predict


def _gradient(loss: str, output: str) -> Explained:
    rows = np.nan_to_num(some_rows())
    model = GradientBoostingSurvivalAnalysis(
        loss=loss, n_estimators=6, max_depth=4, dropout_rate=0.3, subsample=0.7, random_state=0
    ).fit(rows, outcomes_of(rows))

    def predict(asked: Floats) -> Floats:
        told: Floats = model.predict(asked)[:, None]
        return told if loss == "coxph" else np.log(told)

    trees = [
        from_scikit_learn(stage.tree_, model.learning_rate * scale * stage.tree_.value[:, 0, :])
        for stage, scale in zip(model.estimators_[:, 0], model._scale, strict=True)
    ]
    return Explained(model, predict, trees, output, takes_missing=False)


def _xgboost(objective: str) -> Explained:
    rows = some_rows()
    outcome = outcomes_of(rows)
    data = xgb.DMatrix(rows)
    if objective == "survival:cox":
        data.set_label(np.where(outcome["event"], outcome["duration"], -outcome["duration"]))
    else:
        data.set_float_info("label_lower_bound", outcome["duration"])
        upper = np.where(outcome["event"], outcome["duration"], np.inf)
        data.set_float_info("label_upper_bound", upper)
    booster = xgb.train({"objective": objective, "max_depth": 4}, data, 6)

    def predict(asked: Floats) -> Floats:
        told = booster.predict(xgb.DMatrix(asked), output_margin=True)
        return told[:, None].astype(float)

    return Explained(booster, predict, from_xgboost(booster), "margin", exact=1e-6)


KINDS: dict[str, Callable[[], Explained]] = {
    "forest, survival": lambda: _forest(RandomSurvivalForest, "survival"),
    "forest, risk": lambda: _forest(RandomSurvivalForest, "risk"),
    "forest, hazard": lambda: _forest(RandomSurvivalForest, "cumulative_hazard"),
    "forest, score": lambda: _forest(RandomSurvivalForest, "risk_score"),
    "extra, survival": lambda: _forest(ExtraSurvivalTrees, "survival"),
    "extra, hazard": lambda: _forest(ExtraSurvivalTrees, "cumulative_hazard"),
    "forest without curves, survival": lambda: _forest(
        RandomSurvivalForest, "survival", low_memory=True
    ),
    "forest without curves, score": lambda: _forest(
        RandomSurvivalForest, "risk_score", low_memory=True
    ),
    "extra without curves, risk": lambda: _forest(ExtraSurvivalTrees, "risk", low_memory=True),
    "gradient, coxph": lambda: _gradient("coxph", "log_hazard"),
    "gradient, squared": lambda: _gradient("squared", "log_time"),
    "gradient, ipcwls": lambda: _gradient("ipcwls", "log_time"),
    "XGBoost, cox": lambda: _xgboost("survival:cox"),
    "XGBoost, aft": lambda: _xgboost("survival:aft"),
}
