"""A third table beside the cohort: the items of the PCDAI or wPCDAI, one row a child and visit.

An item is given as its points or as the value that was measured. Points are those of one index, so
a table is read for one index: an ESR of 30 mm/h gives 2.5 in the PCDAI and 7.5 in the wPCDAI.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from lorpredict.clinical import ActivityIndex, activity_index
from lorpredict.clinical._activity_columns import activity_catalogue, activity_contradictions
from lorpredict.clinical._rules import faults_of_columns
from lorpredict.cohort._beside import TableBesideCohort
from lorpredict.cohort._cohort import values_of_table
from lorpredict.cohort._loaded import Loaded
from lorpredict.cohort._schema import repeated_rows
from lorpredict.cohort._sources import Source, load
from lorpredict.cohort._table import CheckedTable, checked_table, warn_left_out
from lorpredict.errors import CohortFaults, Fault, did_you_mean


@dataclass(frozen=True, repr=False)
class ActivityItems(TableBesideCohort):
    """Checked items of an activity index, sorted by child and visit; made by `read_activity`.

    Parameters
    ----------
    table, name, left_out_columns
        As in every table beside the cohort: ``patient_id``, ``visit``, and the items as points or
        measured values.
    index
        Whose items they are: ``pcdai`` or ``wpcdai``.
    """

    index: str = "pcdai"

    @property
    def _kind(self) -> tuple[str, ...]:
        return (self.index,)


def read_activity(
    source: Source,
    *,
    index: str = "pcdai",
    units: Mapping[str, str] | None = None,
    strict: bool = False,
    name: str | None = None,
    sheet: str | None = None,
    query: str | None = None,
) -> ActivityItems:
    """Read the items of an activity index, one row a child and visit, and check all of it.

    Parameters
    ----------
    source, units, strict, name, sheet, query
        As in :func:`read_cohort`. The columns are ``patient_id``, ``visit`` (``first_infusion`` or
        ``week14``), and for each item its points under its own name (``albumin``), its measured
        value under a name that says the unit (``albumin_g_l``), or both columns with one of them
        filled in each row. A bare name is always points.
    index
        Whose items they are: ``pcdai``, which the cohort holds, or ``wpcdai``.

    Raises
    ------
    CohortFaults
        With every fault: beside those of single cells, two rows of a child for one visit, an item
        without any column, an item given twice in a row, and growth channels at week 14.
    CatalogueError
        If no index is called so.

    Examples
    --------
    >>> import pandas as pd
    >>> from lorpredict.clinical import activity_index
    >>> items = {item.name: 0 for item in activity_index("pcdai").items}
    >>> read_activity(pd.DataFrame([{"patient_id": "a", "visit": "week14", **items}]))
    ActivityItems('activity', pcdai, 1 row, 1 child)
    """
    of, known = activity_index(index), activity_catalogue(index)
    loaded = load(source, sheet=sheet, query=query)
    name = loaded.name or "activity" if name is None else name

    def between_cells(table: pd.DataFrame) -> list[Fault]:
        return [*_without_column(of, table, loaded), *_between_cells(of, table)]

    try:
        checked = checked_table(
            loaded, known, subject=name, units=units, strict=strict, between_cells=between_cells
        )
    except CohortFaults as refused:
        faults = [_with_way_out(of, fault) for fault in refused.faults]
        raise CohortFaults(faults, subject=name) from None
    warn_left_out(checked, known, stacklevel=3)
    return ActivityItems(_in_order(checked), name, checked.left_out, index)


def _in_order(checked: CheckedTable) -> pd.DataFrame:
    rows = pd.RangeIndex(1, len(checked.table) + 1, name="row")
    return checked.table.set_axis(rows).sort_values(["patient_id", "visit"])


def _between_cells(index: ActivityIndex, table: pd.DataFrame) -> Iterator[Fault]:
    hint = "One row a child and visit; remove one, or correct the visit"
    yield from repeated_rows(table, ["patient_id", "visit"], "the same visit as in row", hint)
    yield from faults_of_columns(activity_contradictions(index), values_of_table(table))


def _without_column(index: ActivityIndex, table: pd.DataFrame, loaded: Loaded) -> Iterator[Fault]:
    """Name the items that no column gives: a misspelt one would leave every child unscored."""
    spare = [str(column) for column in loaded.table.columns if str(column) not in table]
    for item in index.items:
        if not set(item.names) & set(table):
            near = did_you_mean(item.name, spare)
            hint = near or "An empty column says that it was never recorded"
            yield Fault(item.name, f"no column {_either(item.names)}", hint)


def _either(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _with_way_out(index: ActivityIndex, fault: Fault) -> Fault:
    """Say under which name a measured value goes, where a column of points holds something else."""
    measured = {i.name: [m.name for m in i.measures] for i in index.items}.get(fault.column)
    has_other_unit = fault.problem.startswith("unit")
    if not measured or fault.hint or (fault.value is None and not has_other_unit):
        return fault
    return replace(fault, hint=f"These are points; a measured value goes under {_either(measured)}")
