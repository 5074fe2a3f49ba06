"""Cohort tables: read, converted to canonical units, and checked, all faults at once."""

from lorpredict.cohort._cohort import Cohort, CohortWarning
from lorpredict.cohort._read import read_cohort

__all__ = ["Cohort", "CohortWarning", "read_cohort"]
