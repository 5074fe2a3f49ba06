"""One contract, every model family: whatever is dropped into lorpredict/models is tested here."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from lorpredict import AtRisk, ModelDesign, families
from lorpredict.errors import BeyondFollowUp, DesignError, NotFitted, TooLittleData
from lorpredict.features._pipeline import NeverMeasuredWarning
from lorpredict.models import family
from lorpredict.survival import outcome_array
from tests.contract.learnt import DAYS, LearnOrReuse, every_family, survival

TROUGH = "trough_week14_ug_ml"


@every_family
def test_every_curve_starts_at_one_never_rises_and_stays_a_probability(
    name: str, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    curves = survival(learn(name), at_risk.X)
    assert curves.shape == (69, len(DAYS))
    # Nobody has lost response on the day of the landmark.
    assert (curves[:, 0] == 1).all()
    # A response is lost once, so curves fall: means of falling curves do, and exponentials of
    # rising hazards, up to the rounding of a sum over 500 trees.
    assert np.diff(curves, axis=1).max() <= 1e-12
    assert curves.min() >= 0
    assert curves.max() <= 1 + 1e-12


@every_family
def test_a_model_has_learnt_something_of_time(
    name: str, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    # 27 % lose response within two years; a mean of 10 to 45 % is no proof, but less is a mistake.
    assert 0.1 < 1 - learn(name).predict_survival(at_risk.X, 632).survival.mean() < 0.45


@every_family
def test_the_same_seed_gives_the_same_model(
    name: str, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    one, other = (survival(learn(name, seed=7), at_risk.X) for _ in range(2))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", [n for n, f in families().items() if f.kind == "tree"])
def test_another_seed_gives_another_model(name: str, learn: LearnOrReuse, at_risk: AtRisk) -> None:
    assert (survival(learn(name, seed=7), at_risk.X) != survival(learn(name), at_risk.X)).any()


@every_family
def test_a_child_of_whom_nothing_was_measured_gets_a_curve(
    name: str, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    nothing = at_risk.X.iloc[:1].reset_index(drop=True)
    nothing = nothing.reindex([1]).astype(at_risk.X.dtypes.to_dict())
    assert nothing.isna().all(axis=None)
    curve = survival(learn(name), nothing)
    assert np.isfinite(curve).all()
    assert 0 <= curve[0, -1] < 1


@pytest.mark.parametrize("name", [n for n, f in families().items() if f.predictors != (TROUGH,)])
def test_a_family_learns_where_no_trough_was_measured(
    name: str, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    X = at_risk.X.assign(**{TROUGH: np.nan})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NeverMeasuredWarning)
        model = learn(name, X)
    # What was never measured in training moves nothing when it is measured later.
    np.testing.assert_array_equal(survival(model, X), survival(model, at_risk.X))


@pytest.mark.parametrize("name", [n for n, f in families().items() if f.kind != "reference"])
def test_children_of_whom_nothing_was_measured_teach_nothing(
    name: str, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    nothing = at_risk.X.reindex(np.arange(69) + 69).astype(at_risk.X.dtypes.to_dict())
    with (
        pytest.warns(NeverMeasuredWarning, match="knows nothing of"),
        pytest.raises(TooLittleData, match=r"none of the 69 children has a value of .*learn from"),
    ):
        learn(name, nothing)


@every_family
@pytest.mark.parametrize("days", [1332.1, 7207.0, -1.0, np.nan])
def test_a_day_outside_follow_up_is_refused(
    name: str, days: float, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    # Five of the 69 are still at risk on day 1344.1 since the landmark; the grid ends before it.
    with pytest.raises(BeyondFollowUp, match=r"expected 0 to 1332\.06"):
        learn(name).predict_survival(at_risk.X, [267, days])


@every_family
def test_a_model_that_has_not_learnt_refuses_to_predict(
    name: str, at_risk: AtRisk, design: ModelDesign
) -> None:
    model = family(name).build(design)
    with pytest.raises(NotFitted) as refused:
        model.predict_survival(at_risk.X, 267)
    assert str(refused.value) == f"the {family(name).label} has not learnt yet; call fit first"


@every_family
def test_children_without_an_event_teach_nothing(
    name: str, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    y = outcome_array(np.zeros(69), at_risk.y["duration"])
    with pytest.raises(TooLittleData, match="none of the 69 children lost response"):
        learn(name, y=y)


@every_family
def test_four_children_are_too_few(name: str, at_risk: AtRisk, design: ModelDesign) -> None:
    with pytest.raises(TooLittleData, match="4 children at risk"):
        family(name).build(design).fit(at_risk.X.iloc[:4], at_risk.y[:4])


@every_family
def test_nothing_that_is_handed_over_is_changed(
    name: str, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    X, y = at_risk.X.copy(), at_risk.y.copy()
    survival(learn(name, X, y), X)
    pd.testing.assert_frame_equal(X, at_risk.X)
    np.testing.assert_array_equal(y, at_risk.y)


@every_family
def test_the_order_of_rows_and_columns_that_are_asked_does_not_matter(
    name: str, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    turned = at_risk.X.iloc[::-1, ::-1]
    np.testing.assert_array_equal(
        survival(learn(name), turned)[::-1], survival(learn(name), at_risk.X)
    )


@pytest.mark.parametrize("name", [n for n, f in families().items() if f.kind in ("linear", "tree")])
def test_a_censoring_is_no_event(name: str, learn: LearnOrReuse, at_risk: AtRisk) -> None:
    # Children with low albumin lose response around day 300. Of the others four in five leave
    # before, one is watched for long, and none loses it: taken for events, the leavings would
    # turn the order round.
    low = np.arange(69) < 35
    days = np.where(low, 300.0, np.where(np.arange(69) % 5, 50.0, 900.0)) + np.arange(69)
    X = at_risk.X.assign(albumin_g_l=np.where(low, 25.0, 40.0))
    risk = learn(name, X, outcome_array(low, days)).predict_survival(X, 400).risk[:, 0]
    assert risk[low].mean() > risk[~low].mean() + 0.1


def test_a_table_without_a_predictor_is_refused(learn: LearnOrReuse, at_risk: AtRisk) -> None:
    with pytest.raises(DesignError, match="the table lacks columns that the model needs: sex"):
        learn("ridge").predict_survival(at_risk.X.drop(columns="sex"), 267)


def test_a_forest_without_an_early_event_predicts_no_negative_risk(
    at_risk: AtRisk, design: ModelDesign
) -> None:
    """500 times 1/500 is not quite 1, so survival has to be held within its bounds."""
    late = at_risk.y.copy()
    late["duration"] += np.where(late["event"], 60.0, 0.0)
    forest = family("forest").build(design).fit(at_risk.X, late)
    risk = forest.predict_survival(at_risk.X, [10.0, 31.0, 50.0]).risk
    assert (risk == 0).all()
