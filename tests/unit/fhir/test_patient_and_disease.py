"""Sex, age, Crohn's disease and its phenotype."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lorpredict.fhir import ChildReading, FhirRules, read_bundle
from tests.fhir_bundles import (
    AS_OF,
    ICD,
    SNOMED,
    Resource,
    bundle_of,
    childs_resources,
    concept,
    condition,
    day,
    patient,
)


def read(*added: Any, without: tuple[str, ...], rules: FhirRules | None = None) -> ChildReading:
    resources = [*childs_resources(without=without), *added]
    return read_bundle(bundle_of(resources), as_of=AS_OF, rules=rules)


def child(**changes: Any) -> ChildReading:
    return read(patient(**changes), without=("patient",))


def diseased(*codes: str, **changes: Any) -> ChildReading:
    found = [condition(code, **changes) for code in codes]
    return read(*found, without=("crohns", "perianal"))


# ---- the patient ----------------------------------------------------------------------------


@pytest.mark.parametrize("gender", ["male", "female"])
def test_sex_is_the_gender_of_the_patient(gender: str) -> None:
    assert child(gender=gender).record["sex"] == gender


@pytest.mark.parametrize("gender", ["other", "unknown", "FEMALE", 1, ["male"], {}])
def test_another_gender_leaves_sex_out_and_breaks_nothing(gender: Any) -> None:
    reading = child(gender=gender)
    assert "sex" not in reading.record
    assert [i.kind for i in reading.issues if i.text.startswith("sex")] == ["dropped"]
    assert reading.abstention is None


@pytest.mark.parametrize(
    ("born", "age"),
    [("2015-01-06", 10.0), ("2015-01-07", 9 + 364 / 365), ("2012-02-29", 12 + 312 / 366)],
)
def test_age_is_counted_by_the_calendar(born: str, age: float) -> None:
    assert child(birthDate=born).record["age_years"] == pytest.approx(age)


def test_a_month_of_birth_is_taken_at_its_middle_with_a_warning() -> None:
    reading = child(birthDate="2012-07")
    assert reading.record["age_years"] == pytest.approx(12 + 175 / 365)
    assert [i.severity for i in reading.issues if "middle" in i.text] == ["warning"]


def test_a_year_of_birth_is_too_coarse_for_an_age_and_enough_for_a_child() -> None:
    reading = child(birthDate="2012")
    assert "age_years" not in reading.record
    assert reading.abstention is None


def test_two_versions_of_the_patient_that_differ_are_ambiguous() -> None:
    reading = read(patient(birthDate="2011-07-06", gender="male"), without=())
    assert reading.record.keys().isdisjoint({"sex", "age_years"})
    assert {i.text.split(":")[0] for i in reading.issues if i.kind == "ambiguous"} == {
        "sex", "age_years",
    }  # fmt: skip


# ---- Crohn's disease ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "location"),
    [
        (("K50.00",), "L1"), (("K50.012",), "L1"), (("K50.10",), "L2"), (("K50.80",), "L3"),
        (("K50.90",), None), (("K50",), None), (("K50.00", "K50.012"), "L1"),
        (("K50.90", "K50.10"), "L2"), (("K50.00", "K50.10"), None),
    ],
)  # fmt: skip
def test_location_follows_the_code(codes: tuple[str, ...], location: str | None) -> None:
    reading = diseased(*codes)
    assert reading.abstention is None
    assert reading.record.get("location") == location


def test_codes_of_two_locations_are_ambiguous() -> None:
    reading = diseased("K50.00", "K50.10")
    told = [i.kind for i in reading.issues if i.text.startswith("location")]
    assert told == ["ambiguous", "ambiguous"]


@pytest.mark.parametrize(
    ("codes", "behaviour"),
    [
        (("K50.80",), None),  # "without complications" was not examined for B1
        (("K50.811",), None),
        (("K50.812",), "B2"),
        (("K50.814",), "B3"),
        (("K50.812", "K50.814"), "B2B3"),
        (("K50.813",), None),
        (("K50.812", "K50.813"), None),  # a stricture and a fistula: B2 or B2B3
        (("K50.814", "K50.813"), "B3"),
    ],
)
def test_behaviour_follows_the_complication(codes: tuple[str, ...], behaviour: str | None) -> None:
    assert diseased(*codes).record.get("behaviour") == behaviour


def test_a_fistula_is_reported_and_decides_neither_behaviour_nor_perianal_disease() -> None:
    reading = diseased("K50.813")
    assert reading.record.keys().isdisjoint({"behaviour", "perianal"})
    assert [i.kind for i in reading.issues if "fistula" in i.text] == ["ambiguous"]


@pytest.mark.parametrize(
    ("code", "system", "is_perianal"),
    [("K60.3", ICD, True), ("K60.50", ICD, True), ("K61.0", ICD, True),
     ("235796008", SNOMED, True), ("K60.0", ICD, False), ("K62.0", ICD, False)],
)  # fmt: skip
def test_perianal_disease_is_known_by_its_codes_and_never_false(
    code: str, system: str, is_perianal: bool
) -> None:
    reading = read(condition(code, system=system), without=("perianal",))
    assert reading.record.get("perianal") is (True if is_perianal else None)


@pytest.mark.parametrize("code", ["34000006", "7620006"])
def test_crohns_disease_is_known_by_snomed_codes(code: str) -> None:
    assert diseased(code, system=SNOMED).abstention is None


@pytest.mark.parametrize(
    "change",
    [
        {"clinicalStatus": concept("urn:x", "inactive")},
        {"clinicalStatus": concept("urn:x", "resolved")},
        {"clinicalStatus": concept("urn:x", "remission")},
        {"verificationStatus": concept("urn:x", "refuted")},
        {"verificationStatus": concept("urn:x", "entered-in-error")},
        {"abatementDateTime": "2025-01-01"},
        {"abatementString": "long ago"},
        {"recordedDate": day(200)},
        {"code": concept(SNOMED, "112561000119108")},
    ],
    ids=str,
)
def test_a_disease_that_does_not_hold_is_none(change: Resource) -> None:
    reading = read(condition("K50.80") | change, without=("crohns",))
    assert reading.abstention is not None
    assert reading.abstention.reason == "not_crohns"
    assert "not as active" in reading.abstention.text
    assert any(i.kind == "dropped" and i.text.startswith("crohns") for i in reading.issues)


def test_a_site_that_codes_remission_may_count_it_as_active() -> None:
    rules = FhirRules.from_toml(
        {"settings": {"active_condition_statuses": ["active", "remission"]}}
    )
    found = condition("K50.80", clinicalStatus=concept("urn:x", "remission"))
    assert read(found, without=("crohns",), rules=rules).abstention is None


def test_a_condition_without_status_is_taken_as_active_and_told() -> None:
    found = condition("K50.80")
    del found["clinicalStatus"]
    reading = read(found, without=("crohns",))
    assert reading.record["location"] == "L3"
    assert any("no clinical status" in issue.text for issue in reading.issues)


def test_a_diagnosis_that_is_not_confirmed_is_used_with_a_warning() -> None:
    found = condition("K50.80", verificationStatus=concept("urn:x", "provisional"))
    reading = read(found, without=("crohns",))
    assert [i.severity for i in reading.issues if "not confirmed" in i.text] == ["warning"]


def test_what_began_after_the_first_infusion_does_not_predict() -> None:
    later = condition("K60.3", onsetDateTime=day(60), recordedDate=day(60))
    reading = read(later, without=("perianal",))
    assert "perianal" not in reading.record
    assert any("after the first infusion" in issue.text for issue in reading.issues)


# ---- onset ----------------------------------------------------------------------------------


def onset(**told: Any) -> float | None:
    value = read(condition("K50.80", **told), without=("crohns",)).record.get("onset_age_years")
    return None if value is None else float(value)


@pytest.mark.parametrize(
    ("told", "age"),
    [
        ({"onsetDateTime": "2022-07-06"}, 10.0),
        ({"onsetDateTime": "2022-07"}, 10 + 9 / 365),
        ({"onsetDateTime": "2022"}, None),
        ({"onsetDateTime": "2011-07-06"}, None),
        ({"onsetAge": {"value": 10.5, "unit": "years", "code": "a"}}, 10.5),
        ({"onsetAge": {"value": 126, "code": "mo"}}, 10.5),
        ({"onsetAge": {"value": 10.5, "code": "wk"}}, None),
        ({"onsetAge": {"value": "10", "code": "a"}}, None),
        ({"onsetAge": {"value": 13, "code": "a"}}, None),
        ({"onsetString": "as a toddler"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_onset_is_read_where_it_is_told_exactly_enough(told: Resource, age: float | None) -> None:
    assert onset(**told) == (age and pytest.approx(age))


def test_the_earliest_onset_counts() -> None:
    codes = {"K50.80": day(-700), "K50.812": day(-400)}
    found = [condition(code, onsetDateTime=when) for code, when in codes.items()]
    early = read(*found, without=("crohns",)).record["onset_age_years"]
    assert early == read(found[0], without=("crohns",)).record["onset_age_years"]


def test_dates_are_those_of_the_child() -> None:
    assert AS_OF - timedelta(days=98) == AS_OF.replace(month=1, day=6)
