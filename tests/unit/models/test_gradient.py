"""Gradient boosting of scikit-survival: which losses give a curve, what it cannot read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sksurv.ensemble import GradientBoostingSurvivalAnalysis
from sksurv.ensemble.boosting import LOSS_FUNCTIONS

from lorpredict import AtRisk, family
from lorpredict.models import TreeHazard
from lorpredict.survival import Floats


@pytest.fixture(scope="module")
def features() -> Floats:
    drawn: Floats = np.random.default_rng(31).normal(size=(69, 4))
    return drawn


@pytest.mark.parametrize("loss", sorted(LOSS_FUNCTIONS))
def test_coxph_is_the_only_loss_that_gives_a_curve(
    loss: str, features: Floats, at_risk: AtRisk
) -> None:
    # When this fails the library has learnt more, and the family should too.
    model = GradientBoostingSurvivalAnalysis(loss=loss, n_estimators=3, random_state=0)
    model.fit(features, at_risk.y)
    if loss == "coxph":
        assert len(model.predict_survival_function(features)) == 69
    else:
        with pytest.raises(ValueError, match="with the loss option set to 'coxph'"):
            model.predict_survival_function(features)


def test_what_was_not_measured_is_imputed_since_the_library_refuses_it(
    features: Floats, at_risk: AtRisk
) -> None:
    features = features.copy()
    features[0, 0] = np.nan
    with pytest.raises(ValueError, match="Input X contains NaN"):
        GradientBoostingSurvivalAnalysis().fit(features, at_risk.y)
    assert family("gradient").style == "imputed"
    assert family("gradient").pipeline(at_risk.design).fit(at_risk.X).encoding_.names[-4:] == (
        "trough_week14_ug_ml", "trough_week14_ug_ml=missing", "immunomodulator_week14",
        "steroids_week14",
    )  # fmt: skip


@pytest.mark.parametrize(
    "settings",
    [{"dropout_rate": 0.3}, {"subsample": 0.5, "max_features": "sqrt"}, {"max_depth": 4}],
    ids=["dropout", "subsample", "deep"],
)
def test_settings_are_those_of_the_library(settings: dict[str, Any], at_risk: AtRisk) -> None:
    model = family("gradient").build(at_risk.design, settings={**settings, "n_estimators": 30})
    model.fit(at_risk.X, at_risk.y)
    given = model.estimator_.get_params()
    assert {key: given[key] for key in settings} == settings
    assert given["loss"] == "coxph"
    curves = model.curves_
    assert isinstance(curves, TreeHazard)
    features = model.family.pipeline(at_risk.design).fit_transform(at_risk.X)
    # Sums of 30 float64 terms in another order.
    np.testing.assert_allclose(
        curves.log_hazard(features), model.estimator_.predict(features), rtol=0, atol=1e-12
    )


def test_every_setting_is_one_of_the_library() -> None:
    known = GradientBoostingSurvivalAnalysis().get_params()
    assert set(family("gradient").settings) <= set(known) - {"loss", "random_state"}
