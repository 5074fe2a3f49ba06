"""One item of an activity index: its points, and the measured value that can stand for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from lorpredict.clinical._bands import Band, Bands
from lorpredict.clinical._catalogue import catalogue
from lorpredict.clinical._derived import is_missing
from lorpredict.errors import CatalogueError, Fault

Visit = Literal["first_infusion", "week14"]
VISITS: tuple[str, ...] = get_args(Visit)


@dataclass(frozen=True)
class Measure:
    """The measured value from which an item can be scored.

    Parameters
    ----------
    name, unit
        ``haematocrit_percent`` and ``%``.
    plausible
        Smallest and largest value that is not a slip of the pen.
    visits
        At which visits the value may be used.
    tables
        Sex -> bands of age in years -> bands of the value -> points.
    """

    name: str
    unit: str
    plausible: tuple[float, float]
    visits: tuple[str, ...]
    tables: Mapping[str, Bands[Bands[float]]]

    @classmethod
    def from_toml(cls, entry: Mapping[str, Any]) -> Self:
        """Build a measure from the part of its item that has bands."""
        name = entry["measured_as"]
        low, high = entry["plausible"] if "plausible" in entry else _range_of_column(name)
        visits = tuple(entry.get("visits", VISITS))
        tables = {sex: _by_age(entry, sex) for sex in catalogue()["sex"].values}
        return cls(name, entry["unit"], (low, high), visits, tables)

    def points(self, value: float, *, sex: str | None, age_years: float | None) -> float | None:
        """Return the points of a value; None where an unknown sex or age would change them."""
        sexes = self.tables if sex is None else [sex]
        fitting = [band for each in sexes for band in self.tables[each].bands]
        found = {
            band.gives(value) for band in fitting if age_years is None or band.holds(age_years)
        }
        return found.pop() if len(found) == 1 else None

    @property
    def all_bands(self) -> list[Bands[float]]:
        """The bands of every sex and age."""
        return [bands for by_age in self.tables.values() for bands in by_age.all_given]

    def fault(self, value: Any, visit: str) -> Fault | None:
        """Say what is wrong with a value that is there, or nothing."""
        told = _told(value, self.unit)
        if visit in VISITS and visit not in self.visits:
            return Fault(self.name, f"only for {', '.join(self.visits)}", value=told)
        if self.name in catalogue():  # which knows the other units too
            return catalogue()[self.name].fault(value)
        low, high = self.plausible
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return None
        return Fault(self.name, f"expected {low:g} to {high:g} {self.unit}", value=told)


@dataclass(frozen=True)
class ActivityItem:
    """One item of an activity index: the points that it can give, and how it can be measured."""

    name: str
    label: str
    points: tuple[float, ...]
    measures: tuple[Measure, ...] = ()
    note: str = ""

    @classmethod
    def from_toml(cls, name: str, entry: Mapping[str, Any]) -> Self:
        """Build an item from its table in ``activity.toml``."""
        parts = [entry, entry.get("at_diagnosis", {}), entry.get("at_follow_up", {})]
        measures = tuple(Measure.from_toml(part) for part in parts if "measured_as" in part)
        points = tuple(map(float, entry["points"]))
        return cls(name, entry["label"], points, measures, entry.get("note", ""))

    @property
    def names(self) -> tuple[str, ...]:
        """Under which names the item may be given: its own, then those of its measures."""
        return self.name, *(measure.name for measure in self.measures)

    def given(self, items: Mapping[str, Any]) -> list[str]:
        """Under which of its names the item has a value."""
        return [name for name in self.names if not is_missing(items.get(name))]

    def measure(self, name: str) -> Measure | None:
        """Return the measure of that name, if it is one."""
        return next((measure for measure in self.measures if measure.name == name), None)

    def scored(
        self, items: Mapping[str, Any], *, sex: str | None, age_years: float | None
    ) -> float | None:
        """Return the item's points, None where it was not recorded."""
        for name in self.given(items):
            measure = self.measure(name)
            if measure is not None:
                return measure.points(items[name], sex=sex, age_years=age_years)
            return float(items[name])
        return None

    def faults(self, items: Mapping[str, Any], visit: str) -> Iterator[Fault]:
        """Name what is wrong with the item as it is given."""
        if not any(name in items for name in self.names):
            told = "not given" + "".join(f", and no {name}" for name in self.names[1:])
            yield Fault(self.name, told, "Give None where it was not recorded")
        given = self.given(items)
        if len(given) > 1:
            yield Fault(self.name, f"given more than once: {', '.join(given)}", "Give one of them")
        for name in given:
            measure = self.measure(name)
            value = items[name]
            fault = measure.fault(value, visit) if measure else self._impossible(value)
            if fault:
                yield fault

    def _impossible(self, points: Any) -> Fault | None:
        if points in self.points and not isinstance(points, bool):
            return None
        expected = ", ".join(f"{each:g}" for each in self.points)
        return Fault(self.name, f"expected one of {expected} points", value=_told(points))


def _range_of_column(name: str) -> tuple[float, float]:
    plausible = catalogue()[name].plausible if name in catalogue() else None
    if plausible is None:
        raise CatalogueError(f"{name}: no plausible range")
    return plausible


def _by_age(entry: Mapping[str, Any], sex: str) -> Bands[Bands[float]]:
    """Bands of age for one sex; one band for every age where the item has no tables."""
    tables = entry.get("tables") or [{"bands": entry["bands"], "sex": [sex], "age_years": {}}]
    return Bands(
        tuple(
            Band.between(table["age_years"], _points(table["bands"], entry["measured_as"]))
            for table in tables
            if sex in table["sex"]
        )
    )


def _points(entries: Sequence[Mapping[str, Any]], name: str) -> Bands[float]:
    try:
        return Bands.from_toml(entries, "points")
    except CatalogueError as error:
        raise CatalogueError(f"{name}: {error}") from error


def _told(value: Any, unit: str = "") -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g} {unit}".rstrip() if is_number else repr(value)
