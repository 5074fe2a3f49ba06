"""Rows as a model that was trained elsewhere expects them: its columns, numbers, none infinite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lorpredict.errors import Fault, FaultsFound, did_you_mean
from lorpredict.survival import Floats

_LARGEST = float(np.finfo(np.float32).max)
_AS_TRAINED = "Encode it as it was encoded for the training"


def feature_names(model: Any) -> list[str] | None:
    """Names of the features that a model learnt from; None where it saw an array."""
    names = getattr(model, "feature_names_in_", getattr(model, "feature_names", None))
    return None if names is None else [str(name) for name in names]


def as_rows(features: Any, names: Sequence[str] | None, *, subject: str) -> Floats:
    """Rows as numbers, columns of a DataFrame found by name.

    Parameters
    ----------
    features : DataFrame or array of shape (n_rows, n_features)
    names
        Names of the features of the model, None where it has none.
    subject
        What the rows are, for the refusal.

    Raises
    ------
    FaultsFound
        With every column that is missing, unknown, not a number or infinite; without rows.
    """
    if hasattr(features, "columns"):
        features = _in_order(features, names, subject)
    rows = _as_numbers(features, subject)
    faults = list(_faults_of_numbers(rows, names))
    if faults:
        raise FaultsFound(faults, subject=subject)
    return rows


def _in_order(table: Any, names: Sequence[str] | None, subject: str) -> Any:
    given = [str(column) for column in table.columns]
    expected = given if names is None else list(names)
    missing = [name for name in expected if name not in given]
    extra = [name for name in given if name not in expected]
    faults = [
        *(Fault(name, "missing from the rows", did_you_mean(name, extra)) for name in missing),
        *(Fault(name, "not a feature of the model") for name in extra),
    ]
    faults += [
        Fault(str(name), f"holds {dtype}, expected numbers", _AS_TRAINED)
        for name, dtype in table.dtypes.items()
        if str(name) in expected and not _holds_numbers(dtype)
    ]
    if faults:
        raise FaultsFound(faults, subject=subject)
    ordered = table.set_axis(given, axis="columns")[expected]
    return ordered.to_numpy(dtype=float, na_value=np.nan)


def _holds_numbers(dtype: Any) -> bool:
    return getattr(dtype, "kind", "O") in "biuf"


def _as_numbers(features: Any, subject: str) -> Floats:
    try:
        rows: Floats = np.asarray(features, dtype=float)
    except (TypeError, ValueError):
        fault = Fault("rows", "hold more than numbers", _AS_TRAINED)
        raise FaultsFound([fault], subject=subject) from None
    return rows


def _faults_of_numbers(rows: Floats, names: Sequence[str] | None) -> Iterator[Fault]:
    if rows.ndim != 2:
        wrong = f"an array of shape {rows.shape}, expected (n_rows, n_features)"
        yield Fault("rows", wrong, "Give a single row as [row]" if rows.ndim == 1 else "")
        return
    if not len(rows):
        yield Fault("rows", "expected at least one row, there is none")
    for column in np.flatnonzero((np.abs(rows) > _LARGEST).any(axis=0)):
        name = names[int(column)] if names and column < len(names) else f"column {column}"
        yield Fault(name, "infinite, or too large for float32")
