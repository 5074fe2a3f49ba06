"""Exact Shapley values of any survival tree ensemble, at any time of its curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.errors import (
    BeyondFollowUp,
    Fault,
    FaultsFound,
    UnsupportedModel,
    did_you_mean,
)
from lorpredict.explanation._paths import TreePaths
from lorpredict.survival import Floats, Scale
from lorpredict.trees import TreeEnsemble

if TYPE_CHECKING:
    import shap

Output = Scale | Literal["margin"]

# What the trees of boosting add up to, before anything is made of the sum.
_MARGINS = ("log_hazard", "log_time")

_LARGEST = float(np.finfo(np.float32).max)


class SurvivalTreeExplainer:
    """Explain the predictions of a survival tree ensemble exactly.

    A forest's curve at a fixed time is a sum over trees, and so is the log-hazard or log-time of
    boosting: path-dependent TreeSHAP holds for all of them, for all times in one pass.

    Parameters
    ----------
    model
        A fitted ``RandomSurvivalForest``, ``ExtraSurvivalTrees`` (``low_memory=False``) or
        ``GradientBoostingSurvivalAnalysis`` of scikit-survival, an XGBoost model with the
        objective ``survival:cox`` or ``survival:aft``, or a
        :class:`~lorpredict.trees.TreeEnsemble`.
    times : array of shape (n_times,), optional
        Times at which to explain, on the model's own clock; by default all of the model's times.
        One number leaves out the last axis.
    output : str
        ``survival``, ``risk`` (one minus survival), ``cumulative_hazard`` or ``risk_score`` for
        forests. ``margin`` for boosting: the ``log_hazard`` of models of Cox type, the
        ``log_time`` of those that predict a time, which may also be asked for as
        ``log_acceleration``, minus the log-time.

    Raises
    ------
    UnsupportedModel
        If the trees do not add up to that output; the message names one that they add up to.
    BeyondFollowUp
        If a time is negative or lies beyond the last one in training.

    Notes
    -----
    Shares of training weight stand for predictors that stay away, as in shap's
    ``tree_path_dependent``; a value that was not measured goes where the model sends it.
    Building costs as much as some ten explanations: keep the explainer.
    """

    def __init__(
        self, model: Any, *, times: ArrayLike | None = None, output: Output = "survival"
    ) -> None:
        trees = _read(model, output)
        self.output = trees.output
        self.feature_names = _feature_names(model)
        self._one_time = times is not None and np.ndim(times) == 0
        self._paths = TreePaths.of(trees if times is None else _at(trees, times))

    @property
    def times(self) -> Floats | None:
        """Times that are explained; None where time plays no part."""
        return self._paths.trees.times

    @property
    def base_values(self) -> Floats:
        """What is predicted when nothing is known of a row, array of shape (n_outputs,).

        Shares of training weight make it: close to the mean prediction, and not the same.
        """
        return self._paths.base_values

    def __call__(self, features: Any) -> shap.Explanation:
        """Explain rows in the form that every shap plot draws.

        Parameters
        ----------
        features : DataFrame or array of shape (n_rows, n_features)
            NaN where a value was not measured. Columns of a DataFrame are found by name.

        Returns
        -------
        shap.Explanation
            ``values`` of shape (n_rows, n_features, n_times), without the last axis where there
            are no times; with ``base_values`` they add up to the model's own prediction.
        """
        import shap

        rows = self._rows(features)
        values = self._paths.contributions(rows)
        base_values = np.tile(self.base_values, (len(rows), 1))
        if self.times is None or self._one_time:
            return shap.Explanation(
                values[:, :, 0], base_values[:, 0], rows, feature_names=self.feature_names
            )
        return shap.Explanation(
            values,
            base_values,
            rows,
            feature_names=self.feature_names,
            output_names=[f"{time:g}" for time in self.times],
        )

    def contributions(self, features: Any) -> tuple[Floats, Floats]:
        """Explain rows with plain arrays and without shap.

        Returns
        -------
        values : array of shape (n_rows, n_features, n_outputs)
        base_values : array of shape (n_outputs,)
        """
        return self._paths.contributions(self._rows(features)), self.base_values

    def _rows(self, features: Any) -> Floats:
        names = self.feature_names
        if hasattr(features, "columns") and names is not None:
            _refuse_other_columns([str(column) for column in features.columns], names)
            features = features[names]
        rows: Floats = np.asarray(features, dtype=float)
        _refuse_unbounded(rows, names)
        return rows

    def __repr__(self) -> str:
        return f"SurvivalTreeExplainer(output={self.output!r}, {self._paths.trees!r})"


def _read(model: Any, output: Output) -> TreeEnsemble:
    if isinstance(model, TreeEnsemble):
        return _as_output(model, output)
    if any(kind.__module__.partition(".")[0] == "xgboost" for kind in type(model).__mro__):
        return _as_output(TreeEnsemble.from_xgboost(model), output)
    if output == "margin" or output == "log_acceleration":
        return _as_output(TreeEnsemble.from_scikit_survival(model), output)
    return TreeEnsemble.from_scikit_survival(model, output)


def _as_output(trees: TreeEnsemble, output: Output) -> TreeEnsemble:
    if trees.output == output or (output == "margin" and trees.output in _MARGINS):
        return trees
    if (trees.output, output) == ("survival", "risk"):
        return trees.as_risk()
    if (trees.output, output) == ("log_time", "log_acceleration"):
        return trees.as_acceleration()
    raise UnsupportedModel(
        f"these trees do not add up to the {output}; ask for output={trees.output!r}"
    )


def _at(trees: TreeEnsemble, times: ArrayLike) -> TreeEnsemble:
    if trees.times is None:
        raise UnsupportedModel(f"the {trees.output} does not depend on time; leave times out")
    asked = np.atleast_1d(np.asarray(times, dtype=float))
    last = trees.times[-1]
    wrong = asked[~((asked >= 0) & (asked <= last))]
    if wrong.size:
        told = ", ".join(f"{time:g}" for time in wrong)
        raise BeyondFollowUp(f"times {told}: expected 0 to {last:g}, the last one in training")
    return trees.at(asked)


def _feature_names(model: Any) -> list[str] | None:
    names = getattr(model, "feature_names_in_", getattr(model, "feature_names", None))
    return None if names is None else [str(name) for name in names]


def _refuse_other_columns(given: list[str], expected: list[str]) -> None:
    missing = [name for name in expected if name not in given]
    extra = [name for name in given if name not in expected]
    faults = [
        *(Fault(name, "missing from the rows", did_you_mean(name, extra)) for name in missing),
        *(Fault(name, "not a feature of the model") for name in extra),
    ]
    if faults:
        raise FaultsFound(faults, subject="the table of rows to explain")


def _refuse_unbounded(rows: Floats, names: list[str] | None) -> None:
    too_large = np.abs(rows) > _LARGEST
    columns = np.flatnonzero(too_large.any(axis=0)) if rows.ndim == 2 else np.empty(0, dtype=int)
    faults = [
        Fault(names[column] if names else f"column {column}", "infinite, or too large for float32")
        for column in columns
    ]
    if faults:
        raise FaultsFound(faults, subject="the table of rows to explain")
