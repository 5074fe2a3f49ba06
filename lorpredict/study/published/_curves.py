"""Figures 2 and 3: how many have lost response by when, all children and two groups of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lorpredict.errors import TooLittleData
from lorpredict.evaluation.incidence import cumulative_incidence
from lorpredict.study.published._children import Children, known_group, label_of, membership, paper
from lorpredict.study.published._comparisons import why_not
from lorpredict.study.published._lifelines import Rows, Steps, kaplan_meier, log_rank
from lorpredict.survival import DAYS_A_MONTH, Floats

PANELS = ("immunomodulator_over_6_months", "remission_week14")  # A and B of Figure 3
_MONTHS = (0, 6, 12, 18, 24, 30, 36, *range(48, 241, 12))


@dataclass(frozen=True)
class Curve:
    """Cumulative loss of response since the first infusion, other ends censored.

    Parameters
    ----------
    name
        Who they are.
    points
        One row a month that is told: ``months_since_first_infusion``, ``at_risk``, ``lost``,
        ``low``, ``high``; of all children also ``aalen_johansen``, where other ends compete.
    children, events
        None where they are hidden.
    steps
        The whole curve; None where only the points may be told.
    """

    name: str
    points: pd.DataFrame
    children: int | None
    events: int | None
    steps: Steps | None = None


@dataclass(frozen=True)
class Panel:
    """Two curves beside one another.

    Parameters
    ----------
    key, label
        Row of Table 2 that divides the children.
    curves
        Of the group and of the rest; empty where there are none.
    p
        Of the log-rank test between them; the paper prints the P of its Cox model instead.
    reason
        Why there is nothing.
    """

    key: str
    label: str
    curves: tuple[Curve, ...] = ()
    p: float | None = None
    reason: str = ""


def curve_of_all(children: Children) -> Curve:
    """Return the curve of all children, with the Aalen-Johansen estimate beside it."""
    whole = _curve("all children", children)
    competing = aalen_johansen(children, _days(whole.points))
    points = whole.points.assign(aalen_johansen=competing)
    return Curve(whole.name, points, whole.children, whole.events, whole.steps)


def panel(children: Children, key: str) -> Panel:
    """Return the curves of the two groups of a row of Table 2."""
    label, row = label_of(key), paper()["table2"]["rows"][key]
    held = membership(children.table, key)
    if held is None:
        return Panel(key, label, reason=f"the cohort has no column {key}")
    group, known = known_group(held)
    reason = why_not(group[known], children.lost[known])
    if reason:
        return Panel(key, label, reason=reason)
    curves = tuple(
        _curve(row[name], children.kept(rows & known))
        for name, rows in (("group", group), ("rest", ~group))
    )
    _, p = log_rank(children.days[known], children.lost[known], group[known])
    return Panel(key, label, curves, p)


def _curve(name: str, children: Children) -> Curve:
    steps = kaplan_meier(children.days, children.lost)
    return Curve(
        name,
        points=points_at(children, steps, _months(children.days)),
        children=len(children),
        events=int(children.lost.sum()),
        steps=steps,
    )


def points_at(children: Children, steps: Steps, months: Floats) -> pd.DataFrame:
    """Return the curve and the numbers at risk at these months."""
    days = months * DAYS_A_MONTH
    lost, low, high = steps.at(days)
    at_risk = (children.days[:, None] >= days).sum(axis=0)
    return pd.DataFrame(
        {
            "months_since_first_infusion": months.astype(int),
            "at_risk": pd.array(at_risk, dtype="Int64"),
            "lost": lost,
            "low": low,
            "high": high,
        }
    )


def _months(days: Floats) -> Floats:
    """Months at which somebody is still under observation."""
    told = np.array(_MONTHS, dtype=float)
    reached: Floats = told[told * DAYS_A_MONTH <= days.max(initial=0.0)]
    return reached


def _days(points: pd.DataFrame) -> Floats:
    months: Floats = points["months_since_first_infusion"].to_numpy(dtype=float)
    return months * DAYS_A_MONTH


def aalen_johansen(children: Children, days: Floats) -> Floats:
    """Share who have lost response by these days where other ends compete; NaN if too few."""
    causes = ("event", *children.design.competing)
    try:
        found = cumulative_incidence(children.states, children.days, causes=causes).event
    except TooLittleData:
        return np.full(len(days), np.nan)
    before = np.concatenate([[0.0], found.risk])
    told: Floats = before[np.searchsorted(found.days, days, side="right")]
    return told


def group_rows(children: Children, key: str) -> list[Rows]:
    """Rows of the group, of the rest, and of those of whom it is not known."""
    held = membership(children.table, key)
    if held is None:
        return []
    group, known = known_group(held)
    return [group & known, ~group & known, ~known]
