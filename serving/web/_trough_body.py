"""From the form about troughs to the body that ``POST /v1/trough`` takes.

Where a field is missing or cannot be read, something plausible stands in for it while the rest is
checked, so that all faults are told at once. Nothing is computed from it: there is a fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from serving.web._files import trough_texts
from serving.web._trough_form import TroughForm
from serving.web._trough_sheet import Sheet
from serving.web._typed import WHOLE

_DOSE, _WEIGHT, _ALBUMIN, _AGE, _TARGET = 5.0, 40.0, 40.0, 10.0, 1.0  # what may stand in
_REGIMEN = {
    "maximum": "maximum_mg",
    "rounding": "rounding",
    "infusions": "infusions",
    "doses": "doses_mg_kg",
    "intervals": "intervals_days",
}
_PLACES = {
    "/history/age_years": "age_years",
    "/history/antibodies_from_day": "antibodies_from",
    "/history/immunomodulator": "immunomodulator_until",
    "/days_since_first_infusion": "next",
    "/regimens/target_ug_ml": "target",
    "/regimens/vial_mg": "vial",
    "/regimens/from_day": "next",
    **{f"/regimens/{column}": key for key, column in _REGIMEN.items()},
}


@dataclass
class Body:
    """A body, and which field of the form each part of it comes from.

    Parameters
    ----------
    content : as the API takes it
    places : JSON pointer -> field
    """

    content: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=lambda: dict(_PLACES))

    def place(self, pointer: str) -> str:
        """Return the field that a pointer leads to, or that the nearest one above it does."""
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer, WHOLE)


def body_of(sheet: Sheet, form: TroughForm) -> Body:
    """Put the body together; what is expected and not there is added to the sheet's faults."""
    body = Body()
    sheet.need("age_years", "age_expected")
    rows = [row for row in form.rows_of("infusions") if sheet.is_typed(row)]
    keys = [{column: each.key for column, each in row.items()} for row in rows]
    if not keys:
        keys = [{column: each.key for column, each in form.rows_of("infusions")[0].items()}]
        sheet.need(keys[0]["day"], "infusion_expected")
    weight = _course(sheet, body, keys, "weight", "kg")
    albumin = _course(sheet, body, keys, "albumin", "value")
    unit = sheet.values.get("albumin_unit", "g/L") if albumin else "g/L"
    body.content["history"] = {
        "age_years": sheet.values.get("age_years", _AGE),
        "weight": weight or [{"kg": _WEIGHT}],
        "albumin": albumin or [{"value": _ALBUMIN}],
        "albumin_unit": unit,
        **_infusions(sheet, body, keys),
        **_antibodies(sheet),
        "immunomodulator": list(_immunomodulator(sheet)),
    }
    body.content["levels"] = list(_levels(sheet, body, form))
    has_next = sheet.need("next", "next_expected")
    body.content["days_since_first_infusion"] = [sheet.values["next"] if has_next else 0.0]
    if regimens := _regimens(sheet):
        body.content["regimens"] = regimens
    return body


def _course(
    sheet: Sheet, body: Body, keys: list[dict[str, str]], column: str, name: str
) -> list[dict[str, float]]:
    """Return a covariate over time; the first row's day is 0 where it cannot be read."""
    found: dict[float, tuple[float, str]] = {}
    for number, row in enumerate(keys):
        day = sheet.values.get(row["day"], None if number else 0.0)
        if day is not None and row[column] in sheet.values:
            found[day] = (sheet.values[row[column]], row[column])
    if not found:
        sheet.need(keys[0][column], f"{column}_expected")
    body.places[f"/history/{column}"] = keys[0][column]
    ordered = sorted(found.items())
    for place, (_, (_, key)) in enumerate(ordered):
        body.places[f"/history/{column}/{place}"] = key
    return [{"day": day, name: value} for day, (value, _) in ordered]


def _infusions(sheet: Sheet, body: Body, keys: list[dict[str, str]]) -> dict[str, Any]:
    """Return the infusions that can be read; without a unit or a weight no dose is judged."""
    unit = sheet.values.get("dose_unit")
    sheet.need("dose_unit", "unit_expected")
    is_judged = unit is not None and bool(body.places.get("/history/weight/0"))
    hours = {"hours": sheet.values["hours"]} if "hours" in sheet.values else {}
    found: list[dict[str, float]] = []
    body.places["/history/infusions"] = keys[0]["day"]
    for number, row in enumerate(keys):
        has_day = sheet.need(row["day"], "day_expected")
        has_dose = sheet.need(row["dose"], "dose_expected")
        if number and not has_day:
            continue
        place = f"/history/infusions/{len(found)}"
        body.places |= {
            f"{place}/day": row["day"],
            f"{place}/dose": row["dose"],
            f"{place}/hours": "hours",
        }
        dose = sheet.values[row["dose"]] if has_dose and is_judged else _DOSE
        found.append({"day": sheet.values[row["day"]] if has_day else 0.0, "dose": dose, **hours})
    return {"infusions": found, "dose_unit": unit if unit and is_judged else "mg/kg"}


def _antibodies(sheet: Sheet) -> dict[str, Any]:
    found = sheet.values.get("antibodies", False)
    since = _only_with(sheet, "antibodies", "antibodies_from")
    return {"antibodies": found} | ({} if since is None else {"antibodies_from_day": since})


def _immunomodulator(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Tell from when on one is taken, and until when."""
    since = _only_with(sheet, "immunomodulator", "immunomodulator_from")
    until = _only_with(sheet, "immunomodulator", "immunomodulator_until")
    if not sheet.values.get("immunomodulator", False):
        return
    if since is not None and since > 0:
        yield {"taken": False}
    yield {"day": since or 0.0, "taken": True}
    if until is not None:
        yield {"day": until, "taken": False}


def _only_with(sheet: Sheet, key: str, dependent: str) -> float | None:
    """Return a day that means something only where something else is so."""
    if dependent in sheet.values and not sheet.values.get(key, False):
        said = trough_texts()
        told = said["typed"]["only_with"].format(label=said["fields"][key]["label"])
        sheet.faults.setdefault(dependent, told)
    day: float | None = sheet.values.get(dependent)
    return day


def _levels(sheet: Sheet, body: Body, form: TroughForm) -> Iterator[dict[str, Any]]:
    place = 0
    for row in form.rows_of("levels"):
        if not sheet.is_typed(row):
            continue
        day, value, assay = (row[column].key for column in ("day", "value", "assay"))
        has_day = sheet.need(day, "day_expected")
        if not sheet.need(value, "level_expected") or not has_day:
            continue
        body.places |= {f"/levels/{place}": value, f"/levels/{place}/day": day}
        body.places[f"/levels/{place}/assay"] = assay
        named = {"assay": sheet.values[assay]} if assay in sheet.values else {}
        unit = sheet.values.get("level_unit", "ug/mL")
        yield {"day": sheet.values[day], **sheet.values[value], "unit": unit, **named}
        place += 1


def _regimens(sheet: Sheet) -> dict[str, Any] | None:
    """Return what is asked about regimens; None where nothing is."""
    asked = {column: sheet.values[key] for key, column in _REGIMEN.items() if key in sheet.values}
    of_form = {key for key in ("vial", *_REGIMEN) if sheet.typed.of(key)} - {"rounding"}
    if not sheet.typed.of("target") and not of_form:
        return None
    has_target = sheet.need("target", "target_expected")
    return {
        "target_ug_ml": sheet.values["target"] if has_target else _TARGET,
        "vial_mg": sheet.values.get("vial"),
        "from_day": sheet.values.get("next", 0.0),
        **asked,
    }
