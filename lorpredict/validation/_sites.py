"""Each hospital on its own where it saw enough events, the others together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lorpredict.cohort import Cohort
from lorpredict.errors import TooLittleData
from lorpredict.packaged import PackagedModel
from lorpredict.packaged._cohort import at_risk_for
from lorpredict.validation._judged import Group, events_by, group_of, horizons_within
from lorpredict.validation._small_counts import FEW, is_small, unless_small

FEWEST_EVENTS = 10  # house limit: below it a site's interval tells nothing
EVERYONE, OTHERS, _UNNAMED = "all children", "other sites", "site not recorded"
Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Sites:
    """Groups that can be judged, and what is to be said about the others.

    Parameters
    ----------
    counted
        Whether their counts are told: all of them or none, as they add up to all children.
    """

    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    counted: bool


def sites_of(model: PackagedModel, cohort: Cohort, everyone: Group) -> Sites:
    """Split a cohort by its column ``site``; no group where it names one site or none."""
    named = _named(cohort)
    if len(named) < 2:
        return Sites((), (), counted=True)
    parts = {name: _part(cohort, rows) for name, rows in named.items()}
    judged = {name: part for name, part in parts.items() if _can_be_judged(model, part)}
    small = [rows for name, rows in named.items() if name not in judged]
    rest = _part(cohort, np.logical_or.reduce(small)) if small else None
    if rest is not None and _can_be_judged(model, rest):
        judged, rest = {**judged, OTHERS: rest}, None
    groups = [group_of(model, part, name=name) for name, part in judged.items()]
    counts = [(len(each.y), each.events) for each in groups]
    left = (0, 0) if rest is None else _size(model, rest, everyone)
    counted = not _points_at_a_child(everyone, [*counts, left])
    told = _told_of_the_rest(everyone, groups, left, counted=counted)
    notes = (f"{_few_events(len(small), len(named))} {told}",) if small else ()
    return Sites(tuple(groups), notes, counted)


def _named(cohort: Cohort) -> Mapping[str, Rows]:
    """Site -> its rows, the largest site first; children without a site are one too."""
    site = cohort.table.get("site")
    if site is None:
        return {}
    known = site.astype("object").map(_called, na_action="ignore").fillna(_UNNAMED)
    return {str(name): (known == name).to_numpy() for name in known.value_counts().index}


def _called(site: object) -> str:
    """Name a site so that it is not taken for one of our own groups."""
    name = str(site)
    return f"site {name!r}" if name in (EVERYONE, OTHERS, _UNNAMED) else name


def _part(cohort: Cohort, rows: Rows) -> Cohort:
    return replace(cohort, table=cohort.table[rows].reset_index(drop=True))


def _can_be_judged(model: PackagedModel, part: Cohort) -> bool:
    """Whether enough of them lost response by the last horizon that these children reach."""
    try:
        at_risk = at_risk_for(model, part)
        horizons = horizons_within(model, at_risk)
    except TooLittleData:  # nobody is at risk, or too few by the first horizon
        return False
    return events_by(at_risk.y, horizons[-1]) >= FEWEST_EVENTS


def _size(model: PackagedModel, part: Cohort, everyone: Group) -> tuple[int, int]:
    """Children at risk, and events by the last horizon of all children."""
    try:
        at_risk = at_risk_for(model, part)
    except TooLittleData:  # nobody of these sites is at risk
        return 0, 0
    return len(at_risk), events_by(at_risk.y, everyone.horizons[-1])


def _points_at_a_child(everyone: Group, counts: Sequence[tuple[int, int]]) -> bool:
    """Whether a count, what it leaves, or what they leave of all children is small."""
    sums = [sum(of_sites) for of_sites in zip(*counts, strict=True)]
    parts = [*counts, (len(everyone.y) - sums[0], everyone.events - sums[1])]
    return any(
        is_small(number)
        for children, events in parts
        for number in (children, events, children - events)
    )


def _few_events(small: int, sites: int) -> str:
    verb = "is" if small == 1 else "are"
    return f"{small} of {sites} sites saw fewer than {FEWEST_EVENTS} events and {verb}"


def _told_of_the_rest(
    everyone: Group, groups: Sequence[Group], left: tuple[int, int], *, counted: bool
) -> str:
    if groups and groups[-1].name == OTHERS:
        told, size = f"judged together as {OTHERS!r}", groups[-1].size
    else:
        children, events = left
        told = "too few to be judged even together"
        size = f"{children} children, {events} events by day {everyone.last_day:g}"
    why = f"how many children of which site is not told, a count would be {FEW}"
    return f"{told}: {size if counted else why}"


def with_counts(group: Group, measures: pd.DataFrame, *, counted: bool = True) -> pd.DataFrame:
    """Put the group's name and size before its measures; empty where it is not told."""
    events = unless_small(group.events, of=len(group.y)) if counted else None
    children = len(group.y) if counted else None
    counts = {"site": group.name, "children": children, "events": events}
    before = pd.DataFrame([counts] * len(measures), index=measures.index)
    return pd.concat([before.astype({"children": "Int64", "events": "Int64"}), measures], axis=1)
