"""Counts that are too small to leave a hospital, and those from which they could be computed.

A count of 1 to 4 may point at a child; many hospitals let none of them out. To leave out that
count alone would not do: where 18 lost response, a line that shows 16 without it shows 2 with it.
Zero is told: that nobody is there points at nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from lorpredict.errors import DesignError, TooLittleData
from lorpredict.study._table_one import Characteristic, Counts, Quartiles, TableOne

if TYPE_CHECKING:
    from lorpredict.study._description import CohortDescription, Flow

Counted = Mapping[str, int | None]

TOO_FEW = "hidden: too few children had the event, or did not have it"


def refuse_senseless(smallest: int) -> None:
    """Refuse a smallest count that would hide nothing."""
    if smallest < 2:
        raise DesignError(f"smallest cell is {smallest}; expected 2 or more, for example 5")


def is_small(count: int | None, smallest: int) -> bool:
    """Whether a count is there but below the smallest that may be told."""
    return count is not None and 0 < count < smallest


def any_small(counts: Iterable[int | None], smallest: int) -> bool:
    """Whether one of these counts is."""
    return any(is_small(count, smallest) for count in counts)


def unless_small(count: int | None, of: int, smallest: int) -> int | None:
    """Return a count among ``of`` children, unless it or what is left of them is small."""
    hidden = count is None or is_small(count, smallest) or is_small(of - count, smallest)
    return None if hidden else count


def hidden_in_a_sum(counts: Mapping[str, int | None], smallest: int) -> dict[str, int | None]:
    """Hide small counts of a list whose sum is known, and as many others as protect them.

    At least two are hidden, and together they are no small count either.

    Examples
    --------
    >>> hidden_in_a_sum({"a": 40, "b": 3, "c": 12, "d": 0}, 5)
    {'a': 40, 'b': None, 'c': None, 'd': 0}
    """
    small = [name for name, count in counts.items() if is_small(count, smallest)]
    if not small:
        return dict(counts)
    others = [name for name in counts if name not in small and counts[name]]
    hidden = list(small)
    for name in sorted(others, key=lambda each: counts[each] or 0):
        if len(hidden) > 1 and sum(counts[each] or 0 for each in hidden) >= smallest:
            break
        hidden.append(name)
    return {name: None if name in hidden else count for name, count in counts.items()}


def hidden_in_table(table: TableOne, smallest: int) -> TableOne:
    """Hide small counts of Table 1.

    A line that has one in a group by outcome is told for all children together only, and not at
    all where it has one there.
    """
    sizes = list(table.groups.values())
    few = any(is_small(size, smallest) for size in sizes[1:])
    shown = [size if number == 0 or not few else None for number, size in enumerate(sizes)]
    return replace(
        table,
        groups=dict(zip(table.groups, shown, strict=True)),
        characteristics=tuple(
            _hidden_characteristic(each, smallest, few) for each in table.characteristics
        ),
    )


def _hidden_characteristic(told: Characteristic, smallest: int, few: bool) -> Characteristic:
    counts = [told.missing, *(told.levels.values() if told.levels else [told.measured])]
    by_outcome = few or any(is_small(count, smallest) for line in counts for count in line[1:])
    whole = any(is_small(line[0], smallest) for line in counts)
    levels = told.levels and {
        value: _kept(line, whole, by_outcome) for value, line in told.levels.items()
    }
    return replace(
        told,
        measured=_kept(told.measured, whole, by_outcome),
        missing=_kept(told.missing, whole, by_outcome),
        quartiles=tuple(_of_enough(told, smallest, few)),
        levels=levels,
    )


def _kept(line: Counts, whole: bool, by_outcome: bool) -> Counts:
    first, *others = line
    return (None if whole else first, *(None if by_outcome else each for each in others))


def _of_enough(told: Characteristic, smallest: int, few: bool) -> Iterable[Quartiles | None]:
    """Keep quartiles of groups that are large enough: those of three children are the children."""
    for number, each in enumerate(told.quartiles):
        children = told.measured[number]
        enough = children is not None and children >= smallest and (number == 0 or not few)
        yield each if enough else None


def hidden(described: CohortDescription, smallest: int) -> CohortDescription:
    """Hide small counts of a whole description; see ``without_small_counts``."""
    refuse_senseless(smallest)
    if is_small(described.flow.at_risk, smallest):
        raise TooLittleData(
            f"fewer than {smallest} children are at risk at the landmark; "
            "nothing can be told of them without a small count"
        )
    children, few_events = described.flow.at_risk, _tells_few_events(described, smallest)
    return replace(
        described,
        flow=hidden_flow(described.flow, smallest, described.design.events),
        table_one=hidden_in_table(described.table_one, smallest),
        missing=_each_unless_small(described.missing, children, smallest),
        complete=unless_small(described.complete, children, smallest),
        follow_up=None if few_events else described.follow_up,
        at_horizons=_hidden_at_horizons(described, smallest),
        sample_size=None if few_events else described.sample_size,
        sample_size_reason=TOO_FEW if few_events else described.sample_size_reason,
        paris={p: hidden_in_a_sum(counts, smallest) for p, counts in described.paris.items()},
        activity=tuple(
            replace(each, counts=hidden_in_a_sum(each.counts, smallest))
            for each in described.activity
        ),
        smallest_cell=smallest,
    )


def _tells_few_events(described: CohortDescription, smallest: int) -> bool:
    events = described.follow_up.events if described.follow_up else 0
    return unless_small(events, described.flow.at_risk, smallest) is None


def hidden_flow(flow: Flow, smallest: int, events: Collection[str]) -> Flow:
    """Hide small counts of a flow diagram, and those from which they could be computed.

    Who began is hidden too, where the difference to those at risk would be a small count.
    """
    began = flow.started
    return replace(
        flow,
        started=None if began is None or is_small(began - flow.at_risk, smallest) else began,
        left_out=hidden_in_a_sum(flow.left_out, smallest),
        unknown=_each_unless_small(flow.unknown, flow.at_risk, smallest),
        flagged=_each_unless_small(flow.flagged, flow.at_risk, smallest),
        ended=_hidden_ends(flow.ended, smallest, events),
    )


def _hidden_ends(ended: Counted, smallest: int, events: Collection[str]) -> dict[str, int | None]:
    """Where events are many enough they are told elsewhere too, and can protect no other end."""
    parts = [
        {name: count for name, count in ended.items() if (name in events) is is_event}
        for is_event in (True, False)
    ]
    if any(is_small(sum(count or 0 for count in part.values()), smallest) for part in parts):
        return hidden_in_a_sum(ended, smallest)
    found = hidden_in_a_sum(parts[0], smallest) | hidden_in_a_sum(parts[1], smallest)
    return {name: found[name] for name in ended}


def _each_unless_small(counts: Counted, of: int, smallest: int) -> dict[str, int | None]:
    return {name: unless_small(count, of, smallest) for name, count in counts.items()}


def _hidden_at_horizons(described: CohortDescription, smallest: int) -> dict[float, int | None]:
    """Who leaves between two horizons is counted too: all are told or none."""
    told = list(described.at_horizons.values())
    counts = [described.flow.at_risk, *(count or 0 for count in told), 0]
    steps = [before - after for before, after in pairwise(counts)]
    hide = any(is_small(step, smallest) for step in steps)
    return {day: None if hide else count for day, count in described.at_horizons.items()}
