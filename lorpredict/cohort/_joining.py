"""What a cohort learns from the tables beside it: dose, landmark, trough and antibodies.

Nothing is taken from after the landmark, nor from after a fourth infusion that is no landmark.
So the infusions come first. A value that the cohort gives stays, and has to agree.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from lorpredict.clinical import Kind, Predictor, catalogue
from lorpredict.clinical._derived import derived_columns, limit_contradictions
from lorpredict.cohort._cohort import (
    Cohort,
    CohortWarning,
    column_type,
    values_of_table,
    with_joined,
)
from lorpredict.cohort._dosing import Infusions, Levels
from lorpredict.errors import CohortFaults, Fault

_FOURTH = 3
# House limits, for what was rounded: a dose to the whole mg/kg, a level to a tenth of a µg/mL.
_TOLERANCE = {"ifx_dose_mg_kg": 0.5, "trough_week14_ug_ml": 0.1}
# A trough is taken just before an infusion. House limit: on its day, or within the week before.
_DAYS_BEFORE_LANDMARK = 7
_TROUGH, _BELOW, _LIMIT = (
    "trough_week14_ug_ml",
    "trough_week14_below_loq",
    "trough_week14_loq_ug_ml",
)
# What asks for the landmark, in words, and the function that joins it.
_AFTER_INFUSIONS = {
    "levels": ("levels", "with_levels"),
    "activity": ("activity items", "with_activity"),
}
_LEVEL_COLUMNS = {_TROUGH: "value_ug_ml", _BELOW: "below_loq", _LIMIT: "loq_ug_ml"}


def with_infusions(cohort: Cohort, infusions: Infusions) -> Cohort:
    """Fill in the first dose for each kilogram and the landmark day, where they are not given.

    ``ifx_dose_mg_kg`` is the dose of day 0 divided by ``weight_kg``; ``landmark_day`` is the day
    of the fourth infusion. A fourth infusion outside days 84 to 112 gives no landmark, and one
    warning counts those children. The cohort remembers every fourth infusion, so that no level
    from after it becomes the trough.

    Raises
    ------
    CohortFaults
        For a cohort to which levels were joined already, or activity items scored by an age at
        the planned landmark, since both would stay as they are while the landmark moves.
        For a child that the cohort does not hold, an implausible dose for each kilogram, and a
        given value that disagrees: a dose by more than 0.5 mg/kg (house limit, since doses are
        written to whole mg/kg), a landmark by any day. Rows are those of the infusions.
    """
    _refuse_joined_before(cohort, infusions.name)
    table = infusions.table
    number = table.groupby("patient_id").cumcount()
    first, fourth = _last_of_each_child(table[number == 0]), table[number == _FOURTH]
    low, high = cohort.catalogue["landmark_day"].plausible or (-np.inf, np.inf)
    planned = _last_of_each_child(fourth[fourth["day"].between(low, high)])
    dose = first["dose_mg"] / _of_children(cohort, "weight_kg").reindex(first.index)
    found = [
        Found("ifx_dose_mg_kg", dose, first["row"], "Check dose_mg and weight_kg"),
        Found("landmark_day", planned["day"], planned["row"], "Check the fourth infusion"),
    ]
    joined = joined_with(cohort, found, table, infusions.name)
    if len(planned) < len(fourth):
        warnings.warn(
            f"{len(fourth) - len(planned)} of {len(cohort)} children had their fourth infusion "
            f"outside days {low:g} to {high:g}: their landmark_day is left as it was",
            CohortWarning,
            stacklevel=2,
        )
    return replace(
        with_joined(joined, "infusions"),
        fourth_infusions={**cohort.fourth_infusions, **_days_of_fourth(table, fourth)},
    )


def with_levels(cohort: Cohort, levels: Levels, *, landmark_day: float = 98) -> Cohort:
    """Fill in the trough at week 14 and its antibodies, where they are not given.

    The sample is the last one before the fourth infusion: of the landmark day itself (a sample of
    the day of an infusion was taken before it began) or of the 7 days before (house limit). Later
    samples are never looked at. Where infusions were joined, a child without a fourth infusion on
    the landmark day takes neither trough nor antibodies, and one warning counts those children:
    its samples were drawn before another infusion, or before none. A trough below the limit of
    quantification enters as such, with its limit, and from there at half of it. Trough and
    antibodies may come from two samples.

    Parameters
    ----------
    cohort
        Give it its infusions first, if there are any: they say when the landmark is.
    levels
        The samples of its children.
    landmark_day
        Of the children for whom the cohort gives none; so without infusions the trough is that
        of the given or planned day, whenever the fourth infusion was.

    Raises
    ------
    CohortFaults
        For a child that the cohort does not hold, an implausible trough, and a given value that
        disagrees: a trough by more than 0.1 µg/mL (house limit, since levels are written to a
        tenth), anything else at all. Rows are those of the levels.
    """
    landmarks = _of_children(cohort, "landmark_day").fillna(landmark_day)
    passed_over = _without_fourth_infusion(cohort, landmarks)
    recent = _recent(levels, landmarks.drop(passed_over))
    below = recent["below_loq"].fillna(False).astype(bool)
    trough = _last_of_each_child(recent[below | recent["value_ug_ml"].notna()])
    antibodies = _last_of_each_child(recent[recent["antibodies"].notna()])
    found = [
        Found(key, trough[column], trough["row"], f"Check {column} and day")
        for key, column in _LEVEL_COLUMNS.items()
    ]
    hint = "Check antibodies and day"
    found.append(Found("antibodies_week14", antibodies["antibodies"], antibodies["row"], hint))
    joined = joined_with(cohort, found, levels.table, levels.name)
    _refuse_above_limit(joined, trough["row"], levels.name)
    computed = derived_columns(values_of_table(joined.table.filter([_TROUGH, _BELOW, _LIMIT])))
    _warn_passed_over(cohort, levels, passed_over, stacklevel=3)
    return with_joined(_with_table(joined, joined.table.assign(**computed)), "levels")


def _refuse_joined_before(cohort: Cohort, subject: str) -> None:
    """Refuse infusions that may move a landmark by which something was taken already."""
    faults = [
        Fault(
            "landmark_day",
            f"the {told} were joined before the infusions, which say when the landmark is",
            f"Give the infusions first: with_infusions, then {function}",
        )
        for name, (told, function) in _AFTER_INFUSIONS.items()
        if name in cohort.joined
    ]
    if faults:
        raise CohortFaults(faults, subject=subject)


def _days_of_fourth(table: pd.DataFrame, fourth: pd.DataFrame) -> dict[str, float]:
    """Return the day of each child's fourth infusion, NaN where there is none."""
    days = dict(zip(fourth["patient_id"], fourth["day"], strict=True))
    return {str(name): float(days.get(name, np.nan)) for name in table["patient_id"].unique()}


def _without_fourth_infusion(cohort: Cohort, landmarks: pd.Series) -> list[str]:
    """Name the children whose infusions are known, with no fourth one on the landmark day."""
    fourth = cohort.fourth_infusions
    return [str(name) for name, day in landmarks.items() if fourth.get(str(name), day) != day]


def _warn_passed_over(
    cohort: Cohort, levels: Levels, passed_over: list[str], *, stacklevel: int
) -> None:
    number = levels.table.loc[levels.table["patient_id"].isin(passed_over), "patient_id"].nunique()
    if number:
        warnings.warn(
            f"{number} of {len(cohort)} children had no fourth infusion on their landmark day: "
            "they take no trough and no antibodies of week 14 from their levels",
            CohortWarning,
            stacklevel=stacklevel,
        )


def _recent(levels: Levels, landmarks: pd.Series) -> pd.DataFrame:
    """Return the samples of the week before each child's landmark, and of its day."""
    wanted = ["patient_id", "day", "antibodies", *_LEVEL_COLUMNS.values()]
    types = {key: column_type(catalogue("levels")[key]) for key in wanted}
    table = levels.table.reindex(columns=wanted).astype(types)
    before = landmarks.reindex(table["patient_id"]).to_numpy() - table["day"]
    recent: pd.DataFrame = table[(before >= 0) & (before <= _DAYS_BEFORE_LANDMARK)]
    return recent


def _refuse_above_limit(joined: Cohort, rows: pd.Series, subject: str) -> None:
    """Refuse a trough of the cohort above the limit that its level is below."""
    _, above = limit_contradictions("trough", _TROUGH, _BELOW, _LIMIT)
    values = values_of_table(joined.table)
    places = np.flatnonzero(above.where(values))
    names = joined.table["patient_id"].iloc[places]
    faults = [
        above.fault(values.row(int(place)), row=int(rows[name]))
        for place, name in zip(places, names, strict=True)
    ]
    if faults:
        raise CohortFaults(faults, subject=subject)


def _of_children(cohort: Cohort, key: str) -> pd.Series:
    """Return a column of the cohort by patient_id; missing where there is no such column."""
    return cohort.table.set_index("patient_id").reindex(columns=[key])[key]


def _last_of_each_child(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the last row of each child, by patient_id, with the source's row as a column."""
    numbered = rows.reset_index().drop_duplicates("patient_id", keep="last")
    return numbered.set_index("patient_id")


@dataclass(frozen=True)
class Found:
    """What a table beside the cohort says of one of its columns.

    Parameters
    ----------
    key : column of the cohort
    values, rows : by patient_id, the value and the row that it stands in
    hint : what to look at where it is wrong
    """

    key: str
    values: pd.Series
    rows: pd.Series
    hint: str


def joined_with(
    cohort: Cohort, found: Iterable[Found], beside: pd.DataFrame, subject: str
) -> Cohort:
    """Fill in what was found, after everything was compared with what is given."""
    table, faults = cohort.table, list(unknown_children(cohort, beside))
    for each in found:
        predictor = cohort.catalogue[each.key]
        by_row = each.values.reindex(table["patient_id"]).set_axis(table.index)
        values = by_row.astype(column_type(predictor))
        if not values.notna().any():
            continue
        given = table.get(each.key, pd.Series(index=table.index, dtype=values.dtype))
        rows = each.rows.reindex(table["patient_id"]).set_axis(table.index)
        faults += _implausible(predictor, each, values, rows)
        faults += _disagreeing(predictor, each, given, values, rows)
        table = table.assign(**{each.key: given.fillna(values)})
    if faults:
        raise CohortFaults(sorted(faults, key=lambda fault: fault.row or 0), subject=subject)
    return _with_table(cohort, table)


def _with_table(cohort: Cohort, table: pd.DataFrame) -> Cohort:
    return replace(cohort, table=table[[key for key in cohort.catalogue if key in table]])


def unknown_children(cohort: Cohort, beside: pd.DataFrame) -> Iterator[Fault]:
    unknown = beside.loc[~beside["patient_id"].isin(cohort.table["patient_id"]), "patient_id"]
    for row, name in unknown.items():
        hint = "Correct the name, or remove the row"
        problem = f"no child of the cohort {cohort.name!r} is called so"
        yield Fault("patient_id", problem, hint, row=int(str(row)), value=repr(name))


def _implausible(
    predictor: Predictor, found: Found, values: pd.Series, rows: pd.Series
) -> Iterator[Fault]:
    suspect = values.notna()
    if predictor.kind is Kind.NUMBER and predictor.plausible and not predictor.step:
        suspect &= ~values.between(*predictor.plausible)
    for place in np.flatnonzero(suspect):
        fault = predictor.fault(_plain(values.iloc[place]), row=int(rows.iloc[place]))
        if fault:
            yield replace(fault, hint=found.hint)


def _disagreeing(
    predictor: Predictor, found: Found, given: pd.Series, values: pd.Series, rows: pd.Series
) -> Iterator[Fault]:
    if predictor.kind is Kind.NUMBER:
        differ = (given - values).abs() > _TOLERANCE.get(predictor.key, 0)
    else:
        differ = given.astype(object) != values.astype(object)
    for place in np.flatnonzero(differ & given.notna() & values.notna()):
        told = f"{_told(given.iloc[place])} in the cohort (here: {_told(values.iloc[place])})"
        problem = "the cohort and this table disagree"
        yield Fault(found.key, problem, found.hint, row=int(rows.iloc[place]), value=told)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _told(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower()
