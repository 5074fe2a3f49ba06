"""Rows as a model that was trained elsewhere expects them: its columns, numbers, none infinite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lorpredict.errors import Fault, FaultsFound, did_you_mean
from lorpredict.survival import Floats

Array = NDArray[Any]

_LARGEST = float(np.finfo(np.float32).max)
_AS_TRAINED = "Encode it as it was encoded for the training, digits by .astype(float)"
_NUMBERS = "biuf"  # kinds of numpy's that are numbers: boolean, whole, unsigned, floating


@dataclass(frozen=True)
class LearntColumns:
    """The columns that a model learnt from.

    Parameters
    ----------
    names : None where the model saw an array
    width : how many they are
    takes_missing : whether the model predicts where something was not measured
    """

    names: list[str] | None
    width: int
    takes_missing: bool = True

    @classmethod
    def of(cls, model: Any, width: int) -> LearntColumns:
        """Read them from a fitted model."""
        names = getattr(model, "feature_names_in_", getattr(model, "feature_names", None))
        named = None if names is None else [str(name) for name in names]
        return cls(named, width, _takes_missing(model))

    def rows(self, features: Any, *, subject: str) -> Floats:
        """Return rows as numbers, columns of a DataFrame found by name where the model has names.

        Parameters
        ----------
        features : DataFrame or array of shape (n_rows, n_features)
        subject
            What the rows are, for the refusal.

        Raises
        ------
        FaultsFound
            With every column that is missing, unknown, not a number, infinite, or not measured
            where the model needs it; without rows.
        """
        is_table = hasattr(features, "columns")
        faults = list(self._faults_of_table(features)) if is_table else []
        if not faults:
            rows = self._in_order(features) if is_table else _as_numbers(features)
            faults = list(self._faults_of_numbers(rows))
        if faults:
            raise FaultsFound(faults, subject=subject)
        return rows.astype(float)

    def _faults_of_table(self, table: Any) -> Iterator[Fault]:
        given = [str(column) for column in table.columns]
        expected = given if self.names is None else self.names
        extra = [name for name in given if name not in expected]
        for name in expected:
            if name not in given:
                yield Fault(name, "missing from the rows", did_you_mean(name, extra))
            elif given.count(name) > 1:
                yield Fault(name, "stands more than once")
        yield from (Fault(name, "not a feature of the model") for name in extra)
        for name, dtype in zip(given, table.dtypes, strict=True):
            if name in expected and getattr(dtype, "kind", "O") not in _NUMBERS:
                yield Fault(name, f"holds {dtype}, expected numbers", _AS_TRAINED)

    def _in_order(self, table: Any) -> Array:
        given = [str(column) for column in table.columns]
        ordered = table.set_axis(given, axis="columns")[self.names or given]
        rows: Array = ordered.to_numpy(dtype=float, na_value=np.nan)
        return rows

    def _faults_of_numbers(self, rows: Array) -> Iterator[Fault]:
        if rows.dtype.kind not in _NUMBERS:
            yield Fault("rows", "hold more than numbers", _AS_TRAINED)
            return
        if rows.ndim != 2 or rows.shape[1] != self.width:
            wrong = f"an array of shape {rows.shape}, expected (n_rows, {self.width})"
            yield Fault("rows", wrong, "Give a single row as [row]" if rows.ndim == 1 else "")
            return
        if not len(rows):
            yield Fault("rows", "expected at least one row, there is none")
        for column in np.flatnonzero((np.abs(rows) > _LARGEST).any(axis=0)):
            yield Fault(self._called(column), "infinite, or too large for float32")
        for column in np.flatnonzero(np.isnan(rows).any(axis=0) & (not self.takes_missing)):
            problem, hint = "not measured in some row", "This model predicts complete rows alone"
            yield Fault(self._called(column), problem, hint)

    def _called(self, column: np.intp) -> str:
        return self.names[int(column)] if self.names else f"column {column}"


def _as_numbers(features: Any) -> Array:
    """Return an array of numbers, or of whatever else it holds."""
    rows = np.asarray(features)
    if rows.dtype.kind != "O" or any(isinstance(value, str | bytes) for value in rows.flat):
        return rows
    try:  # None among numbers is a value that was not measured
        return rows.astype(float)
    except (TypeError, ValueError):
        return rows


def _takes_missing(model: Any) -> bool:
    """Whether scikit-survival lets the model predict NaN; XGBoost and our trees always do."""
    if not is_of("sksurv", model):
        return True
    from sklearn.utils import get_tags

    return bool(get_tags(model).input_tags.allow_nan)


def is_of(package: str, model: Any) -> bool:
    """Whether a model is of a class of this package, or of one made from it."""
    return any(kind.__module__.partition(".")[0] == package for kind in type(model).__mro__)
