"""Answers are R4 resources that another implementation accepts, with nothing empty in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.guidanceresponse import GuidanceResponse
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.riskassessment import RiskAssessment

from lorpredict.fhir import (
    ChildReading,
    HorizonRisk,
    Issue,
    ModelName,
    NoSuchAnswer,
    Question,
    Reason,
    guidance_response,
    operation_outcome,
    read_bundle,
    risk_assessment,
)
from tests.fhir_bundles import AS_OF, bundle_of, childs_resources, patient

ISSUED = datetime(2025, 4, 14, 9, 30, tzinfo=UTC)
MODEL = ModelName("week14", "1.2.0", "exploratory", "ab12", "week14 1")
REASON = Reason("crp_mg_l", "C-reactive protein", "21 mg/L raises the risk", 0.12)
WITH_INTERVAL = HorizonRisk(365, 267, 0.273, 0.18, 0.39, [REASON], scale="log_hazard")
WITHOUT_INTERVAL = HorizonRisk(730, 632, 0.4)


def reading(*without: str) -> ChildReading:
    return read_bundle(bundle_of(childs_resources(without=without)), as_of=AS_OF)


def assessment(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"model": MODEL, "issued": ISSUED, "notes": ["not measured: PCDAI"]}
    return risk_assessment(reading(), [WITH_INTERVAL, WITHOUT_INTERVAL], **told | changes)


def holds_nothing_empty(value: Any) -> bool:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return bool(value) and all(map(holds_nothing_empty, inner))
    return value is not None and value != ""


# ---- a risk ---------------------------------------------------------------------------------


def test_a_risk_assessment_is_one_to_another_implementation() -> None:
    told = assessment(id="answer-1")
    RiskAssessment.model_validate(told)
    assert holds_nothing_empty(told)
    assert told["status"] == "final"
    assert told["subject"] == {"reference": "Patient/child"}
    assert told["occurrenceDateTime"] == "2025-04-14T09:30:00.000+00:00"
    text = "week14 1.2.0, design week14 1, stage exploratory, fingerprint ab12"
    assert told["method"] == {"text": text}


def test_an_interval_is_a_range_in_percent_and_the_risk_is_told_in_words() -> None:
    first = assessment()["prediction"][0]
    low, high = first["probabilityRange"]["low"], first["probabilityRange"]["high"]
    assert (low["value"], high["value"]) == (18.0, 39.0)
    assert {low["unit"], low["code"], low["system"]} == {"%", "http://unitsofmeasure.org"}
    assert "probabilityDecimal" not in first
    assert "is 27.3 %, with an interval of 18 to 39 %." in first["rationale"]


def test_a_risk_without_interval_is_a_decimal_in_percent_that_says_so() -> None:
    second = assessment()["prediction"][1]
    assert second["probabilityDecimal"] == 40.0
    assert second["_probabilityDecimal"]["extension"] == [
        {"url": "urn:lorpredict:fhir:probability-scale", "valueCode": "percent"}
    ]
    assert "probabilityRange" not in second


def test_a_horizon_is_counted_from_the_landmark() -> None:
    when = assessment()["prediction"][0]["whenRange"]
    assert [(when[end]["value"], when[end]["code"]) for end in ("low", "high")] == [
        (0, "d"),
        (267, "d"),
    ]


def test_the_observations_that_were_used_are_the_basis() -> None:
    basis = [each["reference"] for each in assessment()["basis"]]
    assert "Observation/crp--3" in basis
    assert "Observation/trough-98" in basis
    assert all(each.startswith("Observation/") for each in basis)


def test_reasons_are_told_with_their_scale() -> None:
    (reason,) = assessment()["prediction"][0]["extension"]
    values = {part["url"]: list(part.values())[1] for part in reason["extension"]}
    assert values == {
        "predictor": "crp_mg_l",
        "label": "C-reactive protein",
        "text": "21 mg/L raises the risk",
        "contribution": 0.12,
        "scale": "log_hazard",
    }


def test_the_issues_of_the_reading_travel_with_the_risk() -> None:
    told = assessment(most_issues=3)
    (outcome,) = told["contained"]
    assert outcome["id"] == "issues"
    assert outcome["issue"][-1]["details"]["text"] == "21 more issues, not told"
    assert told["extension"][0]["valueReference"] == {"reference": "#issues"}


@pytest.mark.parametrize(
    ("stage", "words"), [("demo", "Demonstration only"), ("candidate", "Stage of the model")]
)
def test_the_stage_is_the_first_note(stage: str, words: str) -> None:
    notes = assessment(model=ModelName("m", "1", stage))["note"]
    assert notes[0]["text"].startswith(words)
    assert notes[1]["text"] == "not measured: PCDAI"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"risk": 1.2}, "the risk is 1.2; expected a probability"),
        ({"risk": float("nan")}, "expected a probability"),
        ({"low": 0.1}, "one end"),
        ({"low": 0.5, "high": 0.4}, "expected 0 <= low <= high <= 1"),
        ({"days_since_landmark": -1}, "expected numbers from 0 on"),
    ],
)
def test_an_impossible_risk_is_refused(wrong: dict[str, float], words: str) -> None:
    told: dict[str, Any] = {
        "days_since_first_infusion": 365, "days_since_landmark": 267, "risk": 0.3,
    }  # fmt: skip
    with pytest.raises(NoSuchAnswer, match=words):
        HorizonRisk(**told | wrong)


def test_a_risk_is_never_told_where_the_reading_abstains() -> None:
    with pytest.raises(NoSuchAnswer, match="not_crohns"):
        risk_assessment(reading("crohns"), [WITH_INTERVAL], model=MODEL, issued=ISSUED)


def test_an_assessment_needs_a_horizon_and_a_zone() -> None:
    with pytest.raises(NoSuchAnswer, match="no horizon"):
        risk_assessment(reading(), [], model=MODEL, issued=ISSUED)
    with pytest.raises(NoSuchAnswer, match="no zone"):
        assessment(issued=ISSUED.replace(tzinfo=None))


# ---- an abstention --------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["patient", "crohns", "infusions"])
def test_an_abstention_is_a_guidance_response_to_another_implementation(part: str) -> None:
    told = guidance_response(reading(part), issued=ISSUED, question=Question(request="r-1"))
    GuidanceResponse.model_validate(told)
    assert holds_nothing_empty(told)
    assert told["status"] == "data-required"
    why = reading(part).abstention
    assert why is not None
    assert told["reasonCode"][0]["coding"][0]["code"] == why.reason
    assert told["contained"][0]["issue"][0]["details"]["text"] == why.text
    assert told["dataRequirement"]


def test_missing_laboratory_values_are_asked_for_by_their_codes() -> None:
    labs = ("crp", "esr", "blood_count", "albumin", "calprotectin", "trough")
    (needed,) = guidance_response(reading(*labs), issued=ISSUED)["dataRequirement"]
    codes = {each["code"] for each in needed["codeFilter"][0]["code"]}
    assert needed["type"] == "Observation"
    assert {"1988-5", "39803-2"} <= codes


def test_an_abstention_that_no_data_could_help_is_a_failure_and_never_success() -> None:
    adult = [patient(birthDate="1970-01-01"), *childs_resources(without=["patient"])]
    told = guidance_response(read_bundle(bundle_of(adult), as_of=AS_OF), issued=ISSUED)
    GuidanceResponse.model_validate(told)
    assert told["status"] == "failure"
    assert "dataRequirement" not in told


def test_a_guidance_response_needs_an_abstention() -> None:
    with pytest.raises(NoSuchAnswer, match="does not abstain"):
        guidance_response(reading(), issued=ISSUED)


# ---- issues and the audit -------------------------------------------------------------------


def test_issues_are_an_operation_outcome_to_another_implementation() -> None:
    told = operation_outcome(reading().issues)
    OperationOutcome.model_validate(told)
    assert holds_nothing_empty(told)
    assert told["issue"][0]["expression"] == ["Bundle.entry[3].resource"]


def test_no_issues_are_an_outcome_too() -> None:
    told = operation_outcome([])
    OperationOutcome.model_validate(told)
    assert len(told["issue"]) == 1


def test_the_gravest_issues_are_told_where_there_are_many() -> None:
    mild = [Issue("information", "informational", "used", "x", str(n)) for n in range(5)]
    grave = Issue("error", "value", "dropped", "y", "grave")
    told = operation_outcome([*mild, grave], most=2)["issue"]
    assert [each["details"]["text"] for each in told] == ["grave", "0", "4 more issues, not told"]
