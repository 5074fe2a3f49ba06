"""The tables beside a cohort, child by child: whose rows they are, and where a fault stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pandas as pd

from lorpredict.clinical import catalogue
from lorpredict.cohort import Cohort, Infusions, Levels
from lorpredict.errors import CohortFaults, Fault

Row = Mapping[str, Any]
Table = TypeVar("Table", Infusions, Levels)
NOT_IN_THE_COHORT = "of a child who is not in the cohort"
BEFORE_THE_FIRST_DOSE = "drawn on day 0, before the first dose"
_INFUSION = {"infusion_days": "day", "doses_mg": "dose_mg", "hours": "hours"}
_LEVEL = {
    "level": "value_ug_ml",
    "level_day": "day",
    "level_assay": "assay",
    "level_loq": "loq_ug_ml",
}
_WEEK_14 = ("trough_week14_ug_ml", "antibodies_week14")
_IN_ALL = "dose_mg holds mg in all: multiply by the weight"


@dataclass(frozen=True)
class RowLeftOut:
    """A row of a table beside the cohort that nothing was computed from.

    Parameters
    ----------
    table
        How the table is called.
    row
        Where it stands there; the first is 1.
    patient_id, day
        Whose it is, and of when.
    why
        Why it is left out.
    """

    table: str
    row: int
    patient_id: str
    day: float
    why: str

    @classmethod
    def of(cls, table: str, row: Row, why: str) -> RowLeftOut:
        """Leave a row of a table out."""
        return cls(table, int(row["row"]), str(row["patient_id"]), float(row["day"]), why)


class Faults:
    """Faults of several tables, each with the table it stands in."""

    def __init__(self) -> None:
        self._of: dict[str, list[Fault]] = {}

    def add(self, table: str, faults: Sequence[Fault]) -> None:
        """Take faults of a table."""
        if faults:
            self._of.setdefault(table, []).extend(faults)

    def refuse(self) -> None:
        """Raise all of them at once; where there are several tables, each column tells its own.

        Raises
        ------
        CohortFaults
        """
        if not self._of:
            return
        found = [
            fault if len(self._of) == 1 else replace(fault, column=f"{fault.column} of {table}")
            for table, faults in self._of.items()
            for fault in sorted(faults, key=lambda each: each.row or 0)
        ]
        raise CohortFaults(found, subject=" and ".join(self._of))


def rows_of(table: pd.DataFrame) -> Iterator[Row]:
    """Return what is known of each child; what is missing is not there."""
    for row in table.to_dict("records"):
        yield {str(name): value for name, value in row.items() if not _missing(value)}


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value != value


def of_the_cohort(table: Table | None, cohort: Cohort) -> tuple[Table | None, list[RowLeftOut]]:
    """Return a table without the rows of children whom the cohort does not hold, and those."""
    if table is None:
        return None, []
    known = table.table["patient_id"].isin(cohort.table["patient_id"])
    unknown = rows_of(table.table[~known].reset_index(names="row"))
    left_out = [RowLeftOut.of(table.name, row, NOT_IN_THE_COHORT) for row in unknown]
    return replace(table, table=table.table[known]), left_out


def by_child(table: Infusions | Levels | None) -> dict[str, list[Row]] | None:
    """Return each child's rows, each with its place in the source."""
    if table is None:
        return None
    found: dict[str, list[Row]] = {}
    for row in rows_of(table.table.reset_index(names="row")):
        found.setdefault(str(row["patient_id"]), []).append(row)
    return found


def is_not_compared(child: Row, infusions: Sequence[Row]) -> bool:
    """Whether a cohort's week 14 has no fourth infusion to be held against samples by."""
    low, high = catalogue()["landmark_day"].plausible or (0.0, 0.0)
    is_planned = any(low <= float(each["day"]) <= high for each in infusions[3:4])
    return not is_planned and any(name in child for name in _WEEK_14)


def is_of_infusions(fault: Fault) -> bool:
    """Whether a fault of a history is one of its infusions."""
    return fault.column in _INFUSION and fault.row is not None


def of_infusion(fault: Fault, infusions: Sequence[Row]) -> Fault:
    """Point from a fault of a history to the row of the infusion, with its day."""
    row = infusions[(fault.row or 1) - 1]
    column = _INFUSION[fault.column]
    told = f"{fault.value} on day {row['day']:g}" if column != "day" else fault.value
    is_per_kg = fault.column == "doses_mg" and fault.hint.startswith("Did you mean")
    hint = f"{fault.hint} {_IN_ALL}" if is_per_kg else fault.hint
    return replace(fault, column=column, row=int(row["row"]), value=told, hint=hint)


def of_level(fault: Fault, row: Row) -> Fault:
    """Point from a fault of a level to its row."""
    return replace(fault, column=_LEVEL.get(fault.column, fault.column), row=int(row["row"]))
