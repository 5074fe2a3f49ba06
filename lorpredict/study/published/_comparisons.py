"""Table 2: children in two groups by one characteristic, and the log-rank test between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lorpredict.clinical import Kind, catalogue
from lorpredict.study.published._children import Children, known_group, label_of, membership, paper
from lorpredict.study.published._lifelines import Rows, cox, log_rank

Pair = tuple[int, int]

ONE_GROUP = "all children are in one group"
NO_EVENT = "no child lost response"


@dataclass(frozen=True)
class Comparison:
    """One row of Table 2.

    Parameters
    ----------
    key
        Column of the cohort table, or ``infliximab_alone``.
    label, group, rest
        What it is called, and its two groups, as people say it.
    lost, not_lost
        Children in the group and in the rest; None where it cannot be told.
    missing
        Children of whom it is not known, who lost response and who did not; they are left out.
    statistic, p
        Of the log-rank test on one degree of freedom; None where there is none.
    reason
        Why there is no test, or no count.
    """

    key: str
    label: str
    group: str
    rest: str
    lost: Pair | None = None
    not_lost: Pair | None = None
    missing: Pair | None = None
    statistic: float | None = None
    p: float | None = None
    reason: str = ""

    @property
    def cells(self) -> tuple[int, ...]:
        """Every count of children in the row."""
        return (*(self.lost or ()), *(self.not_lost or ()), *(self.missing or ()))


def table_two(children: Children) -> tuple[Comparison, ...]:
    """Make the 21 comparisons of the paper; those that cannot be made say why."""
    rows = paper()["table2"]["rows"]
    return tuple(_comparison(children, key, row) for key, row in rows.items())


def _comparison(children: Children, key: str, row: Mapping[str, Any]) -> Comparison:
    named = {"label": label_of(key), "group": row["group"], "rest": row["rest"]}
    held = membership(children.table, key)
    if held is None:
        return Comparison(key, **named, reason=_lacking(key))
    group, known = known_group(held)
    counts: dict[str, Any] = {
        "lost": _counts(group, known & children.lost),
        "not_lost": _counts(group, known & ~children.lost),
        "missing": (int((~known & children.lost).sum()), int((~known & ~children.lost).sum())),
    }
    reason = why_not(group[known], children.lost[known])
    if reason:
        return Comparison(key, **named, **counts, reason=reason)
    statistic, p = log_rank(children.days[known], children.lost[known], group[known])
    return Comparison(key, **named, **counts, statistic=statistic, p=p)


def _counts(group: Rows, among: Rows) -> Pair:
    return int((group & among).sum()), int((~group & among).sum())


def _lacking(key: str) -> str:
    needed = "immunomodulator_week14 or steroids_week14" if key == "infliximab_alone" else key
    return f"the cohort has no column {needed}"


def why_not(group: Rows, lost: Rows) -> str:
    """Return why two groups cannot be compared; empty where they can."""
    if not len(group):
        return "it is not known of any child"
    if group.all() or not group.any():
        return ONE_GROUP
    return "" if lost.any() else NO_EVENT


@dataclass(frozen=True)
class Shape:
    """What a cut throws away: one number, once in two groups and once as it was measured.

    Parameters
    ----------
    children
        In whom it was measured.
    cut
        Where the paper divides.
    statistic_cut, statistic_number
        Likelihood-ratio statistics of two Cox models with one term on one degree of freedom: the
        two groups, and the number in standard deviations.
    p_cut, p_number
        Their P values.
    reason
        Why there are none.
    """

    key: str
    label: str
    cut: str
    children: int | None = None
    statistic_cut: float | None = None
    p_cut: float | None = None
    statistic_number: float | None = None
    p_number: float | None = None
    reason: str = ""


def shapes(children: Children, comparisons: tuple[Comparison, ...]) -> tuple[Shape, ...]:
    """Set each number of Table 2 beside its dichotomy."""
    known = catalogue()
    return tuple(
        _shape(children, each)
        for each in comparisons
        if each.key in known and known[each.key].kind is Kind.NUMBER
    )


def _shape(children: Children, row: Comparison) -> Shape:
    cut = str(paper()["table2"]["rows"][row.key]["cut"])
    held = membership(children.table, row.key)
    if row.reason or held is None:
        return Shape(row.key, row.label, cut, reason=row.reason)
    group, known = known_group(held)
    measured = children.table[row.key].to_numpy(dtype=float, na_value=np.nan)[known]
    scaled = (measured - measured.mean()) / measured.std()
    terms = {"cut": group[known].astype(float), "number": scaled}
    found = {
        name: cox(children.days[known], children.lost[known], pd.DataFrame({name: values}))
        for name, values in terms.items()
    }
    told: dict[str, Any] = {}
    for name, fit in found.items():
        told[f"statistic_{name}"] = fit.likelihood_ratio if fit else None
        told[f"p_{name}"] = _p_of_one_degree(fit.likelihood_ratio) if fit else None
    return Shape(row.key, row.label, cut, children=int(known.sum()), **told)


def _p_of_one_degree(statistic: float) -> float:
    from scipy.stats import chi2

    return float(chi2.sf(statistic, 1))
