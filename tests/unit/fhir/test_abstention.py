"""No risk is told where the question is not about this child; the reason is told in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lorpredict.clinical import EligibilityRules
from lorpredict.fhir import Abstention, FhirRules, read_bundle
from tests.fhir_bundles import (
    FIRST_INFUSION,
    LOINC,
    Resource,
    bundle_of,
    childs_resources,
    concept,
    infusion,
    observation,
    patient,
)

LABS = ("crp", "esr", "blood_count", "albumin", "calprotectin", "trough")
SITE = FhirRules.from_toml({"codes": {"pcdai": [{"system": "urn:site", "code": "PCDAI"}]}})


def abstention(resources: list[Resource], *, on: int = 98, **more: Any) -> Abstention:
    as_of = FIRST_INFUSION + timedelta(days=on)
    told = read_bundle(bundle_of(resources), as_of=as_of, **more).abstention
    assert told is not None
    return told


def infused(*days: int) -> list[Resource]:
    return [*childs_resources(without=["infusions"]), *map(infusion, days)]


def test_without_a_patient_nothing_is_told() -> None:
    told = abstention(childs_resources(without=["patient"]))
    assert told.reason == "patient_unknown"
    assert "birthDate" in told.needed[0]


def test_a_child_without_crohns_disease_is_not_asked_about() -> None:
    told = abstention(childs_resources(without=["crohns"]))
    assert told.reason == "not_crohns"
    assert told.text.startswith("No active diagnosis of Crohn's disease")


def test_a_child_without_infliximab_is_not_asked_about() -> None:
    told = abstention(childs_resources(without=["infusions"]))
    assert told.reason == "not_on_infliximab"
    assert "MedicationAdministration" in told.needed[0]


@pytest.mark.parametrize("born", ["2006-01-05", "1970-01-01", "2006", "2025-01-07", "2025-02"])
def test_who_is_not_certainly_a_child_is_not_asked_about(born: str) -> None:
    told = abstention([patient(birthDate=born), *childs_resources(without=["patient"])])
    assert told.reason == "outside_age"
    assert told.needed == ()


@pytest.mark.parametrize("born", ["2007-01-06", "2025-01-06"])
def test_a_child_is_up_to_eighteen_years_old(born: str) -> None:
    resources = [patient(birthDate=born), *childs_resources(without=["patient", "crohns"])]
    assert abstention(resources).reason == "not_crohns"  # and not the age


@pytest.mark.parametrize("born", [None, "", "12 years", {}, 2012])
def test_an_unknown_age_is_asked_for(born: Any) -> None:
    told = abstention([patient(birthDate=born), *childs_resources(without=["patient"])])
    assert (told.reason, told.needed) == ("outside_age", ("Patient.birthDate",))


@pytest.mark.parametrize(
    ("infusions", "asked_on", "words"),
    [
        ((0, 14, 42), 60, "too early"),
        ((0, 14, 42), 120, "no fourth infusion is recorded"),
        ((0, 14, 42, 70), 98, "was not given on days 84 to 112"),
        ((0, 14, 42, 98), 127, "too late"),
    ],
)
def test_far_from_week_14_nothing_is_told(
    infusions: tuple[int, ...], asked_on: int, words: str
) -> None:
    told = abstention(infused(*infusions), on=asked_on)
    assert told.reason == "not_near_week_14"
    assert words in told.text


def test_four_weeks_after_the_landmark_the_question_is_still_answered() -> None:
    as_of = FIRST_INFUSION + timedelta(days=126)
    assert read_bundle(bundle_of(childs_resources()), as_of=as_of).abstention is None


def scored(value: float) -> Resource:
    code = concept("urn:site", "PCDAI")
    return observation("crp", value, None, 97, id="pcdai", code=code)


def test_a_child_that_has_lost_response_is_not_asked_about() -> None:
    resources = [*childs_resources(), scored(17.5)]
    assert abstention(resources, rules=SITE).reason == "already_lost_response"


def test_lost_response_is_judged_by_the_definition_that_is_given() -> None:
    rules = EligibilityRules("beijing-2025", "beijing-2025", "beijing-2025")
    as_of = FIRST_INFUSION + timedelta(days=98)
    bundle = bundle_of([*childs_resources(), scored(15)])
    told = read_bundle(bundle, as_of=as_of, rules=SITE, eligibility=rules)
    assert told.record["pcdai_week14"] == 15
    assert told.abstention is None


def test_without_any_laboratory_value_nothing_is_told() -> None:
    told = abstention(childs_resources(without=LABS))
    assert told.reason == "no_usable_labs"
    assert len(told.needed) == 2


@pytest.mark.parametrize("lab", LABS)
def test_one_laboratory_value_is_enough(lab: str) -> None:
    resources = childs_resources(without=[name for name in LABS if name != lab])
    as_of = FIRST_INFUSION + timedelta(days=98)
    assert read_bundle(bundle_of(resources), as_of=as_of).abstention is None


def test_a_public_test_patient_has_neither_crohns_disease_nor_infliximab() -> None:
    public = [
        patient(),
        observation("crp", 1, "%", 0, code=concept(LOINC, "4548-4")),
    ]
    assert abstention(public).reason == "not_crohns"
