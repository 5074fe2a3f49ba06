"""Against background rows every kind of model is explained exactly."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
import shap
from sksurv.ensemble import RandomSurvivalForest

from benchmarks._shap_trees import for_shap
from lorpredict.errors import FaultsFound, UnsupportedModel
from lorpredict.explanation import SurvivalTreeExplainer
from lorpredict.survival import Floats
from lorpredict.trees import TreeEnsemble
from tests.unit.explanation.brute_force import against_background
from tests.unit.explanation.kinds import HORIZONS, KINDS, Explained, outcomes_of, some_rows

# shap's C kernel keeps thresholds of this game in float32 and adds in another order.
OF_SHAP = 1e-6


@cache
def _explained(kind: str) -> Explained:
    return KINDS[kind]()


def _asked(explained: Explained) -> tuple[Floats, Floats]:
    """Rows to explain, and background rows, some of them twice."""
    rows = some_rows()
    if not explained.takes_missing:
        rows = np.nan_to_num(rows)
    return rows[:4], np.vstack([rows[20:30], rows[20:23]])


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_against_a_background_are_shapley_values(kind: str) -> None:
    explained = _explained(kind)
    rows, background = _asked(explained)
    assert np.isnan(background).any() == explained.takes_missing

    values, base_values = explained.explainer(data=background).contributions(rows)

    expected = [against_background(explained.predict, row, background) for row in rows]
    assert values == pytest.approx(np.array(expected), abs=explained.exact)
    assert base_values == pytest.approx(
        explained.predict(background).mean(axis=0), abs=explained.exact
    )


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_add_up_with_and_without_a_background(kind: str) -> None:
    explained = _explained(kind)
    rows, background = _asked(explained)

    for more in ({}, {"data": background}):
        values, base_values = explained.explainer(**more).contributions(rows)
        assert values.sum(axis=1) + base_values == pytest.approx(
            explained.predict(rows), abs=explained.exact
        )


def test_contributions_against_a_background_are_those_of_shap() -> None:
    model = _explained("forest, survival").model
    trees = TreeEnsemble.from_scikit_survival(model).at(HORIZONS)
    rows = some_rows(8)
    background = rows[30:].astype(np.float32).astype(float)
    masker = shap.maskers.Independent(background, max_samples=len(background))
    theirs = shap.TreeExplainer(for_shap(trees), masker, feature_perturbation="interventional")

    values, base_values = SurvivalTreeExplainer(trees, data=background).contributions(rows)

    assert values == pytest.approx(theirs.shap_values(rows), abs=OF_SHAP)
    assert base_values == pytest.approx(theirs.expected_value, abs=OF_SHAP)


def test_a_row_of_the_background_explained_against_itself_is_not_moved() -> None:
    explained = _explained("forest, risk")
    rows, _ = _asked(explained)

    assert not explained.explainer(data=rows[:1]).contributions(rows[:1])[0].any()


def test_columns_of_a_background_are_found_by_name() -> None:
    table = pd.DataFrame(some_rows(), columns=["albumin", "crp", "sex", "trough", "weight"])
    forest = RandomSurvivalForest(n_estimators=3, random_state=0)
    forest.fit(table, outcomes_of(some_rows()))

    turned = SurvivalTreeExplainer(forest, times=HORIZONS, data=table.iloc[:9, ::-1])
    as_it_is = SurvivalTreeExplainer(forest, times=HORIZONS, data=table.iloc[:9])

    assert np.array_equal(turned(table).values, as_it_is(table).values)
    with pytest.raises(FaultsFound, match=r"(?s)the background.*crp: missing from the rows"):
        SurvivalTreeExplainer(forest, times=HORIZONS, data=table.rename(columns={"crp": "CRP"}))


@pytest.mark.parametrize(
    "background, told",
    [
        (np.zeros((3, 4)), r"the background.*shape \(3, 4\), expected \(n_rows, 5\)"),
        (np.zeros((0, 5)), "the background.*expected at least one row"),
        (np.zeros(5), r"Give a single row as \[row\]"),
        (np.full((2, 5), np.inf), "column 0: infinite"),
    ],
    ids=["columns", "empty", "one row", "infinite"],
)
def test_a_background_that_does_not_fit_is_refused(background: Floats, told: str) -> None:
    with pytest.raises(FaultsFound, match=f"(?s){told}"):
        _explained("forest, survival").explainer(data=background)


def test_interactions_against_a_background_are_refused() -> None:
    explained = _explained("forest, survival")
    rows, background = _asked(explained)

    with pytest.raises(UnsupportedModel, match="leave data out"):
        explained.explainer(data=background).interactions(rows)


def test_a_path_about_too_many_predictors_is_refused_where_it_does_not_fit() -> None:
    trees = _chain(64)
    rows = np.zeros((1, 64))

    with pytest.raises(UnsupportedModel, match="asks about 64 predictors, expected at most 62"):
        SurvivalTreeExplainer(trees, output="log_hazard", data=rows)
    longest = SurvivalTreeExplainer(_chain(62), output="log_hazard", data=np.ones((1, 62)))
    values, _ = longest.contributions(np.zeros((1, 62)))
    assert values[0, :, 0] == pytest.approx(np.full(62, 1 / 62), abs=1e-12)


def _chain(length: int) -> TreeEnsemble:
    """One tree: 1 where every predictor is at most 0.5, and 0 elsewhere."""
    nodes = 2 * length + 1
    inner = np.arange(nodes) % 2 == 0
    inner[-1] = False
    left = np.where(inner, np.arange(nodes) + 2, -1).astype(np.int32)
    right = np.where(inner, np.arange(nodes) + 1, -1).astype(np.int32)
    values = np.zeros((length + 1, 1))
    values[-1] = 1
    return TreeEnsemble(
        roots=np.array([0, nodes]), left=left, right=right, missing=left,
        feature=np.where(inner, np.arange(nodes) // 2, -1).astype(np.int32),
        threshold=np.full(nodes, 0.5, dtype=np.float32), weight=np.ones(nodes), values=values,
        offset=np.zeros(1), times=None, before=0.0, output="log_hazard", n_features=length,
    )  # fmt: skip
