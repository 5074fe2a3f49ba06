"""A table that is checked against its catalogue: columns, units, cells, and cells beside cells."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from lorpredict.clinical import Catalogue
from lorpredict.cohort._cohort import CohortWarning
from lorpredict.cohort._columns import ColumnPlan, nearest_known, plan_columns
from lorpredict.cohort._loaded import Loaded
from lorpredict.cohort._parse import parse_column
from lorpredict.cohort._schema import schema_faults
from lorpredict.errors import CohortFaults, Fault

_NO_ROWS = "expected at least one row, it has none"


@dataclass(frozen=True)
class CheckedTable:
    """Typed columns in canonical units, without a fault.

    Parameters
    ----------
    table
        The columns of the catalogue that the source holds, in the catalogue's order.
    left_out
        The source's columns that the catalogue does not hold.
    """

    table: pd.DataFrame
    left_out: tuple[str, ...]


def checked_table(
    loaded: Loaded,
    known: Catalogue,
    *,
    subject: str,
    units: Mapping[str, str] | None = None,
    strict: bool = False,
    between_cells: Callable[[pd.DataFrame], list[Fault]],
) -> CheckedTable:
    """Match the columns, parse the cells, and check all of it before anything is refused.

    Parameters
    ----------
    subject
        What is at fault, in the error's first line.
    units, strict
        As in :func:`read_cohort`.
    between_cells
        What cannot be true of cells together, given the typed table.

    Raises
    ------
    CohortFaults
        With every fault, in the order of the rows.
    """
    plan = plan_columns(loaded.table.columns, units or {}, known)
    table, unreadable = _parsed(loaded, plan, known)
    faults = [*plan.faults, *(_not_in_catalogue(plan, known) if strict else ()), *unreadable]
    if not len(table):
        faults.append(Fault("table", _NO_ROWS, "Fill in one row for each child"))
    in_rows = [*schema_faults(table, known), *between_cells(table)]
    faults += sorted(in_rows, key=lambda fault: (fault.row or 0, fault.column))
    if faults:
        by_row = sorted(_once_each(faults), key=lambda fault: fault.row or 0)
        raise CohortFaults(by_row, subject=subject)
    return CheckedTable(table, plan.left_out)


def warn_left_out(checked: CheckedTable, known: Catalogue, *, stacklevel: int) -> None:
    """Tell once which columns the catalogue does not hold, and what they may have meant."""
    if checked.left_out:
        told = [f"{column} {nearest_known(column, known)}".strip() for column in checked.left_out]
        warnings.warn(
            "columns that the catalogue does not hold are left out: " + "; ".join(told),
            CohortWarning,
            stacklevel=stacklevel,
        )


def _parsed(loaded: Loaded, plan: ColumnPlan, known: Catalogue) -> tuple[pd.DataFrame, list[Fault]]:
    names = list(map(str, loaded.table.columns))
    columns, faults = {}, []
    for key in (key for key in known if key in plan.sources):
        raw = loaded.table.iloc[:, names.index(plan.sources[key])]  # a name may stand twice
        columns[key], unreadable = parse_column(
            known[key], raw.rename(key), plan.factors[key], ones_are_true=loaded.ones_are_true
        )
        faults += unreadable
    return pd.DataFrame(columns, index=loaded.table.index), faults


def _not_in_catalogue(plan: ColumnPlan, known: Catalogue) -> list[Fault]:
    return [Fault(c, "not in the catalogue", nearest_known(c, known)) for c in plan.left_out]


def _once_each(faults: Iterable[Fault]) -> list[Fault]:
    """Keep the first fault of a cell: text for a number is not also an empty cell."""
    seen: dict[tuple[str, int | None], Fault] = {}
    for fault in faults:
        seen.setdefault((fault.column, fault.row), fault)
    return list(seen.values())
