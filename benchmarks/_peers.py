"""Other ways to explain a survival forest, each as one call.

Each takes rows and returns what its contributions and its base value add up to, which has to be
the prediction: most of them play other games than we do, or draw, so no more can be compared.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import shap
from sksurv.ensemble import RandomSurvivalForest

from benchmarks._shap_trees import for_shap
from lorpredict.survival import Floats, outcome_array
from lorpredict.trees import TreeEnsemble

Predict = Callable[[Floats], Floats]


def by_scikit_survival(forest: RandomSurvivalForest, times: Floats) -> Predict:
    """Survival at some times of the forest, as who has nothing else predicts it."""
    columns = np.searchsorted(forest.unique_times_, times)

    def predict(rows: Floats) -> Floats:
        predicted: Floats = forest.predict_survival_function(rows, return_array=True)[:, columns]
        return predicted

    return predict


def c_kernel(trees: TreeEnsemble) -> Any:
    """shap's own TreeExplainer, on our trees."""
    return shap.TreeExplainer(for_shap(trees), feature_perturbation="tree_path_dependent")


def permutations(predict: Predict, background: Floats, seed: int) -> Predict:
    """shap's PermutationExplainer at its defaults."""
    masker = shap.maskers.Independent(background, max_samples=len(background))
    explainer = shap.PermutationExplainer(predict, masker, seed=seed)

    def explained(rows: Floats) -> Floats:
        found = explainer(rows, silent=True)
        total: Floats = found.values.sum(axis=1) + found.base_values
        return total

    return explained


def kernel(predict: Predict, background: Floats) -> Predict:
    """shap's KernelExplainer at its defaults; it draws from numpy's own generator."""
    explainer = shap.KernelExplainer(predict, background)

    def explained(rows: Floats) -> Floats:
        values: Floats = explainer.shap_values(rows, silent=True)
        base_values: Floats = np.asarray(explainer.expected_value)
        total: Floats = values.sum(axis=1) + base_values
        return total

    return explained


def survshap_sampling(
    forest: RandomSurvivalForest, background: Floats, times: Floats, seed: int
) -> Predict:
    """survshap's sampling at its defaults: 25 random orders of the predictors."""
    from survshap import PredictSurvSHAP

    asked = partial(PredictSurvSHAP, calculation_method="sampling", random_state=seed)
    return partial(_survshap, asked, _for_survshap(forest, background), times)


def survshap_treeshap(forest: RandomSurvivalForest, background: Floats) -> Predict:
    """survshap's treeshap, at all times of the forest since it can be asked at no others."""
    from survshap import PredictSurvSHAP

    asked = partial(PredictSurvSHAP, calculation_method="treeshap")
    explained = partial(_survshap, asked, _for_survshap(forest, background), None)

    def with_shap_as_it_was(rows: Floats) -> Floats:
        with _shap_as_it_was():
            return explained(rows)

    return with_shap_as_it_was


def _for_survshap(forest: RandomSurvivalForest, background: Floats) -> Any:
    from survshap import SurvivalModelExplainer

    ignored = outcome_array(np.ones(len(background), dtype=bool), np.arange(1.0, 51.0))

    def functions(model: RandomSurvivalForest, rows: pd.DataFrame) -> Any:
        return model.predict_survival_function(rows.to_numpy())

    return SurvivalModelExplainer(
        forest, _as_table(background), ignored, predict_survival_function=functions
    )


def _survshap(
    asked: Callable[[], Any], explainer: Any, times: Floats | None, rows: Floats
) -> Floats:
    found = asked()
    with redirect_stderr(io.StringIO()):  # its bar of progress
        found.fit(explainer, _as_table(rows), timestamps=times)
    mean = found.result[found.result["B"] == 0].filter(like="t = ")
    total: Floats = mean.to_numpy(dtype=float).sum(axis=0) + found.baseline_function
    return total


def _as_table(rows: Floats) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[f"x{column}" for column in range(rows.shape[1])])


@contextmanager
def _shap_as_it_was() -> Iterator[None]:
    """Let survshap 0.4.2 meet the shap it was written for.

    It hands over an option that shap no longer takes, and expects a list with an array for each
    output where shap 0.51 returns one array.
    """
    then = SimpleNamespace(TreeExplainer=_TreeExplainerAsItWas)
    with patch("survshap.predict_explanations.utils.shap", then):
        yield


class _TreeExplainerAsItWas:
    def __init__(self, model: Any, data: Any, *, treeshap: bool) -> None:
        assert treeshap
        self._explainer = shap.TreeExplainer(model, data)

    def shap_values(self, rows: Any) -> list[Floats]:
        return list(np.moveaxis(self._explainer.shap_values(rows), -1, 0))
