"""The comparators with one predictor: not in remission, trough alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sksurv.linear_model import CoxPHSurvivalAnalysis

from lorpredict import AtRisk, Development, ModelDesign, evaluate, family
from lorpredict.errors import DesignError, TooLittleData
from lorpredict.features._pipeline import NeverMeasuredWarning
from lorpredict.models import LinearHazard

TROUGH = "trough_week14_ug_ml"
BOTH = pytest.mark.parametrize("name", ["not_in_remission", "trough"])


def coefficients(development: Development, name: str) -> dict[str, float]:
    model = development.models[name]
    assert isinstance(model.curves_, LinearHazard)
    return dict(zip(model.encoding_.names, model.curves_.coefficients.tolist(), strict=True))


@BOTH
def test_a_comparator_is_a_lightly_penalised_cox_model(
    name: str, development: Development, at_risk: AtRisk
) -> None:
    model = development.models[name]
    features = model.family.pipeline(at_risk.design).fit_transform(at_risk.X)
    theirs = CoxPHSurvivalAnalysis(alpha=1.0).fit(features, at_risk.y).coef_
    assert list(coefficients(development, name).values()) == pytest.approx(theirs, abs=1e-12)
    # A penalty that weighs as much as one of 18 events takes a twentieth away from one feature,
    # and up to a quarter where a value and its being missing share what there is to learn.
    free = CoxPHSurvivalAnalysis().fit(features, at_risk.y).coef_
    assert theirs == pytest.approx(free, rel=0.25)
    assert (np.abs(theirs) < np.abs(free)).all()


@BOTH
def test_a_comparator_is_never_tuned_and_never_served(name: str, development: Development) -> None:
    assert family(name).kind == "comparator"
    assert family(name).search_space == {}
    assert name not in development.verdicts.served.values()


def test_remission_lowers_the_hazard(development: Development) -> None:
    found = coefficients(development, "not_in_remission")
    assert list(found) == ["remission_week14"]
    assert found["remission_week14"] < 0


def test_the_trough_is_taken_on_a_log_scale_and_lowers_the_hazard(
    development: Development,
) -> None:
    encoding = development.models["trough"].encoding_
    assert [feature.transform for feature in encoding.features] == ["log1p", "identity"]
    assert coefficients(development, "trough")[TROUGH] < 0


@pytest.mark.parametrize(
    "asked, names",
    [((TROUGH,), (TROUGH, f"{TROUGH}=missing")), ((), (TROUGH,))],
    ids=["the design asks", "it does not"],
)
def test_that_the_trough_was_not_measured_counts_where_the_design_asks(
    asked: tuple[str, ...], names: tuple[str, ...], at_risk: AtRisk, design: ModelDesign
) -> None:
    model = family("trough").build(replace(design, missing_indicators=asked))
    assert model.fit(at_risk.X, at_risk.y).encoding_.names == names


def test_events_in_one_group_alone_leave_the_coefficient_finite(at_risk: AtRisk) -> None:
    # Every child who loses response is not in remission: the free coefficient has no end.
    X = at_risk.X.assign(remission_week14=pd.array(~at_risk.y["event"], dtype="boolean"))
    model = family("not_in_remission").build(at_risk.design).fit(X, at_risk.y)
    assert isinstance(model.curves_, LinearHazard)
    assert -4 < model.curves_.coefficients[0] < -1
    risk = model.predict_survival(X, 632).risk[:, 0]
    assert 0 < risk[~at_risk.y["event"]].max() < 0.1


@BOTH
def test_a_column_that_the_cohort_lacks_is_named(name: str, at_risk: AtRisk) -> None:
    needed = family(name).predictors[0]
    with pytest.raises(DesignError, match=f"lacks columns that the model needs: {needed}$"):
        family(name).build(at_risk.design).fit(at_risk.X.drop(columns=needed), at_risk.y)


def test_a_column_without_a_value_is_named(at_risk: AtRisk) -> None:
    with (
        pytest.warns(NeverMeasuredWarning),
        pytest.raises(TooLittleData) as refused,
    ):
        family("trough").build(at_risk.design).fit(at_risk.X.assign(**{TROUGH: np.nan}), at_risk.y)
    assert str(refused.value) == (
        f"none of the 69 children has a value of {TROUGH}; "
        "there is nothing for the Trough at week 14, alone to learn from"
    )


def test_a_fold_without_a_trough_is_noted_and_the_others_are_judged(at_risk: AtRisk) -> None:
    one = np.where(np.arange(69) == 0, 5.0, np.nan)
    found = evaluate(
        replace(at_risk, X=at_risk.X.assign(**{TROUGH: one})), [family("trough")], plan="quick"
    )
    assert [note for note in found.notes if note.startswith("trough")] == [
        f"trough: 1 folds failed: none of the 55 children has a value of {TROUGH}; "
        "there is nothing for the Trough at week 14, alone to learn from"
    ]
