"""How a model explains the children of a cohort: one page to look around in, tables and pictures.

The page holds the values of children, without identifiers; it is patient data all the same.
"""

from lorpredict.report.explained._explained import FEWEST, ExplainedCohort, explain_cohort
from lorpredict.report.explained._page import explanation_page, page_of

__all__ = ["FEWEST", "ExplainedCohort", "explain_cohort", "explanation_page", "page_of"]
