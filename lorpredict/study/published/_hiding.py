"""What of the analysis may leave the hospital, where small counts may not.

Each comparison is told whole or not at all: where one of its cells, those with a missing value
among them, is a small count, its test goes too. A curve is told at months between which enough
children lost response, and enough left otherwise, so that no difference of two of them is small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lorpredict.errors import DesignError, TooLittleData
from lorpredict.study._small_cells import hidden_flow, is_small, refuse_senseless
from lorpredict.study.published._characteristics import Line
from lorpredict.study.published._children import (
    ALONE,
    AT_WEEK_14,
    OVER_SIX_MONTHS,
    Children,
)
from lorpredict.study.published._codings import Coding
from lorpredict.study.published._comparisons import Comparison, Shape
from lorpredict.study.published._cox import TableThree
from lorpredict.study.published._curves import Curve, Panel, group_rows
from lorpredict.study.published._lifelines import Rows
from lorpredict.study.published._treated import Group, Optimisation, Trough
from lorpredict.survival import DAYS_A_MONTH, Floats

if TYPE_CHECKING:
    from lorpredict.study.published._analysis import PublishedAnalysis

HIDDEN = "hidden: a count behind it is too small to be told"
_STEROIDS, _DRUG = "steroids_week14", "immunomodulator_drug"


def hidden(analysis: PublishedAnalysis, smallest: int) -> PublishedAnalysis:
    """Hide small counts of a whole analysis; see ``without_small_counts``."""
    refuse_senseless(smallest)
    if analysis.smallest_cell == smallest:
        return analysis
    if analysis.smallest_cell:
        told = analysis.smallest_cell
        raise DesignError(f"counts below {told} are hidden already; expected the whole analysis")
    children = analysis.children
    _refuse_few(children, smallest)
    rows = _hidden_comparisons(analysis.table_two, children, smallest)
    closed = {row.key for row in rows if row.reason == HIDDEN}
    curve = _hidden_curve(analysis.curve, children, smallest)
    return replace(
        analysis,
        flow=hidden_flow(analysis.flow, smallest, children.design.events),
        table_one=tuple(_hidden_lines(analysis.table_one, children, smallest)),
        curve=curve,
        table_two=rows,
        table_three=_hidden_model(analysis.table_three, closed, smallest),
        panels=tuple(
            _hidden_panel(each, children, curve, closed, smallest) for each in analysis.panels
        ),
        trough=_hidden_trough(analysis.trough, smallest),
        optimisation=_hidden_optimisation(analysis.optimisation, smallest),
        codings=tuple(_hidden_codings(analysis.codings, children, smallest)),
        shapes=tuple(
            Shape(each.key, each.label, each.cut, reason=HIDDEN) if each.key in closed else each
            for each in analysis.shapes
        ),
        smallest_cell=smallest,
    )


def _any_small(counts: Iterable[int | None], smallest: int) -> bool:
    return any(is_small(count, smallest) for count in counts)


def _refuse_few(children: Children, smallest: int) -> None:
    counts = int(children.lost.sum()), int((~children.lost).sum())
    if _any_small(counts, smallest):
        raise TooLittleData(
            f"fewer than {smallest} children lost response, or all but so few did: nothing can be "
            "told of them without a small count. Expected more children, or smallest_cell 0 where "
            "every count may be told"
        )


def _hidden_comparisons(
    rows: Sequence[Comparison], children: Children, smallest: int
) -> tuple[Comparison, ...]:
    closed = {row.key for row in rows if _any_small(row.cells, smallest)}
    if _STEROIDS not in closed and _any_small(_of_each_therapy(children), smallest):
        closed.add(ALONE)  # beside "with steroids" it would count the third therapy
    return tuple(
        Comparison(row.key, row.label, row.group, row.rest, reason=HIDDEN)
        if row.key in closed
        else row
        for row in rows
    )


def _of_each_therapy(children: Children) -> list[int]:
    """Children on both drugs, or on one of them, who lost response and who did not."""
    if not {AT_WEEK_14, _STEROIDS} <= set(children.table):
        return []
    drug, steroids = (
        children.table[key].fillna(False).to_numpy(dtype=bool) for key in (AT_WEEK_14, _STEROIDS)
    )
    groups = (drug & steroids, drug & ~steroids, ~drug & steroids)
    return [int((g & rows).sum()) for g in groups for rows in (children.lost, ~children.lost)]


def _hidden_lines(lines: Sequence[Line], children: Children, smallest: int) -> Iterable[Line]:
    """All lines that count levels of one column are told, or none of them."""
    therapies = _of_each_therapy(children)
    each_drug = [lost + kept for lost, kept in zip(therapies[::2], therapies[1::2], strict=True)]
    closed = {ALONE: _any_small(each_drug, smallest)}
    closed[OVER_SIX_MONTHS] = is_small(_without_a_name(children), smallest)
    for key, of_key in groupby(lines, key=lambda line: line.key):
        told = list(of_key)
        close = closed.get(key, False) or any(
            _any_small(_cells_of_line(line), smallest) for line in told if line.summary == "count"
        )
        yield from (_hidden_line(line, close, smallest) for line in told)


def _without_a_name(children: Children) -> int:
    """Children on an immunomodulator for more than 6 months whose drug was not recorded."""
    if not {OVER_SIX_MONTHS, _DRUG} <= set(children.table):
        return 0
    longer = children.table[OVER_SIX_MONTHS].fillna(False).to_numpy(dtype=bool)
    return int((longer & children.table[_DRUG].isna().to_numpy()).sum())


def _cells_of_line(line: Line) -> tuple[int | None, ...]:
    rest = None if line.count is None or line.measured is None else line.measured - line.count
    return line.count, rest, line.missing


def _hidden_line(line: Line, close: bool, smallest: int) -> Line:
    """Of a number the mean or median is told of children enough, whoever lacks it."""
    if line.summary == "count":
        gone = replace(line, measured=None, missing=None, count=None, reason=HIDDEN)
        return gone if close and not line.reason else line
    if is_small(line.measured, smallest):
        return replace(line, measured=None, missing=None, values=(), reason=HIDDEN)
    if is_small(line.missing, smallest):
        return replace(line, measured=None, missing=None)
    return line


def _hidden_model(model: TableThree, closed: set[str], smallest: int) -> TableThree:
    rest = None if model.children is None else model.children - (model.events or 0)
    if _any_small((*(model.left_out or ()), model.events, rest), smallest):
        terms = tuple(
            replace(each, effect=None, lost=None, not_lost=None, reason=each.reason or HIDDEN)
            for each in model.terms
        )
        return TableThree(terms, reason=HIDDEN)
    terms = tuple(
        replace(each, effect=None, lost=None, not_lost=None, reason=HIDDEN)
        if not each.reason and (each.key in closed or _any_small(each.cells, smallest))
        else replace(each, lost=None, not_lost=None)
        for each in model.terms
    )
    return replace(model, terms=terms)


def _hidden_curve(curve: Curve, children: Children, smallest: int) -> Curve:
    """Keep the months that may be told, and of them those that may tell of competing ends too."""
    everybody, competing = [np.ones(len(children), dtype=bool)], children.competing
    lost, others = children.lost, ~children.lost
    kept = _tellable(curve, children, everybody, [lost, others], smallest)
    told = replace(curve, points=curve.points[kept].reset_index(drop=True), steps=None)
    ends = [lost, competing, others & ~competing]
    competes = _tellable(told, children, everybody, ends, smallest)
    known = told.points["aalen_johansen"].where(pd.Series(competes))
    return replace(told, points=told.points.assign(aalen_johansen=known))


def _hidden_panel(
    panel: Panel, children: Children, whole: Curve, closed: set[str], smallest: int
) -> Panel:
    if panel.key in closed:
        return Panel(panel.key, panel.label, reason=HIDDEN)
    if not panel.curves:
        return panel
    groups = [rows for rows in group_rows(children, panel.key) if rows.any()]
    ends = [children.lost, ~children.lost]
    kept = _tellable(whole, children, groups, ends, smallest)
    months = whole.points["months_since_first_infusion"][kept]
    curves = tuple(
        replace(
            each,
            points=each.points[each.points["months_since_first_infusion"].isin(months)].reset_index(
                drop=True
            ),
            steps=None,
        )
        for each in panel.curves
    )
    return replace(panel, curves=curves)


def _tellable(
    curve: Curve,
    children: Children,
    groups: Sequence[Rows],
    ends: Sequence[Rows],
    smallest: int,
) -> Rows:
    """Which months may be told: between them, and after the last, no end of a group is rare."""
    months: Floats = curve.points["months_since_first_infusion"].to_numpy(dtype=float)
    kept, before = np.zeros(len(months), dtype=bool), -1.0
    for number, day in enumerate(months * DAYS_A_MONTH):
        counts = [
            int((group & end & part).sum())
            for group in groups
            for end in ends
            for part in _parts(children.days, before, day)
        ]
        if not _any_small(counts, smallest):
            kept[number], before = True, day
    return kept


def _parts(days: Floats, before: float, day: float) -> tuple[Rows, ...]:
    """Children who end between two days, on the second and after it.

    The curve counts whoever ends on a day as gone, and the number at risk as still there.
    """
    since, on_it = (days > before) & (days <= day), days == day
    return since, since & ~on_it, (days >= before) & (days < day), on_it, days > day


def _hidden_trough(found: Trough, smallest: int) -> Trough:
    if not _any_small(found.cells, smallest):
        return found
    groups = tuple(Group(each.name, None, None) for each in found.groups)
    return Trough(groups, reason=HIDDEN)


def _hidden_optimisation(found: Optimisation, smallest: int) -> Optimisation:
    return Optimisation(reason=HIDDEN) if _any_small(found.cells, smallest) else found


def _hidden_codings(
    codings: Sequence[Coding], children: Children, smallest: int
) -> Iterator[Coding]:
    """Ratios of groups large enough are told; counts, if no two codings differ by a few."""
    cells: list[tuple[int, ...]] = []
    totals: list[tuple[int, ...]] = [(int(children.lost.sum()), int((~children.lost).sum()))]
    for each in codings:
        if _any_small(each.cells, smallest):
            yield Coding(each.way, each.adjusted, reason=HIDDEN)
            continue
        therapies = _of_each_therapy(children) if each.way == "week 14" else []
        shown = each
        if _tells_few(each.totals, totals, smallest):
            shown = replace(shown, totals=None)
        if _tells_few(each.cells, cells, smallest) or _any_small(therapies, smallest):
            shown = replace(shown, lost=None, not_lost=None)
        if shown.totals is None:
            shown = replace(shown, lost=None, not_lost=None)
        totals += [shown.totals] if shown.totals else []
        cells += [shown.cells] if shown.cells else []
        yield shown


def _tells_few(
    counts: tuple[int, ...] | None, told: Sequence[tuple[int, ...]], smallest: int
) -> bool:
    """Whether counts differ by a few children from others that are told."""
    return any(
        is_small(abs(a - b), smallest)
        for other in told
        for a, b in zip(counts or other, other, strict=True)
    )
