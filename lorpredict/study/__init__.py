"""Who the children of a cohort are and what became of them: the first pages of every study.

Nothing here learns and nothing predicts. A description may leave the hospital, so that small
counts can be hidden from it: ``describe(...).without_small_counts(5)``.
"""

from lorpredict.study._description import CohortDescription, describe
from lorpredict.study._table_one import Characteristic, Quartiles, TableOne, table_one

__all__ = [
    "Characteristic",
    "CohortDescription",
    "Quartiles",
    "TableOne",
    "describe",
    "table_one",
]
