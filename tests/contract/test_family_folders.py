"""The arrays are the model: what a folder answers is what the family's own library answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
from scipy import stats
from sksurv.linear_model import CoxnetSurvivalAnalysis

from lorpredict import AtRisk, PackagedModel
from lorpredict.models import AcceleratedTime, family
from lorpredict.survival import Floats, StepFunction
from tests.contract.learnt import (
    DAYS,
    LearnOrReuse,
    answerable,
    encoded,
    every_family,
    survival,
)

LAWS = {"normal": stats.norm, "logistic": stats.logistic, "extreme": stats.gumbel_l}


@pytest.fixture
def loaded(name: str, tmp_path: Path, packaged: dict[str, PackagedModel]) -> PackagedModel:
    """The model as it is read from its folder."""
    return PackagedModel.load(packaged[name].save(tmp_path / "model"))


@every_family
def test_the_loaded_model_answers_like_the_model(
    name: str,
    loaded: PackagedModel,
    packaged: dict[str, PackagedModel],
    learn: LearnOrReuse,
    at_risk: AtRisk,
) -> None:
    X = answerable(loaded, at_risk.X)
    expected = 1 - survival(learn(name), X)
    # The same sums from the same arrays; twelve digits leave room for another processor alone.
    np.testing.assert_allclose(
        loaded.predict(X, days_since_first_infusion=DAYS + 98).risk, expected, rtol=0, atol=1e-12
    )
    np.testing.assert_array_equal(loaded.predict(X).risk, packaged[name].predict(X).risk)


@every_family
def test_the_loaded_model_tells_the_same_course_and_leaves_the_same_open(
    name: str, loaded: PackagedModel, packaged: dict[str, PackagedModel]
) -> None:
    course, record = loaded.facts.course, {"albumin_g_l": 35.0, "growth_delay": False}
    assert course is not None
    assert course == packaged[name].facts.course
    assert [point.at_risk for point in map(course.at, (98, 365, 730)) if point] == [69, 50, 25]
    pairs = zip(loaded.unmeasured(record), packaged[name].unmeasured(record), strict=True)
    for again, before in pairs:
        assert again.predictor == before.predictor
        np.testing.assert_array_equal(
            [again.lowest, again.highest], [before.lowest, before.highest]
        )


@every_family
def test_the_loaded_model_answers_like_the_library(
    name: str, loaded: PackagedModel, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    model, X = learn(name), answerable(loaded, at_risk.X)
    features = encoded(loaded, X)
    curves: Any = loaded.curves
    # A baseline hazard is told at the days of the grid; there it is the library's own.
    grid = at_risk.design.time_grid(float(at_risk.y["duration"].max()))
    days = grid[grid <= model.follow_up_]
    risk = loaded.predict(X, days_since_first_infusion=days + 98).risk
    match model.estimator_:
        case None:
            assert family(name).kind in ("reference", "comparator")
            return
        case xgboost.Booster() as booster if isinstance(curves, AcceleratedTime):
            ours, theirs = 1 - risk, own_accelerated_curves(booster, curves, features, days)
        case xgboost.Booster() as booster:
            data = xgboost.DMatrix(features)
            ours, theirs = curves.log_hazard(features), booster.predict(data, output_margin=True)
        case CoxnetSurvivalAnalysis() as coxnet:
            ours, theirs = curves.log_hazard(features), coxnet.predict(features)
        case estimator:
            ours, theirs = 1 - risk, own_curves(estimator, features, days)
    # XGBoost adds in float32, which holds about seven digits; the others hold fifteen.
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def own_curves(estimator: Any, features: Floats, days: Floats) -> Floats:
    """Curves of scikit-survival, which are steps and start at one."""
    curves = estimator.predict_survival_function(features, return_array=True)
    return StepFunction(estimator.unique_times_, curves.T, before=1.0)(days).T


def own_accelerated_curves(
    booster: xgboost.Booster, curves: AcceleratedTime, features: Floats, days: Floats
) -> Floats:
    """1 - F((ln t - ln T) / sigma) for the time T of XGBoost, which counts in the model's unit."""
    unit = np.exp(curves.trees.offset[0])
    time = unit * booster.predict(xgboost.DMatrix(features)).astype(float)
    z = (np.log(days)[None, :] - np.log(time)[:, None]) / curves.sigma
    beyond: Floats = LAWS[curves.distribution].sf(z)
    return beyond


@every_family
def test_a_family_is_explained_on_the_scale_that_it_declares(
    name: str, loaded: PackagedModel, at_risk: AtRisk
) -> None:
    found = loaded.explain(answerable(loaded, at_risk.X))
    assert found.scale == family(name).explained_on
    # Efficiency: base value and contributions add up, over hundreds of trees in float64.
    total = found.base_values + found.values.sum(axis=1)
    np.testing.assert_allclose(total, found.predicted, rtol=0, atol=1e-12)


@every_family
def test_what_pushes_a_prediction_up_brings_the_loss_of_response_sooner(
    name: str, loaded: PackagedModel, at_risk: AtRisk
) -> None:
    X = answerable(loaded, at_risk.X)
    predicted, risk = loaded.explain(X).predicted[:, -1], loaded.predict(X).risk[:, -1]
    # Whatever the scale, the order of the children is that of their risks.
    order = np.argsort(predicted, kind="stable")
    assert np.diff(risk[order]).min() >= -1e-12
