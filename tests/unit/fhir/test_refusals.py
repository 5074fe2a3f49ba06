"""What is refused as a whole: no Bundle, another kind of it, several patients, another version."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from lorpredict.errors import LorpredictError
from lorpredict.fhir import (
    AnotherVersion,
    FhirRefused,
    NotABundle,
    SeveralPatients,
    UnsupportedBundle,
    read_bundle,
    read_prefetch,
    read_resources,
)
from lorpredict.fhir._knowledge import version_marks
from tests.fhir_bundles import (
    AS_OF,
    PATIENT,
    Resource,
    bundle_of,
    childs_resources,
    concept,
    condition,
    infusion,
    observation,
    order,
    patient,
    statement,
)


def read(*added: Any) -> None:
    read_bundle(bundle_of([*childs_resources(), *added]), as_of=AS_OF)


@pytest.mark.parametrize("what", [None, [], "Bundle", {}, patient(), {"resourceType": ["Bundle"]}])
def test_what_is_no_bundle_is_refused(what: Any) -> None:
    with pytest.raises(NotABundle, match="not a FHIR Bundle; expected an object"):
        read_bundle(what, as_of=AS_OF)


@pytest.mark.parametrize("kind", ["message", "history", "transaction-response"])
def test_a_bundle_of_another_type_is_refused_by_name(kind: str) -> None:
    with pytest.raises(UnsupportedBundle, match=f"of type {kind} is not read; expected one of sea"):
        read_bundle(bundle_of([], kind), as_of=AS_OF)


@pytest.mark.parametrize("kind", ["Emma", None, 3, ["searchset"], {}])
def test_an_unknown_type_is_refused_without_repeating_it(kind: Any) -> None:
    with pytest.raises(UnsupportedBundle, match="of type unknown") as refused:
        read_bundle(bundle_of([], kind), as_of=AS_OF)
    assert "Emma" not in str(refused.value)


@pytest.mark.parametrize("what", [None, [], "patient", 3])
def test_a_prefetch_that_is_no_object_is_refused(what: Any) -> None:
    with pytest.raises(NotABundle, match="prefetch is not an object"):
        read_prefetch(what, as_of=AS_OF)


def test_a_refusal_is_a_value_error_of_the_family() -> None:
    with pytest.raises(ValueError, match="Bundle") as refused:
        read_bundle({}, as_of=AS_OF)
    assert isinstance(refused.value, FhirRefused)
    assert isinstance(refused.value, LorpredictError)


# ---- several patients -----------------------------------------------------------------------


def others(resource: Resource) -> Resource:
    return resource | {"subject": {"reference": "Patient/other"}}


@pytest.mark.parametrize(
    "stray",
    [
        patient(id="other"),
        others(observation("crp", 1, "mg/L", 0)),
        others(condition("K50.80")),
        others(infusion(0)),
        others(order("prednisone", 0)),
    ],
    ids=lambda resource: resource["resourceType"],
)
def test_resources_of_two_patients_are_refused_with_their_number(stray: Resource) -> None:
    with pytest.raises(SeveralPatients, match="belong to 2 patients; expected those of one child"):
        read(stray)


def test_patients_without_id_are_told_apart_by_what_they_hold() -> None:
    nameless = [{"resourceType": "Patient", "gender": g} for g in ("male", "female", "male")]
    with pytest.raises(SeveralPatients, match="2 patients"):
        read_resources(nameless, as_of=AS_OF)


def test_the_refusal_names_nobody() -> None:
    with pytest.raises(SeveralPatients) as refused:
        read(patient(id="emma-miller"))
    assert "emma" not in str(refused.value)
    assert PATIENT not in str(refused.value).replace("one child", "")


# ---- other versions -------------------------------------------------------------------------

REFERENCE = {"reference": f"Patient/{PATIENT}"}
PROFILES = "http://hl7.org/fhir"
R5_DRUG: Resource = {"medication": {"concept": {"text": "infliximab"}}}


@pytest.mark.parametrize(
    ("resource", "version"),
    [
        (condition("K50.80", clinicalStatus="active"), "DSTU2 or STU3"),
        (condition("K50.80", verificationStatus="confirmed"), "DSTU2 or STU3"),
        (condition("K50.80", clinicalStatus="active", patient=REFERENCE), "DSTU2"),
        (condition("K50.80", clinicalStatus="active", assertedDate="2024-01-01"), "STU3"),
        (condition("K50.80", dateRecorded="2024-01-01"), "DSTU2"),
        (observation("crp", 1, "mg/L", 0, comments="fasting"), "DSTU2"),
        (observation("crp", 1, "mg/L", 0, comment="fasting"), "STU3"),
        (observation("crp", 1, "mg/L", 0, context={"reference": "Encounter/1"}), "STU3"),
        (observation("crp", 1, "mg/L", 0, triggeredBy=[{}]), "R5"),
        (order("prednisone", 0, requester={"agent": {}}), "STU3"),
        (order("prednisone", 0) | R5_DRUG, "R5"),
        (order("prednisone", 0, medication={"reference": {"reference": "Medication/1"}}), "R5"),
        (infusion(0) | R5_DRUG, "R5"),
        (infusion(0, occurenceDateTime="2025-01-06"), "R5"),
        (infusion(0, wasNotGiven=False), "DSTU2"),
        (infusion(0, notGiven=False), "STU3"),
        (infusion(0, effectiveTimeDateTime="2025-01-06"), "DSTU2"),
        (statement("prednisone", 0, taken="y"), "STU3"),
        (statement("prednisone", 0, wasNotTaken=False), "DSTU2"),
        (statement("prednisone", 0) | R5_DRUG, "R5"),
        ({"resourceType": "MedicationOrder"}, "DSTU2"),
        ({"resourceType": "MedicationUsage"}, "R5"),
        ({"resourceType": "Encounter", "class": [concept("urn:x", "AMB")]}, "R5"),
        ({"resourceType": "Encounter", "class": "outpatient"}, "DSTU2"),
        ({"resourceType": "Conformance", "fhirVersion": "1.0.2"}, "DSTU2"),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "3.0.2"}, "STU3"),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"}, "R5"),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "6.0.0"}, "R6"),
        ({"resourceType": "ImplementationGuide", "fhirVersion": ["5.0.0"]}, "R5"),
        (patient(meta={"profile": [f"{PROFILES}/5.0/StructureDefinition/Patient"]}), "R5"),
        (patient(meta={"profile": [f"{PROFILES}/3.0/StructureDefinition/Patient"]}), "STU3"),
    ],
    ids=lambda each: each if isinstance(each, str) else each["resourceType"],
)  # fmt: skip
def test_another_version_is_refused_by_name(resource: Resource, version: str) -> None:
    with pytest.raises(AnotherVersion, match=f"are FHIR {version}; expected R4"):
        read(resource)


def test_marks_of_several_versions_are_all_named() -> None:
    with pytest.raises(AnotherVersion, match="FHIR DSTU2 or R5"):
        read(infusion(0, wasNotGiven=False), infusion(1) | R5_DRUG)


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"},
        {"resourceType": "CapabilityStatement", "fhirVersion": "4.3.0"},
        {"resourceType": "CapabilityStatement", "fhirVersion": ["x", 3, None]},
        patient(meta={"profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core"]}),
        patient(meta={"profile": ["http://hl7.org/fhir/4.0/StructureDefinition/Patient", 3]}),
        patient(meta={"profile": "http://hl7.org/fhir/5.0/StructureDefinition/Patient"}),
        {"resourceType": "Encounter", "class": {"code": "AMB"}},
        infusion(0, context={"reference": "Encounter/1"}),
        condition("K50.80", clinicalStatus="Emma"),
    ],
    ids=str,
)  # fmt: skip
def test_r4_is_read_whatever_it_looks_like(resource: Resource) -> None:
    read(resource)


def test_the_oracle_agrees_that_the_marks_are_those_of_other_versions() -> None:
    packages = {"STU3": "STU3.", "R4": "R4B.", "R5": ""}
    for mark in version_marks()["marks"]:
        name, first = mark["resource"], mark["element"].split(".")[0]
        if "values" in mark or mark["resource"] == "Encounter" or "." in mark["element"]:
            continue  # the element is in R4 too, with another type
        fields = {}
        for version, package in packages.items():
            module = importlib.import_module(f"fhir.resources.{package}{name.lower()}")
            model = getattr(module, name)
            fields[version] = {f.alias or key for key, f in model.model_fields.items()}
        assert first not in fields["R4"], mark
        for version in mark["versions"]:
            assert version == "DSTU2" or first in fields[version], mark
