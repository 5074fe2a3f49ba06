"""A fitted tree ensemble as flat arrays: the one form that predicts, travels and is explained.

Trees stand one behind the other; a child's index counts from the first node of the first tree.
Going left is decided as scikit-learn does, ``float32(x) <= threshold``, and thresholds are
rounded down to float32, which changes no decision. XGBoost's ``x < threshold`` becomes ``<=``
the next smaller float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lorpredict.errors import Fault, FaultsFound, UnsupportedModel
from lorpredict.survival import Floats, Scale
from lorpredict.trees._damage import refuse_damaged

Float32s = NDArray[np.float32]
Indices = NDArray[np.int32]

# Fields that are written as they are, and what is written in place of the others.
_PLAIN = ("roots", "left", "right", "feature", "threshold", "weight", "values", "offset")
_PACKED = ("missing_goes_left", "times", "before", "output", "n_features")


@dataclass(frozen=True, repr=False, eq=False)
class TreeEnsemble:
    """Trees whose leaves add up to the prediction.

    Parameters
    ----------
    roots : array of shape (n_trees + 1,)
        First node of each tree, and the number of nodes at the end.
    left, right, missing : array of shape (n_nodes,)
        Children; ``missing`` is the one that an unmeasured value goes to. -1 in leaves.
    feature : array of shape (n_nodes,)
        Column that a node looks at; -1 in leaves.
    threshold : float32 array of shape (n_nodes,)
        ``float32(x) <= threshold`` goes left.
    weight : array of shape (n_nodes,)
        How much of the training data passed through a node.
    values : array of shape (n_leaves, n_outputs)
        What a leaf adds to the prediction, leaves in the order of their nodes.
    offset : array of shape (n_outputs,)
        Added once to every prediction.
    times : array of shape (n_outputs,) or None
        From this time on an output holds, until the next one; None where time plays no part.
    before : float
        The prediction before the first time: 1 for survival, 0 for the cumulative hazard.
    output : str
        What the prediction is: ``survival``, ``risk``, ``cumulative_hazard``, ``risk_score``,
        ``log_hazard``, ``log_time`` or ``log_acceleration``.
    n_features : int
    """

    roots: NDArray[np.int64]
    left: Indices
    right: Indices
    missing: Indices
    feature: Indices
    threshold: Float32s
    weight: Floats
    values: Floats
    offset: Floats
    times: Floats | None
    before: float
    output: Scale
    n_features: int

    @cached_property
    def leaf(self) -> Indices:
        """Row of ``values`` that belongs to a node; -1 for a node with children."""
        is_leaf = self.left < 0
        return np.where(is_leaf, np.cumsum(is_leaf) - 1, -1).astype(np.int32)

    @property
    def n_trees(self) -> int:
        """Number of trees."""
        return len(self.roots) - 1

    @property
    def n_outputs(self) -> int:
        """Number of outputs: one a time, or one."""
        return len(self.offset)

    def predict(self, X: ArrayLike) -> Floats:
        """Predict every output for every row.

        Parameters
        ----------
        X : array of shape (n_rows, n_features)
            NaN where a value was not measured.

        Returns
        -------
        array of shape (n_rows, n_outputs)
        """
        # Importing numba takes half a second, which linear models need not wait for.
        from lorpredict.trees._walk import add_leaves

        rows = self.as_rows(X)
        predicted = np.empty((len(rows), len(self.offset)))
        predicted[:] = self.offset
        add_leaves(
            rows, self.roots, self.left, self.right, self.missing,
            self.feature, self.threshold, self.leaf, self.values, predicted,
        )  # fmt: skip
        return predicted

    def as_rows(self, X: ArrayLike) -> Float32s:
        """Rows as the trees compare them, in float32; refused with the wrong number of columns."""
        rows = np.ascontiguousarray(X, dtype=np.float32)
        if rows.ndim != 2 or rows.shape[1] != self.n_features:
            wrong = f"an array of shape {rows.shape}; expected (n_rows, {self.n_features})"
            raise FaultsFound([Fault("features", wrong)], subject="the input of the trees")
        return rows

    def at(self, days: ArrayLike) -> TreeEnsemble:
        """Keep only the outputs that hold at ``days``.

        Curves are right-continuous: at an event time the drop has happened. Nothing is refused
        here; after the last time the last value holds.
        """
        if self.times is None:
            raise UnsupportedModel(f"the {self.output} of these trees does not depend on time")
        if np.any(np.diff(self.times) < 0):
            raise UnsupportedModel("these trees were cut to days out of order; cut the whole ones")
        asked = np.atleast_1d(np.asarray(days, dtype=float))
        column = np.searchsorted(self.times, asked, side="right") - 1
        early = column < 0
        values = self.values.take(np.maximum(column, 0), axis=1)
        values[:, early] = 0.0
        offset = np.where(early, self.before, self.offset[np.maximum(column, 0)])
        return replace(self, values=values, offset=offset, times=asked)

    def as_risk(self) -> TreeEnsemble:
        """One minus survival, as trees again."""
        if self.output != "survival":
            raise UnsupportedModel(f"risk is one minus survival; these trees tell {self.output}")
        return replace(
            self, values=-self.values, offset=1 - self.offset, before=1 - self.before, output="risk"
        )

    def as_acceleration(self) -> TreeEnsemble:
        """Minus the log-time, as trees again: what pushes it up brings the event sooner."""
        if self.output != "log_time":
            raise UnsupportedModel(
                f"acceleration is minus the log-time; these trees tell {self.output}"
            )
        return replace(self, values=-self.values, offset=-self.offset, output="log_acceleration")

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that is needed to build the ensemble again, without pickled objects."""
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            "missing_goes_left": self.missing == self.left,
            "times": np.empty(0) if self.times is None else self.times,
            "before": np.array(self.before),
            "output": np.array(self.output),
            "n_features": np.array(self.n_features),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build the ensemble from :meth:`to_arrays`.

        Raises
        ------
        DamagedModel
            If an array is absent or points outside the trees.
        """
        refuse_damaged(arrays, needed=(*_PLAIN, *_PACKED), outputs=get_args(Scale))
        left, right = arrays["left"], arrays["right"]
        return cls(
            **{name: arrays[name] for name in _PLAIN},
            missing=np.where(arrays["missing_goes_left"], left, right),
            times=arrays["times"] if arrays["times"].size else None,
            before=float(arrays["before"]),
            output=str(arrays["output"]),  # type: ignore[arg-type]  # checked above
            n_features=int(arrays["n_features"]),
        )

    @classmethod
    def from_scikit_survival(
        cls, model: Any, output: Scale | None = None, *, training: tuple[Any, Any] | None = None
    ) -> TreeEnsemble:
        """Read a fitted scikit-survival ensemble.

        Parameters
        ----------
        model : RandomSurvivalForest, ExtraSurvivalTrees or GradientBoostingSurvivalAnalysis
        output : str, optional
            For forests ``survival`` (default), ``risk``, ``cumulative_hazard`` or ``risk_score``;
            for boosting ``log_hazard``, or ``log_time`` where its loss is not ``coxph``.
        training : X, y, optional
            What ``fit`` was given: a forest with ``low_memory=True`` needs it to tell its curves.

        Raises
        ------
        UnsupportedModel
            If the trees of the model do not add up to that output.
        FaultsFound
            If the rows of the training are others than those that the forest learnt from.
        NotFitted
        """
        from lorpredict.trees._scikit_survival import read_scikit_survival

        return read_scikit_survival(model, output, training)

    @classmethod
    def from_xgboost(cls, model: Any) -> TreeEnsemble:
        """Read the margin of a fitted XGBoost model.

        It is the log-hazard for the objective ``survival:cox`` and the log-time for
        ``survival:aft``. Sums are kept in float64, so they differ from XGBoost's own float32 in
        the seventh digit.
        """
        from lorpredict.trees._xgboost import read_xgboost

        return read_xgboost(model)

    def __repr__(self) -> str:
        return (
            f"TreeEnsemble({self.n_trees} trees, {len(self.left)} nodes, {self.n_features} "
            f"features, {self.n_outputs} outputs, output={self.output!r})"
        )
