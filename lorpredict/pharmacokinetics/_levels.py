"""Measured levels of infliximab: a number, or below what the assay can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from lorpredict.clinical import Assay, Predictor, assays, catalogue
from lorpredict.clinical._units import unit_meant
from lorpredict.errors import CatalogueError, Fault, FaultsFound, did_you_mean
from lorpredict.pharmacokinetics._changing import plain
from lorpredict.pharmacokinetics._history import DoseHistory
from lorpredict.pharmacokinetics._history_faults import LAST_DAY, is_number, without_column

_SUBJECT = "the measured levels"


@dataclass(frozen=True)
class MeasuredLevel:
    """One level of infliximab; made by :meth:`of`.

    Parameters
    ----------
    day
        Days since the first infusion; on the day of an infusion, before it began.
    value_ug_ml
        µg/mL, which is mg/L; None where it was below the limit of quantification.
    loq_ug_ml
        That limit; None where it is not known.
    assay
        The laboratory's word for it.
    """

    day: float
    value_ug_ml: float | None
    loq_ug_ml: float | None = None
    assay: str | None = None

    @classmethod
    def of(
        cls,
        day: float,
        value: float | None = None,
        *,
        unit: str = "ug/mL",
        assay: str | None = None,
        loq: float | None = None,
        below_loq: bool = False,
    ) -> Self:
        """Check a level as the laboratory reports it, all faults at once.

        Parameters
        ----------
        day
            Days since the first infusion, after day 0.
        value, loq
            The level, and the limit of quantification of its assay, both in ``unit``. A level
            below the limit counts as below it, whatever number was printed.
        unit
            ``ug/mL`` (or ``µg/mL``), ``mg/L``, which is the same, or ``ng/mL``.
        assay
            Its limit is taken where ``loq`` is not given: see :func:`assays`.
        below_loq
            Whether the laboratory reports no more than "below the limit".

        Raises
        ------
        FaultsFound
            Naming each: a negative level, a level before the first dose, an unknown assay whose
            limit is not given, an unknown unit, a level above the limit that it is said to be
            below.

        Examples
        --------
        >>> MeasuredLevel.of(98, below_loq=True, assay="LC-MS/MS")
        MeasuredLevel(day=98.0, value_ug_ml=None, loq_ug_ml=1.0, assay='LC-MS/MS')
        >>> MeasuredLevel.of(98, 2600, unit="ng/mL").value_ug_ml
        2.6
        """
        day, value, loq = (plain(each) for each in (day, value, loq))
        column = catalogue("levels")["value_ug_ml"]
        faults = [*_faults_of_day(day)]
        factor, told = _factor(column, unit)
        found, unknown = _assay(assay, stated=loq is not None)
        limit = _limit(loq, factor, found)
        faults += told + unknown + _faults_of_value(column, value, below_loq, factor)
        faults += _faults_of_limit(loq, limit, below_loq and not unknown, value, factor)
        if faults:
            raise FaultsFound(faults, subject=_SUBJECT)
        level = None if value is None else float(value * factor)
        below = below_loq or (level is not None and limit is not None and level < limit)
        return cls(float(day), None if below else level, limit, assay)


def dosing_record(
    history: Mapping[str, Any], levels: Sequence[Mapping[str, Any]] = ()
) -> tuple[DoseHistory, tuple[MeasuredLevel, ...]]:
    """Check the history of a child and its levels together, the faults of both at once.

    Parameters
    ----------
    history
        The arguments of :meth:`DoseHistory.of`.
    levels
        For each level the arguments of :meth:`MeasuredLevel.of`.

    Raises
    ------
    FaultsFound
        With every fault; those of levels name the level by its row.

    Examples
    --------
    >>> given = {"infusion_days": [0, 14], "doses_mg": 200, "weight_kg": 40, "albumin_g_l": 38}
    >>> dosing_record(given, [{"day": 14, "value": 21.5}])[0]
    DoseHistory(2 infusions, 400 mg)
    """
    faults: list[Fault] = []
    found: list[MeasuredLevel] = []
    known: DoseHistory | None = None
    try:
        known = DoseHistory.of(**history)
    except FaultsFound as error:
        faults += error.faults
    for row, level in enumerate(levels, start=1):
        try:
            found.append(MeasuredLevel.of(**level))
        except FaultsFound as error:
            faults += [replace(fault, row=row) for fault in error.faults]
    if faults or known is None:
        raise FaultsFound(faults, subject="what is known of the child")
    return known, tuple(found)


def _faults_of_day(day: Any) -> list[Fault]:
    if not is_number(day):
        return [Fault("level_day", "expected a number of days", value=repr(day))]
    if day > LAST_DAY:
        return [Fault("level_day", f"expected at most {LAST_DAY:g} days", value=f"{day:g}")]
    if day > 0:
        return []
    hint = "Days count from the first infusion; a level drawn before it says nothing of a dose"
    return [Fault("level_day", "the level is from before the first dose", hint, value=f"{day:g}")]


def _factor(column: Predictor, unit: str) -> tuple[float, list[Fault]]:
    try:
        return column.factor_from(unit), []
    except CatalogueError:
        told = f"expected {', '.join(_units(column))}"
        return 1.0, [Fault("level_unit", told, unit_meant(unit, _units(column)), value=repr(unit))]


def _units(column: Predictor) -> list[str]:
    return [str(column.unit), *(other.unit for other in column.other_units)]


def _assay(name: str | None, *, stated: bool) -> tuple[Assay | None, list[Fault]]:
    if name is None:
        return None, []
    found = next((each for each in assays().values() if each.is_called(name)), None)
    if found is not None or stated:
        return found, []
    labels = [each.label for each in assays().values()]
    hint = f"{did_you_mean(name, labels)} Or give the limit of quantification that the laboratory"
    problem = f"the assay is not known, and no limit is given; known: {', '.join(labels)}"
    return None, [Fault("level_assay", problem, f"{hint} states".strip(), value=repr(name))]


def _limit(loq: Any, factor: float, assay: Assay | None) -> float | None:
    """Return the limit that the laboratory states, or else that of its assay."""
    if is_number(loq):
        return float(loq * factor)
    return None if assay is None else assay.loq_ug_ml


def _faults_of_value(column: Predictor, value: Any, below: bool, factor: float) -> list[Fault]:
    if value is None:
        hint = "Give the level, or say that it was below the limit of quantification"
        return [] if below else [Fault("level", "no level is given", hint)]
    fault = column.fault(float(value * factor) if is_number(value) else value)
    if fault is None:
        return []
    negative = is_number(value) and value < 0
    hint = "Say below_loq where it was below the limit of quantification" if negative else ""
    return [Fault("level", fault.problem, hint or without_column(fault.hint), value=fault.value)]


def _faults_of_limit(
    loq: Any, limit: float | None, below: bool, value: Any, factor: float
) -> list[Fault]:
    column = catalogue("levels")["loq_ug_ml"]
    fault = column.fault(limit) if limit is not None else None
    if loq is not None and not is_number(loq):
        return [Fault("level_loq", f"expected {column.expected_of_text}", value=repr(loq))]
    if fault is not None:
        return [Fault("level_loq", fault.problem, without_column(fault.hint), value=fault.value)]
    if not below:
        return []
    if limit is None:
        labels = ", ".join(each.label for each in assays().values())
        hint = f"Give loq, or an assay whose limit is known: {labels}"
        return [Fault("level_loq", "a level below a limit that is not given", hint)]
    if is_number(value) and value * factor > limit:
        hint = "Correct one of the two"
        told = f"{value * factor:g} µg/mL (limit: {limit:g})"
        return [Fault("level", "above the limit that it is said to be below", hint, value=told)]
    return []
