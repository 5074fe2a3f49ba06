"""What of the analysis may leave the hospital, where small counts may not.

A row, a coding or a model is told whole or not at all: its test, its ratio and its standard error
say as much as its counts. One pool holds every total that is told; what would differ from one of
them by a few children is hidden. It is asked in one order: the curve of all children, Table 2,
Figure 3, Table 3, the codings, the trough, intensified treatment, Table 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lorpredict.errors import DesignError, TooLittleData
from lorpredict.study._description import Flow
from lorpredict.study._small_cells import any_small, hidden_flow, refuse_senseless
from lorpredict.study.published._children import ALONE, OVER_SIX_MONTHS, Children
from lorpredict.study.published._codings import Coding
from lorpredict.study.published._comparisons import Comparison, Shape
from lorpredict.study.published._cox import TableThree, Term
from lorpredict.study.published._hidden_curves import hidden_curve, hidden_panel
from lorpredict.study.published._hidden_lines import (
    HIDDEN,
    STEROIDS,
    hidden_lines,
    of_each_therapy,
)
from lorpredict.study.published._pool import Pool, children_alone, total
from lorpredict.study.published._treated import Group, Optimisation, Trough

if TYPE_CHECKING:
    from lorpredict.study.published._analysis import PublishedAnalysis


def hidden(analysis: PublishedAnalysis, smallest: int) -> PublishedAnalysis:
    """Hide small counts of a whole analysis; see ``without_small_counts``."""
    refuse_senseless(smallest)
    if analysis.smallest_cell == smallest:
        return analysis
    if analysis.smallest_cell:
        told = analysis.smallest_cell
        raise DesignError(f"counts below {told} are hidden already; expected the whole analysis")
    _refuse_few(analysis.children, smallest)
    return _walked(analysis, Pool.of(analysis.children.lost, smallest))


def _walked(analysis: PublishedAnalysis, pool: Pool) -> PublishedAnalysis:
    """Ask the pool part by part; the order decides which of two totals is told."""
    children = analysis.children
    flow = hidden_flow(analysis.flow, pool.smallest, children.design.events)
    pool.totals.extend(_of_flow(flow))
    curve = hidden_curve(analysis.curve, children, pool)
    rows = tuple(_hidden_comparisons(analysis.table_two, children, pool))
    closed = {row.key for row in rows if row.reason == HIDDEN}
    return replace(
        analysis,
        flow=flow,
        curve=curve,
        table_two=rows,
        shapes=tuple(
            Shape(each.key, each.label, each.cut, reason=HIDDEN) if each.key in closed else each
            for each in analysis.shapes
        ),
        panels=tuple(hidden_panel(each, children, curve, closed, pool) for each in analysis.panels),
        table_three=_hidden_model(analysis.table_three, closed, pool),
        codings=tuple(_hidden_codings(analysis.codings, children, ALONE in closed, pool)),
        trough=_hidden_trough(analysis.trough, pool),
        optimisation=_hidden_optimisation(analysis.optimisation, pool),
        table_one=tuple(hidden_lines(analysis.table_one, children, pool)),
        smallest_cell=pool.smallest,
    )


def _refuse_few(children: Children, smallest: int) -> None:
    counts = int(children.lost.sum()), int((~children.lost).sum())
    if any_small(counts, smallest):
        raise TooLittleData(
            f"fewer than {smallest} children lost response, or all but so few did: nothing can be "
            "told of them without a small count. Expected more children, or smallest_cell 0 where "
            "every count may be told"
        )


def _of_flow(flow: Flow) -> Iterator[tuple[None, None, int]]:
    """Children of whom something is known, as the flow diagram tells it."""
    for count in (*flow.unknown.values(), *flow.flagged.values()):
        if count is not None:
            yield None, None, flow.at_risk - count


def _hidden_comparisons(
    rows: Sequence[Comparison], children: Children, pool: Pool
) -> Iterator[Comparison]:
    """Beside "with steroids", "alone" would count the third therapy."""
    steroids = next((row for row in rows if row.key == STEROIDS), None)
    beside = steroids is not None and not any_small(steroids.cells, pool.smallest)
    third = beside and any_small(of_each_therapy(children), pool.smallest)
    for row in rows:
        if row.lost is None or row.not_lost is None:
            yield row
        elif (third and row.key == ALONE) or not pool.takes_groups(row.key, row.lost, row.not_lost):
            yield Comparison(row.key, row.label, row.group, row.rest, reason=HIDDEN)
        else:
            yield row


def _hidden_model(model: TableThree, closed: set[str], pool: Pool) -> TableThree:
    """Without a total that may be told no term is; without groups that may be, not that term."""
    if model.children is None or model.events is None:
        return model
    if not pool.takes(total(model.events, model.children - model.events)):
        return TableThree(tuple(_closed_term(each) for each in model.terms), reason=HIDDEN)
    terms = tuple(
        replace(each, lost=None, not_lost=None)
        if each.key not in closed and _groups_may_be_told(each, pool)
        else _closed_term(each)
        for each in model.terms
    )
    return replace(model, terms=terms)


def _groups_may_be_told(term: Term, pool: Pool) -> bool:
    if term.lost is None or term.not_lost is None:
        return True
    return pool.takes_groups(term.key, term.lost, term.not_lost)


def _closed_term(term: Term) -> Term:
    return replace(term, effect=None, lost=None, not_lost=None, reason=term.reason or HIDDEN)


def _hidden_codings(
    codings: Sequence[Coding], children: Children, alone_hidden: bool, pool: Pool
) -> Iterator[Coding]:
    """Over time nobody is compared before month 6: it tells whatever the landmark tells."""
    third = not alone_hidden and any_small(of_each_therapy(children), pool.smallest)
    closed = set()
    for each in codings:
        if each.lost is None or each.not_lost is None:
            yield each
            continue
        tells = third if each.way == "week 14" else False
        if each.way == "over time":
            tells = ("landmark at 6 months", each.adjusted) in closed
        if tells or not pool.takes_groups(OVER_SIX_MONTHS, each.lost, each.not_lost):
            closed.add((each.way, each.adjusted))
            yield Coding(each.way, each.adjusted, reason=HIDDEN)
        else:
            yield each


def _hidden_trough(found: Trough, pool: Pool) -> Trough:
    if not found.groups:
        return found
    lost, kept = (each.measured or 0 for each in found.groups)
    below = [children_alone(found.below_limit)] if found.below_limit else []
    if not any_small(found.cells, pool.smallest) and pool.takes(total(lost, kept), *below):
        return found
    groups = tuple(Group(each.name, None, None) for each in found.groups)
    return Trough(groups, reason=HIDDEN)


def _hidden_optimisation(found: Optimisation, pool: Pool) -> Optimisation:
    """Who was intensified had a trough measured, so that the two tell one another."""
    if found.intensified is None or found.others is None:
        return found
    known = [a + b for a, b in zip(found.intensified, found.others, strict=True)]
    totals = total(*found.intensified), total(*found.others), total(*known)
    if not any_small(found.cells, pool.smallest) and pool.takes(*totals):
        return found
    return Optimisation(reason=HIDDEN)
