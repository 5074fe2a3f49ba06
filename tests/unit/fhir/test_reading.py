"""One child's resources become the record that one would write by hand."""

from __future__ import annotations

import importlib
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lorpredict.clinical import catalogue
from lorpredict.fhir import ChildReading, read_bundle, read_prefetch, read_resources
from tests.fhir_bundles import (
    AS_OF,
    FIRST_INFUSION,
    LANDMARK,
    PATIENT,
    RECORD,
    Resource,
    bundle_of,
    childs_resources,
    infusion,
    observation,
    order,
    patient,
    prefetch_of,
    statement,
)


def read(resources: list[Any]) -> ChildReading:
    return read_bundle(bundle_of(resources), as_of=AS_OF)


def texts(reading: ChildReading) -> list[str]:
    return [issue.text for issue in reading.issues]


def test_a_childs_bundle_becomes_its_record() -> None:
    reading = read(childs_resources())
    assert reading.record == pytest.approx(
        RECORD | {"age_years": 12 + 184 / 365, "onset_age_years": 11.0273}, abs=1e-4
    )
    assert reading.abstention is None
    assert reading.first_infusion == FIRST_INFUSION
    assert reading.landmark == LANDMARK
    assert (reading.patient, reading.subject) == (PATIENT, f"Patient/{PATIENT}")


def test_every_value_of_the_record_is_plausible_and_may_be_known_by_then() -> None:
    for column, value in read(childs_resources()).record.items():
        assert catalogue()[column].fits(value)
        assert column == "landmark_day" or catalogue()[column].may_predict


def test_every_value_names_the_resources_that_it_comes_from() -> None:
    reading = read(childs_resources())
    assert reading.basis.keys() == reading.record.keys()
    assert reading.basis["crp_mg_l"] == ("Observation/crp--3",)
    assert "Observation/crp--3" in reading.observations
    assert len(reading.observations) == 10
    assert reading.basis["perianal"] == ("Condition/condition-K60.31",)
    assert reading.basis["landmark_day"] == (
        "MedicationAdministration/infusion-0",
        "MedicationAdministration/infusion-98",
    )


@pytest.mark.parametrize("kind", ["searchset", "collection", "transaction", "batch", "document"])
def test_a_record_does_not_depend_on_the_type_of_the_bundle(kind: str) -> None:
    told = read_bundle(bundle_of(childs_resources(), kind), as_of=AS_OF)
    assert told.record == read(childs_resources()).record


def test_a_prefetch_tells_the_same_as_a_bundle() -> None:
    prefetched = read_prefetch(prefetch_of(childs_resources()), as_of=AS_OF)
    bundled = read(childs_resources())
    assert prefetched.record == bundled.record
    assert prefetched.basis == bundled.basis
    assert any(i.expression.startswith("prefetch.observations.entry[0]") for i in prefetched.issues)


def test_resources_one_by_one_tell_the_same_as_a_bundle() -> None:
    told = read_resources(iter(childs_resources()), as_of=AS_OF)
    assert told.record == read(childs_resources()).record


def test_null_in_a_prefetch_means_that_the_client_has_none() -> None:
    reading = read_prefetch(prefetch_of(childs_resources()) | {"vitals": None}, as_of=AS_OF)
    issue = next(each for each in reading.issues if each.expression == "prefetch.vitals")
    assert (issue.severity, issue.code, issue.kind) == ("information", "not-found", "dropped")
    assert reading.abstention is None


def test_a_failure_of_the_client_is_an_error_without_its_words() -> None:
    failed = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "warning", "code": "timeout", "diagnostics": "for Emma Miller"}],
    }
    reading = read_prefetch(prefetch_of(childs_resources()) | {"labs": failed}, as_of=AS_OF)
    issue = next(each for each in reading.issues if each.expression == "prefetch.labs.issue[0]")
    assert (issue.severity, issue.code) == ("error", "timeout")
    assert "Emma" not in issue.text


def test_an_unknown_key_of_a_prefetch_is_read_but_not_told() -> None:
    reading = read_prefetch({"Emma": patient()}, as_of=AS_OF)
    assert reading.record["sex"] == "female"
    assert all("Emma" not in issue.expression for issue in reading.issues)


def test_further_pages_of_a_search_are_missed() -> None:
    bundle = bundle_of(childs_resources())
    bundle["link"] = [{"relation": "self"}, {"relation": "next", "url": "https://x.example"}]
    issues = read_bundle(bundle, as_of=AS_OF).issues
    assert [i.expression for i in issues if i.code == "incomplete"] == ["Bundle.link[1]"]


def test_the_order_of_the_entries_does_not_matter() -> None:
    resources = childs_resources()
    usual = read(resources)
    for seed in range(10):
        random.Random(seed).shuffle(resources)  # noqa: S311  no secret
        told = read(resources)
        assert (told.record, told.basis) == (usual.record, usual.basis)


def test_what_comes_twice_counts_once() -> None:
    once, twice = read(childs_resources()), read(childs_resources() * 2)
    assert (twice.record, twice.basis) == (once.record, once.basis)
    assert sum(issue.code == "duplicate" for issue in twice.issues) == 18


def test_the_newer_version_of_a_resource_counts() -> None:
    old = observation("esr", 30, "mm/h", -3, meta={"lastUpdated": "2025-01-04T10:00:00Z"})
    new = observation("esr", 40, "mm/h", -3, meta={"lastUpdated": "2025-01-05T10:00:00Z"})
    for versions in ([old, new], [new, old]):
        assert read([*childs_resources(without=["esr"]), *versions]).record["esr_mm_h"] == 40


def test_of_two_undated_versions_of_a_resource_none_is_used() -> None:
    versions = [observation("esr", value, "mm/h", -3) for value in (30, 40)]
    reading = read([*childs_resources(without=["esr"]), *versions])
    assert "esr_mm_h" not in reading.record
    assert sum(issue.kind == "ambiguous" for issue in reading.issues) == 2


def test_nothing_dated_later_than_the_question_is_read() -> None:
    early = AS_OF - timedelta(days=5)
    reading = read_bundle(bundle_of(childs_resources()), as_of=early)
    assert reading.landmark == early
    assert reading.record.keys() & {"crp_week14_mg_l", "trough_week14_ug_ml"} == set()
    assert "infliximab: later than the day of the question" in texts(reading)


def test_what_is_not_read_is_counted_by_its_type() -> None:
    others: list[Resource] = [
        {"resourceType": "Procedure"},
        {"resourceType": "Procedure"},
        {"resourceType": "EmmaMiller"},
        observation("crp", 1, "mg/L", 0, code={"text": "a local test"}),
    ]
    told = texts(read([*childs_resources(), *others]))
    assert "2 of Procedure: resources of this type are not read" in told
    assert "1 of (another type): resources of this type are not read" in told
    assert any(text.startswith("1 of Observation: the code is none") for text in told)


@pytest.mark.parametrize(
    "broken",
    [None, 3, "text", [], {}, {"resourceType": None}, {"resourceType": ["Patient"]}],
    ids=repr,
)
def test_a_broken_entry_is_an_issue_and_the_others_are_read(broken: Any) -> None:
    reading = read([broken, *childs_resources()])
    assert reading.record == read(childs_resources()).record
    assert any(issue.code == "structure" for issue in reading.issues)


def test_what_nests_too_deep_to_compare_breaks_nothing() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    twice = [observation("esr", 30, "mm/h", -3, extension=[deep]) for _ in range(2)]
    twice[1]["extension"] = [[*deep]]
    nameless = [{"resourceType": "Patient", "extension": [deep, n]} for n in range(1)]
    reading = read([*twice, *childs_resources(without=["esr", "patient"]), *nameless])
    assert reading.record["crp_mg_l"] == 21.0


def test_entries_that_are_no_list_are_an_issue() -> None:
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": {"resource": patient()}}
    reading = read_bundle(bundle, as_of=AS_OF)
    assert [issue.expression for issue in reading.issues] == ["Bundle.entry"]


@pytest.mark.parametrize(
    "subject",
    [
        f"Patient/{PATIENT}",
        f"Patient/{PATIENT}/_history/2",
        f"https://fhir.example/r4/Patient/{PATIENT}",
        "urn:uuid:7a1f0a3e-0000-4000-8000-000000000001",
    ],
)
def test_a_child_is_known_by_every_kind_of_reference(subject: str) -> None:
    bundle = bundle_of(childs_resources())
    bundle["entry"][0]["fullUrl"] = "urn:uuid:7a1f0a3e-0000-4000-8000-000000000001"
    for entry in bundle["entry"][1:]:
        entry["resource"]["subject"] = {"reference": subject}
    assert read_bundle(bundle, as_of=AS_OF).record == read(childs_resources()).record


def test_a_patient_without_id_is_known_by_its_address() -> None:
    bundle = bundle_of(childs_resources())
    bundle["entry"][0] = {"fullUrl": "urn:uuid:1", "resource": patient()}
    del bundle["entry"][0]["resource"]["id"]
    for entry in bundle["entry"][1:]:
        entry["resource"]["subject"] = {"reference": "urn:uuid:1"}
    reading = read_bundle(bundle, as_of=AS_OF)
    assert (reading.patient, reading.subject) == (None, "urn:uuid:1")
    assert reading.abstention is None


@pytest.mark.parametrize(
    "subject",
    [None, {}, "Patient/child", {"reference": "#contained"}, {"reference": "Group/1"},
     {"display": "Emma"}],
    ids=str,
)  # fmt: skip
def test_a_resource_that_does_not_say_whose_it_is_is_not_used(subject: Any) -> None:
    nobodys = observation("esr", 30, "mm/h", -3, subject=subject)
    reading = read([*childs_resources(without=["esr"]), nobodys])
    assert "esr_mm_h" not in reading.record
    assert "it does not say which patient it is about" in texts(reading)


def test_an_infusion_of_a_resource_without_id_is_known_by_its_address() -> None:
    bundle = bundle_of(childs_resources(without=["trough"]))
    trough = observation("trough", 4.0, "ug/mL", 98)
    del trough["id"]
    bundle["entry"].append({"fullUrl": "urn:uuid:2", "resource": trough})
    reading = read_bundle(bundle, as_of=AS_OF)
    assert reading.basis["trough_week14_ug_ml"] == ("urn:uuid:2",)


def test_measures_that_are_together_those_of_no_child_are_left_out() -> None:
    short = observation("height", 60, "cm", 0)
    reading = read([*childs_resources(without=["height"]), short])
    assert reading.record.keys().isdisjoint({"height_cm", "weight_kg", "ifx_dose_mg_kg"})
    assert "Observation/height-0" not in reading.observations
    told = [issue.text for issue in reading.issues if issue.code == "business-rule"]
    assert told == [
        "weight_kg: gives an implausible bmi_z, so it is not used",
        "height_cm: gives an implausible height_z, so it is not used",
    ]


def test_a_time_as_the_day_of_the_question_is_its_day() -> None:
    noon = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12, tzinfo=UTC)
    reading = read_bundle(bundle_of(childs_resources()), as_of=noon)
    assert reading.record == read(childs_resources()).record


@pytest.mark.parametrize(
    "resource",
    [*childs_resources(), order("prednisone", 0), statement("prednisone", 0, 3)],
    ids=lambda resource: resource["id"],
)
def test_the_childs_resources_are_r4_to_another_implementation(resource: Resource) -> None:
    module = importlib.import_module(f"fhir.resources.R4B.{resource['resourceType'].lower()}")
    getattr(module, resource["resourceType"]).model_validate(resource)


def test_a_reading_says_in_short_what_it_holds() -> None:
    assert repr(read(childs_resources())) == "ChildReading(21 columns, 24 issues)"
    assert repr(read([patient(), infusion(0)])).endswith("abstains: not_crohns)")


def test_importing_the_room_loads_nothing_heavy() -> None:
    program = "import sys, lorpredict.fhir; print(*{n.split('.')[0] for n in sys.modules})"
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert {"pandas", "sklearn", "numba", "typer"}.isdisjoint(answer.stdout.split())
