"""Columns of a source: which of the catalogue's they are, and in which unit they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lorpredict.clinical import catalogue
from lorpredict.errors import CatalogueError, Fault, did_you_mean


@dataclass(frozen=True)
class ColumnPlan:
    """Where each column of the catalogue comes from, and the factor into its unit."""

    sources: Mapping[str, str]
    factors: Mapping[str, float]
    left_out: tuple[str, ...]
    faults: tuple[Fault, ...]


def plan_columns(columns: Iterable[str], units: Mapping[str, str]) -> ColumnPlan:
    """Match the columns of a source with the catalogue, by name, suffix and stated unit."""
    suffixed, stems = _suffixed_names(), _stems()
    sources: dict[str, str] = {}
    factors: dict[str, float] = {}
    left_out, faults = [], []
    columns = [str(column) for column in columns]
    for column in columns:
        key, factor = suffixed.get(column, (column, 1.0))
        key = stems.get(key, key) if column in units else key
        if key in stems:
            faults.append(_unit_not_stated(column, stems[key]))
            continue
        if key not in catalogue():
            left_out.append(column)
            continue
        if key in sources:
            problem = f"the same quantity as the column {sources[key]}"
            faults.append(Fault(column, problem, "Keep one of the two"))
            continue
        if column in units:
            factor, fault = _stated_factor(column, key, units[column])
            faults += [fault] if fault else []
        sources[key], factors[key] = column, factor
    faults += [
        Fault(name, "a unit is given for a column that is not there", did_you_mean(name, columns))
        for name in units
        if name not in columns
    ]
    faults += [_needed(key, left_out) for key in _needed_keys() if key not in sources]
    return ColumnPlan(sources, factors, tuple(left_out), tuple(faults))


def nearest_known(column: str) -> str:
    """Name the columns of the catalogue that a left-out column may have meant."""
    return did_you_mean(column, [*catalogue(), *_suffixed_names()])


def _unit_not_stated(column: str, key: str) -> Fault:
    """Refuse to guess a unit: CRP looks as plausible in mg/dL as in mg/L."""
    predictor = catalogue()[key]
    names = [key, *(f"{predictor.stem}_{other.suffix}" for other in predictor.other_units)]
    hint = f'Call it {" or ".join(names)}, or say units={{"{column}": "{predictor.unit}"}}'
    return Fault(column, "its unit is not stated", hint)


def _stated_factor(column: str, key: str, unit: str) -> tuple[float, Fault | None]:
    try:
        return catalogue()[key].factor_from(unit), None
    except CatalogueError as error:
        return 1.0, Fault(column, str(error).removeprefix(f"{key}: "))


def _needed(key: str, left_out: Iterable[str]) -> Fault:
    return Fault(key, "this column is needed and is not there", did_you_mean(key, list(left_out)))


def _needed_keys() -> list[str]:
    return [key for key, predictor in catalogue().items() if predictor.missing == "refused"]


def _suffixed_names() -> dict[str, tuple[str, float]]:
    """Column names such as ``crp_mg_dl``, with the column they stand for and the factor."""
    return {
        f"{predictor.stem}_{other.suffix}": (key, other.factor)
        for key, predictor in catalogue().items()
        for other in predictor.other_units
        if f"{predictor.stem}_{other.suffix}" not in catalogue()
    }


def _stems() -> dict[str, str]:
    """Names without a unit, such as ``crp``; they count only where a unit is stated."""
    return {p.stem: key for key, p in catalogue().items() if p.stem is not None}
