"""What cannot be meant in a dose history, each fault with its way out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from lorpredict.clinical import catalogue
from lorpredict.errors import Fault
from lorpredict.pharmacokinetics._changing import Changing, is_dated

LAST_DAY = 7300.0  # house limit, as in the table of infusions
_HOURS_A_DAY = 24.0
_DOSES = ("doses_mg", "doses_mg_kg")
_ARGUMENTS = ("albumin_g_dl",)  # in another unit than the catalogue's
_IN_FORCE = "Give one value, or pairs of a day and the value that holds from then on"
Judge = Callable[[Any], Fault | None]
_CHECK = "Check the dose and the weight"
_UNIT = re.compile(r'unit="([^"]+)" \(column (\w+)\)')
_ORDER = "Order the infusions by day, or correct the day"


def is_number(value: Any) -> bool:
    """Whether a value is a finite number, and no boolean."""
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and abs(value) < float("inf")
    )


def faults_of_infusions(days: Sequence[Any], hours: Sequence[Any]) -> Iterator[Fault]:
    """Find infusions without a time, out of order, or before the first one."""
    if not days:
        yield Fault("infusion_days", "no infusion is given", "Give the first one, day 0, and on")
    for row, day in enumerate(days, start=1):
        if not is_number(day):
            yield Fault("infusion_days", "expected a number of days", row=row, value=repr(day))
    if not all(map(is_number, days)):
        return
    if days and days[0] != 0:
        hint = "Days count from the first infusion: subtract its day from all, levels included"
        yield Fault("infusion_days", "expected 0 first", hint, row=1, value=f"{days[0]:g}")
    if days and days[-1] > LAST_DAY:
        yield Fault(
            "infusion_days", f"expected at most {LAST_DAY:g} days", "Check the days", len(days)
        )
    for row, (before, day) in enumerate(pairwise(days), start=2):
        if day <= before:
            told = f"{day:g} (above: {before:g})"
            yield Fault("infusion_days", "not after the infusion above it", _ORDER, row, told)
    yield from _faults_of_hours(days, hours)


def _faults_of_hours(days: Sequence[float], hours: Sequence[Any]) -> Iterator[Fault]:
    column = catalogue("infusions")["hours"]
    for row, each in enumerate(hours, start=1):
        if (fault := column.fault(each, row=row)) is not None:
            yield replace(fault, hint=_as_argument(fault.hint, "hours"))
    if len(hours) != len(days) or not all(map(is_number, hours)):
        return
    for row, (start, following) in enumerate(pairwise(days), start=2):
        if start < following < start + hours[row - 2] / _HOURS_A_DAY:
            problem = "begins before the infusion above it has ended"
            yield Fault("infusion_days", problem, "Correct day or hours", row, f"{following:g}")


def faults_of_doses(
    given: Mapping[str, Any], days: Sequence[Any], weight: Changing | None
) -> Iterator[Fault]:
    """Find doses that are no doses of this child, such as mg/kg where mg are expected."""
    named = [name for name in _DOSES if given.get(name) is not None]
    if len(named) != 1:
        told = "both are given" if named else "neither is given"
        yield Fault("doses", f"{told}: expected one", "Give doses_mg or doses_mg_kg")
        return
    (name,) = named
    doses = given[name]
    if len(doses) != len(days):
        problem = f"{len(doses)} doses for {len(days)} infusions"
        yield Fault(name, problem, "Give one dose an infusion, or one for all")
        return
    for row, (day, dose) in enumerate(zip(days, doses, strict=True), start=1):
        kilograms = weight.on(day) if weight is not None and is_number(day) else None
        yield from _faults_of_dose(name, dose, row, kilograms)


def _faults_of_dose(name: str, dose: Any, row: int, kilograms: Any) -> Iterator[Fault]:
    in_mg = name == "doses_mg"
    if not is_number(dose):
        unit = "mg" if in_mg else "mg/kg"
        yield Fault(name, f"expected a number of {unit}", row=row, value=repr(dose))
    elif _is_weight(kilograms):
        yield from (_faults_of_mg if in_mg else _faults_of_mg_kg)(dose, kilograms, row)
    elif not in_mg:  # without a weight nothing else can be judged; that it is missing is told
        yield from _faults_of_mg_kg(dose, math.inf, row)


def _faults_of_mg(dose: float, kilograms: float, row: int) -> Iterator[Fault]:
    limits = catalogue()["ifx_dose_mg_kg"]
    per_kg = dose / kilograms
    if not limits.fits(per_kg):
        hint = "Did you mean mg for each kilogram?" if limits.fits(float(dose)) else _CHECK
        told = f"{dose:.4g} mg ({per_kg:.3g} mg/kg)"
        yield Fault("doses_mg", f"expected {limits.expected}", hint, row, told)


def _faults_of_mg_kg(dose: float, kilograms: float, row: int) -> Iterator[Fault]:
    limits = catalogue()["ifx_dose_mg_kg"]
    if not limits.fits(float(dose)):
        hint = "Did you mean mg in all?" if limits.fits(dose / kilograms) else _CHECK
        problem = f"expected {limits.expected}"
        yield Fault("doses_mg_kg", problem, hint, row, f"{dose:.4g} mg/kg")


def _is_weight(value: Any) -> bool:
    return is_number(value) and catalogue()["weight_kg"].fits(value)


def faults_of_course(name: str, given: Any, judge: Judge) -> Iterator[Fault]:
    """Find what is no covariate over time; ``judge`` says what is wrong with a value."""
    if given is None:
        yield Fault(name, "not given, and every model needs it", "Measure it, or give the last one")
        return
    if is_dated(given) and not _is_course(given):
        yield Fault(name, "expected days that ascend, each with its value", _IN_FORCE)
        return
    for row, value in enumerate(Changing.of(given).values, start=1):
        if (fault := judge(value)) is not None:
            yield replace(fault, column=name, row=row if is_dated(given) else None)


def judged_by(column: str) -> Judge:
    """Return what finds values outside a column's plausible range."""

    def judge(value: Any) -> Fault | None:
        fault = catalogue()[column].fault(value)
        return None if fault is None else replace(fault, hint=_as_argument(fault.hint, column))

    return judge


def without_column(hint: str) -> str:
    """Name the unit that was meant, where it is an argument and there is no column."""
    return _UNIT.sub(r'unit="\1"', hint)


def _as_argument(hint: str, name: str) -> str:
    """Name the unit that was meant, and the argument that takes it."""
    meant = _UNIT.search(hint)
    if meant is None:
        return hint
    unit, argument = meant.groups()
    told = f" ({argument})" if argument in _ARGUMENTS else ""
    return f"Did you mean {unit}{told}?" if told else f"Did you mean {unit}? {name} is expected"


def no_boolean(value: Any) -> Fault | None:
    """Find what is neither true nor false."""
    told = "expected true or false"
    return None if isinstance(value, bool) else Fault("", told, value=repr(value))


def _is_course(given: Sequence[Any]) -> bool:
    pairs = all(isinstance(each, Sequence) and len(each) == 2 for each in given)
    if not pairs or not given or not all(is_number(day) for day, _ in given):
        return False
    return all(before < day for (before, _), (day, _) in pairwise(given))


def faults_of_albumin(given: Mapping[str, Any]) -> Iterator[Fault]:
    """Find albumin without a unit, in both, or in the other one."""
    per_litre, per_decilitre = (given.get(name) for name in ("albumin_g_l", "albumin_g_dl"))
    if per_decilitre is None:
        yield from faults_of_course("albumin_g_l", per_litre, judged_by("albumin_g_l"))
    elif per_litre is None:
        yield from faults_of_course("albumin_g_dl", per_decilitre, _no_albumin_g_dl)
    else:
        yield Fault("albumin", "given in g/L and in g/dL: expected one", "Leave one of them out")


def _no_albumin_g_dl(value: Any) -> Fault | None:
    column = catalogue()["albumin_g_l"]
    factor = column.factor_from("g/dL")
    if is_number(value) and column.fits(value * factor):
        return None
    low, high = (limit / factor for limit in column.plausible or (0.0, 600.0))
    told = f"{value:g} g/dL" if is_number(value) else repr(value)
    hint = "Did you mean g/L (albumin_g_l)?" if column.fits(value) else ""
    return Fault("", f"expected {low:g} to {high:g} g/dL", hint, value=told)


def faults_of_onset(antibodies: Any, day: Any) -> Iterator[Fault]:
    """Find an onset of antibodies before the first infusion, or of none."""
    if day is None:
        return
    if not (is_number(day) and day >= 0):
        hint = "Days count from the first infusion; leave it out where the onset is not known"
        yield Fault("antibodies_from_day", "expected a day from 0 on", hint, value=repr(day))
    if antibodies is False:
        problem = "an onset of antibodies is given, and antibodies is false"
        hint = "Say that antibodies were found, or leave the onset out"
        yield Fault("antibodies_from_day", problem, hint)
