"""What a person reads of a validation before any table: who, how good, and where it differs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lorpredict.validation._judged import Group
from lorpredict.validation._small_counts import in_words, is_small

# What is told of each site: how it ranks children, and whether the level is right.
_OF_SITES = ("uno_c", "calibration_in_the_large")


def flow_lines(everyone: Group) -> Iterator[str]:
    """Who was left out; reasons are counted one by one only where none is small.

    How all ended is not told: beside the events by the last horizon it would count the later ones.
    """
    flow, children = everyone.at_risk.flow, len(everyone.y)
    reasons = {why: count for why, count in flow.left_out.items() if count}
    left = sum(reasons.values())
    if not is_small(left):
        yield f"{flow.started} children in the cohort"
    if any(is_small(count) for count in reasons.values()):
        yield f"  - {in_words(left, of=flow.started)} left out: {'; or '.join(reasons)}"
    else:
        yield from (f"  - {count} left out: {why}" for why, count in reasons.items())
    yield f"{children} at risk at the landmark"
    for mark, kept in (("?", flow.unknown), ("!", flow.flagged)):
        for why, count in kept.items():
            if count:
                yield f"  {mark} {in_words(count, of=children)} kept: {why}"
    events = in_words(everyone.events, of=children)
    yield f"  > {events} lost response by day {everyone.last_day:g} since the first infusion"


def measure_lines(measures: pd.DataFrame) -> Iterator[str]:
    """Tell every measure with its interval."""
    yield from (f"  {_told(row)}" for row in measures.itertuples())


def site_lines(sites: pd.DataFrame) -> Iterator[str]:
    """Tell discrimination and level of each site; nothing where there is one."""
    if sites["site"].nunique() < 2:
        return
    yield ""
    yield "by site:"
    for name, of_site in sites.groupby("site", sort=False):
        children, events = of_site["children"].iloc[0], of_site["events"].iloc[0]
        counted = [f"{children} children"] if pd.notna(children) else []
        counted += [f"{events} events"] if pd.notna(events) else []
        told = [_told(row) for row in of_site.itertuples() if row.measure in _OF_SITES]
        size = f" ({', '.join(counted)})" if counted else ""
        yield f"  {name}{size}"
        yield from (f"    {line}" for line in told)


def _told(row: object) -> str:
    name, estimate, low, high = (getattr(row, of) for of in ("measure", "estimate", "low", "high"))
    if not np.isfinite(estimate):
        return f"{name}: not defined"
    interval = f" ({low:.3f} to {high:.3f})" if np.isfinite(low) else ", without an interval"
    return f"{name}: {estimate:.3f}{interval}"
