"""Without a background, and in pairs, every kind of model is explained exactly."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import shap

from benchmarks._shap_trees import for_shap
from lorpredict.explanation import SurvivalTreeExplainer
from lorpredict.survival import Floats
from lorpredict.trees import TreeEnsemble
from tests.unit.explanation.brute_force import interaction_values, shapley_values
from tests.unit.explanation.kinds import HORIZONS, KINDS, Explained, some_rows

# Both sides share the model's own trees, in float64 as the leaves stand.
EXACT = 1e-10


@cache
def _explained(kind: str) -> Explained:
    return KINDS[kind]()


def _rows(explained: Explained, many: int) -> Floats:
    rows = some_rows()[:many]
    assert np.isnan(rows).any()
    return rows if explained.takes_missing else np.nan_to_num(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_are_shapley_values(kind: str) -> None:
    explained = _explained(kind)
    rows, explainer = _rows(explained, 12), explained.explainer()

    together, _ = explainer.contributions(rows)  # so many go through another loop than one
    one_by_one = np.vstack([explainer.contributions(row[None])[0] for row in rows])

    expected = np.array([shapley_values(explained.trees, row) for row in rows])
    for values in (together, one_by_one):
        assert values == pytest.approx(expected, abs=EXACT)
    assert expected.std(axis=0).max() > 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_interactions_are_those_of_the_definition_and_rows_sum_to_contributions(kind: str) -> None:
    explained = _explained(kind)
    rows, explainer = _rows(explained, 4), explained.explainer()

    found = explainer.interactions(rows)

    values, _ = explainer.contributions(rows)
    cells = found if found.ndim == 4 else found[..., None]
    assert cells.sum(axis=2) == pytest.approx(values, abs=EXACT)
    expected = np.array([interaction_values(explained.trees, row) for row in rows])
    beside = ~np.eye(rows.shape[1], dtype=bool)
    assert 2 * cells[:, beside] == pytest.approx(expected[:, beside], abs=EXACT)
    assert np.abs(expected).max() > 1e-3


def test_interactions_are_those_of_shap() -> None:
    model = _explained("forest, survival").model
    trees = TreeEnsemble.from_scikit_survival(model).at(HORIZONS)
    theirs = shap.TreeExplainer(for_shap(trees), feature_perturbation="tree_path_dependent")
    rows = some_rows(8)

    found = SurvivalTreeExplainer(trees).interactions(rows)

    assert found == pytest.approx(np.array(theirs.shap_interaction_values(rows)), abs=EXACT)


def test_interactions_have_no_axis_of_times_where_there_are_none() -> None:
    explained = _explained("forest, survival")
    rows = some_rows()[:40]

    at_one = SurvivalTreeExplainer(explained.model, times=HORIZONS[0]).interactions(rows)

    assert at_one.shape == (40, 5, 5)
    assert np.array_equal(at_one, explained.explainer().interactions(rows)[..., 0])
    assert _explained("XGBoost, cox").explainer().interactions(rows).shape == (40, 5, 5)
