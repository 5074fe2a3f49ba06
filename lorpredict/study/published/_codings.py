"""The effect of an immunomodulator under four codings: what the paper's choice costs.

"For more than 6 months" is known only of children who were observed that long. To count them as
treated from the first infusion on gives them months in which they could not lose response.

References
----------
Suissa S. Immortal time bias in pharmaco-epidemiology. Am J Epidemiol 167:492 (2008).
Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1:710 (1983): the landmark method.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from lorpredict.study.published._children import (
    AT_WEEK_14,
    OVER_SIX_MONTHS,
    SIX_MONTHS,
    Children,
    known_group,
    membership,
    paper,
)
from lorpredict.study.published._comparisons import ONE_GROUP, Pair
from lorpredict.study.published._cox import INFINITE, NO_MAXIMUM
from lorpredict.study.published._lifelines import Effect, Fit, Rows, cox, cox_over_time

Way = Literal["published", "week 14", "landmark at 6 months", "over time"]
WAYS: tuple[Way, ...] = ("published", "week 14", "landmark at 6 months", "over time")
_DRUG = "immunomodulator"


@dataclass(frozen=True)
class Coding:
    """The immunomodulator's hazard ratio under one coding.

    Parameters
    ----------
    way
        ``published``: for more than 6 months, as if known from the first infusion on.
        ``week 14``: taken at week 14, the clock starts there.
        ``landmark at 6 months``: for more than 6 months, among the children still under
        observation at 6 months, the clock starts there.
        ``over time``: a covariate that is 0 up to 6 months, and 1 from then on in those who took
        one for longer.
    adjusted
        Whether for the other three terms of Table 3.
    totals
        Children in the model who lost response, and who did not.
    without
        Those of the three that could not be adjusted for, since their own ratio has no end.
    effect
        Log hazard ratio; None where there is none.
    lost, not_lost
        Children with and without an immunomodulator, by this coding, who lost response and not.
    reason
        Why there is no effect.
    """

    way: Way
    adjusted: bool
    effect: Effect | None = None
    lost: Pair | None = None
    not_lost: Pair | None = None
    totals: Pair | None = None
    without: tuple[str, ...] = ()
    reason: str = ""

    @property
    def cells(self) -> tuple[int, ...]:
        """Every count of children behind the ratio."""
        return (*(self.lost or ()), *(self.not_lost or ()))

    @property
    def children(self) -> int | None:
        """Children in the model."""
        return sum(self.totals) if self.totals else None

    @property
    def events(self) -> int | None:
        """Of them, those who lost response."""
        return self.totals[0] if self.totals else None


def codings(children: Children) -> tuple[Coding, ...]:
    """Estimate the effect four times, alone and adjusted as Table 3 is."""
    return tuple(_coding(children, way, adjusted) for adjusted in (False, True) for way in WAYS)


def _coding(children: Children, way: Way, adjusted: bool) -> Coding:
    key = AT_WEEK_14 if way == "week 14" else OVER_SIX_MONTHS
    beside = [name for name in paper()["cox"] if name != OVER_SIX_MONTHS] if adjusted else []
    held = {name: membership(children.table, name) for name in (key, *beside)}
    lacking = [name for name, rows in held.items() if rows is None]
    if lacking:
        return Coding(way, adjusted, reason=f"the cohort has no column {', '.join(lacking)}")
    kept = np.logical_and.reduce(
        [known_group(rows)[1] for rows in held.values() if rows is not None]
    )
    if way == "landmark at 6 months":
        kept = kept & (children.days > SIX_MONTHS)
    terms = pd.DataFrame(
        {
            (_DRUG if name == key else name): known_group(rows)[0][kept].astype(float)
            for name, rows in held.items()
            if rows is not None
        }
    )
    return _estimated(children.kept(kept), terms, Coding(way, adjusted))


def _estimated(children: Children, terms: pd.DataFrame, coding: Coding) -> Coding:
    group, lost = terms[_DRUG].to_numpy(dtype=bool), children.lost
    counts: dict[str, Any] = {
        "lost": (int((group & lost).sum()), int((~group & lost).sum())),
        "not_lost": (int((group & ~lost).sum()), int((~group & ~lost).sum())),
        "totals": (int(lost.sum()), int((~lost).sum())),
    }
    reason = _why_not(group, lost)
    usable = [name for name in terms if name == _DRUG or _has_an_end(terms[name], lost)]
    fit = None if reason else _fit(children, terms[usable], coding.way)
    effect = fit.effects[_DRUG] if fit else None
    told = reason or ("" if fit else NO_MAXIMUM)
    without = tuple(str(name) for name in terms if name not in usable)
    return replace(coding, effect=effect, without=without, reason=told, **counts)


def _why_not(group: Rows, lost: Rows) -> str:
    if not len(group):
        return "no child is left for it"
    if group.all() or not group.any():
        return ONE_GROUP
    return "" if (lost & group).any() and (lost & ~group).any() else INFINITE


def _has_an_end(term: pd.Series, lost: Rows) -> bool:
    """Whether a term that is adjusted for has losses on both sides, so that its ratio is finite."""
    group = term.to_numpy(dtype=bool)
    return bool((lost & group).any() and (lost & ~group).any())


def _fit(children: Children, terms: pd.DataFrame, way: Way) -> Fit | None:
    if way == "over time":
        return cox_over_time(pd.concat(_intervals(children, terms), ignore_index=True))
    days_of: dict[Way, Any] = {
        "published": 0.0,
        "week 14": children.landmark_days,
        "landmark at 6 months": SIX_MONTHS,
    }
    return cox(children.days - days_of[way], children.lost, terms)


def _intervals(children: Children, terms: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Cut the observation of the treated at 6 months; before, they count as untreated."""
    drug = terms[_DRUG].to_numpy(dtype=bool)
    switches = drug & (children.days > SIX_MONTHS)
    whole = terms.assign(
        id=np.arange(len(children)),
        start=0.0,
        stop=children.days,
        event=children.lost.astype(float),
    )
    whole[_DRUG] = 0.0
    yield whole[~switches]
    yield whole[switches].assign(stop=SIX_MONTHS, event=0.0)
    yield whole[switches].assign(start=SIX_MONTHS, **{_DRUG: 1.0})
