"""Infusions, the landmark, windows around them, and the first dose, as drawn on a line of days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lorpredict.fhir import ChildReading, FhirRules, read_bundle
from tests.fhir_bundles import (
    DRUGS,
    FIRST_INFUSION,
    RXNORM,
    Resource,
    bundle_of,
    childs_resources,
    concept,
    day,
    infusion,
    observation,
    order,
    statement,
)


def read(resources: list[Any], *, on: int = 98, rules: FhirRules | None = None) -> ChildReading:
    as_of = FIRST_INFUSION + timedelta(days=on)
    return read_bundle(bundle_of(resources), as_of=as_of, rules=rules)


def child_with(*added: Resource, without: tuple[str, ...] = ()) -> list[Resource]:
    return [*childs_resources(without=without), *added]


def child_infused(*days: int | str) -> list[Resource]:
    return child_with(*map(infusion, days), without=("infusions",))


# ---- infusions and the landmark -------------------------------------------------------------


@pytest.mark.parametrize(
    ("infusions", "asked_on", "landmark"),
    [
        ((0, 14, 42, 98), 98, 98),
        ((0, 14, 42, 84), 90, 84),
        ((0, 14, 42, 112), 120, 112),
        ((0, 14, 42, 98, 154), 126, 98),
        ((0, 0, 14, 42, 98), 98, 98),  # two bags on one day are one infusion
        ((98, 42, 14, 0), 98, 98),  # in any order
        ((0, 14, 42), 84, 84),  # the fourth is about to be given
        ((0, 14), 112, 112),
        ((0, 14, 42), 83, None),
        ((0, 14, 42), 113, None),
        ((0, 14, 42, 70), 98, None),
        ((0, 14, 42, 113), 113, None),
    ],
)
def test_the_landmark_is_the_fourth_infusion_or_the_day_of_the_question_near_it(
    infusions: tuple[int, ...], asked_on: int, landmark: int | None
) -> None:
    reading = read(child_infused(*infusions), on=asked_on)
    assert reading.record.get("landmark_day") == landmark
    assert reading.landmark == (landmark and FIRST_INFUSION + timedelta(days=landmark))


@pytest.mark.parametrize(
    ("status", "counts"),
    [("completed", True), ("in-progress", True), ("not-done", False), ("entered-in-error", False),
     ("stopped", False), (None, False)],
)  # fmt: skip
def test_only_infusions_that_were_given_count(status: Any, counts: bool) -> None:
    given = [infusion(0), infusion(14), infusion(42), infusion(98, status=status)]
    reading = read(child_with(*given, without=("infusions",)), on=120)
    assert (reading.landmark is not None) is counts


def test_an_infusion_may_be_a_period() -> None:
    period = {"start": f"{day(0)}T09:00:00+01:00", "end": f"{day(0)}T11:00:00+01:00"}
    first = infusion(0, effectivePeriod=period)
    del first["effectiveDateTime"]
    resources = child_with(first, *map(infusion, (14, 42, 98)), without=("infusions",))
    assert read(resources).first_infusion == FIRST_INFUSION


def test_the_day_is_the_one_that_is_written_whatever_the_zone() -> None:
    late = f"{day(0)}T23:30:00-08:00"  # the next day in UTC
    assert read(child_infused(late, 14, 42, 98)).first_infusion == FIRST_INFUSION


def test_an_infusion_without_a_day_is_told() -> None:
    reading = read(child_infused(0, 14, 42, "2025-04"), on=98)
    assert "infliximab: its day is not told" in [issue.text for issue in reading.issues]


def test_an_order_tells_the_first_infusion_where_none_is_recorded() -> None:
    reading = read(child_with(order("infliximab", 0), without=("infusions",)))
    assert reading.first_infusion == FIRST_INFUSION
    assert reading.record["landmark_day"] == 98
    assert [i.severity for i in reading.issues if "no infusion is recorded" in i.text] == [
        "warning"
    ]


def test_a_statement_tells_the_first_infusion_where_nothing_else_does() -> None:
    resources = child_with(statement("infliximab", 0), without=("infusions",))
    assert read(resources).first_infusion == FIRST_INFUSION
    ordered = [*resources, order("infliximab", 3)]
    assert read(ordered).first_infusion == FIRST_INFUSION + timedelta(days=3)


def test_an_infusion_goes_before_an_earlier_order() -> None:
    assert read(child_with(order("infliximab", -7))).first_infusion == FIRST_INFUSION


@pytest.mark.parametrize(("before", "is_told"), [(42, False), (43, True), (700, True)])
def test_an_order_long_before_the_first_infusion_is_told(before: int, is_told: bool) -> None:
    reading = read(child_with(order("infliximab", -before)))
    told = [i.severity for i in reading.issues if "may be missing" in i.text]
    assert told == ["warning"] * is_told


def test_codes_of_two_drugs_are_ambiguous() -> None:
    codes = [concept(RXNORM, DRUGS[name])["coding"][0] for name in ("infliximab", "adalimumab")]
    both = infusion(0, medicationCodeableConcept={"coding": codes})
    reading = read(child_with(both, without=("infusions",)))
    assert reading.first_infusion is None
    assert [i.kind for i in reading.issues if "different drugs" in i.text] == ["ambiguous"]


@pytest.mark.parametrize(
    "change", [{"status": "cancelled"}, {"intent": "proposal"}, {"doNotPerform": True}]
)
def test_an_order_that_does_not_hold_tells_nothing(change: Resource) -> None:
    reading = read(child_with(order("infliximab", 0, **change), without=("infusions",)))
    assert reading.first_infusion is None


@pytest.mark.parametrize("how", ["relative", "absolute", "urn", "contained"])
@pytest.mark.parametrize("by", ["code", "ingredient"])
def test_the_drug_may_be_a_resource_that_is_referred_to(how: str, by: str) -> None:
    drug = concept(RXNORM, DRUGS["infliximab"])
    medication: Resource = {"resourceType": "Medication", "id": "drug"}
    medication |= (
        {"code": drug} if by == "code" else {"ingredient": [{"itemCodeableConcept": drug}]}
    )
    told = {
        "relative": "Medication/drug",
        "absolute": "https://fhir.example/Medication/drug",
        "urn": "urn:uuid:9",
        "contained": "#drug",
    }[how]
    bundle = bundle_of(childs_resources())
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "MedicationAdministration":
            del entry["resource"]["medicationCodeableConcept"]
            entry["resource"]["medicationReference"] = {"reference": told}
            if how == "contained":
                entry["resource"]["contained"] = [medication]
    if how != "contained":
        bundle["entry"].append({"fullUrl": "urn:uuid:9", "resource": medication})
    assert read_bundle(bundle, as_of=FIRST_INFUSION + timedelta(98)).record["landmark_day"] == 98


def test_a_drug_that_did_not_come_with_its_order_is_told_and_not_fetched() -> None:
    absent = infusion(0, medicationReference={"reference": "https://fhir.example/Medication/1"})
    del absent["medicationCodeableConcept"]
    reading = read(child_with(absent, without=("infusions",)))
    assert [i.code for i in reading.issues if "nothing is fetched" in i.text] == ["not-found"]
    assert reading.first_infusion is None


# ---- windows --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ({-61: 1}, None),
        ({-60: 1}, 1),
        ({7: 1}, 1),
        ({8: 1}, None),
        ({-10: 1, -3: 2}, 2),
        ({-3: 1, 2: 2}, 2),
        ({-3: 1, 3: 2}, 1),  # of two as near, the one before treatment
        ({0: 1, -1: 2}, 1),
    ],
)
def test_the_nearest_value_around_the_first_infusion_counts(
    measured: dict[int, float], expected: float | None
) -> None:
    values = [observation("esr", value, "mm/h", on) for on, value in measured.items()]
    reading = read(child_with(*values, without=("esr",)))
    assert reading.record.get("esr_mm_h") == expected


@pytest.mark.parametrize(
    ("measured", "expected"),
    [({83: 1}, None), ({84: 1}, 1), ({98: 1}, 1), ({99: 1}, None), ({90: 1, 97: 2}, 2),
     ({42: 9}, None)],
)  # fmt: skip
def test_the_trough_is_the_nearest_before_the_fourth_infusion(
    measured: dict[int, float], expected: float | None
) -> None:
    values = [observation("trough", value, "ug/mL", on) for on, value in measured.items()]
    reading = read(child_with(*values, without=("trough",)), on=110)
    assert reading.record.get("trough_week14_ug_ml") == expected


@pytest.mark.parametrize(
    ("drawn", "is_used"),
    [
        ("08:00:00+01:00", True),
        ("12:00:00+01:00", False),
        ("08:30:00Z", True),
        ("09:30:00Z", False),
    ],
)
def test_a_level_after_the_infusion_of_the_same_day_is_no_trough(drawn: str, is_used: bool) -> None:
    fourth = infusion(f"{day(98)}T10:00:00+01:00")
    level = observation("trough", 60, "ug/mL", f"{day(98)}T{drawn}")
    resources = child_with(
        *map(infusion, (0, 14, 42)), fourth, level, without=("infusions", "trough")
    )
    assert ("trough_week14_ug_ml" in read(resources).record) is is_used


@pytest.mark.parametrize(("on", "is_used"), [(69, False), (70, True), (98, True), (99, False)])
def test_values_of_week_14_are_measured_before_the_landmark(on: int, is_used: bool) -> None:
    reading = read(child_with(observation("crp", 3, "mg/L", on), without=("crp",)), on=110)
    assert ("crp_week14_mg_l" in reading.record) is is_used


def test_values_of_one_moment_that_differ_are_not_used() -> None:
    values = [observation("esr", value, "mm/h", -3, id=f"esr-{value}") for value in (20, 40)]
    reading = read(child_with(*values, without=("esr",)))
    assert "esr_mm_h" not in reading.record
    assert [i.kind for i in reading.issues if i.text.startswith("esr")] == ["ambiguous"] * 2


def test_values_of_one_moment_that_agree_in_other_units_are_one() -> None:
    values = [
        observation("albumin", 3.8, "g/dL", -3),
        observation("albumin", 38, "g/L", -3, id="b"),
    ]
    reading = read(child_with(*values, without=("albumin",)))
    assert reading.record["albumin_g_l"] == pytest.approx(38)
    assert "ambiguous" not in {issue.kind for issue in reading.issues}


def test_of_two_values_of_a_day_the_last_before_the_infusion_counts() -> None:
    times = {"07:00:00+01:00": 10, "09:00:00+01:00": 20, "15:00:00+01:00": 30}
    values = [observation("esr", v, "mm/h", f"{day(0)}T{at}") for at, v in times.items()]
    first = infusion(f"{day(0)}T10:00:00+01:00")
    resources = child_with(
        first, *map(infusion, (14, 42, 98)), *values, without=("infusions", "esr")
    )
    assert read(resources).record["esr_mm_h"] == 20


def test_a_value_that_was_not_needed_is_told() -> None:
    far, near = observation("esr", 20, "mm/h", -9), observation("esr", 30, "mm/h", -3)
    old = observation("esr", 20, "mm/h", -900)
    reading = read(child_with(far, near, old, without=("esr",)))
    told = sorted(i.text for i in reading.issues if i.text.startswith("esr"))
    assert told == [
        "esr_mm_h: another value is nearer",
        "esr_mm_h: measured outside the windows of the infusions",
        "esr_mm_h: used",
    ]


@pytest.mark.parametrize("when", ["2025", "2025-01", "yesterday", "2025-02-31", 20250103, None])
def test_a_value_without_a_day_is_not_used(when: Any) -> None:
    undated = observation("esr", 30, "mm/h", -3, effectiveDateTime=when)
    assert "esr_mm_h" not in read(child_with(undated, without=("esr",))).record


def test_a_site_may_choose_other_windows() -> None:
    rules = FhirRules.from_toml({"settings": {"baseline_days_before": 90}})
    resources = child_with(observation("esr", 30, "mm/h", -80), without=("esr",))
    assert "esr_mm_h" not in read(resources).record
    assert read(resources, rules=rules).record["esr_mm_h"] == 30
