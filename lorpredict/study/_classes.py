"""How many children have each class of the Paris classification, and each state at week 14."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lorpredict.clinical import ParisClassification, activity_states
from lorpredict.cohort import as_records
from lorpredict.study._small_cells import Counted

NOT_KNOWN = "not known"
_PARIS_COLUMNS = (
    "onset_age_years", "location", "upper_gi", "behaviour", "perianal", "growth_delay",
)  # fmt: skip
# Part -> attribute of the classification -> its classes, in the order of the publication.
_PARIS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "age at onset": ("age", ("A1a", "A1b", "A2", "A3")),
    "location": ("location", ("L1", "L2", "L3", "none")),
    "upper tract": ("upper_gi", ("none", "L4a", "L4b", "L4ab")),
    "behaviour": ("behaviour", ("B1", "B2", "B3", "B2B3")),
    "perianal": ("perianal", (True, False)),
    "growth": ("growth", ("G0", "G1")),
}
_ACTIVITY_COLUMNS = ("pcdai_baseline", "pcdai_week14")


@dataclass(frozen=True)
class ActivityCount:
    """For how many children a named definition holds at week 14.

    Parameters
    ----------
    notion, name
        For example ``remission``, ``beijing-2025``.
    counts
        ``yes``, ``no`` and ``not known`` -> number of children.
    """

    notion: str
    name: str
    counts: Counted


def paris_counts(table: pd.DataFrame) -> dict[str, Counted]:
    """Count the classes of each part of the Paris classification.

    Parameters
    ----------
    table
        One row a child, columns of the catalogue; those that it lacks are not known.
    """
    classified = [
        (ParisClassification.of(record), number)
        for record, number in _distinct(table, _PARIS_COLUMNS)
    ]
    counted: dict[str, Counted] = {}
    for part, (attribute, classes) in _PARIS.items():
        found: Counter[Any] = Counter()
        for each, number in classified:
            found[getattr(each, attribute)] += number
        counted[part] = {_told(name): found[name] for name in classes if name in found}
        counted[part] = {**counted[part], NOT_KNOWN: found[None]}
    return counted


def activity_counts(table: pd.DataFrame) -> tuple[ActivityCount, ...]:
    """Count for whom each named definition of ``activity.toml`` holds at week 14."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for record, number in _distinct(table, _ACTIVITY_COLUMNS):
        for state in activity_states(record):
            answer = NOT_KNOWN if state.counts is None else _told(state.counts)
            found.setdefault((state.notion, state.name), Counter())[answer] += number
    return tuple(
        ActivityCount(notion, name, {word: counts[word] for word in ("yes", "no", NOT_KNOWN)})
        for (notion, name), counts in found.items()
    )


def _distinct(table: pd.DataFrame, columns: tuple[str, ...]) -> list[tuple[Mapping[str, Any], int]]:
    """Return each combination of values once, with the number of children who have it."""
    wanted = table.reindex(columns=list(columns)).astype(object)
    counted = wanted.groupby(list(columns), dropna=False, sort=False).size()
    values = counted.index.to_frame(index=False)
    return list(zip(as_records(values), map(int, counted), strict=True))


def _told(name: Any) -> str:
    return {True: "yes", False: "no"}.get(name, str(name))
