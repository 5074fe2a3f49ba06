"""Models that predict a time are explained on its logarithm: exactly, as their own library does."""

from __future__ import annotations

import numpy as np
import pytest
import shap
import xgboost as xgb
from sksurv.ensemble import GradientBoostingSurvivalAnalysis, RandomSurvivalForest

from lorpredict.errors import UnsupportedModel
from lorpredict.explanation import SurvivalTreeExplainer
from lorpredict.survival import Floats, Outcome, outcome_array
from lorpredict.trees import TreeEnsemble

# Sums of float64 terms of order one.
EXACT = 1e-9
# XGBoost and shap's kernel for it add in float32: some seven digits of sums of order ten.
FLOAT32 = 2e-6


@pytest.fixture(scope="module")
def rows() -> Floats:
    features: Floats = np.random.default_rng(15).normal(size=(80, 5)).round(1)
    features[np.random.default_rng(16).random(features.shape) < 0.15] = np.nan
    return features


@pytest.fixture(scope="module")
def outcome(rows: Floats) -> Outcome:
    rng = np.random.default_rng(17)
    duration = np.ceil(2 + 200 * rng.exponential(np.exp(np.nan_to_num(rows[:, 3]))))
    return outcome_array(rng.random(len(rows)) < 0.7, duration)


@pytest.fixture(scope="module", params=["normal", "logistic", "extreme"])
def aft(request: pytest.FixtureRequest, rows: Floats, outcome: Outcome) -> xgb.Booster:
    data = xgb.DMatrix(rows)
    data.set_float_info("label_lower_bound", outcome["duration"])
    upper = np.where(outcome["event"], outcome["duration"], np.inf)
    data.set_float_info("label_upper_bound", upper)
    settings = {
        "objective": "survival:aft",
        "aft_loss_distribution": request.param,
        "max_depth": 4,
        "base_score": 200.0,
    }
    return xgb.train(settings, data, 8)


def test_contributions_add_up_to_the_time_that_xgboost_predicts(
    aft: xgb.Booster, rows: Floats
) -> None:
    explained = SurvivalTreeExplainer(aft, output="margin")(rows)

    log_time = np.log(aft.predict(xgb.DMatrix(rows)))
    assert explained.values.shape == (80, 5)
    assert explained.values.sum(axis=1) + explained.base_values == pytest.approx(
        log_time, abs=FLOAT32
    )


def test_contributions_are_those_of_xgboost_and_of_shap(aft: xgb.Booster, rows: Floats) -> None:
    values, base_values = SurvivalTreeExplainer(aft, output="margin").contributions(rows)

    theirs = aft.predict(xgb.DMatrix(rows), pred_contribs=True)
    of_shap = shap.TreeExplainer(aft, feature_perturbation="tree_path_dependent")
    assert values[:, :, 0] == pytest.approx(theirs[:, :-1], abs=FLOAT32)
    assert base_values == pytest.approx(theirs[0, -1], abs=FLOAT32)
    assert values[:, :, 0] == pytest.approx(of_shap.shap_values(rows), abs=FLOAT32)
    assert base_values == pytest.approx(of_shap.expected_value, abs=FLOAT32)


def test_acceleration_is_the_log_time_turned_around(aft: xgb.Booster, rows: Floats) -> None:
    time, of_time = SurvivalTreeExplainer(aft, output="margin").contributions(rows)
    explainer = SurvivalTreeExplainer(aft, output="log_acceleration")
    acceleration, of_acceleration = explainer.contributions(rows)

    assert explainer.output == "log_acceleration"
    assert acceleration == pytest.approx(-time, abs=EXACT)
    assert of_acceleration == pytest.approx(-of_time, abs=EXACT)
    turned = SurvivalTreeExplainer(
        TreeEnsemble.from_xgboost(aft), output="log_acceleration"
    ).contributions(rows)[0]
    assert np.array_equal(turned, acceleration)


@pytest.mark.parametrize("loss", ["squared", "ipcwls"])
def test_boosting_of_a_time_is_explained_on_its_logarithm(
    loss: str, rows: Floats, outcome: Outcome
) -> None:
    measured = np.nan_to_num(rows)
    model = GradientBoostingSurvivalAnalysis(loss=loss, n_estimators=6, random_state=0)
    model.fit(measured, outcome)

    values, base_values = SurvivalTreeExplainer(model, output="margin").contributions(measured)
    turned, _ = SurvivalTreeExplainer(model, output="log_acceleration").contributions(measured)

    assert values[:, :, 0].sum(axis=1) + base_values == pytest.approx(
        np.log(model.predict(measured)), abs=EXACT
    )
    assert turned == pytest.approx(-values, abs=EXACT)


def test_a_time_is_no_curve_and_a_curve_no_time(
    aft: xgb.Booster, rows: Floats, outcome: Outcome
) -> None:
    forest = RandomSurvivalForest(n_estimators=2, random_state=0).fit(rows, outcome)

    with pytest.raises(UnsupportedModel, match="to the survival; ask for output='log_time'"):
        SurvivalTreeExplainer(aft)
    with pytest.raises(UnsupportedModel, match="to the log_hazard; ask for output='log_time'"):
        SurvivalTreeExplainer(aft, output="log_hazard")
    with pytest.raises(UnsupportedModel, match="leave times out"):
        SurvivalTreeExplainer(aft, times=[10], output="margin")
    for output in ("log_acceleration", "log_time"):
        with pytest.raises(UnsupportedModel, match="ask for output='survival'"):
            SurvivalTreeExplainer(forest, output=output)
