"""What else was taken, and how much infliximab the child got at first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lorpredict.fhir import ChildReading, FhirRules, read_bundle
from tests.fhir_bundles import (
    FIRST_INFUSION,
    UCUM,
    Resource,
    bundle_of,
    childs_resources,
    infusion,
    order,
    statement,
)


def read(resources: list[Any], *, on: int = 98, rules: FhirRules | None = None) -> ChildReading:
    as_of = FIRST_INFUSION + timedelta(days=on)
    return read_bundle(bundle_of(resources), as_of=as_of, rules=rules)


def child_with(*added: Resource, without: tuple[str, ...] = ()) -> list[Resource]:
    return [*childs_resources(without=without), *added]


# ---- the first dose -------------------------------------------------------------------------


def dosed(**changes: Any) -> list[Resource]:
    first = infusion(0, None, **changes)
    return child_with(first, *map(infusion, (14, 42, 98)), without=("infusions",))


@pytest.mark.parametrize(
    ("dose", "unit", "expected"),
    [(200, "mg", 5.0), (0.2, "g", 5.0), (5, "mg/kg", 5.0), (10, "mL", None), (1, "mg/kg", None),
     (9000, "mg", None)],
)  # fmt: skip
def test_the_first_dose_is_told_by_weight(dose: float, unit: str, expected: float | None) -> None:
    quantity = {"value": dose, "unit": unit, "system": UCUM, "code": unit}
    told = read(dosed(dosage={"dose": quantity})).record.get("ifx_dose_mg_kg")
    assert told == (expected and pytest.approx(expected))


def test_a_dose_in_milligrams_needs_a_measured_weight() -> None:
    reading = read(childs_resources(without=["weight"]))
    assert "ifx_dose_mg_kg" not in reading.record
    assert any("no measured weight" in issue.text for issue in reading.issues)


def test_the_dose_of_an_order_counts_where_no_infusion_is_recorded() -> None:
    dosage = [{"doseAndRate": [{"doseQuantity": {"value": 6, "unit": "mg/kg"}}]}]
    ordered = order("infliximab", 0, dosageInstruction=dosage)
    resources = child_with(ordered, without=("infusions",))
    assert read(resources).record["ifx_dose_mg_kg"] == 6


def test_different_doses_of_the_first_day_are_ambiguous() -> None:
    reading = read(child_with(infusion(0, 100, id="another-bag")))
    assert "ifx_dose_mg_kg" not in reading.record
    assert sum(issue.kind == "ambiguous" for issue in reading.issues) == 2


# ---- other drugs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "is_taken"),
    [
        (order("methotrexate", 10), True),
        (order("methotrexate", 10, 98), True),
        (order("methotrexate", 10, 97), False),
        (order("methotrexate", 99), False),
        (order("methotrexate", 10, status="completed"), False),
        (order("methotrexate", 10, status="entered-in-error"), False),
        (statement("methotrexate", 10), True),
        (statement("methotrexate", 10, 40), False),
        (statement("methotrexate", 10, status="not-taken"), False),
        (order("adalimumab", 10), False),
    ],
)
def test_an_immunomodulator_counts_where_it_covers_the_landmark(
    resource: Resource, is_taken: bool
) -> None:
    reading = read(child_with(resource, without=("orders",)), on=110)
    assert reading.record.get("immunomodulator_week14") is (True if is_taken else None)


def test_steroids_and_azathioprine_count_as_earlier_where_they_began_before() -> None:
    taken = [order("prednisone", 0), order("azathioprine", -1, -1)]
    record = read(child_with(*taken, without=("orders",))).record
    assert "prior_steroids" not in record
    assert record["prior_azathioprine"] is True
    assert record["steroids_week14"] is True


def test_a_drug_that_is_not_found_is_unknown_unless_the_site_says_otherwise() -> None:
    columns = {"immunomodulator_week14", "steroids_week14", "prior_steroids", "prior_azathioprine"}
    resources = childs_resources(without=["orders"])
    assert read(resources).record.keys().isdisjoint(columns)
    rules = FhirRules.from_toml({"settings": {"absent_medication_means_none": True}})
    record = read(resources, rules=rules).record
    assert {column: record[column] for column in columns} == dict.fromkeys(columns, False)
