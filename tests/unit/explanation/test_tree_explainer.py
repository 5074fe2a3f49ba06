"""Contributions are Shapley values, and they add up to the model's own prediction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shap
import xgboost as xgb
from sklearn.pipeline import make_pipeline
from sksurv.ensemble import (
    ExtraSurvivalTrees,
    GradientBoostingSurvivalAnalysis,
    RandomSurvivalForest,
)

from benchmarks._shap_trees import for_shap
from lorpredict.errors import BeyondFollowUp, FaultsFound, UnsupportedModel
from lorpredict.explanation import SurvivalTreeExplainer
from lorpredict.survival import Floats, Outcome, outcome_array
from lorpredict.trees import TreeEnsemble
from tests.unit.explanation.kinds import HORIZONS, outcomes_of, some_rows

# Sums of float64 terms of order one.
EXACT = 1e-10
NAMES = ["albumin", "crp", "sex", "trough", "weight"]
FORESTS = [RandomSurvivalForest, ExtraSurvivalTrees]


@pytest.fixture(scope="module")
def rows() -> Floats:
    return some_rows()


@pytest.fixture(scope="module")
def outcome(rows: Floats) -> Outcome:
    return outcomes_of(rows)


def _forest(kind: Any, rows: Any, outcome: Outcome, **settings: Any) -> Any:
    # Deep trees on few features: most paths ask about a feature more than once.
    forest = kind(n_estimators=4, min_samples_leaf=2, random_state=0, **settings)
    return forest.fit(rows, outcome)


def _boosted(rows: Any, outcome: Outcome) -> Any:
    model = GradientBoostingSurvivalAnalysis(
        n_estimators=6, max_depth=4, dropout_rate=0.3, random_state=0
    )
    return model.fit(rows, outcome)


def _cox(rows: Any, outcome: Outcome) -> xgb.Booster:
    labels = np.where(outcome["event"], outcome["duration"], -outcome["duration"])
    settings = {"objective": "survival:cox", "max_depth": 4, "base_score": 2.0}
    return xgb.train(settings, xgb.DMatrix(rows, label=labels), 6)


@pytest.mark.parametrize("kind", FORESTS)
def test_contributions_add_up_to_the_risk_at_horizons_and_between(
    kind: Any, rows: Floats, outcome: Outcome
) -> None:
    forest = _forest(kind, rows, outcome)
    rng = np.random.default_rng(7)
    times = np.r_[HORIZONS, 0, rng.uniform(0, forest.unique_times_[-1], 20)]
    curves = forest.predict_survival_function(rows)
    risk = 1 - np.array([[_read(curve, time) for time in times] for curve in curves])

    values, base_values = SurvivalTreeExplainer(forest, times=times, output="risk").contributions(
        rows
    )

    assert values.sum(axis=1) + base_values == pytest.approx(risk, abs=EXACT)


def _read(curve: Any, time: float) -> float:
    return float(curve(time)) if time >= curve.x[0] else 1.0


@pytest.mark.parametrize("low_memory", [False, True])
def test_contributions_add_up_to_the_risk_score(
    low_memory: bool, rows: Floats, outcome: Outcome
) -> None:
    forest = _forest(FORESTS[0], rows, outcome, low_memory=low_memory)

    explained = SurvivalTreeExplainer(forest, output="risk_score")(rows)

    assert explained.values.sum(axis=1) + explained.base_values == pytest.approx(
        forest.predict(rows), rel=EXACT
    )


@pytest.mark.parametrize("kind", FORESTS)
def test_contributions_are_those_of_shap(kind: Any, rows: Floats, outcome: Outcome) -> None:
    trees = TreeEnsemble.from_scikit_survival(_forest(kind, rows, outcome)).at(HORIZONS)
    theirs = shap.TreeExplainer(for_shap(trees), feature_perturbation="tree_path_dependent")

    values, base_values = SurvivalTreeExplainer(trees).contributions(rows)

    assert values == pytest.approx(theirs.shap_values(rows), abs=EXACT)
    assert base_values == pytest.approx(theirs.expected_value, abs=EXACT)


def test_deep_trees_stay_exact() -> None:
    rng = np.random.default_rng(8)
    rows = rng.normal(size=(400, 60))
    outcome = outcome_array(rng.random(400) < 0.8, np.ceil(rng.exponential(size=400) * 5))
    forest = ExtraSurvivalTrees(
        n_estimators=2, min_samples_split=2, min_samples_leaf=1, max_features=1, random_state=0
    ).fit(rows, outcome)
    trees = TreeEnsemble.from_scikit_survival(forest).at([3, 6])
    theirs = shap.TreeExplainer(for_shap(trees), feature_perturbation="tree_path_dependent")

    values, base_values = SurvivalTreeExplainer(trees).contributions(rows)

    assert max(estimator.tree_.max_depth for estimator in forest.estimators_) > 15
    assert values.sum(axis=1) + base_values == pytest.approx(trees.predict(rows), abs=EXACT)
    assert values[:40] == pytest.approx(theirs.shap_values(rows[:40]), abs=EXACT)


def test_explanation_has_the_axes_of_its_times(rows: Floats, outcome: Outcome) -> None:
    forest = _forest(FORESTS[0], rows, outcome)
    n_times = len(forest.unique_times_)

    for times, shape in ((HORIZONS, (80, 5, 2)), (None, (80, 5, n_times)), (10, (80, 5))):
        explained = SurvivalTreeExplainer(forest, times=times, output="risk")(rows)
        assert explained.values.shape == shape
        assert explained.base_values.shape == (shape[0], *shape[2:])
    assert SurvivalTreeExplainer(_cox(rows, outcome), output="margin")(rows).shape == (80, 5)


def test_one_row_is_explained_as_among_many(rows: Floats, outcome: Outcome) -> None:
    explainer = SurvivalTreeExplainer(_forest(FORESTS[0], rows, outcome), times=HORIZONS)

    many, _ = explainer.contributions(rows)

    assert np.array_equal(many[50:51], explainer.contributions(rows[50:51])[0])


def test_columns_are_found_by_name(rows: Floats, outcome: Outcome) -> None:
    table = pd.DataFrame(rows, columns=NAMES)
    explainer = SurvivalTreeExplainer(_forest(FORESTS[0], table, outcome), times=HORIZONS)

    explained = explainer(table[NAMES[::-1]])

    assert explained.feature_names == NAMES
    assert np.array_equal(explained.values, explainer(table).values)


def test_missing_and_extra_columns_are_named(rows: Floats, outcome: Outcome) -> None:
    table = pd.DataFrame(rows, columns=NAMES)
    explainer = SurvivalTreeExplainer(_cox(table, outcome), output="margin")

    with pytest.raises(FaultsFound) as refused:
        explainer(table.rename(columns={"albumin": "albumen", "crp": "esr"}))

    assert str(refused.value).splitlines() == [
        "the table of rows to explain has 4 faults:",
        "  albumin: missing from the rows. Did you mean albumen?",
        "  crp: missing from the rows",
        "  albumen: not a feature of the model",
        "  esr: not a feature of the model",
    ]


def test_infinite_values_are_refused(rows: Floats, outcome: Outcome) -> None:
    explainer = SurvivalTreeExplainer(_forest(FORESTS[0], rows, outcome), times=HORIZONS)
    infinite = rows[:3].copy()
    infinite[1, 4] = np.inf

    with pytest.raises(FaultsFound, match="column 4: infinite"):
        explainer(infinite)


@pytest.mark.parametrize(
    "times",
    [[], [[10, 20]], [[10], [20]], ["10"], ["a"], True, [None]],
    ids=["none", "a row", "a column", "digits", "a word", "a truth", "nothing"],
)
def test_what_is_no_list_of_times_is_refused(times: Any, rows: Floats, outcome: Outcome) -> None:
    forest = _forest(FORESTS[0], rows, outcome)

    with pytest.raises(BeyondFollowUp, match="expected one number, or a list of numbers"):
        SurvivalTreeExplainer(forest, times=times)


@pytest.mark.parametrize("start", [1e8, 2459000.0], ids=["large", "Julian days"])
def test_every_time_has_a_name_of_its_own(start: float, rows: Floats, outcome: Outcome) -> None:
    later = outcome.copy()
    later["duration"] += start
    forest = _forest(FORESTS[0], rows, later)
    times = start + np.array([3.0, 3.4375, 25.0])

    explained = SurvivalTreeExplainer(forest, times=times)(rows[:3])

    assert [float(name) for name in explained.output_names] == times.tolist()
    by_name = explained[:, :, explained.output_names[2]].values
    assert np.array_equal(by_name, explained.values[:, :, 2])


def test_none_among_numbers_was_not_measured(rows: Floats, outcome: Outcome) -> None:
    explainer = SurvivalTreeExplainer(_forest(FORESTS[0], rows, outcome), times=HORIZONS)
    given = [[None if np.isnan(value) else value for value in row] for row in rows[:9]]

    assert np.isnan(rows[:9]).any()
    assert np.array_equal(explainer(given).values, explainer(rows[:9]).values)


def test_a_model_that_predicts_complete_rows_alone_explains_no_others(
    rows: Floats, outcome: Outcome
) -> None:
    model = _boosted(np.nan_to_num(rows), outcome)
    some = np.nan_to_num(rows[:4])
    some[1, 3] = np.nan

    for ask in (
        lambda: SurvivalTreeExplainer(model, output="margin")(some),
        lambda: SurvivalTreeExplainer(model, output="margin", data=some),
    ):
        with pytest.raises(FaultsFound, match="column 3: not measured in some row"):
            ask()


@pytest.mark.parametrize("times", [[10, -1], [1e6], [np.nan]], ids=["early", "late", "not a time"])
def test_times_outside_follow_up_are_refused(times: Any, rows: Floats, outcome: Outcome) -> None:
    forest = _forest(FORESTS[0], rows, outcome)

    with pytest.raises(BeyondFollowUp, match=f"expected 0 to {forest.unique_times_[-1]:g}"):
        SurvivalTreeExplainer(forest, times=times)


def test_what_is_not_exact_is_refused_and_what_is_exact_is_named(
    rows: Floats, outcome: Outcome
) -> None:
    forest = _forest(FORESTS[0], rows, outcome)

    for model in (_boosted(np.nan_to_num(rows), outcome), _cox(rows, outcome)):
        with pytest.raises(UnsupportedModel, match="ask for output='log_hazard'"):
            SurvivalTreeExplainer(model, output="survival")
    with pytest.raises(UnsupportedModel, match="'survival' or 'risk' or 'cumulative_hazard' or"):
        SurvivalTreeExplainer(forest, output="margin")
    with pytest.raises(UnsupportedModel, match="ask for output='survival'"):
        SurvivalTreeExplainer(TreeEnsemble.from_scikit_survival(forest), output="risk_score")
    with pytest.raises(UnsupportedModel, match="leave times out"):
        SurvivalTreeExplainer(_cox(rows, outcome), times=[10], output="margin")
    with pytest.raises(UnsupportedModel, match="DataFrame has no trees"):
        SurvivalTreeExplainer(pd.DataFrame())
    with pytest.raises(UnsupportedModel, match=r"give its last step, pipeline\[-1\]"):
        SurvivalTreeExplainer(make_pipeline(forest))


@pytest.mark.parametrize(
    "given, told",
    [
        (np.zeros((0, 5)), "expected at least one row, there is none"),
        (np.zeros(5), r"shape \(5,\), expected \(n_rows, 5\). Give a single row as \[row\]"),
        (np.zeros((2, 4)), r"table of rows.*\n.*shape \(2, 4\), expected \(n_rows, 5\)"),
        ([["a", 1, 2, 3, 4]], "hold more than numbers. Encode it as it was encoded"),
        ([["1", "1", "2", "3", "4"]], "hold more than numbers"),
        (np.zeros((2, 5), dtype="datetime64[D]"), "hold more than numbers"),
        (np.zeros((2, 5), dtype=complex), "hold more than numbers"),
    ],
    ids=["no rows", "one row", "other columns", "a word", "digits", "dates", "complex"],
)
def test_rows_that_do_not_fit_are_refused(
    given: Any, told: str, rows: Floats, outcome: Outcome
) -> None:
    explainer = SurvivalTreeExplainer(_forest(FORESTS[0], rows, outcome), times=HORIZONS)

    for ask in (explainer, explainer.interactions):
        with pytest.raises(FaultsFound, match=told):
            ask(given)


def test_columns_that_hold_no_numbers_are_all_named(rows: Floats, outcome: Outcome) -> None:
    table = pd.DataFrame(rows, columns=NAMES)
    explainer = SurvivalTreeExplainer(_forest(FORESTS[0], table, outcome), times=HORIZONS)
    words = table.assign(sex="female", crp=pd.Categorical(["high"] * len(table)))

    with pytest.raises(FaultsFound) as refused:
        explainer(words)

    assert {fault.column for fault in refused.value.faults} == {"sex", "crp"}
    with pytest.raises(FaultsFound, match="sex: stands more than once"):
        explainer(pd.concat([table, table[["sex"]]], axis="columns"))
    nullable = table.convert_dtypes()
    assert np.array_equal(explainer(nullable).values, explainer(table).values)
