"""Which lines of Table 1 may be told, and which therapies tell one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from lorpredict.study._small_cells import any_small, is_small
from lorpredict.study.published._characteristics import Line
from lorpredict.study.published._children import (
    ALONE,
    AT_WEEK_14,
    OVER_SIX_MONTHS,
    Children,
)
from lorpredict.study.published._pool import Pool, children_alone

HIDDEN = "hidden: alone or beside another figure it would tell a count too small to be told"
STEROIDS, _DRUG = "steroids_week14", "immunomodulator_drug"


def of_each_therapy(children: Children) -> list[int]:
    """Children on both drugs, or on one of them, who lost response and who did not.

    Who is not known to take the other drug is counted with those who do not, and with those who do.
    """
    if not {AT_WEEK_14, STEROIDS} <= set(children.table):
        return []
    columns = [children.table[key] for key in (AT_WEEK_14, STEROIDS)]
    drug, steroids = (each.fillna(False).to_numpy(dtype=bool) for each in columns)
    no_drug, no_steroids = (~each.fillna(True).to_numpy(dtype=bool) for each in columns)
    groups = (
        drug & steroids, drug & ~steroids, ~drug & steroids,
        no_steroids & ~no_drug, no_drug & ~no_steroids,
    )  # fmt: skip
    return [int((g & rows).sum()) for g in groups for rows in (children.lost, ~children.lost)]


def hidden_lines(lines: Sequence[Line], children: Children, pool: Pool) -> Iterator[Line]:
    """All lines that count levels of one column are told, or none of them."""
    smallest, therapies = pool.smallest, of_each_therapy(children)
    each_drug = [lost + kept for lost, kept in zip(therapies[::2], therapies[1::2], strict=True)]
    closed = {ALONE: any_small(each_drug, smallest)}
    closed[OVER_SIX_MONTHS] = is_small(_without_a_name(children), smallest)
    for key, of_key in groupby(lines, key=lambda line: line.key):
        told = list(of_key)
        levels = [line for line in told if line.summary == "count"]
        shut = closed.get(key, False) or _tell_few(levels, pool)
        for line in told:
            close = shut if line.summary == "count" else _tell_few([line], pool)
            yield _hidden_line(line) if close else line


def _tell_few(lines: Sequence[Line], pool: Pool) -> bool:
    counts = [count for line in lines for count in _cells_of_line(line)]
    known = {line.measured for line in lines if line.measured is not None}
    return any_small(counts, pool.smallest) or not pool.takes(*map(children_alone, known))


def _without_a_name(children: Children) -> int:
    """Children on an immunomodulator for more than 6 months whose drug was not recorded."""
    if not {OVER_SIX_MONTHS, _DRUG} <= set(children.table):
        return 0
    longer = children.table[OVER_SIX_MONTHS].fillna(False).to_numpy(dtype=bool)
    return int((longer & children.table[_DRUG].isna().to_numpy()).sum())


def _cells_of_line(line: Line) -> Iterable[int | None]:
    rest = None if line.count is None or line.measured is None else line.measured - line.count
    return line.measured, line.count, rest, line.missing


def _hidden_line(line: Line) -> Line:
    """Not even a mean: to all its digits, or at its quartiles, it says of how many it is."""
    if line.reason and not line.measured:
        return line
    return replace(line, measured=None, missing=None, count=None, values=(), reason=HIDDEN)
