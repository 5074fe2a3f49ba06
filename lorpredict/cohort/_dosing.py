"""The two tables beside the cohort where dosing is studied: infusions, and measured levels.

A child has many rows in them, one a day. Days count from the first infusion, which is day 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lorpredict.clinical import catalogue
from lorpredict.clinical._derived import limit_contradictions
from lorpredict.clinical._rules import Contradiction, Values, faults_of_columns
from lorpredict.cohort._beside import TableBesideCohort
from lorpredict.cohort._cohort import values_of_table
from lorpredict.cohort._schema import repeated_rows
from lorpredict.cohort._sources import Source, load
from lorpredict.cohort._table import checked_table, warn_left_out
from lorpredict.errors import Fault


class Infusions(TableBesideCohort):
    """Checked infusions, sorted by child and day; made by :func:`read_infusions`."""


class Levels(TableBesideCohort):
    """Checked levels of infliximab and antibodies, sorted by child and day.

    Made by :func:`read_levels`. A level below the limit of quantification stays what it is: its
    value is missing, and its limit is given.
    """


def read_infusions(
    source: Source,
    *,
    units: Mapping[str, str] | None = None,
    strict: bool = False,
    name: str | None = None,
    sheet: str | None = None,
    query: str | None = None,
) -> Infusions:
    """Read a table of infusions, one row each, and check all of it.

    Parameters
    ----------
    source, units, strict, name, sheet, query
        As in :func:`read_cohort`; the columns are ``patient_id``, ``day``, ``dose_mg`` and, if
        it was recorded, ``hours``.

    Raises
    ------
    CohortFaults
        With every fault: beside those of single cells, two infusions of a child on one day, a
        day before the row above it, and a child whose first infusion (day 0) is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"patient_id": ["a", "a"], "day": [0, 14], "dose_mg": [200, 200]}
    >>> read_infusions(pd.DataFrame(rows))
    Infusions('infusions', 2 rows, 1 child)
    """
    asked = _Asked(source, units, strict, name, sheet, query)
    table, told, left_out = _read("infusions", asked, _between_infusions)
    return Infusions(table, told, left_out)


def read_levels(
    source: Source,
    *,
    units: Mapping[str, str] | None = None,
    strict: bool = False,
    name: str | None = None,
    sheet: str | None = None,
    query: str | None = None,
) -> Levels:
    """Read a table of levels, one row a day on which something was measured, and check all of it.

    Parameters
    ----------
    source, units, strict, name, sheet, query
        As in :func:`read_cohort`; the columns are ``patient_id``, ``day``, ``value_ug_ml``,
        ``below_loq``, ``loq_ug_ml``, ``assay``, and for antibodies ``antibodies``,
        ``antibodies_assay``, ``antibodies_drug_tolerant``.

    Raises
    ------
    CohortFaults
        With every fault: beside those of single cells, two samples of a child on one day, a day
        before the row above it, a level below a limit that is not given or above the limit that
        it is said to be below, and a row in which nothing was measured.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"patient_id": ["a", "a"], "day": [42, 98], "value_ug_ml": [11.2, 5.4]}
    >>> read_levels(pd.DataFrame(rows))
    Levels('levels', 2 rows, 1 child)
    """
    asked = _Asked(source, units, strict, name, sheet, query)
    table, told, left_out = _read("levels", asked, _between_levels)
    return Levels(table, told, left_out)


@dataclass(frozen=True)
class _Asked:
    """What a reader was asked for."""

    source: Source
    units: Mapping[str, str] | None
    strict: bool
    name: str | None
    sheet: str | None
    query: str | None


def _read(
    kind: str, asked: _Asked, between_cells: Callable[[pd.DataFrame], list[Fault]]
) -> tuple[pd.DataFrame, str, tuple[str, ...]]:
    known = catalogue(kind)
    loaded = load(asked.source, sheet=asked.sheet, query=asked.query)
    name = loaded.name or kind if asked.name is None else asked.name
    checked = checked_table(
        loaded,
        known,
        subject=name,
        units=asked.units,
        strict=asked.strict,
        between_cells=between_cells,
    )
    warn_left_out(checked, known, stacklevel=4)
    numbered = checked.table.set_axis(pd.RangeIndex(1, len(checked.table) + 1, name="row"))
    return numbered.sort_values(["patient_id", "day"]), name, checked.left_out


def _between_infusions(table: pd.DataFrame) -> list[Fault]:
    return [*_between_days(table, "the same infusion as in row"), *_first_missing(table)]


def _between_levels(table: pd.DataFrame) -> list[Fault]:
    told = faults_of_columns(_RULES_OF_LEVELS, values_of_table(table))
    return [*_between_days(table, "the same sample as in row"), *told]


def _nothing_measured(values: Values) -> Any:
    level, antibodies = values["value_ug_ml"], values["antibodies"]
    return (level != level) & (antibodies != antibodies) & (values["below_loq"] != 1)


_RULES_OF_LEVELS = (
    *limit_contradictions("level", "value_ug_ml", "below_loq", "loq_ug_ml"),
    Contradiction(
        "value_ug_ml",
        "nothing was measured",
        _nothing_measured,
        lambda _: None,
        "Give a level, or below_loq and loq_ug_ml, or antibodies; or remove the row",
    ),
)


def _between_days(table: pd.DataFrame, same: str) -> list[Fault]:
    """Name two rows of one child on one day, and a row that is earlier than the one above it."""
    if not {"patient_id", "day"} <= set(table):
        return []
    hint = "One row a child and day; remove one, or correct the day"
    twice = repeated_rows(table, ["patient_id", "day"], same, hint)
    days = table["day"]
    above = days.groupby(table["patient_id"]).shift()
    backwards = [
        Fault(
            "day",
            "earlier than the row above it of the same child",
            "Order the rows of a child by day, or correct the day",
            row=int(place) + 1,
            value=f"{days.iloc[place]:g} (above: {above.iloc[place]:g})",
        )
        for place in np.flatnonzero(days < above)
    ]
    return [*twice, *backwards]


def _first_missing(table: pd.DataFrame) -> list[Fault]:
    if not {"patient_id", "day"} <= set(table):
        return []
    given = table.dropna(subset=["patient_id", "day"])
    earliest = given.groupby("patient_id")["day"].transform("min")
    first = given[(given["day"] == earliest) & (earliest > 0)].drop_duplicates("patient_id")
    return [
        Fault(
            "day",
            "the first infusion of this child is not there",
            "Days count from the first infusion: expected a row with day 0",
            row=place + 1,
            value=f"{first['day'].loc[place]:g}",
        )
        for place in map(int, first.index)
    ]
