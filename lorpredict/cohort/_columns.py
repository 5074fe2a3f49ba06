"""Columns of a source: which of the catalogue's they are, and in which unit they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lorpredict.clinical import Catalogue, Predictor
from lorpredict.errors import CatalogueError, Fault, did_you_mean


@dataclass(frozen=True)
class ColumnPlan:
    """Where each column of the catalogue comes from, and the factor into its unit."""

    sources: Mapping[str, str]
    factors: Mapping[str, float]
    left_out: tuple[str, ...]
    faults: tuple[Fault, ...]


def plan_columns(columns: Iterable[str], units: Mapping[str, str], known: Catalogue) -> ColumnPlan:
    """Match the columns of a source with the catalogue, by name, suffix and stated unit."""
    names = [str(column) for column in columns]
    sources: dict[str, str] = {}
    factors: dict[str, float] = {}
    left_out, faults = [], []
    for name in names:
        match = _match(name, units, known)
        if match is None:
            left_out.append(name)
        elif isinstance(match, Fault):
            faults.append(match)
        elif match.key in sources:
            same = sources[match.key] == name
            other = f"the same quantity as the column {sources[match.key]}"
            problem = "this column stands twice in the header" if same else other
            faults.append(Fault(name, problem, "Keep one of the two"))
        else:
            sources[match.key], factors[match.key] = name, match.factor
    faults += [
        Fault(name, "a unit is given for a column that is not there", did_you_mean(name, names))
        for name in units
        if name not in names
    ]
    faults += [_needed(key, left_out) for key in _needed_keys(known) if key not in sources]
    return ColumnPlan(sources, factors, tuple(left_out), tuple(faults))


class _Match(NamedTuple):
    """The column of the catalogue that a column of the source stands for."""

    key: str
    factor: float


def _match(name: str, units: Mapping[str, str], known: Catalogue) -> _Match | Fault | None:
    key, factor = known.suffixed.get(name, (name, 1.0))
    column = known.stems.get(key, key)
    if name in units and column in known:
        return _with_stated_unit(name, known[column], units[name])
    if key in known.stems:
        return _unit_not_stated(name, known[column])
    return _Match(key, factor) if key in known else None


def nearest_known(column: str, known: Catalogue) -> str:
    """Name the columns of the catalogue that a left-out column may have meant."""
    return did_you_mean(column, [*known, *known.suffixed])


def _unit_not_stated(column: str, predictor: Predictor) -> Fault:
    """Refuse to guess a unit: CRP looks as plausible in mg/dL as in mg/L."""
    names = [
        predictor.key,
        *(f"{predictor.stem}_{other.suffix}" for other in predictor.other_units),
    ]
    hint = f'Call it {" or ".join(names)}, or say units={{"{column}": "{predictor.unit}"}}'
    return Fault(column, "its unit is not stated", hint)


def _with_stated_unit(name: str, predictor: Predictor, unit: str) -> _Match | Fault:
    try:
        return _Match(predictor.key, predictor.factor_from(unit))
    except CatalogueError as error:
        return Fault(name, str(error).removeprefix(f"{predictor.key}: "))


def _needed(key: str, left_out: Iterable[str]) -> Fault:
    return Fault(key, "this column is needed and is not there", did_you_mean(key, list(left_out)))


def _needed_keys(known: Catalogue) -> list[str]:
    return [key for key, predictor in known.items() if predictor.missing == "refused"]
