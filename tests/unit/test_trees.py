"""The arrays predict what the library's own model predicts."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import xgboost as xgb
from sksurv.ensemble import (
    ComponentwiseGradientBoostingSurvivalAnalysis,
    ExtraSurvivalTrees,
    GradientBoostingSurvivalAnalysis,
    RandomSurvivalForest,
)

from lorpredict.errors import NotFitted, UnsupportedModel
from lorpredict.survival import Floats, Outcome, outcome_array
from lorpredict.trees import TreeEnsemble

# Sums of some 20 float64 terms of order one, in another order.
FLOAT64 = 1e-12
# XGBoost adds some 20 float32 terms: a few units in the last of its 24 bits.
FLOAT32 = 1e-6

FORESTS = [RandomSurvivalForest, ExtraSurvivalTrees]


@pytest.fixture(scope="module")
def rows() -> Floats:
    rng = np.random.default_rng(3)
    features: Floats = rng.normal(size=(90, 4)).round(1)
    features[rng.random(features.shape) < 0.15] = np.nan
    return features


@pytest.fixture(scope="module")
def outcome(rows: Floats) -> Outcome:
    rng = np.random.default_rng(4)
    duration = np.ceil(12 * rng.exponential(np.exp(np.nan_to_num(rows[:, 0]))))
    return outcome_array(rng.random(len(rows)) < 0.7, duration)


def _forest(kind: Any, rows: Floats, outcome: Outcome, **settings: Any) -> Any:
    forest = kind(n_estimators=8, min_samples_leaf=4, random_state=0, **settings)
    return forest.fit(rows, outcome)


def _boosted(rows: Floats, outcome: Outcome, **settings: Any) -> Any:
    model = GradientBoostingSurvivalAnalysis(n_estimators=15, random_state=0, **settings)
    return model.fit(np.nan_to_num(rows), outcome)


def _cox_data(rows: Floats, outcome: Outcome) -> xgb.DMatrix:
    return xgb.DMatrix(rows, label=_labels(outcome))


def _labels(outcome: Outcome) -> Floats:
    labels: Floats = np.where(outcome["event"], outcome["duration"], -outcome["duration"])
    return labels


def _cox(rows: Floats, outcome: Outcome, **settings: Any) -> xgb.Booster:
    given = {"objective": "survival:cox", "max_depth": 4, "seed": 0, **settings}
    return xgb.train(given, _cox_data(rows, outcome), 20)


def _on_the_thresholds(rows: Floats, trees: TreeEnsemble) -> Floats:
    """Rows with one value exactly on a threshold, or one float32 above it."""
    # An infinite threshold splits measured from unmeasured.
    inner = np.flatnonzero((trees.left >= 0) & np.isfinite(trees.threshold))
    on = np.repeat(rows[:1], len(inner), axis=0)
    on[np.arange(len(inner)), trees.feature[inner]] = trees.threshold[inner]
    above = on.copy()
    above[np.arange(len(inner)), trees.feature[inner]] = np.nextafter(
        trees.threshold[inner], np.float32(np.inf)
    )
    return np.concatenate([rows, on, above])


@pytest.mark.parametrize("kind", FORESTS)
def test_forest_predicts_survival_and_hazard_as_scikit_survival(
    kind: Any, rows: Floats, outcome: Outcome
) -> None:
    forest = _forest(kind, rows, outcome)
    survival = TreeEnsemble.from_scikit_survival(forest)
    hazard = TreeEnsemble.from_scikit_survival(forest, output="cumulative_hazard")
    asked = _on_the_thresholds(rows, survival)

    assert np.isnan(asked).any()
    assert survival.predict(asked) == pytest.approx(
        forest.predict_survival_function(asked, return_array=True), abs=FLOAT64
    )
    assert hazard.predict(asked) == pytest.approx(
        forest.predict_cumulative_hazard_function(asked, return_array=True), abs=FLOAT64
    )


@pytest.mark.parametrize("low_memory", [False, True])
@pytest.mark.parametrize("kind", FORESTS)
def test_forest_predicts_its_risk_score_even_with_low_memory(
    kind: Any, low_memory: bool, rows: Floats, outcome: Outcome
) -> None:
    forest = _forest(kind, rows, outcome, low_memory=low_memory)
    trees = TreeEnsemble.from_scikit_survival(forest, output="risk_score")

    assert trees.predict(rows)[:, 0] == pytest.approx(forest.predict(rows), rel=FLOAT64)


@pytest.mark.parametrize(
    "settings",
    [{}, {"dropout_rate": 0.4}, {"subsample": 0.5, "learning_rate": 0.3}],
    ids=["plain", "dropout", "subsample"],
)
def test_boosting_predicts_the_log_hazard_of_scikit_survival(
    settings: dict[str, Any], rows: Floats, outcome: Outcome
) -> None:
    model = _boosted(rows, outcome, **settings)
    trees = TreeEnsemble.from_scikit_survival(model)
    asked = np.nan_to_num(_on_the_thresholds(rows, trees))

    assert trees.output == "log_hazard"
    assert trees.predict(asked)[:, 0] == pytest.approx(model.predict(asked), abs=FLOAT64)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"base_score": 3.0},
        {"booster": "dart", "rate_drop": 0.4},
        {"gamma": 2.0, "tree_method": "exact"},
        {"grow_policy": "lossguide", "max_leaves": 9, "max_depth": 0},
        {"num_parallel_tree": 3, "subsample": 0.5},
    ],
    ids=["plain", "base score", "dart", "pruned", "best first", "parallel trees"],
)
def test_xgboost_predicts_its_margin(
    settings: dict[str, Any], rows: Floats, outcome: Outcome
) -> None:
    booster = _cox(rows, outcome, **settings)
    trees = TreeEnsemble.from_xgboost(booster)
    asked = _on_the_thresholds(rows, trees)
    margin = booster.predict(xgb.DMatrix(asked), output_margin=True)

    assert trees.predict(asked)[:, 0] == pytest.approx(margin, rel=FLOAT32, abs=FLOAT32)


def test_xgboost_stops_where_early_stopping_stopped(rows: Floats, outcome: Outcome) -> None:
    labels = _labels(outcome)
    model = xgb.XGBModel(
        objective="survival:cox", n_estimators=50, learning_rate=1.0, early_stopping_rounds=3
    )
    model.fit(rows[:60], labels[:60], eval_set=[(rows[60:], labels[60:])], verbose=False)
    trees = TreeEnsemble.from_xgboost(model)

    assert trees.n_trees == model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    assert trees.predict(rows)[:, 0] == pytest.approx(
        model.predict(rows, output_margin=True), rel=FLOAT32, abs=FLOAT32
    )


def test_curve_is_read_right_continuously(rows: Floats, outcome: Outcome) -> None:
    survival = TreeEnsemble.from_scikit_survival(_forest(FORESTS[0], rows, outcome))
    assert survival.times is not None
    first, second, last = survival.times[0], survival.times[1], survival.times[-1]
    whole = survival.predict(rows)

    cut = survival.at([first - 0.5, first, (first + second) / 2, second, last + 9]).predict(rows)

    assert (cut[:, 0] == 1).all()
    assert np.array_equal(cut[:, 1:], whole[:, [0, 0, 1, -1]])


def test_hazard_is_zero_before_the_first_time(rows: Floats, outcome: Outcome) -> None:
    forest = _forest(FORESTS[0], rows, outcome)
    hazard = TreeEnsemble.from_scikit_survival(forest, output="cumulative_hazard")

    assert not hazard.at([0]).predict(rows).any()


def test_risk_is_one_minus_survival(rows: Floats, outcome: Outcome) -> None:
    forest = _forest(FORESTS[0], rows, outcome)
    survival = TreeEnsemble.from_scikit_survival(forest).at([0, 5, 20])
    risk = TreeEnsemble.from_scikit_survival(forest, output="risk").at([0, 5, 20])

    assert risk.predict(rows) == pytest.approx(1 - survival.predict(rows), abs=FLOAT64)


def test_ensemble_survives_a_file_without_pickle(rows: Floats, outcome: Outcome) -> None:
    for trees in (
        TreeEnsemble.from_scikit_survival(_forest(FORESTS[1], rows, outcome)).as_risk(),
        TreeEnsemble.from_xgboost(_cox(rows, outcome)),
    ):
        file = io.BytesIO()
        np.savez_compressed(file, **trees.to_arrays())  # type: ignore[arg-type]  # numpy's stub
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            back = TreeEnsemble.from_arrays(arrays)

        assert repr(back) == repr(trees)
        assert np.array_equal(back.predict(rows), trees.predict(rows))
        assert back.before == trees.before


def test_low_memory_forest_is_refused_and_the_ways_out_are_named(
    rows: Floats, outcome: Outcome
) -> None:
    forest = _forest(FORESTS[0], rows, outcome, low_memory=True)

    with pytest.raises(UnsupportedModel, match=r"give the rows of its training as training=\(X, y"):
        TreeEnsemble.from_scikit_survival(forest)


@pytest.mark.parametrize(
    "model, output, message",
    [
        (ComponentwiseGradientBoostingSurvivalAnalysis(), None, "has no trees that are known"),
        (GradientBoostingSurvivalAnalysis(), None, "call fit first"),
        (RandomSurvivalForest(), "survival", "call fit first"),
    ],
    ids=["linear boosting", "unfitted boosting", "unfitted forest"],
)
def test_models_without_trees_are_refused(model: Any, output: Any, message: str) -> None:
    with pytest.raises((UnsupportedModel, NotFitted), match=message):
        TreeEnsemble.from_scikit_survival(model, output=output)


def test_outputs_that_do_not_add_up_are_refused(rows: Floats, outcome: Outcome) -> None:
    forest = _forest(FORESTS[0], rows, outcome)
    boosted = _boosted(rows, outcome)
    squared = _boosted(rows, outcome, loss="squared")

    with pytest.raises(UnsupportedModel, match="ask for output='survival' or 'risk' or"):
        TreeEnsemble.from_scikit_survival(forest, output="log_hazard")
    with pytest.raises(UnsupportedModel, match="ask for output='log_hazard'"):
        TreeEnsemble.from_scikit_survival(boosted, output="survival")
    with pytest.raises(UnsupportedModel, match="ask for output='log_time'"):
        TreeEnsemble.from_scikit_survival(squared, output="log_hazard")


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"objective": "reg:squarederror"}, "only 'survival:cox' and 'survival:aft' are"),
        ({"booster": "gblinear", "updater": "coord_descent"}, "gblinear' has no trees"),
    ],
    ids=["another objective", "linear booster"],
)
def test_other_xgboost_models_are_refused(
    settings: dict[str, Any], message: str, rows: Floats, outcome: Outcome
) -> None:
    given = {"objective": "survival:cox", **settings}
    data = _cox_data(rows, outcome)

    with pytest.raises(UnsupportedModel, match=message):
        TreeEnsemble.from_xgboost(xgb.train(given, data, 2))


def test_splits_on_categories_are_refused(outcome: Outcome) -> None:
    levels = np.arange(len(outcome))[:, None] % 3
    data = xgb.DMatrix(levels, label=_labels(outcome), feature_types=["c"], enable_categorical=True)
    booster = xgb.train({"objective": "survival:cox", "min_child_weight": 0}, data, 5)

    with pytest.raises(UnsupportedModel, match="splits on categories"):
        TreeEnsemble.from_xgboost(booster)


@pytest.mark.parametrize(
    "model, message",
    [
        (object(), "object is no XGBoost model"),
        (xgb.XGBModel(objective="survival:cox"), "call fit first"),
    ],
    ids=["something else", "unfitted"],
)
def test_what_is_no_fitted_xgboost_model_is_refused(model: Any, message: str) -> None:
    with pytest.raises((UnsupportedModel, NotFitted), match=message):
        TreeEnsemble.from_xgboost(model)


def test_xgboost_that_marks_missing_by_a_number_is_refused(rows: Floats, outcome: Outcome) -> None:
    model = xgb.XGBModel(objective="survival:cox", missing=-9.0, n_estimators=2)
    model.fit(rows, _labels(outcome))

    with pytest.raises(UnsupportedModel, match="write NaN there and refit"):
        TreeEnsemble.from_xgboost(model)


def test_xgboost_that_marks_missing_by_nothing_reads_nan(rows: Floats, outcome: Outcome) -> None:
    labels = np.where(outcome["event"], outcome["duration"], -outcome["duration"])
    model = xgb.XGBRegressor(objective="survival:cox", n_estimators=3, missing=None)

    trees = TreeEnsemble.from_xgboost(model.fit(rows, labels))

    expected = model.get_booster().predict(xgb.DMatrix(rows), output_margin=True)
    assert trees.predict(rows)[:, 0] == pytest.approx(expected, rel=FLOAT32, abs=FLOAT32)


def test_time_is_refused_where_it_plays_no_part(rows: Floats, outcome: Outcome) -> None:
    trees = TreeEnsemble.from_xgboost(_cox(rows, outcome))

    with pytest.raises(UnsupportedModel, match="log_hazard of these trees does not depend on time"):
        trees.at([5])
    with pytest.raises(UnsupportedModel, match="these trees tell log_hazard"):
        trees.as_risk()
