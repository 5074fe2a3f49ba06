"""Every shape of model is explained exactly, on the scale where it adds up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost as xgb
from numpy.typing import NDArray
from sksurv.ensemble import RandomSurvivalForest

from lorpredict.errors import UnsupportedModel
from lorpredict.explanation import ExactExplainer, exact_contributions
from lorpredict.models._curves import (
    AcceleratedTime,
    LinearHazard,
    SurvivalForest,
    TreeHazard,
)
from lorpredict.survival import CurveModel, Floats, StepFunction, outcome_array
from lorpredict.trees import TreeEnsemble

ROOT = Path(__file__).parents[3]
DAYS = np.array([267.0, 632.0])
BASELINE = StepFunction(np.array([100.0, 500.0]), np.array([0.1, 0.4]))
HEAVY = {"joblib", "matplotlib", "pandas", "shap", "sklearn", "sksurv", "xgboost"}

# Sums of float64 terms of order one.
EXACT = 1e-12


@pytest.fixture(scope="module")
def features() -> Floats:
    rng = np.random.default_rng(9)
    drawn: Floats = rng.normal(size=(70, 4))
    drawn[rng.random(drawn.shape) < 0.1] = np.nan
    return drawn


@pytest.fixture(scope="module")
def forest(features: Floats) -> SurvivalForest:
    rng = np.random.default_rng(10)
    duration = np.ceil(1 + 30 * rng.exponential(10, size=70))
    model = RandomSurvivalForest(n_estimators=10, min_samples_leaf=5, random_state=0)
    model.fit(features, outcome_array(rng.random(70) < 0.8, duration))
    return SurvivalForest(TreeEnsemble.from_scikit_survival(model))


@pytest.fixture(scope="module")
def boosting(features: Floats) -> TreeHazard:
    rng = np.random.default_rng(11)
    data = xgb.DMatrix(features, label=rng.exponential(size=70))
    booster = xgb.train({"objective": "survival:cox", "max_depth": 2}, data, 10)
    return TreeHazard(TreeEnsemble.from_xgboost(booster), BASELINE)


@pytest.fixture(scope="module")
def accelerated(features: Floats) -> AcceleratedTime:
    rng = np.random.default_rng(18)
    time = 300 * rng.exponential(size=70)
    data = xgb.DMatrix(features)
    data.set_float_info("label_lower_bound", time)
    data.set_float_info("label_upper_bound", time)
    settings = {"objective": "survival:aft", "max_depth": 2, "base_score": 300.0}
    return AcceleratedTime(TreeEnsemble.from_xgboost(xgb.train(settings, data, 10)), "normal", 1.0)


def test_forest_is_explained_on_the_risk(forest: SurvivalForest, features: Floats) -> None:
    values, base_values, predicted, scale = exact_contributions(forest, features, DAYS)

    assert scale == "risk"
    assert values.shape == (70, 4, 2)
    assert predicted == pytest.approx(1 - forest.survival(features, DAYS), abs=EXACT)
    assert values.sum(axis=1) + base_values == pytest.approx(predicted, abs=EXACT)


def test_boosting_is_explained_on_the_log_hazard_for_every_day(
    boosting: TreeHazard, features: Floats
) -> None:
    values, base_values, predicted, scale = exact_contributions(boosting, features, DAYS)

    assert scale == "log_hazard"
    assert values.shape == (70, 4, 2)
    assert np.array_equal(values[:, :, 0], values[:, :, 1])
    assert np.array_equal(predicted[:, 1], boosting.log_hazard(features))
    assert values.sum(axis=1) + base_values == pytest.approx(predicted, abs=EXACT)


def test_times_are_explained_on_minus_their_logarithm(
    accelerated: AcceleratedTime, features: Floats
) -> None:
    values, base_values, predicted, scale = exact_contributions(accelerated, features, DAYS)

    assert scale == "log_acceleration"
    assert values.shape == (70, 4, 2)
    assert np.array_equal(values[:, :, 0], values[:, :, 1])
    assert np.array_equal(predicted[:, 1], -accelerated.log_time(features))
    assert values.sum(axis=1) + base_values == pytest.approx(predicted, abs=EXACT)
    # Up means sooner: less survival on any day.
    order = np.argsort(predicted[:, 0])
    assert np.diff(accelerated.survival(features, DAYS)[order, 0]).max() <= EXACT


def test_linear_model_is_explained_by_its_own_terms() -> None:
    curves = LinearHazard(np.array([0.5, -2.0]), np.array([1.0, 0.0]), BASELINE)

    explained = exact_contributions(curves, np.array([[3.0, 0.5]]), DAYS)

    assert explained.scale == "log_hazard"
    assert explained.values.tolist() == [[[1, 1], [-1, -1]]]
    assert explained.base_values.tolist() == [0, 0]
    assert explained.predicted.tolist() == [[0, 0]]


def test_explainer_is_built_once_and_asked_often(forest: SurvivalForest, features: Floats) -> None:
    explainer = ExactExplainer(forest, DAYS)

    assert repr(explainer) == "ExactExplainer(scale='risk', 2 days)"
    assert np.array_equal(
        explainer(features[:1]).values, exact_contributions(forest, features, DAYS).values[:1]
    )


def test_forest_explains_the_same_after_a_folder(forest: SurvivalForest, features: Floats) -> None:
    back = SurvivalForest.from_arrays(forest.to_arrays())

    assert np.array_equal(
        exact_contributions(back, features, DAYS).values,
        exact_contributions(forest, features, DAYS).values,
    )


class _Constant:
    """A model of a shape that nobody knows."""

    def survival(self, features: Floats, days: Floats) -> Floats:
        return np.ones((len(features), len(days)))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        return {}


def test_unknown_shape_is_refused() -> None:
    constant: CurveModel = _Constant()

    with pytest.raises(UnsupportedModel, match="_Constant has no exact explanation"):
        exact_contributions(constant, np.zeros((1, 1)), DAYS)


def test_explaining_loads_neither_shap_nor_a_learner() -> None:
    program = (
        "import sys; from lorpredict.explanation import ExactExplainer, top_contributions; "
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert HEAVY.isdisjoint(answer.stdout.split())
