"""What cannot be meant in a question about troughs, pointed to where it stands in the request.

The library finds the faults; only what was expected and the way out leave, never what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from lorpredict.errors import Fault, FaultsFound
from lorpredict.pharmacokinetics import (
    Candidates,
    DoseHistory,
    MeasuredLevel,
    faults_of_regimens,
    usual_candidates,
)
from serving.errors import InvalidRequest, RequestFault
from serving.trough_messages import HistorySent, LevelSent, RegimensAsked

Message = TypeVar("Message", bound=BaseModel)
Known = tuple[DoseHistory, tuple[MeasuredLevel, ...]]

_HISTORY = {
    "infusion_days": "/history/infusions{row}/day",
    "doses_mg": "/history/infusions{row}/dose",
    "doses_mg_kg": "/history/infusions{row}/dose",
    "hours": "/history/infusions{row}/hours",
    "weight_kg": "/history/weight{row}/kg",
    "albumin_g_l": "/history/albumin{row}/value",
    "albumin_g_dl": "/history/albumin{row}/value",
    "immunomodulator": "/history/immunomodulator{row}/taken",
    "antibodies_from_day": "/history/antibodies_from_day",
    "age_years": "/history/age_years",
}
_LEVEL = {
    "level": "value",
    "level_day": "day",
    "level_unit": "unit",
    "level_assay": "assay",
    "level_loq": "loq",
}
_ALBUMIN = re.compile(r"\(albumin_g_d?l\)")  # the unit has a field of its own
_DAYS = "days_since_first_infusion"


def content_faults(body: Any) -> tuple[Known | None, list[RequestFault]]:
    """Check what a request says, as far as its form can be read.

    Returns
    -------
    known
        History and levels; None where something is wrong with them.
    faults
        Of what could be read; what could not is the matter of its form.
    """
    given: Mapping[str, Any] = body if isinstance(body, dict) else {}
    faults: list[RequestFault] = []
    history = _history(given.get("history"), faults)
    sent = given.get("levels", [])
    levels = [
        _level(each, row, faults) for row, each in enumerate(sent if isinstance(sent, list) else [])
    ]
    faults += _regimens(given.get("regimens"))
    whole = history is not None and None not in levels
    known = (history, tuple(each for each in levels if each)) if history and whole else None
    return known, faults


def regimen_faults(error: FaultsFound) -> InvalidRequest:
    """Point from faults of what is asked, days or regimens, to their place in the request."""
    return InvalidRequest(
        *(
            RequestFault(
                f"/{_DAYS}" if fault.column == "days" else f"/regimens/{fault.column}",
                fault.problem,
                fault.hint,
            )
            for fault in error.faults
        )
    )


def candidates(asked: RegimensAsked) -> Candidates:
    """Return the doses and intervals to compare; the usual ones where none are named."""
    usual = usual_candidates()
    if asked.doses_mg_kg is None and asked.intervals_days is None:
        return usual
    return Candidates(
        doses_mg_kg=tuple(asked.doses_mg_kg or usual.doses_mg_kg),
        intervals_days=tuple(asked.intervals_days or usual.intervals_days),
        source=f"What the request names; the rest: {usual.source}",
    )


def _regimens(given: Any) -> tuple[RequestFault, ...]:
    asked = _read(RegimensAsked, given)
    if asked is None:
        return ()
    limits = asked.model_dump(include={"vial_mg", "maximum_mg", "infusions", "rounding"})
    faults = faults_of_regimens(asked.target_ug_ml, candidates(asked), **limits)
    return regimen_faults(FaultsFound(faults, subject="the regimens")).faults


def history_arguments(sent: HistorySent) -> dict[str, Any]:
    """Return a history as the library takes it."""
    doses = [each.dose for each in sent.infusions]
    albumin = [(each.day, each.value) for each in sent.albumin]
    immunomodulator = [(each.day, each.taken) for each in sent.immunomodulator]
    return {
        "age_years": sent.age_years,
        "infusion_days": [each.day for each in sent.infusions],
        "hours": [each.hours for each in sent.infusions],
        ("doses_mg" if sent.dose_unit == "mg" else "doses_mg_kg"): doses,
        "weight_kg": [(each.day, each.kg) for each in sent.weight],
        ("albumin_g_l" if sent.albumin_unit == "g/L" else "albumin_g_dl"): albumin,
        "immunomodulator": immunomodulator or False,
        "antibodies": sent.antibodies if "antibodies" in sent.model_fields_set else None,
        "antibodies_from_day": sent.antibodies_from_day,
    }


def _history(given: Any, faults: list[RequestFault]) -> DoseHistory | None:
    sent = _read(HistorySent, given)
    if sent is None:
        return None
    try:
        return DoseHistory.of(**history_arguments(sent))
    except FaultsFound as error:
        faults += [_pointed(fault) for fault in error.faults]
        return None


def _level(given: Any, row: int, faults: list[RequestFault]) -> MeasuredLevel | None:
    sent = _read(LevelSent, given)
    if sent is None:
        return None
    try:
        return MeasuredLevel.of(**sent.model_dump())
    except FaultsFound as error:
        faults += [
            RequestFault(f"/levels/{row}/{_LEVEL[fault.column]}", fault.problem, fault.hint)
            for fault in error.faults
        ]
        return None


def _read(message: type[Message], given: Any) -> Message | None:
    try:
        return message.model_validate(given)
    except ValidationError:
        return None


def _pointed(fault: Fault) -> RequestFault:
    place = _HISTORY[fault.column]
    if fault.row is None and "{row}" in place:
        pointer = place.partition("{row}")[0]
    else:
        pointer = place.format(row=f"/{(fault.row or 1) - 1}")
    return RequestFault(pointer, fault.problem, _ALBUMIN.sub("(albumin_unit)", fault.hint))
