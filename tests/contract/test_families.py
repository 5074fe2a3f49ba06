"""One contract, every model family: whatever is dropped into lorpredict/models is tested here."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xgboost

import lorpredict.models
from lorpredict import AtRisk, Cohort, Development, ModelDesign, PackagedModel, families, landmark
from lorpredict.clinical import Known, catalogue
from lorpredict.errors import BeyondFollowUp, DesignError, NotFitted, TooLittleData, UnknownFamily
from lorpredict.features._pipeline import NeverMeasuredWarning
from lorpredict.models import FamilyModel, family
from lorpredict.survival import Floats, Outcome, outcome_array

DAYS = np.concatenate([[0.0], np.linspace(1.0, 1332.0, 60)])
TROUGHS = ["trough_week14_ug_ml", "trough_week14_below_loq", "trough_week14_loq_ug_ml"]

every_family = pytest.mark.parametrize("name", families())


@pytest.fixture
def learn(at_risk: AtRisk, development: Development) -> LearnOrReuse:
    return LearnOrReuse(at_risk, development)


class LearnOrReuse:
    """Models of any family, learnt on the shipped cohort unless something is changed."""

    def __init__(self, at_risk: AtRisk, development: Development) -> None:
        self.at_risk, self.development = at_risk, development

    def __call__(
        self, name: str, X: pd.DataFrame | None = None, y: Outcome | None = None, seed: int = 0
    ) -> FamilyModel:
        if X is None and y is None and seed == 0:
            return self.development.models[name]
        model = family(name).build(self.at_risk.design, seed=seed)
        return model.fit(self.at_risk.X if X is None else X, self.at_risk.y if y is None else y)


def survival(model: FamilyModel, X: pd.DataFrame) -> Floats:
    return model.predict_survival(X, DAYS).survival


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


@pytest.mark.parametrize("name", ["boosting", "forest"])
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


@every_family
def test_a_family_learns_where_no_trough_was_measured(
    name: str, learn: LearnOrReuse, at_risk: AtRisk
) -> None:
    X = at_risk.X.assign(trough_week14_ug_ml=np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NeverMeasuredWarning)
        model = learn(name, X)
    # What was never measured in training moves nothing when it is measured later.
    np.testing.assert_array_equal(survival(model, X), survival(model, at_risk.X))


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


# ---- leakage: nothing that is known after the landmark moves a prediction ---------------------


def perturbed(table: pd.DataFrame, known: set[Known], *, but: set[str]) -> pd.DataFrame:
    """Turn every column that is known only then upside down, and fill those that are absent."""
    other = table.copy()
    for key, column in catalogue().items():
        if column.known not in known or key in but:
            continue
        if key in other:
            other[key] = other[key].iloc[::-1].array
        elif column.plausible is not None:
            other[key] = np.linspace(*column.plausible, len(other))
    return other


@pytest.fixture(scope="session")
def perturbed_cohort(cohort: Cohort) -> Cohort:
    # The day of the landmark stays: it says what was known, as the follow-up says what was seen.
    later = {Known.LATER, Known.OUTCOME, Known.IDENTITY}
    return replace(cohort, table=perturbed(cohort.table, later, but={"landmark_day"}))


def test_the_perturbed_cohort_differs_in_every_later_column(
    cohort: Cohort, perturbed_cohort: Cohort
) -> None:
    columns = {str(key) for key in cohort.table}
    same = {key for key in columns if cohort.table[key].equals(perturbed_cohort.table[key])}
    # Every row is synthetic, upside down too.
    assert {key for key in same if not catalogue()[key].may_predict} == {"synthetic"}
    assert {key for key in columns - same if catalogue()[key].may_predict} == set()


@every_family
def test_no_later_column_moves_what_a_family_learns(
    name: str, learn: LearnOrReuse, at_risk: AtRisk, perturbed_cohort: Cohort
) -> None:
    other = landmark(perturbed_cohort, at_risk.design)
    assert (other.y != at_risk.y).any()
    refitted = learn(name, other.X, at_risk.y)
    np.testing.assert_array_equal(survival(refitted, other.X), survival(learn(name), at_risk.X))


@every_family
def test_no_later_column_moves_a_prediction(
    name: str,
    packaged: dict[str, PackagedModel],
    learn: LearnOrReuse,
    cohort: Cohort,
    perturbed_cohort: Cohort,
) -> None:
    before, after = cohort.table, perturbed_cohort.table
    np.testing.assert_array_equal(survival(learn(name), after), survival(learn(name), before))
    one, other = (packaged[name].predict(table).risk for table in (before, after))
    np.testing.assert_array_equal(one, other)


@every_family
def test_a_family_names_no_predictor_that_is_known_later(name: str) -> None:
    assert [key for key in family(name).predictors if not catalogue()[key].may_predict] == []


# ---- the arrays are the model -----------------------------------------------------------------


@every_family
def test_the_packaged_model_answers_like_the_model(
    name: str,
    tmp_path: Path,
    packaged: dict[str, PackagedModel],
    learn: LearnOrReuse,
    at_risk: AtRisk,
) -> None:
    loaded = PackagedModel.load(packaged[name].save(tmp_path / "model"))
    expected = 1 - survival(learn(name), at_risk.X)
    # The same sums from the same arrays; twelve digits leave room for another processor alone.
    np.testing.assert_allclose(
        loaded.predict(at_risk.X, days_since_first_infusion=DAYS + 98).risk,
        expected,
        rtol=0,
        atol=1e-12,
    )
    np.testing.assert_array_equal(
        loaded.predict(at_risk.X).risk, packaged[name].predict(at_risk.X).risk
    )


def test_the_forest_answers_like_scikit_survival(learn: LearnOrReuse, at_risk: AtRisk) -> None:
    model = learn("forest")
    features = encoded(model, at_risk)
    theirs = model.estimator_.predict_survival_function(features, return_array=True)
    days = model.estimator_.unique_times_
    within = days <= model.follow_up_
    ours = model.predict_survival(at_risk.X, days[within]).survival
    # Both average the curves of 500 leaves in float64.
    np.testing.assert_allclose(ours, theirs[:, within], rtol=0, atol=1e-6)


def test_boosting_answers_like_xgboost(learn: LearnOrReuse, at_risk: AtRisk) -> None:
    model = learn("boosting")
    features = encoded(model, at_risk)
    theirs = model.estimator_.predict(xgboost.DMatrix(features), output_margin=True)
    ours = model.curves_.log_hazard(features)  # type: ignore[attr-defined]
    # XGBoost adds in float32, which holds about seven digits.
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def encoded(model: FamilyModel, at_risk: AtRisk) -> Floats:
    return model.family.pipeline(model.design).fit(at_risk.X).transform(at_risk.X)


# ---- found by being there ---------------------------------------------------------------------

NEW_FAMILY = """
from lorpredict.models import null
from lorpredict.models._family import ModelFamily

FAMILY = ModelFamily(
    "coin", "A coin", kind="comparator", style="none", explained_on="log_hazard", learn=null.learn
)
"""


@pytest.fixture
def with_a_new_family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "coin.py").write_text(NEW_FAMILY)
    paths = [*lorpredict.models.__path__, str(tmp_path)]
    monkeypatch.setattr(lorpredict.models, "__path__", paths)
    families.cache_clear()
    yield
    families.cache_clear()
    sys.modules.pop("lorpredict.models.coin", None)
    vars(lorpredict.models).pop("coin", None)


def test_a_family_is_found_by_its_file(with_a_new_family: None, at_risk: AtRisk) -> None:
    assert "coin" in families()
    model = family("coin").build(at_risk.design).fit(at_risk.X, at_risk.y)
    null = family("null").build(at_risk.design).fit(at_risk.X, at_risk.y)
    np.testing.assert_array_equal(survival(model, at_risk.X), survival(null, at_risk.X))


def test_the_families_are_those_of_the_folder() -> None:
    folder = Path(lorpredict.models.__path__[0])
    files = [path.stem for path in folder.glob("*.py") if not path.name.startswith("_")]
    assert list(families()) == sorted(files)
    assert {"boosting", "forest", "null", "published", "ridge"} <= set(files)


def test_an_unknown_family_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownFamily, match=r"no model family 'rigde'; there are .*ridge.*\?"):
        family("rigde")


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
