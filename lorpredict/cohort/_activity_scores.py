"""What a cohort learns from the items of an activity index: the PCDAI of either visit.

An item that was not recorded leaves no score: neither source of the indices lets one fill it in.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from lorpredict.clinical import ActivityItem, activity_index, severity
from lorpredict.clinical._derived import contradictions_of_columns
from lorpredict.clinical._growth_file import DAYS_A_YEAR
from lorpredict.cohort._activity import ActivityItems
from lorpredict.cohort._cohort import Cohort, CohortWarning, values_of_table, with_joined
from lorpredict.cohort._joining import Found, joined_with, unknown_children
from lorpredict.errors import CohortFaults, Fault

# The column of the cohort that holds the PCDAI of each visit.
_COLUMNS = {"first_infusion": "pcdai_baseline", "week14": "pcdai_week14"}
_HINT = "Check the items of this row"


def with_activity(cohort: Cohort, activity: ActivityItems, *, landmark_day: float = 98) -> Cohort:
    """Fill in the PCDAI at the first infusion and at week 14, where it is not given.

    A row with an item that was not recorded gives no PCDAI, nor does one whose haematocrit was
    measured where the child's sex or age is unknown and decides; one warning counts those rows.

    Parameters
    ----------
    cohort
        Give it its infusions first, if there are any: they say when the landmark is. Afterwards
        they are refused where a score rests on the age at a landmark that was not given.
    activity
        The items of its children, of the PCDAI.
    landmark_day
        Of the children for whom the cohort gives none; as in `activity_scores`.

    Raises
    ------
    CohortFaults
        For items of another index, a child that the cohort does not hold, a given PCDAI that is
        not the sum of its items, and a remission that contradicts the computed PCDAI. Rows are
        those of the items.
    """
    if activity.index != "pcdai":
        hint = "Ask activity_scores for this one"
        fault = Fault("index", "a cohort holds the pcdai alone", hint, value=repr(activity.index))
        raise CohortFaults([fault], subject=activity.name)
    points = _points(cohort, activity, landmark_day)
    scored = activity.table[["patient_id", "visit"]].assign(score=points.sum(axis=1, skipna=False))
    found = []
    for visit, key in _COLUMNS.items():
        rows = scored[scored["visit"] == visit].reset_index().set_index("patient_id")
        found.append(Found(key, rows["score"], rows["row"], _HINT))
    joined = joined_with(cohort, found, activity.table, activity.name)
    _refuse_contradicted(joined, found[-1].rows, activity.name)
    _warn_unscored(points, stacklevel=3)
    return with_joined(joined, "activity") if _rests_on_landmark(cohort, activity) else joined


def activity_scores(
    activity: ActivityItems, cohort: Cohort, *, landmark_day: float = 98
) -> pd.DataFrame:
    """Score every row of a table of items, by the index that it was read for.

    Parameters
    ----------
    activity
        The items.
    cohort
        Says the sex of each child, and its age: ``age_years`` at the first infusion, and at week
        14 as much more as there are days until the landmark (``landmark_day`` / 365.25 years).
        They matter for a measured haematocrit alone, so for the PCDAI alone.
    landmark_day
        Of the children for whom the cohort gives none.

    Returns
    -------
    pandas.DataFrame
        ``patient_id``, ``visit``, ``score`` (missing where it cannot be known) and ``severity``
        (remission, mild, moderate or severe), a row for each of the items', with its index.

    Raises
    ------
    CohortFaults
        For a child that the cohort does not hold.
    """
    unknown = sorted(unknown_children(cohort, activity.table), key=lambda fault: fault.row or 0)
    if unknown:
        raise CohortFaults(unknown, subject=activity.name)
    score = _points(cohort, activity, landmark_day).sum(axis=1, skipna=False)
    levels = score.map(cache(partial(severity, activity.index)), na_action="ignore")
    return activity.table[["patient_id", "visit"]].assign(
        score=score, severity=levels.astype("string")
    )


def _rests_on_landmark(cohort: Cohort, activity: ActivityItems) -> bool:
    """Whether a value of week 14 was scored by an age at a landmark that was not given."""
    known = cohort.table.reindex(columns=["patient_id", "age_years", "landmark_day"])
    assumed = known.loc[known["age_years"].notna() & known["landmark_day"].isna(), "patient_id"]
    by_age = [
        measure.name
        for item in activity_index(activity.index).items
        for measure in item.measures
        if any(len(ages.bands) > 1 for ages in measure.tables.values())
    ]
    table = activity.table
    measured = (table["visit"] == "week14") & table.filter(by_age).notna().any(axis=1)
    return bool((measured & table["patient_id"].isin(assumed)).any())


def _points(cohort: Cohort, activity: ActivityItems, landmark_day: float) -> pd.DataFrame:
    """Return the points of each item in each row, NaN where they cannot be known."""
    table = activity.table
    known = cohort.table.set_index("patient_id").reindex(table["patient_id"]).set_axis(table.index)
    known = known.reindex(columns=["sex", "age_years", "landmark_day"])
    later = known["landmark_day"].fillna(landmark_day) / DAYS_A_YEAR
    age = known["age_years"] + later.where(table["visit"] == "week14", 0)
    items = activity_index(activity.index).items
    return pd.DataFrame(
        {item.name: _points_of(item, table, _plain(known["sex"]), _plain(age)) for item in items},
        index=table.index,
    )


def _points_of(
    item: ActivityItem, table: pd.DataFrame, sexes: list[Any], ages: list[Any]
) -> pd.Series:
    """Return the points of one item; each value, sex and age is scored once."""
    points = table.get(item.name, pd.Series(np.nan, index=table.index))
    for measure in item.measures:
        if measure.name not in table:
            continue
        score = cache(lambda value, sex, age, of=measure: of.points(value, sex=sex, age_years=age))
        given = zip(_plain(table[measure.name]), sexes, ages, strict=True)
        scored = [None if value is None else score(value, sex, age) for value, sex, age in given]
        points = points.fillna(pd.Series(scored, index=table.index, dtype="float64"))
    return points


def _plain(column: pd.Series) -> list[Any]:
    """Return the values, None where there is none."""
    return [None if gap else value for value, gap in zip(column, column.isna(), strict=True)]


def _refuse_contradicted(joined: Cohort, rows: pd.Series, subject: str) -> None:
    """Refuse a remission of the cohort that no definition sees in the computed PCDAI."""
    scored = joined.table[joined.table["patient_id"].isin(rows.index)]
    table, names = scored.filter(["remission_week14", "pcdai_week14"]), scored["patient_id"]
    faults = [
        replace(fault, row=int(rows[names.iloc[(fault.row or 0) - 1]]), hint=_HINT)
        for fault in contradictions_of_columns(values_of_table(table))
    ]
    if faults:
        raise CohortFaults(sorted(faults, key=lambda fault: fault.row or 0), subject=subject)


def _warn_unscored(points: pd.DataFrame, *, stacklevel: int) -> None:
    """Tell once how many rows have no score, and for want of which items."""
    missing = points.isna()
    number = int(missing.any(axis=1).sum())
    if number:
        lacking = [f"{item} in {count}" for item, count in missing.sum().items() if count]
        warnings.warn(
            f"{number} of {len(points)} rows give no PCDAI, since an item is unknown: "
            + ", ".join(lacking),
            CohortWarning,
            stacklevel=stacklevel,
        )
