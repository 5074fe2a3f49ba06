"""A site's rules: read over ours, refused with every fault, and carried to other processes."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from lorpredict.clinical import catalogue
from lorpredict.fhir import ChildReading, FhirRules, UnusableRules, read_bundle
from lorpredict.fhir._knowledge import concepts, knowledge, version_marks
from tests.fhir_bundles import (
    AS_OF,
    Resource,
    bundle_of,
    childs_resources,
    concept,
    condition,
    infusion,
    observation,
    quantity,
)

SITE = """
name = "ghent"

[settings]
baseline_days_before = 90

[codes]
crp_mg_l = [{ system = "urn:ghent", code = "CRP" }]
pcdai = [{ system = "urn:ghent", code = "PCDAI" }]
antibodies = [{ system = "urn:ghent", code = "ATI" }]
infliximab = [{ system = "urn:ghent", code = "Remsima 100" }]
azathioprine = [{ system = "urn:ghent", code = "Imuran 50" }]
crohns_disease = [{ system = "http://hl7.org/fhir/sid/icd-10", code = "K50.8" }]
perianal = [{ system = "http://snomed.info/sct", code = "local" }]
crp_high_sensitivity = [{ system = "urn:ghent", code = "HSCRP" }]

[antibodies]
unit = "AU/mL"
low_from = 10
high_from = 100
values = [{ system = "urn:ghent", code = "NEG", level = "negative" }]

[units]
"mg/l CRP" = "mg/L"
"""


@pytest.fixture
def site(tmp_path: Path) -> FhirRules:
    file = tmp_path / "site.toml"
    file.write_text(SITE, "utf-8")
    return FhirRules.read(file)


def read(rules: FhirRules, *added: Resource, without: tuple[str, ...] = ()) -> ChildReading:
    resources = [*childs_resources(without=without), *added]
    return read_bundle(bundle_of(resources), as_of=AS_OF, rules=rules)


def coded(code: str, value: Any, unit: str | None, on: int = 97, **changes: Any) -> Resource:
    return observation(
        "crp", value, unit, on, id=f"{code}-{on}", code=concept("urn:ghent", code), **changes
    )


def test_our_rules_are_read_once() -> None:
    assert FhirRules.default() is FhirRules.default()
    assert FhirRules.default().baseline_days_before == 60


def test_a_site_changes_what_it_names_and_nothing_else(site: FhirRules) -> None:
    assert (site.name, site.baseline_days_before) == ("ghent", 90)
    assert site.baseline_days_after == FhirRules.default().baseline_days_after


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("", "utf-8")
    rules = FhirRules.read(tmp_path / "empty.toml")
    assert read(rules).record == read(FhirRules.default()).record


def test_the_codes_of_a_site_are_read(site: FhirRules) -> None:
    reading = read(site, coded("CRP", 21, "mg/L", -3), without=("crp",))
    assert reading.record["crp_mg_l"] == 21
    method = read(site, coded("HSCRP", 3, "mg/L", -3), without=("crp",))
    assert any("high-sensitivity" in issue.text for issue in method.issues)


def test_a_site_may_write_units_in_its_own_way(site: FhirRules) -> None:
    value = {"value": 21, "unit": "mg/l CRP"}
    own = observation("crp", 0, None, -3, valueQuantity=value)
    assert read(site, own, without=("crp",)).record["crp_mg_l"] == 21


@pytest.mark.parametrize("value", [{"valueInteger": 5}, {"valueQuantity": {"value": 5}}])
def test_a_score_needs_no_unit(site: FhirRules, value: Resource) -> None:
    scored = coded("PCDAI", 5, None, 97) | value
    at_baseline = coded("PCDAI", 32.5, "{score}", -3)
    record = read(site, scored, at_baseline).record
    assert (record["pcdai_baseline"], record["pcdai_week14"]) == (32.5, 5)


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        ({"valueCodeableConcept": concept("urn:ghent", "NEG")}, "negative"),
        ({"valueCodeableConcept": concept("urn:ghent", "POS")}, None),
        ({"valueQuantity": quantity(9.9, "AU/mL")}, "negative"),
        ({"valueQuantity": quantity(10, "AU/mL")}, "low"),
        ({"valueQuantity": quantity(100, "AU/mL")}, "high"),
        ({"valueQuantity": quantity(10, "AU/mL", "<")}, "negative"),
        ({"valueQuantity": quantity(15, "AU/mL", "<")}, None),  # negative or low
        ({"valueQuantity": quantity(200, "AU/mL", ">")}, "high"),
        ({"valueQuantity": quantity(50, "AU/mL", ">")}, None),  # low or high
        ({"valueQuantity": quantity(10, "ng/mL")}, None),
        ({"valueString": "negative"}, None),
    ],
    ids=str,
)
def test_antibodies_are_classed_as_the_site_says(
    site: FhirRules, answer: Resource, level: str | None
) -> None:
    found = coded("ATI", 1, None) | answer
    if "valueQuantity" not in answer:
        del found["valueQuantity"]
    assert read(site, found).record.get("antibodies_week14") == level


def test_antibodies_and_pcdai_are_not_read_without_a_sites_codes() -> None:
    found = [coded("ATI", 1, "AU/mL"), coded("PCDAI", 5, None)]
    columns = {"antibodies_week14", "pcdai_week14", "pcdai_baseline"}
    assert read(FhirRules.default(), *found).record.keys().isdisjoint(columns)


def test_the_products_of_a_site_are_brought_to_their_ingredient(site: FhirRules) -> None:
    product = concept("urn:ghent", "Remsima 100")
    given = [infusion(on, medicationCodeableConcept=product) for on in (0, 14, 42, 98)]
    assert read(site, *given, without=("infusions",)).record["landmark_day"] == 98


def test_a_disease_by_a_sites_code_decides_no_location(site: FhirRules) -> None:
    found = condition("K50.8", system="http://hl7.org/fhir/sid/icd-10")
    reading = read(site, found, without=("crohns",))
    assert reading.abstention is None
    assert "location" not in reading.record


def test_rules_travel_to_another_process(site: FhirRules) -> None:
    again = pickle.loads(pickle.dumps(site))  # noqa: S301  our own bytes
    assert again == site
    assert read(again).record == read(site).record


def test_all_faults_are_named_at_once() -> None:
    wrong: dict[str, Any] = {
        "setings": {},
        "settings": {
            "baseline_day_before": 3,
            "baseline_days_after": -1,
            "absent_medication_means_none": 1,
            "active_condition_statuses": "active",
        },
        "codes": {"crp": [], "pcdai": "PCDAI"},
        "antibodies": {"unit": "AU/mL", "values": [{"level": "positive"}], "lowfrom": 1},
        "units": {"mg%": "mg/L", "x": "furlong"},
    }
    with pytest.raises(UnusableRules) as refused:
        FhirRules.from_toml(wrong, name="site.toml")
    told = str(refused.value)
    for words in (
        "unknown table 'setings'. Did you mean settings?",
        "unknown setting 'baseline_day_before'. Did you mean baseline_days",
        "settings.baseline_days_after is -1; expected a whole number, 0 to 365",
        "settings.absent_medication_means_none is 1; expected true or false",
        "settings.active_condition_statuses is 'active'; expected a list of texts",
        "unknown name of codes 'crp'",
        "codes.pcdai is no list of codes",
        "unknown setting 'lowfrom' of antibodies. Did you mean low_from?",
        "antibodies needs unit (a text), low_from and high_from",
        "expected system, code and level, one of negative, low, high",
        "units.'x' is 'furlong'; expected a unit of the catalogue",
    ):
        assert words in told
    assert "mg%" not in told


@pytest.mark.parametrize("table", ["settings", "codes", "antibodies", "units"])
def test_a_table_that_is_none_is_refused(table: str) -> None:
    with pytest.raises(UnusableRules, match=f"{table} is no table"):
        FhirRules.from_toml({table: 3})


def test_cuts_have_to_rise() -> None:
    cuts = {"unit": "AU/mL", "low_from": 100, "high_from": 10}
    with pytest.raises(UnusableRules, match="expected 0 < low_from <= high_from"):
        FhirRules.from_toml({"antibodies": cuts})


def test_a_file_that_is_not_there_or_no_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableRules, match=r"no rules at .*absent\.toml"):
        FhirRules.read(tmp_path / "absent.toml")
    (tmp_path / "broken.toml").write_text("[", "utf-8")
    with pytest.raises(UnusableRules, match=r"broken\.toml are not TOML"):
        FhirRules.read(tmp_path / "broken.toml")


def test_every_setting_says_what_it_means_and_where_it_comes_from() -> None:
    for entry in knowledge()["settings"].values():
        assert entry["meaning"]
        assert entry["source"]
    assert {name for name, _, _ in FhirRules.default().described()} == set(knowledge()["settings"])


def test_what_the_rules_name_is_there() -> None:
    drugs = knowledge()["drugs"]
    assert {*drugs["immunomodulator"], *drugs["steroids"]} <= concepts().keys()
    assert knowledge()["concepts"].keys() <= concepts().keys()
    for column in knowledge()["usable"]["laboratory"]:
        assert column in catalogue()
    assert all(mark["source"] for mark in version_marks()["marks"])
    assert all(
        version in version_marks()["names"]
        for mark in version_marks()["marks"]
        for version in mark["versions"]
    )


def test_every_code_of_the_catalogue_is_read() -> None:
    book = FhirRules.default().book
    for key, predictor in catalogue().items():
        for coded_as in predictor.codes:
            assert coded_as in {**book.observations, **book.conditions}, key
