"""Each hospital on its own where it saw enough events, the others together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lorpredict.cohort import Cohort
from lorpredict.errors import TooLittleData
from lorpredict.packaged import PackagedModel
from lorpredict.packaged._cohort import at_risk_for
from lorpredict.validation._judged import Group, group_of

FEWEST_EVENTS = 10  # house limit: below it a site's interval tells nothing
EVERYONE, OTHERS = "all children", "other sites"
Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Sites:
    """Groups that can be judged, and what is to be said about those that cannot."""

    groups: tuple[Group, ...]
    notes: tuple[str, ...]


def sites_of(model: PackagedModel, cohort: Cohort) -> Sites:
    """Split a cohort by its column ``site``; no group where it names one site or none."""
    named = _named(cohort)
    if len(named) < 2:
        return Sites((), ())
    events = {name: _events(model, _part(cohort, rows)) for name, rows in named.items()}
    small = [name for name in named if events[name] < FEWEST_EVENTS]
    parts = {name: rows for name, rows in named.items() if name not in small}
    enough = sum(events[name] for name in small) >= FEWEST_EVENTS
    if enough:
        parts[OTHERS] = np.logical_or.reduce([named[name] for name in small])
    groups, notes = [], [*_pooled(small, named, events, judged=enough)]
    for name, rows in parts.items():
        try:
            groups.append(group_of(model, _part(cohort, rows), name=name))
        except TooLittleData as error:
            notes.append(f"{name} cannot be judged: {error}")
    return Sites(tuple(groups), tuple(notes))


def _named(cohort: Cohort) -> Mapping[str, Rows]:
    """Site -> its rows, the largest site first; children without a site are one too."""
    site = cohort.table.get("site")
    if site is None:
        return {}
    known = site.fillna("site not recorded").astype(str)
    return {str(name): (known == name).to_numpy() for name in known.value_counts().index}


def _part(cohort: Cohort, rows: Rows) -> Cohort:
    return replace(cohort, table=cohort.table[rows].reset_index(drop=True))


def _events(model: PackagedModel, cohort: Cohort) -> int:
    try:
        return int(at_risk_for(model, cohort).y["event"].sum())
    except TooLittleData:  # nobody of this site is at risk
        return 0


def _pooled(
    small: list[str], named: Mapping[str, Rows], events: Mapping[str, int], *, judged: bool
) -> Iterator[str]:
    if not small:
        return
    children = sum(int(named[name].sum()) for name in small)
    total = sum(events[name] for name in small)
    told = f"judged together as {OTHERS!r}" if judged else "too few to be judged even together"
    yield (
        f"{len(small)} of {len(named)} sites saw fewer than {FEWEST_EVENTS} events and are {told}: "
        f"{children} children, {total} events"
    )


def with_counts(group: Group, measures: pd.DataFrame) -> pd.DataFrame:
    """Put the group's name and size before its measures."""
    counts = {"site": group.name, "children": len(group.y), "events": group.events}
    before = pd.DataFrame([counts] * len(measures), index=measures.index)
    return pd.concat([before, measures], axis=1)
