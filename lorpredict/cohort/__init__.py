"""Cohort tables: read, converted to canonical units, and checked, all faults at once."""

from lorpredict.cohort._cohort import Cohort, CohortWarning, as_records
from lorpredict.cohort._read import read_cohort

__all__ = ["Cohort", "CohortWarning", "as_records", "read_cohort"]
