"""Dosing by trough in a cohort: each child's forecast, estimate and regimens; for research only.

    Cohort, Infusions, Levels -> dosed_children -> compare_dosing -> tables, figures

How a level is forecast from doses stands in :mod:`lorpredict.pharmacokinetics`.
"""

from lorpredict.dosing._beside import RowLeftOut
from lorpredict.dosing._children import DosedChild, DosedChildren, dosed_children
from lorpredict.dosing._compare import NEXT_AFTER_DAYS, compare_dosing
from lorpredict.dosing._comparison import ComparedChild, DosingComparison

__all__ = [
    "NEXT_AFTER_DAYS",
    "ComparedChild",
    "DosedChild",
    "DosedChildren",
    "DosingComparison",
    "RowLeftOut",
    "compare_dosing",
    "dosed_children",
]
