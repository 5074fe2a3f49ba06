"""The pandera schema of the cohort table, made from the catalogue."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from lorpredict.clinical import Catalogue, Kind, Predictor, contradictions
from lorpredict.cohort._cohort import as_records
from lorpredict.errors import Fault

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pandera warns about its own import paths
    import pandera.pandas as pa


def table_faults(table: pd.DataFrame, known: Catalogue) -> list[Fault]:
    """Name every cell and every pair of cells that cannot be true, in the order of the rows."""
    faults = [*_schema_faults(table, known), *_contradictory_rows(table), *_duplicates(table)]
    return sorted(faults, key=lambda fault: (fault.row or 0, fault.column))


def cohort_schema(columns: Iterable[Predictor]) -> pa.DataFrameSchema:
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


def _schema_faults(table: pd.DataFrame, known: Catalogue) -> list[Fault]:
    try:
        with warnings.catch_warnings():
            # pandera joins the failures of columns of several types, and pandas remarks on it.
            warnings.simplefilter("ignore", FutureWarning)
            cohort_schema(known[str(key)] for key in table).validate(table, lazy=True)
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


def _contradictory_rows(table: pd.DataFrame) -> list[Fault]:
    return [
        fault
        for number, record in enumerate(as_records(table), start=1)
        for fault in contradictions(record, row=number)
    ]


def _duplicates(table: pd.DataFrame) -> list[Fault]:
    if "patient_id" not in table:
        return []
    ids = table["patient_id"]
    repeated = ids.notna() & ids.duplicated(keep="first")
    first = {name: int(i) + 1 for i, name in reversed(list(enumerate(ids)))}
    return [
        Fault(
            "patient_id",
            f"the same child as in row {first[ids.iloc[position]]}",
            "One row a child; remove or rename one of them",
            row=int(position) + 1,
            value=repr(ids.iloc[position]),
        )
        for position in np.flatnonzero(repeated)
    ]
