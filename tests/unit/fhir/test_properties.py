"""What holds for every Bundle: order, repetition and units change nothing; nothing breaks it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lorpredict.clinical import catalogue
from lorpredict.fhir import FhirRefused, read_bundle, read_prefetch, read_resources
from tests.fhir_bundles import AS_OF, Resource, bundle_of, childs_resources, infusion

# Parts of the child's record that may be missing; without any laboratory value it abstains.
PARTS = ["perianal", "orders", "weight", "height", "crp", "esr", "blood_count", "calprotectin",
         "trough"]  # fmt: skip
UNITS = {
    "mg/L": {"mg/dL": 0.1, "ug/mL": 1.0},
    "mg/dL": {"mg/L": 10.0},
    "g/dL": {"g/L": 10.0},
    "g/L": {"g/dL": 0.1},
    "10*9/L": {"10*3/uL": 1.0, "/uL": 1000.0},
    "10*3/uL": {"10*9/L": 1.0, "K/uL": 1.0},
    "ug/mL": {"mg/L": 1.0, "ng/mL": 1000.0},
    "kg": {"g": 1000.0},
    "cm": {"m": 0.01},
    "ug/g": {"mg/kg": 1.0},
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)  # fmt: skip


def in_another_unit(draw: Any, resource: Resource) -> Resource:
    told = copy.deepcopy(resource)
    for holder in [told, *told.get("component", [])]:
        quantity = holder.get("valueQuantity")
        others = UNITS.get(quantity["unit"], {}) if quantity else {}
        if others and draw(st.booleans()):
            unit = draw(st.sampled_from(sorted(others)))
            quantity |= {"value": quantity["value"] * others[unit], "unit": unit, "code": unit}
    return told


@st.composite
def tellings(draw: Any) -> tuple[list[Resource], list[Resource]]:
    """The same child twice: as it is, and shuffled, repeated and in other units."""
    resources = childs_resources(without=draw(st.sets(st.sampled_from(PARTS))))
    repeated = draw(st.lists(st.sampled_from(resources), max_size=5))
    converted = [in_another_unit(draw, each) for each in resources]
    by_id = {each["id"]: each for each in converted}
    return resources, draw(st.permutations([*converted, *(by_id[r["id"]] for r in repeated)]))


@given(tellings())
@settings(max_examples=60, deadline=None)
def test_order_repetition_and_units_change_nothing(
    told: tuple[list[Resource], list[Resource]],
) -> None:
    one, other = (read_bundle(bundle_of(each), as_of=AS_OF) for each in told)
    numbers = {k: v for k, v in one.record.items() if catalogue()[k].is_number}
    assert {k: other.record.get(k) for k in numbers} == pytest.approx(numbers, rel=1e-12)
    assert other.record.keys() == one.record.keys()
    assert {k: v for k, v in other.record.items() if k not in numbers} == {
        k: v for k, v in one.record.items() if k not in numbers
    }
    assert (other.basis, other.abstention) == (one.basis, one.abstention)


@st.composite
def broken_children(draw: Any) -> list[Any]:
    """The child's resources, some of whose elements are anything at all."""
    resources: list[Any] = copy.deepcopy(childs_resources())
    for _ in range(draw(st.integers(1, 4))):
        _break(draw, draw(st.sampled_from(resources)))
    return [*resources, *draw(st.lists(JSON, max_size=2))]


def _break(draw: Any, value: Any) -> None:
    """Put anything in the place of one element, however deep."""
    while True:
        places = list(value) if isinstance(value, dict) else range(len(value))
        place = draw(st.sampled_from(list(places)))
        inner = value[place]
        if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 2)) == 0:
            value[place] = draw(JSON)
            return
        value = inner


@given(broken_children())
@settings(max_examples=300, deadline=None)
def test_whatever_an_element_holds_the_others_are_read_or_all_is_refused(told: list[Any]) -> None:
    try:
        reading = read_bundle(bundle_of(told), as_of=AS_OF)
    except FhirRefused:
        return
    for column, value in reading.record.items():
        assert catalogue()[column].fits(value)
    assert reading.basis.keys() == reading.record.keys()


EXTREME = st.sampled_from([
    date.min, date(1, 1, 2), date(4, 2, 29), date(1970, 1, 1), date(9996, 2, 29),
    date(9999, 12, 25), date(9999, 12, 30), date.max,
]) | st.dates()  # fmt: skip
CLOCKS = ["", "T00:00:00Z", "T00:00:00+14:00", "T23:59:59.999999-12:00", "T24:00:00Z"]
DATED = ["birthDate", "onsetDateTime", "recordedDate", "abatementDateTime", "effectiveDateTime",
         "authoredOn"]  # fmt: skip


@st.composite
def children_of_any_time(draw: Any) -> list[Resource]:
    """The child's resources on days at the ends of the calendar."""
    resources: list[Resource] = copy.deepcopy(childs_resources())
    resources += copy.deepcopy(draw(st.lists(st.sampled_from(resources), max_size=3)))
    for resource in resources:
        for name in DATED:
            if name in resource and draw(st.booleans()):
                resource[name] = draw(EXTREME).isoformat()[: draw(st.sampled_from([4, 7, 10, 10]))]
                is_a_day = len(resource[name]) == 10
                resource[name] += draw(st.sampled_from(CLOCKS)) if is_a_day else ""
        resource["meta"] = {"lastUpdated": f"{draw(EXTREME)}{draw(st.sampled_from(CLOCKS))}"}
    return resources


@given(children_of_any_time(), EXTREME, st.booleans())
@settings(max_examples=300, deadline=None)
def test_no_date_however_extreme_breaks_the_reading(
    told: list[Resource], as_of: date, is_now: bool
) -> None:
    reading = read_bundle(bundle_of(told), as_of=as_of, statuses_as_of_now=is_now)
    assert reading.first_infusion is None or reading.first_infusion <= as_of


def test_the_last_day_of_the_calendar_may_be_asked_about() -> None:
    told = [*childs_resources(without=["infusions"]), infusion("9999-12-30")]
    reading = read_bundle(bundle_of(told), as_of=date.max)
    assert reading.first_infusion == date(9999, 12, 30)


@given(JSON, st.sampled_from(["searchset", "batch"]))
@settings(max_examples=150, deadline=None)
def test_any_json_is_read_or_refused(told: Any, kind: str) -> None:
    bundle = {"resourceType": "Bundle", "type": kind, "entry": told}
    readings: list[Callable[[], Any]] = [
        lambda: read_bundle(told, as_of=AS_OF),
        lambda: read_bundle(bundle, as_of=AS_OF),
        lambda: read_bundle(bundle_of([told], kind), as_of=AS_OF),
        lambda: read_prefetch(told, as_of=AS_OF),
        lambda: read_prefetch({"labs": told}, as_of=AS_OF),
        lambda: read_resources([told], as_of=AS_OF),
    ]
    for read in readings:
        try:
            read()
        except FhirRefused:
            continue


@given(st.dictionaries(st.sampled_from([
    "id", "subject", "code", "status", "effectiveDateTime", "valueQuantity", "component",
    "clinicalStatus", "onsetAge", "medicationReference", "dosage", "contained", "meta", "gender",
    "birthDate", "dosageInstruction", "abatementDateTime", "recordedDate",
]), JSON), st.sampled_from(["Patient", "Observation", "Condition", "MedicationAdministration",
                            "MedicationRequest", "MedicationStatement", "Medication"]))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_any_resource_is_read_or_refused(fields: dict[str, Any], kind: str) -> None:
    told = {**fields, "resourceType": kind}
    try:
        read_bundle(bundle_of([*childs_resources(), told]), as_of=AS_OF)
    except FhirRefused:
        return
