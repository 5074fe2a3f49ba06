"""At which months curves may be told.

Between two of them enough children lost response or none did, and enough left otherwise or none
did, so that no difference of two numbers at risk is small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from lorpredict.study._small_cells import any_small
from lorpredict.study.published._children import Children
from lorpredict.study.published._comparisons import Pair
from lorpredict.study.published._curves import Curve, Panel, group_rows
from lorpredict.study.published._hidden_lines import HIDDEN
from lorpredict.study.published._lifelines import Rows
from lorpredict.study.published._pool import Pool, total_of
from lorpredict.survival import DAYS_A_MONTH, Floats

_MONTHS = "months_since_first_infusion"


def hidden_curve(curve: Curve, children: Children, pool: Pool) -> Curve:
    """Keep the months that may be told, and of them those that may tell of competing ends too."""
    everybody, competing = [np.ones(len(children), dtype=bool)], children.competing
    lost, others = children.lost, ~children.lost
    kept = _tellable(curve, children, everybody, [lost, others], pool.smallest)
    told = replace(curve, points=curve.points[kept].reset_index(drop=True), steps=None)
    ends = [lost, competing, others & ~competing]
    competes = _tellable(told, children, everybody, ends, pool.smallest)
    known = told.points["aalen_johansen"].where(pd.Series(competes))
    for day in _days(told):
        pool.takes(*(total_of(seen, lost) for seen in _still_seen(children.days, day)))
    return replace(told, points=told.points.assign(aalen_johansen=known))


def hidden_panel(
    panel: Panel, children: Children, whole: Curve, closed: set[str], pool: Pool
) -> Panel:
    """Keep the months at which both groups, the rest, and all of them beside all may be told."""
    if panel.key in closed:
        return Panel(panel.key, panel.label, reason=HIDDEN)
    if not panel.curves:
        return panel
    group, rest, unknown = group_rows(children, panel.key)
    groups = [rows for rows in (group, rest, unknown) if rows.any()]
    kept = _tellable(whole, children, groups, [children.lost, ~children.lost], pool.smallest)
    shown = whole.points[_MONTHS][kept]
    months = [
        m for m in shown if _told_at(m * DAYS_A_MONTH, panel.key, group, rest, children, pool)
    ]
    curves = (
        replace(
            each,
            points=each.points[each.points[_MONTHS].isin(months)].reset_index(drop=True),
            steps=None,
        )
        for each in panel.curves
    )
    return replace(panel, curves=tuple(curves))


def _told_at(day: float, key: str, group: Rows, rest: Rows, children: Children, pool: Pool) -> bool:
    seen = _still_seen(children.days, day)
    if not pool.takes(*(total_of((group | rest) & each, children.lost) for each in seen)):
        return False
    for each in seen:
        pool.add_groups(key, *_pairs(group & each, rest & each, children.lost))
    return True


def _pairs(group: Rows, rest: Rows, lost: Rows) -> Iterator[Pair]:
    for rows in (lost, ~lost):
        yield int((group & rows).sum()), int((rest & rows).sum())


def _still_seen(days: Floats, day: float) -> tuple[Rows, Rows]:
    """Children who are at risk on a day, and who are still there after it."""
    return days >= day, days > day


def _days(curve: Curve) -> Floats:
    months: Floats = curve.points[_MONTHS].to_numpy(dtype=float)
    return months * DAYS_A_MONTH


def _tellable(
    curve: Curve,
    children: Children,
    groups: Sequence[Rows],
    ends: Sequence[Rows],
    smallest: int,
) -> Rows:
    """Which months may be told: between them, and after the last, no end of a group is rare."""
    days = _days(curve)
    kept, before = np.zeros(len(days), dtype=bool), -1.0
    for number, day in enumerate(days):
        counts = [
            int((group & end & part).sum())
            for group in groups
            for end in ends
            for part in _parts(children.days, before, day)
        ]
        if not any_small(counts, smallest):
            kept[number], before = True, day
    return kept


def _parts(days: Floats, before: float, day: float) -> tuple[Rows, ...]:
    """Children who end between two days, on the second and after it.

    The curve counts whoever ends on a day as gone, and the number at risk as still there.
    """
    since, on_it = (days > before) & (days <= day), days == day
    return since, since & ~on_it, (days >= before) & (days < day), on_it, days > day
