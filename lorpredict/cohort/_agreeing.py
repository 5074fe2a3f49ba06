"""Whether samples agree with what a cohort says of week 14, without anything being filled in."""

from __future__ import annotations

import warnings
from dataclasses import replace

from lorpredict.cohort._cohort import Cohort, CohortWarning
from lorpredict.cohort._dosing import Infusions, Levels
from lorpredict.cohort._joining import with_infusions, with_levels

_OF_INFUSIONS = ["ifx_dose_mg_kg", "landmark_day", "weight_kg"]


def refuse_disagreeing(cohort: Cohort, levels: Levels, infusions: Infusions | None = None) -> None:
    """Refuse levels that contradict the trough or the antibodies that the cohort gives.

    Parameters
    ----------
    cohort, levels
        As in :func:`with_levels`, whose check it is.
    infusions
        They say when week 14 is, if there are any.

    Raises
    ------
    CohortFaults
        As :func:`with_levels` does; rows are those of the levels.
    """
    known = cohort
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CohortWarning)  # about columns that nobody keeps here
        if infusions is not None:
            bare = cohort.table.drop(columns=_OF_INFUSIONS, errors="ignore")
            known = with_infusions(replace(cohort, table=bare, joined=()), infusions)
        with_levels(known, levels)
