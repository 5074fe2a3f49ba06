"""Targets of a benchmark, beside what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks._side_by_side import Comparison, times


@dataclass(frozen=True)
class Target:
    """How many times as much of the processor as we a peer is to take for a row.

    Parameters
    ----------
    peer : who
    least : at least so many times
    alone, within : what was asked of us, for a row alone and for a row among many
    """

    peer: str
    least: float
    alone: str
    within: str

    def found(self, comparisons: Sequence[Comparison]) -> tuple[float, float]:
        """Return the two figures; a peer that was asked for one row only stands in both."""
        by_name = {(each.what, each.peer): each for each in comparisons}
        ours = next(each for each in comparisons if each.what == self.within)
        alone = by_name[self.alone, self.peer]
        many = by_name.get((self.within, self.peer), alone)
        return alone.cpu_ratio, many.their_row.cpu / ours.our_row.cpu


def targets_table(targets: Iterable[Target], comparisons: Sequence[Comparison]) -> str:
    """Every target with both figures as a table in Markdown."""
    head = "| peer | asked of us | at least | alone | within many | met |"
    rule = "| --- | --- | ---: | ---: | ---: | --- |"
    return "\n".join([head, rule, *(_row(each, comparisons) for each in targets)])


def _row(target: Target, comparisons: Sequence[Comparison]) -> str:
    alone, within = target.found(comparisons)
    met = "yes" if min(alone, within) >= target.least else "no"
    return (
        f"| {target.peer} | {target.alone} | {times(target.least)} "
        f"| {times(alone)} | {times(within)} | {met} |"
    )
