"""Cohort tables: read, converted to canonical units, and checked, all faults at once."""

from lorpredict.cohort._activity import ActivityItems, read_activity
from lorpredict.cohort._activity_scores import activity_scores, with_activity
from lorpredict.cohort._cohort import Cohort, CohortWarning, as_records
from lorpredict.cohort._dosing import Infusions, Levels, read_infusions, read_levels
from lorpredict.cohort._joining import with_infusions, with_levels
from lorpredict.cohort._read import read_cohort

__all__ = [
    "ActivityItems",
    "Cohort",
    "CohortWarning",
    "Infusions",
    "Levels",
    "activity_scores",
    "as_records",
    "read_activity",
    "read_cohort",
    "read_infusions",
    "read_levels",
    "with_activity",
    "with_infusions",
    "with_levels",
]
