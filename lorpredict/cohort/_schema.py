"""The pandera schema of a table, made from its catalogue, and rows that stand twice."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from lorpredict.clinical import Catalogue, Kind, Predictor
from lorpredict.errors import Fault

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pandera warns about its own import paths
    import pandera.pandas as pa


def table_schema(columns: Iterable[Predictor]) -> pa.DataFrameSchema:
    """Make the schema of a table that holds the named columns of the catalogue."""
    return pa.DataFrameSchema({column.key: _column(column) for column in columns})


def _column(predictor: Predictor) -> pa.Column:
    checks = []
    if predictor.kind is Kind.NUMBER:
        checks.append(pa.Check(partial(_is_plausible, predictor), name="plausible"))
    return pa.Column(nullable=predictor.missing == "allowed", checks=checks, required=True)


def _is_plausible(predictor: Predictor, values: pd.Series) -> pd.Series:
    low, high = predictor.plausible or (-np.inf, np.inf)
    fits = values.between(low, high)
    if predictor.step:
        steps = values / predictor.step
        fits &= (steps - steps.round()).abs() < 1e-9
    return fits


def schema_faults(table: pd.DataFrame, known: Catalogue) -> list[Fault]:
    """Name every cell that is empty, implausible or between two steps."""
    try:
        with warnings.catch_warnings():
            # pandera joins the failures of columns of several types, and pandas remarks on it.
            warnings.simplefilter("ignore", FutureWarning)
            table_schema(known[str(key)] for key in table).validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return [
            _schema_fault(known[str(c.column)], c.index, c.failure_case) for c in cases.itertuples()
        ]
    return []


def _schema_fault(column: Predictor, index: int, value: Any) -> Fault:
    row = int(index) + 1
    if pd.isna(value):
        return Fault(column.key, "expected a value, the cell is empty", row=row)
    fault = column.fault(value, row=row)
    return fault or Fault(column.key, f"expected {column.expected}", row=row, value=str(value))


def repeated_rows(table: pd.DataFrame, keys: Sequence[str], told: str, hint: str) -> list[Fault]:
    """Name every row whose keys another row above it has already.

    Parameters
    ----------
    keys
        The columns that no two rows may share; the first of them is named.
    told, hint
        What the fault says before the row's number, and what to do.
    """
    if not set(keys) <= set(table):
        return []
    complete = table[list(keys)].dropna()
    first: dict[tuple[Any, ...], int] = {}
    faults = []
    for place, *values in complete[complete.duplicated(keep=False)].itertuples():
        row = int(place) + 1
        above = first.setdefault(tuple(values), row)
        if above != row:
            value = ", ".join(map(_plain, values))
            faults.append(Fault(keys[0], f"{told} {above}", hint, row=row, value=value))
    return faults


def _plain(value: Any) -> str:
    return f"day {value:g}" if isinstance(value, float) else repr(value)
