"""Who the children of a cohort are and what became of them: the first pages of every study.

Nothing here learns and nothing predicts. A description may leave the hospital, so that small
counts can be hidden from it: ``describe(...).without_small_counts(5)``. The analysis of a published
study is done anew on any cohort: ``published_analysis(cohort)``.
"""

from lorpredict.study._description import CohortDescription, describe
from lorpredict.study._table_one import Characteristic, Quartiles, TableOne, table_one
from lorpredict.study.published._analysis import PublishedAnalysis, published_analysis

__all__ = [
    "Characteristic",
    "CohortDescription",
    "PublishedAnalysis",
    "Quartiles",
    "TableOne",
    "describe",
    "published_analysis",
    "table_one",
]
