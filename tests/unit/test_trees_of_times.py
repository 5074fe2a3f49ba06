"""Models that predict a time: their trees add up to its logarithm."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import xgboost as xgb
from sksurv.ensemble import GradientBoostingSurvivalAnalysis

from lorpredict.errors import UnsupportedModel
from lorpredict.survival import Floats, Outcome, outcome_array
from lorpredict.trees import TreeEnsemble

# Sums of some 20 float64 terms of order one, in another order.
FLOAT64 = 1e-12
# XGBoost adds some 20 float32 terms: a few units in the last of its 24 bits.
FLOAT32 = 1e-6


@pytest.fixture(scope="module")
def rows() -> Floats:
    features: Floats = np.random.default_rng(13).normal(size=(90, 4)).round(1)
    features[::7, 1] = np.nan
    return features


@pytest.fixture(scope="module")
def outcome(rows: Floats) -> Outcome:
    rng = np.random.default_rng(14)
    duration = np.ceil(2 + 200 * rng.exponential(np.exp(np.nan_to_num(rows[:, 0]))))
    return outcome_array(rng.random(len(rows)) < 0.7, duration)


def _aft(rows: Floats, outcome: Outcome, **settings: Any) -> xgb.Booster:
    data = xgb.DMatrix(rows)
    data.set_float_info("label_lower_bound", outcome["duration"])
    upper = np.where(outcome["event"], outcome["duration"], np.inf)
    data.set_float_info("label_upper_bound", upper)
    given = {"objective": "survival:aft", "max_depth": 3, "seed": 0, **settings}
    return xgb.train(given, data, 20)


@pytest.mark.parametrize(
    "settings",
    [
        {"aft_loss_distribution": "normal"},
        {"aft_loss_distribution": "logistic", "aft_loss_distribution_scale": 0.6},
        {"aft_loss_distribution": "extreme", "aft_loss_distribution_scale": 2.0},
        {"base_score": 180.0},
        {"booster": "dart", "rate_drop": 0.4},
    ],
    ids=["normal", "logistic", "extreme", "base score", "dart"],
)
def test_xgboost_aft_predicts_its_margin_and_its_time(
    settings: dict[str, Any], rows: Floats, outcome: Outcome
) -> None:
    booster = _aft(rows, outcome, **settings)
    trees, data = TreeEnsemble.from_xgboost(booster), xgb.DMatrix(rows)
    log_time = trees.predict(rows)[:, 0]

    assert trees.output == "log_time"
    assert log_time == pytest.approx(booster.predict(data, output_margin=True), rel=FLOAT32)
    assert log_time == pytest.approx(np.log(booster.predict(data)), rel=FLOAT32)


def test_what_xgboost_aft_starts_from_is_kept_as_a_time(rows: Floats, outcome: Outcome) -> None:
    # Half a day unless told: the way to a hundred days is then the trees'.
    assert TreeEnsemble.from_xgboost(_aft(rows, outcome)).offset == pytest.approx(np.log(0.5))
    told = TreeEnsemble.from_xgboost(_aft(rows, outcome, base_score=180.0))
    assert told.offset == pytest.approx(np.log(180.0))


@pytest.mark.parametrize("loss", ["squared", "ipcwls"])
@pytest.mark.parametrize("settings", [{}, {"dropout_rate": 0.4}], ids=["plain", "dropout"])
def test_boosting_of_a_time_predicts_the_log_time_of_scikit_survival(
    loss: str, settings: dict[str, Any], rows: Floats, outcome: Outcome
) -> None:
    measured = np.nan_to_num(rows)
    model = GradientBoostingSurvivalAnalysis(loss=loss, n_estimators=15, random_state=0, **settings)
    model.fit(measured, outcome)
    trees = TreeEnsemble.from_scikit_survival(model)

    assert trees.output == "log_time"
    assert np.exp(trees.predict(measured)[:, 0]) == pytest.approx(
        model.predict(measured), rel=FLOAT64
    )


def test_acceleration_is_minus_the_log_time(rows: Floats, outcome: Outcome) -> None:
    trees = TreeEnsemble.from_xgboost(_aft(rows, outcome, base_score=180.0))

    turned = trees.as_acceleration()

    assert turned.output == "log_acceleration"
    assert np.array_equal(turned.predict(rows), -trees.predict(rows))


def test_acceleration_is_refused_where_no_time_is_predicted(rows: Floats, outcome: Outcome) -> None:
    labels = np.where(outcome["event"], outcome["duration"], -outcome["duration"])
    cox = xgb.train({"objective": "survival:cox"}, xgb.DMatrix(rows, label=labels), 2)

    with pytest.raises(UnsupportedModel, match="minus the log-time; these trees tell log_hazard"):
        TreeEnsemble.from_xgboost(cox).as_acceleration()


def test_a_log_time_does_not_depend_on_time(rows: Floats, outcome: Outcome) -> None:
    with pytest.raises(UnsupportedModel, match="log_time of these trees does not depend on time"):
        TreeEnsemble.from_xgboost(_aft(rows, outcome)).at([5])


@pytest.mark.parametrize("turned", [False, True], ids=["log-time", "acceleration"])
def test_times_survive_a_file_without_pickle(turned: bool, rows: Floats, outcome: Outcome) -> None:
    trees = TreeEnsemble.from_xgboost(_aft(rows, outcome))
    trees = trees.as_acceleration() if turned else trees
    file = io.BytesIO()
    np.savez_compressed(file, **trees.to_arrays())  # type: ignore[arg-type]  # numpy's stub
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        back = TreeEnsemble.from_arrays(arrays)

    assert repr(back) == repr(trees)
    assert np.array_equal(back.predict(rows), trees.predict(rows))
