"""PCDAI and wPCDAI from their items, as a clinician scored or measured them.

An item is given as its points (``haematocrit: 2.5``) or, where the index has bands for it, as the
measured value under a name that says its unit (``haematocrit_percent: 31``). An item that was not
recorded (None) leaves the child without a score: neither source allows to fill one in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from lorpredict.clinical._activity import activity_content
from lorpredict.clinical._bands import Bands
from lorpredict.clinical._catalogue import catalogue
from lorpredict.clinical._derived import is_missing
from lorpredict.clinical._items import VISITS, ActivityItem, Visit
from lorpredict.errors import CatalogueError, Fault, RecordFaults, did_you_mean


@dataclass(frozen=True)
class ActivityIndex:
    """An index of disease activity: its items, and the sum of their points.

    Raises
    ------
    CatalogueError
        If the most that all items can give is not the maximum, an item leaves the steps of the
        index, its bands do not give its points, or there is no source; all of it at once.

    Examples
    --------
    >>> pcdai = activity_index("pcdai")
    >>> pcdai.maximum, len(pcdai.items)
    (100, 11)
    """

    name: str
    label: str
    maximum: float
    step: float
    source: str
    items: tuple[ActivityItem, ...]
    note: str = ""

    def __post_init__(self) -> None:
        faults = list(_contradictions(self))
        if faults:
            raise CatalogueError(f"index {self.name}: " + "; ".join(faults))

    def __repr__(self) -> str:
        return f"ActivityIndex({self.name!r}, {len(self.items)} items, 0 to {self.maximum:g})"

    @classmethod
    def from_toml(cls, name: str, entry: Mapping[str, Any]) -> Self:
        """Build an index from its table in ``activity.toml``."""
        items, faults = [], []
        for key, item in entry.get("items", {}).items():
            try:
                items.append(ActivityItem.from_toml(key, item))
            except (CatalogueError, KeyError, TypeError, ValueError) as error:
                told = f"no {error}" if isinstance(error, KeyError) else str(error)
                faults.append(f"item {key}: {told}")
        faults += [
            f"no {key}" for key in ("label", "maximum", "step", "source") if key not in entry
        ]
        if faults:
            raise CatalogueError(f"index {name}: " + "; ".join(faults))
        return cls(**{**entry, "name": name, "items": tuple(items)})

    def score(
        self,
        items: Mapping[str, Any],
        *,
        sex: str | None,
        age_years: float | None,
        visit: Visit = "first_infusion",
    ) -> float | None:
        """Return the index of one child at one visit, or None where it cannot be known.

        Parameters
        ----------
        items
            Every item by its own name (points) or by that of its measure (value). An item that is
            named and has no value (None, NaN) was not recorded: there is no score then.
        sex, age_years
            ``female`` or ``male``, and the age at the visit. They matter for a measured
            haematocrit alone; where they are unknown and matter, there is no score.
        visit
            At ``week14`` the height is that of a follow-up (``height_velocity_sd``).

        Raises
        ------
        RecordFaults
            For every unknown or forgotten item, impossible points, implausible value, item given
            twice, unknown sex or visit and implausible age, all at once.
        """
        points = self.points(items, sex=sex, age_years=age_years, visit=visit).values()
        known = [each for each in points if each is not None]
        return sum(known) if len(known) == len(self.items) else None

    def points(
        self,
        items: Mapping[str, Any],
        *,
        sex: str | None,
        age_years: float | None,
        visit: Visit = "first_infusion",
    ) -> dict[str, float | None]:
        """Return the points of each item, None where it was not recorded; as `score`."""
        known_sex = None if is_missing(sex) else sex
        known_age = None if is_missing(age_years) else age_years
        faults = list(self._faults(items, known_sex, known_age, visit))
        if faults:
            raise RecordFaults(faults, subject=f"the {self.label}")
        return {
            item.name: item.scored(items, sex=known_sex, age_years=known_age) for item in self.items
        }

    def _faults(
        self, items: Mapping[str, Any], sex: Any, age_years: Any, visit: str
    ) -> Iterator[Fault]:
        known = [name for item in self.items for name in item.names]
        for name in items:
            if name not in known:
                yield Fault(name, "not an item of the index", did_you_mean(name, known))
        for item in self.items:
            yield from item.faults(items, visit)
        for key, value in (("sex", sex), ("age_years", age_years)):
            fault = None if value is None else catalogue()[key].fault(value)
            if fault:
                yield fault
        if visit not in VISITS:
            yield Fault("visit", f"expected one of {', '.join(VISITS)}", value=repr(visit))


def activity_index(name: str) -> ActivityIndex:
    """Return an index by its name, ``pcdai`` or ``wpcdai``."""
    known = _indices()
    if name not in known:
        hint = did_you_mean(name, list(known))
        raise CatalogueError(f"no index is called {name!r}; known: {', '.join(known)}. {hint}")
    return known[name]


def severity(index: str, value: float | None) -> str | None:
    """Return how severe a value of an index is: remission, mild, moderate or severe.

    Parameters
    ----------
    index
        ``pcdai``, ``wpcdai`` or ``cdeis``.
    value
        The index; None or NaN, not recorded, has no severity.

    Raises
    ------
    CatalogueError
        If no severity is known for the index.
    RecordFaults
        If the value cannot be one of the index.

    Examples
    --------
    >>> severity("pcdai", 27.5)
    'mild'
    """
    known = _severities()
    if index not in known:
        hint = did_you_mean(index, list(known))
        raise CatalogueError(f"no severity of {index!r}; known: {', '.join(known)}. {hint}")
    if value is None or is_missing(value):
        return None
    highest = _indices()[index].maximum if index in _indices() else float("inf")
    if not 0 <= value <= highest:
        expected = f"expected 0 to {highest:g}" if highest < float("inf") else "expected 0 or more"
        raise RecordFaults([Fault(index, expected, value=f"{value:g}")], subject="the index")
    return known[index](value)


@cache
def _indices() -> dict[str, ActivityIndex]:
    entries = activity_content()["indices"].items()
    return {name: ActivityIndex.from_toml(name, entry) for name, entry in entries}


@cache
def _severities() -> dict[str, Bands[str]]:
    entries = activity_content()["severity"].items()
    return {name: Bands.from_toml(entry["bands"], "level") for name, entry in entries}


def _contradictions(index: ActivityIndex) -> Iterator[str]:
    """All that is wrong with an index, decided here and told by the caller."""
    most = sum(max(item.points) for item in index.items)
    if most != index.maximum:
        yield f"its items give {most:g} points at most, not {index.maximum:g}"
    if not index.source.strip():
        yield "no source"
    for item in index.items:
        if any(points % index.step for points in item.points):
            yield f"item {item.name}: points that are no multiple of {index.step:g}"
        for measure in item.measures:
            if any(set(bands.all_given) != set(item.points) for bands in measure.all_bands):
                yield f"item {item.name}: bands of {measure.name} that give other points"
