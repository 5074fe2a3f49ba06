"""Values, units, comparators and codes: what is converted, what is dropped and why."""

from __future__ import annotations

from typing import Any

import pytest

from lorpredict.clinical import derive
from lorpredict.fhir import ChildReading, FhirRules, read_bundle
from tests.fhir_bundles import (
    AS_OF,
    CODES,
    LOINC,
    UCUM,
    bundle_of,
    childs_resources,
    concept,
    observation,
    panel,
)

LABS = ("crp", "esr", "blood_count", "albumin", "calprotectin", "trough", "weight", "height")


def read(*added: Any, rules: FhirRules | None = None) -> ChildReading:
    resources = [*childs_resources(without=LABS), *added]
    return read_bundle(bundle_of(resources), as_of=AS_OF, rules=rules)


def told_of(reading: ChildReading, word: str) -> list[str]:
    return [issue.text for issue in reading.issues if word in issue.text]


@pytest.mark.parametrize(
    ("name", "value", "unit", "column", "expected"),
    [
        ("crp", 5, "mg/dL", "crp_mg_l", 50.0),
        ("crp", 5, "ug/mL", "crp_mg_l", 5.0),
        ("albumin", 3.8, "g/dL", "albumin_g_l", 38.0),
        ("albumin", 3800, "mg/dL", "albumin_g_l", 38.0),
        ("wbc", 9500, "/uL", "wbc_10e9_l", 9.5),
        ("wbc", 9.5, "K/uL", "wbc_10e9_l", 9.5),
        ("wbc", 9.5, "G/L", "wbc_10e9_l", 9.5),
        ("platelets", 420, "x10E3/uL", "platelets_10e9_l", 420.0),
        ("haemoglobin", 7.0, "mmol/L", "haemoglobin_g_l", 112.798),
        ("esr", 30, "mm/hr", "esr_mm_h", 30.0),
        ("calprotectin", 900, "mg/kg", "faecal_calprotectin_ug_g", 900.0),
        ("weight", 88.2, "[lb_av]", "weight_kg", 40.006847034),
        ("height", 1.5, "m", "height_cm", 150.0),
        ("crp", 5, "mg/dl", "crp_mg_l", 50.0),
        ("haemoglobin", 112, "g/l", "haemoglobin_g_l", 112.0),
    ],
)
def test_a_unit_is_converted_by_the_factor_of_the_catalogue(
    name: str, value: float, unit: str, column: str, expected: float
) -> None:
    reading = read(observation(name, value, unit, -3))
    assert reading.record[column] == pytest.approx(expected, rel=1e-12)


def test_grams_a_litre_and_grams_a_decilitre_tell_the_same() -> None:
    for tenths in range(20, 55):
        litre = read(observation("albumin", tenths, "g/L", -3)).record["albumin_g_l"]
        decilitre = read(observation("albumin", tenths / 10, "g/dL", -3)).record["albumin_g_l"]
        assert decilitre == pytest.approx(litre, rel=1e-12)


def test_a_number_without_unit_is_never_given_one() -> None:
    reading = read(observation("crp", 5, None, -3))
    assert "crp_mg_l" not in reading.record
    assert told_of(reading, "crp") == [
        "crp_mg_l: without a unit, which is never assumed; expected mg/L or mg/dL or ug/mL"
    ]


def test_the_text_of_a_unit_counts_where_its_code_is_none_of_ucum() -> None:
    value = {"value": 5, "unit": "mg/dL", "system": "urn:local", "code": "mg/L"}
    reading = read(observation("crp", 5, None, -3, valueQuantity=value))
    assert reading.record["crp_mg_l"] == 50.0


@pytest.mark.parametrize(
    ("code", "told"),
    [("nmol/L", "nmol/L"), ("[arb'U]/L", "(unreadable unit)"), (" ", "(unreadable unit)")],
)
def test_the_text_of_a_unit_never_counts_where_its_ucum_code_is_not_known(
    code: str, told: str
) -> None:
    value = {"value": 5, "unit": "mg/L", "system": UCUM, "code": code}
    reading = read(observation("crp", 5, None, -3, valueQuantity=value))
    assert "crp_mg_l" not in reading.record
    assert any(text.startswith(f"crp_mg_l: in {told},") for text in told_of(reading, "crp"))


def test_the_text_of_a_unit_counts_where_it_has_no_code() -> None:
    value = {"value": 9.5, "unit": "10^3/uL", "system": UCUM, "code": ""}
    reading = read(observation("wbc", 5, None, -3, valueQuantity=value))
    assert reading.record["wbc_10e9_l"] == 9.5


def test_a_unit_whose_code_and_text_differ_is_ambiguous() -> None:
    value = {"value": 5, "unit": "mg/dL", "system": UCUM, "code": "mg/L"}
    reading = read(observation("crp", 5, None, -3, valueQuantity=value))
    assert "crp_mg_l" not in reading.record
    assert [i.kind for i in reading.issues if "differ" in i.text] == ["ambiguous"]


def test_an_unreadable_unit_is_not_repeated() -> None:
    reading = read(observation("crp", 5, "Emma/L", -3))
    assert told_of(reading, "crp") == [
        "crp_mg_l: in (unreadable unit), which is never converted; expected mg/L or mg/dL or ug/mL"
    ]


def test_crp_in_moles_is_not_converted_under_any_code() -> None:
    reading = read(
        observation("crp_molar", 200, "nmol/L", -3), observation("crp", 200, "nmol/L", -4)
    )
    assert "crp_mg_l" not in reading.record
    assert told_of(reading, "moles") != []
    assert told_of(reading, "in nmol/L, which is never converted") != []


@pytest.mark.parametrize(
    ("name", "unit", "column", "why"),
    [
        ("esr_two_hours", "mm/h", "esr_mm_h", "another quantity"),
        ("weight_stated", "kg", "weight_kg", "only stated"),
        ("bmi", "kg/m2", "bmi_z", "computed here"),
    ],
)
def test_what_only_looks_like_a_predictor_is_dropped_with_the_reason(
    name: str, unit: str, column: str, why: str
) -> None:
    reading = read(observation(name, 18, unit, -3))
    assert column not in reading.record
    assert [i.code for i in reading.issues if why in i.text] == ["not-supported"]


def test_thousands_of_codes_that_are_never_used_are_told_once() -> None:
    many = [observation("bmi", 18 + n / 1000, "kg/m2", -n, id=f"bmi-{n}") for n in range(1000)]
    reading = read(*many, observation("weight_stated", 18, "kg", -3))

    (bmi,) = (each for each in reading.issues if "computed here" in each.text)
    assert bmi.text.endswith("(1000 of them; the first is named)")
    assert (bmi.code, bmi.kind) == ("not-supported", "dropped")
    (weight,) = (each for each in reading.issues if "only stated" in each.text)
    assert "of them" not in weight.text
    assert bmi.expression != weight.expression
    assert weight.expression.endswith(".code")


def test_a_newer_version_that_cannot_be_used_still_replaces_the_older_one() -> None:
    older = observation(
        "crp", 12, "mg/L", -3, id="one", meta={"lastUpdated": "2023-01-02T08:00:00Z"}
    )
    newer = observation(
        "crp_molar", 200, "nmol/L", -3, id="one", meta={"lastUpdated": "2023-01-03T08:00:00Z"}
    )
    reading = read(older, newer)

    assert "crp_mg_l" not in reading.record
    assert len(told_of(reading, "a newer version of it is there")) == 1
    assert len(told_of(reading, "moles")) == 1


def test_what_means_two_things_is_not_counted_as_unknown_too() -> None:
    both = observation("crp", 12, "mg/L", -3)
    both["code"]["coding"] += observation("albumin", 36, "g/L", -3)["code"]["coding"]
    unknown = observation("crp", 12, "mg/L", -3, id="other")
    unknown["code"]["coding"] = [{"system": "http://loinc.org", "code": "0-0"}, "none", 7, {}]
    reading = read(both, unknown)

    assert len(told_of(reading, "its codes mean different things")) == 1
    assert len(told_of(reading, "1 of Observation")) == 1


def test_crp_by_a_high_sensitivity_method_is_used_and_told() -> None:
    reading = read(observation("hscrp", 3.2, "mg/L", -3), observation("hscrp", 1.0, "mg/L", 97))
    assert reading.record["crp_mg_l"] == 3.2
    assert reading.record["crp_week14_mg_l"] == 1.0
    assert len(told_of(reading, "high-sensitivity")) == 2


def test_the_usual_method_goes_before_another_on_the_same_day() -> None:
    reading = read(observation("hscrp", 3.2, "mg/L", -3), observation("crp", 3, "mg/L", -3))
    assert reading.record["crp_mg_l"] == 3.0


def test_haemoglobin_in_moles_is_taken_as_the_monomer() -> None:
    reading = read(observation("haemoglobin_molar", 7.0, "mmol/L", -3))
    assert reading.record["haemoglobin_g_l"] == pytest.approx(112.798)
    assert len(told_of(reading, "monomer")) == 1


@pytest.mark.parametrize(
    ("comparator", "expected"), [("<", 0.25), ("<=", 0.25), (">", 0.5), (">=", 0.5)]
)
def test_a_comparator_gives_half_the_limit_or_the_limit_with_a_warning(
    comparator: str, expected: float
) -> None:
    reading = read(observation("crp", 0.5, "mg/L", -3, comparator=comparator))
    assert reading.record["crp_mg_l"] == expected
    assert [i.severity for i in reading.issues if "limit" in i.text] == ["warning"]


def test_a_comparator_that_r4_does_not_know_drops_the_value() -> None:
    reading = read(observation("crp", 0.5, "mg/L", -3, comparator="ad"))
    assert "crp_mg_l" not in reading.record


def test_a_trough_below_the_limit_is_kept_as_such() -> None:
    reading = read(observation("trough", 400, "ng/mL", 97, comparator="<"))
    assert reading.record["trough_week14_below_loq"] is True
    assert reading.record["trough_week14_loq_ug_ml"] == 0.4
    assert "trough_week14_ug_ml" not in reading.record
    assert derive(reading.record)["trough_week14_ug_ml"] == 0.2


def test_a_trough_above_the_assay_is_its_limit() -> None:
    reading = read(observation("trough", 40, "ug/mL", 97, comparator=">"))
    assert reading.record["trough_week14_ug_ml"] == 40.0
    assert [i.severity for i in reading.issues if "limit" in i.text] == ["warning"]


def test_a_limit_that_no_assay_has_is_dropped() -> None:
    reading = read(observation("trough", 50, "ug/mL", 97, comparator="<"))
    assert "trough_week14_below_loq" not in reading.record


@pytest.mark.parametrize("text", ["5.3", "5,3", "positive"])
def test_a_text_is_no_number(text: str) -> None:
    plain = observation("crp", 1, "mg/L", -3, valueString=text)
    del plain["valueQuantity"]
    quoted = observation("crp", text, "mg/L", -4)
    for resource in (plain, quoted):
        reading = read(resource)
        assert "crp_mg_l" not in reading.record
        assert all(text not in told for told in told_of(reading, "crp"))


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), 10**400, -1, None, [5], {}])
def test_an_absurd_number_is_dropped(value: Any) -> None:
    assert "crp_mg_l" not in read(observation("crp", value, "mg/L", -3)).record


def test_an_implausible_value_names_the_unit_that_would_fit() -> None:
    reading = read(
        observation("albumin", 3.8, "g/L", -3), observation("haemoglobin", 112, "g/dL", -3)
    )
    assert reading.record.keys().isdisjoint({"albumin_g_l", "haemoglobin_g_l"})
    assert told_of(reading, "albumin") == [
        "albumin_g_l: not plausible; expected 10 to 60 g/L. The number would fit g/dL"
    ]
    assert told_of(reading, "haemoglobin")[0].endswith("The number would fit g/L")


def test_a_value_that_its_source_calls_missing_is_not_used() -> None:
    reading = read(observation("crp", 5, "mg/L", -3, dataAbsentReason=concept("urn:x", "error")))
    assert "crp_mg_l" not in reading.record
    assert [i.code for i in reading.issues if "missing" in i.text] == ["incomplete"]


@pytest.mark.parametrize(
    ("status", "is_used"),
    [
        ("final", True), ("amended", True), ("corrected", True), ("preliminary", False),
        ("registered", False), ("cancelled", False), ("entered-in-error", False),
        ("unknown", False), (None, False), (["final"], False),
    ],
)  # fmt: skip
def test_only_final_values_are_used(status: Any, is_used: bool) -> None:
    reading = read(observation("crp", 5, "mg/L", -3, status=status))
    assert ("crp_mg_l" in reading.record) is is_used


def test_a_blood_count_is_read_from_its_components() -> None:
    reading = read(panel(-3, ("wbc", 9.5, "K/uL"), ("haemoglobin", 11.2, "g/dL")))
    assert reading.record["wbc_10e9_l"] == 9.5
    assert reading.record["haemoglobin_g_l"] == pytest.approx(112)
    assert any(".component[1].valueQuantity" in issue.expression for issue in reading.issues)


def test_a_component_that_is_missing_takes_no_other_with_it() -> None:
    count = panel(-3, ("wbc", 9.5, "K/uL"), ("haemoglobin", 11.2, "g/dL"))
    count["component"][0]["dataAbsentReason"] = concept("urn:x", "error")
    assert read(count).record.keys() & {"wbc_10e9_l", "haemoglobin_g_l"} == {"haemoglobin_g_l"}


def test_the_code_counts_where_its_display_names_something_else() -> None:
    code = concept(LOINC, CODES["crp"], "Erythrocyte sedimentation rate")
    reading = read(observation("crp", 5, "mg/L", -3, code=code))
    assert reading.record["crp_mg_l"] == 5.0
    assert [i.severity for i in reading.issues if "display" in i.text] == ["warning"]


@pytest.mark.parametrize("display", ["CRP", "C reactive protein [Mass/volume]", "Eiweiß", None])
def test_a_display_in_other_words_is_no_contradiction(display: str | None) -> None:
    reading = read(observation("crp", 5, "mg/L", -3, code=concept(LOINC, CODES["crp"], display)))
    assert told_of(reading, "display") == []


def test_codes_of_different_meanings_are_ambiguous() -> None:
    code = {"coding": [{"system": LOINC, "code": CODES[name]} for name in ("crp", "esr")]}
    reading = read(observation("crp", 5, "mg/L", -3, code=code))
    assert reading.record.keys().isdisjoint({"crp_mg_l", "esr_mm_h"})
    assert [i.kind for i in reading.issues if "different things" in i.text] == ["ambiguous"]


def test_a_local_code_beside_ours_does_no_harm() -> None:
    code = {
        "coding": [{"system": "urn:local", "code": "1"}, *concept(LOINC, CODES["crp"])["coding"]]
    }
    assert read(observation("crp", 5, "mg/L", -3, code=code)).record["crp_mg_l"] == 5.0
