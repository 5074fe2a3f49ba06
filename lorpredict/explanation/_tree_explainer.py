"""Exact Shapley values of any survival tree ensemble, at any time of its curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.errors import BeyondFollowUp, Fault, FaultsFound, UnsupportedModel
from lorpredict.explanation._background import BackgroundPaths
from lorpredict.explanation._paths import TreePaths
from lorpredict.explanation._rows import LearntColumns, is_of
from lorpredict.survival import Floats, Scale
from lorpredict.trees import TreeEnsemble

if TYPE_CHECKING:
    import shap

Output = Scale | Literal["margin"]

# What the trees of boosting add up to, before anything is made of the sum.
_MARGINS = ("log_hazard", "log_time")


class SurvivalTreeExplainer:
    """Explain the predictions of a survival tree ensemble exactly.

    A forest's curve at a fixed time is a sum over trees, and so is the log-hazard or log-time of
    boosting: TreeSHAP holds for all of them, for all times in one pass.

    Parameters
    ----------
    model
        A fitted ``RandomSurvivalForest``, ``ExtraSurvivalTrees`` or
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
    data : DataFrame or array of shape (n_background, n_features), optional
        Background rows. Without them shares of the training weight stand for predictors that
        stay away (shap's ``tree_path_dependent``); with them the values of these rows do
        (``interventional``), each row as often as it is there.
    training : X, y, optional
        What ``fit`` was given. A forest with ``low_memory=True`` keeps no curves; they are made
        again from it.

    Raises
    ------
    UnsupportedModel
        If the trees do not add up to that output; the message names one that they add up to.
    BeyondFollowUp
        If a time is negative or lies beyond the last one in training.
    FaultsFound
        If the background has other columns, or the rows of the training are not those that the
        forest learnt from.

    Notes
    -----
    A value that was not measured goes where the model sends it.
    Building costs as much as some ten explanations: keep the explainer.

    Examples
    --------
    >>> from sksurv.datasets import load_veterans_lung_cancer
    >>> from sksurv.ensemble import RandomSurvivalForest
    >>> X, y = load_veterans_lung_cancer()
    >>> X = X[["Age_in_years", "Karnofsky_score", "Months_from_Diagnosis"]]
    >>> forest = RandomSurvivalForest(50, random_state=0).fit(X, y)
    >>> explanation = SurvivalTreeExplainer(forest, times=[90, 180], output="risk")(X)
    >>> explanation.shape
    (137, 3, 2)
    """

    def __init__(
        self,
        model: Any,
        *,
        times: ArrayLike | None = None,
        output: Output = "survival",
        data: Any = None,
        training: tuple[Any, Any] | None = None,
    ) -> None:
        trees = _read(model, output, training)
        self.output = trees.output
        self._columns = LearntColumns.of(model, trees.n_features)
        self._one_time = times is not None and np.ndim(times) == 0
        trees = trees if times is None else _at(trees, times)
        self._paths: TreePaths | BackgroundPaths
        if data is None:
            self._paths = TreePaths.of(trees)
        else:
            background = self._columns.rows(data, subject="the background")
            self._paths = BackgroundPaths.of(trees, background)

    @property
    def feature_names(self) -> list[str] | None:
        """Names of the features that the model learnt from; None where it saw an array."""
        return self._columns.names

    @property
    def times(self) -> Floats | None:
        """Times that are explained; None where time plays no part."""
        return self._paths.trees.times

    @property
    def base_values(self) -> Floats:
        """What is predicted when nothing is known of a row, array of shape (n_outputs,).

        The mean prediction of the background; without one, shares of training weight make it:
        close to the mean prediction of the training, and not the same.
        """
        return self._paths.base_values

    def __call__(self, features: Any) -> shap.Explanation:
        """Explain rows in the form that every shap plot draws.

        Parameters
        ----------
        features : DataFrame or array of shape (n_rows, n_features)
            NaN where a value was not measured. Columns of a DataFrame are found by name, and
            taken in their order where the model was trained on an array.

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
        if self._without_times or self.times is None:
            return shap.Explanation(
                values[:, :, 0], base_values[:, 0], rows, feature_names=self.feature_names
            )
        return shap.Explanation(
            values,
            base_values,
            rows,
            feature_names=self.feature_names,
            output_names=[_written(time) for time in self.times],
        )

    def contributions(self, features: Any) -> tuple[Floats, Floats]:
        """Explain rows with plain arrays and without shap.

        Returns
        -------
        values : array of shape (n_rows, n_features, n_outputs)
        base_values : array of shape (n_outputs,)
        """
        return self._paths.contributions(self._rows(features)), self.base_values

    def interactions(self, features: Any) -> Floats:
        """How far pairs of predictors move the prediction together, exactly.

        Parameters
        ----------
        features : DataFrame or array of shape (n_rows, n_features)

        Returns
        -------
        array of shape (n_rows, n_features, n_features, n_times)
            Without the last axis where there are no times. As in shap, cells (i, j) and (j, i)
            hold half of an interaction each, the diagonal what a predictor does by itself, and a
            row of the matrix sums to the predictor's contribution.

        Raises
        ------
        UnsupportedModel
            With a background.
        """
        if not isinstance(self._paths, TreePaths):
            raise UnsupportedModel(
                "interactions are not computed against a background; leave data out"
            )
        found = self._paths.interactions(self._rows(features))
        return found[..., 0] if self._without_times else found

    @property
    def _without_times(self) -> bool:
        return self.times is None or self._one_time

    def _rows(self, features: Any) -> Floats:
        return self._columns.rows(features, subject="the table of rows to explain")

    def __repr__(self) -> str:
        return f"SurvivalTreeExplainer(output={self.output!r}, {self._paths!r})"


def _read(model: Any, output: Output, training: tuple[Any, Any] | None) -> TreeEnsemble:
    if isinstance(model, TreeEnsemble):
        return _as_output(model, output)
    if is_of("xgboost", model):
        return _as_output(TreeEnsemble.from_xgboost(model), output)
    if training is not None and hasattr(model, "n_features_in_"):
        training = _in_learnt_order(model, training)
    if hasattr(model, "learning_rate") and output in ("margin", "log_acceleration"):  # boosting
        return _as_output(TreeEnsemble.from_scikit_survival(model), output)
    return TreeEnsemble.from_scikit_survival(model, output, training=training)  # type: ignore[arg-type]  # refuses a margin


def _in_learnt_order(model: Any, training: Any) -> tuple[Floats, Any]:
    subject = "the rows of the training"
    if not isinstance(training, tuple | list) or len(training) != 2:
        fault = Fault("training", f"is a {type(training).__name__}, expected a pair (X, y)")
        raise FaultsFound([fault], subject=subject)
    X, y = training
    return LearntColumns.of(model, model.n_features_in_).rows(X, subject=subject), y


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
    asked, last = np.asarray(times), trees.times[-1]
    if asked.dtype.kind not in "iuf" or asked.ndim > 1 or not asked.size:
        told = f"times of shape {asked.shape} that hold {asked.dtype}"
        raise BeyondFollowUp(f"{told}: expected one number, or a list of numbers")
    wrong = np.atleast_1d(asked)[~np.atleast_1d((asked >= 0) & (asked <= last))]
    if wrong.size:
        told = ", ".join(map(_written, wrong))
        expected = f"expected 0 to {_written(last)}, the last one in training"
        raise BeyondFollowUp(f"times {told}: {expected}")
    return trees.at(asked)


def _written(time: float) -> str:
    """Write a time with all its digits, so that two times never have one name."""
    return np.format_float_positional(float(time), trim="-")
