"""The trough at week 14 by what followed, and who was intensified because it was low."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lorpredict.study.published._children import Children
from lorpredict.study.published._comparisons import Pair
from lorpredict.study.published._lifelines import Rows
from lorpredict.survival import Floats

TROUGH, OPTIMISED = "trough_week14_ug_ml", "optimised_after_low_trough"


@dataclass(frozen=True)
class Group:
    """The measured troughs of a group of children, in µg/mL.

    Parameters
    ----------
    measured, missing
        Children in whom it was measured, and was not; None where it is hidden.
    mean, sd
        NaN where they are not defined.
    """

    name: str
    measured: int | None
    missing: int | None
    mean: float = float("nan")
    sd: float = float("nan")


@dataclass(frozen=True)
class Trough:
    """The comparison of troughs.

    Parameters
    ----------
    groups
        Children who lost response, and those who did not.
    t, degrees, p
        Of Welch's test, not lost less lost; None where there is none.
    below_limit
        Children whose level was below the assay's limit; it counts as half of that limit.
    reason
        Why there is no test.
    """

    groups: tuple[Group, ...] = ()
    t: float | None = None
    degrees: float | None = None
    p: float | None = None
    below_limit: int | None = None
    reason: str = ""

    @property
    def cells(self) -> tuple[int, ...]:
        """Every count of children behind it, and what is left of the measured."""
        counts = [n for each in self.groups for n in (each.measured, each.missing)]
        if self.below_limit is not None:
            above = sum(each.measured or 0 for each in self.groups) - self.below_limit
            counts += [self.below_limit, above]
        return tuple(n for n in counts if n is not None)


def trough(children: Children) -> Trough:
    """Compare the troughs of children who lost response with those of the others."""
    if TROUGH not in children.table:
        return Trough(reason=f"the cohort has no column {TROUGH}")
    level, below = _levels(children.table)
    names = (("lost response", children.lost), ("not lost", ~children.lost))
    groups = tuple(_group(name, level[rows]) for name, rows in names)
    counted = int(below.sum())
    if min(each.measured or 0 for each in groups) < 2:
        reason = "fewer than two children of a group have a measured trough"
        return Trough(groups, below_limit=counted, reason=reason)
    lost, kept = (level[rows & ~np.isnan(level)] for _, rows in names)
    if np.ptp(lost) == 0 and np.ptp(kept) == 0:
        return Trough(groups, below_limit=counted, reason="all troughs of a group are the same")
    return Trough(groups, *_welch(kept, lost), counted)


def _welch(kept: Floats, lost: Floats) -> tuple[float, float, float]:
    """Return t, its degrees of freedom and P."""
    from scipy.stats import ttest_ind

    with warnings.catch_warnings():  # of a group whose troughs are all the same
        warnings.filterwarnings("ignore", "Precision loss", RuntimeWarning)
        found = ttest_ind(kept, lost, equal_var=False)
    return float(found.statistic), float(found.df), float(found.pvalue)


def _levels(table: pd.DataFrame) -> tuple[Floats, Rows]:
    """Troughs, half of the limit where a level was below it; and where that was so."""
    level = table[TROUGH].to_numpy(dtype=float, na_value=np.nan)
    columns = {"trough_week14_below_loq", "trough_week14_loq_ug_ml"}
    if not columns <= set(table):
        return level, np.zeros(len(table), dtype=bool)
    below = table["trough_week14_below_loq"].fillna(False).to_numpy(dtype=bool)
    half = table["trough_week14_loq_ug_ml"].to_numpy(dtype=float, na_value=np.nan) / 2
    level = np.where(below & np.isnan(level), half, level)  # a cohort that was read has it already
    counted: Rows = below & ~np.isnan(level)
    return level, counted


def _group(name: str, level: Floats) -> Group:
    known = level[~np.isnan(level)]
    mean = float(known.mean()) if len(known) else float("nan")
    sd = float(known.std(ddof=1)) if len(known) > 1 else float("nan")
    return Group(name, len(known), len(level) - len(known), mean, sd)


@dataclass(frozen=True)
class Optimisation:
    """Who was intensified because the week-14 trough was low, and how many then lost response.

    What was done *after* a loss of response, and with what success, has no column in the cohort
    table: it cannot be told.

    Parameters
    ----------
    intensified, others, missing
        Children who lost response and who did not; None where it cannot be told.
    reason
        Why there is nothing.
    """

    intensified: Pair | None = None
    others: Pair | None = None
    missing: Pair | None = None
    reason: str = ""

    @property
    def cells(self) -> tuple[int, ...]:
        """Every count of children behind it."""
        return (*(self.intensified or ()), *(self.others or ()), *(self.missing or ()))


def optimisation(children: Children) -> Optimisation:
    """Count who was intensified after a low trough, by what followed."""
    if OPTIMISED not in children.table:
        return Optimisation(reason=f"the cohort has no column {OPTIMISED}")
    column = children.table[OPTIMISED]
    if column.isna().all():
        return Optimisation(reason="it is not known of any child")
    known = column.notna().to_numpy(dtype=bool)
    yes = column.fillna(False).to_numpy(dtype=bool)
    intensified, others, missing = (
        _pair(rows, children.lost) for rows in (yes, known & ~yes, ~known)
    )
    return Optimisation(intensified, others, missing)


def _pair(rows: Rows, lost: Rows) -> Pair:
    return int((rows & lost).sum()), int((rows & ~lost).sum())
