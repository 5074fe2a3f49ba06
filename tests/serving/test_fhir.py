"""A Bundle goes in; a RiskAssessment comes out, or in words why there is none."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from fhir.resources.R4B.guidanceresponse import GuidanceResponse
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.riskassessment import RiskAssessment
from starlette.testclient import TestClient

from lorpredict import PackagedModel
from lorpredict.fhir import FhirRules, read_bundle
from serving import fhir_answers
from serving.assessing import assess
from serving.desk import Desk
from serving.models import ServedModels
from tests.fhir_bundles import AS_OF, bundle_of, childs_resources, observation

ROUTE = f"/v1/fhir/predict?as_of={AS_OF}"


def ask(client: TestClient, bundle: Any, route: str = ROUTE) -> Any:
    return client.post(route, json=bundle, headers={"content-type": "application/fhir+json"})


def percents(answer: Any) -> list[float]:
    return [each["probabilityDecimal"] for each in answer.json()["prediction"]]


@pytest.mark.parametrize("kind", ["searchset", "collection", "transaction", "batch", "document"])
def test_the_risk_is_that_of_the_record(
    client: TestClient, champion: PackagedModel, kind: str
) -> None:
    bundle = bundle_of(childs_resources(), kind)
    answer = ask(client, bundle)
    risk = champion.predict(
        [read_bundle(bundle, as_of=AS_OF, statuses_as_of_now=True).record]
    ).risk[0]

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/fhir+json"
    assert percents(answer) == pytest.approx(100 * risk, abs=0.005)


def test_the_answer_is_a_valid_risk_assessment_with_basis_and_reasons(client: TestClient) -> None:
    told = ask(client, bundle_of(childs_resources())).json()

    RiskAssessment.model_validate(told)
    assert {"reference": "Observation/trough-98"} in told["basis"]
    assert len(told["prediction"][0]["extension"]) == 6
    assert any("emonstration only" in note["text"] for note in told["note"])
    assert told["method"]["text"].startswith("lorpredict-week14")


@pytest.mark.parametrize("without", [[], ["infusions"]], ids=["a risk", "no risk"])
def test_the_day_of_the_question_and_that_of_the_answer_are_both_told(
    client: TestClient, without: list[str]
) -> None:
    before = datetime.now(UTC)
    told = ask(client, bundle_of(childs_resources(without=without))).json()
    notes = [note["text"] for note in told["note"]]

    # R4: the occurrence is when the assessment was performed.
    assert abs(datetime.fromisoformat(told["occurrenceDateTime"]) - before).total_seconds() < 60
    assert f"The record was read as of {AS_OF}." in notes


def test_what_rounds_to_nothing_is_no_reason(models: ServedModels) -> None:
    reading = read_bundle(bundle_of(childs_resources()), as_of=AS_OF, statuses_as_of_now=True)
    found = assess(reading, models["challenger"], FhirRules.default())
    assert found.contributions is not None
    values = np.full_like(found.contributions.values, -2e-16)
    values[0, 0] = 0.27
    found = replace(found, contributions=replace(found.contributions, values=values))

    told = fhir_answers.answer(found, issued=datetime.now(UTC), source="Read.")
    for each in told["prediction"]:
        (reason,) = each["extension"]
        assert {"url": "contribution", "valueDecimal": 0.27} in reason["extension"]


def test_the_bundle_of_the_manual_is_that_of_its_page_and_is_answered(client: TestClient) -> None:
    manual = Path(__file__).parents[2] / "docs" / "how-to"
    shipped = json.loads((manual / "bundle.json").read_text("utf-8"))
    block = (manual / "fhir.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    told: dict[str, Any] = {}
    exec(block, told)  # noqa: S102  our own page

    answer = client.post("/v1/fhir/predict?as_of=2025-04-14", json=shipped)

    assert shipped == told["bundle"]
    assert answer.json()["resourceType"] == "RiskAssessment"


def test_the_challenger_answers_when_asked(client: TestClient) -> None:
    bundle = bundle_of(childs_resources())
    champion, challenger = ask(client, bundle), ask(client, bundle, f"{ROUTE}&model=challenger")

    assert percents(champion) != percents(challenger)


def test_the_order_of_entries_changes_nothing(client: TestClient) -> None:
    resources = childs_resources()
    first = percents(ask(client, bundle_of(resources)))
    for seed in range(5):
        random.Random(seed).shuffle(resources)  # noqa: S311  no secret
        assert percents(ask(client, bundle_of(resources))) == first


def test_other_units_of_the_same_value_change_nothing(client: TestClient) -> None:
    rest = childs_resources(without=["albumin"])
    grams = bundle_of([*rest, observation("albumin", 38, "g/L", -3)])
    decilitres = bundle_of([*rest, observation("albumin", 3.8, "g/dL", -3)])

    assert percents(ask(client, grams)) == pytest.approx(
        percents(ask(client, decilitres)), abs=1e-10
    )


@pytest.mark.parametrize(
    "without, reason",
    [
        ("patient", "patient_unknown"),
        ("crohns", "not_crohns"),
        ("infusions", "not_on_infliximab"),
    ],
)
def test_what_is_missing_is_asked_for(client: TestClient, without: str, reason: str) -> None:
    answer = ask(client, bundle_of(childs_resources(without=[without])))
    told = answer.json()

    assert answer.status_code == 200
    GuidanceResponse.model_validate(told)
    assert told["status"] == "data-required"
    assert told["reasonCode"][0]["coding"][0]["code"] == reason


def test_months_after_week_14_nothing_is_told(client: TestClient) -> None:
    told = ask(client, bundle_of(childs_resources()), "/v1/fhir/predict?as_of=2025-09-01").json()

    assert told["resourceType"] == "GuidanceResponse"
    assert told["reasonCode"][0]["coding"][0]["code"] == "not_near_week_14"


@pytest.mark.parametrize(
    "bundle, status",
    [
        ({"resourceType": "Patient"}, 422),
        ({"resourceType": "Bundle", "type": "history"}, 422),
        ([], 422),
        ({"resourceType": "Bundle", "type": "searchset", "entry": {}}, 422),
    ],
)
def test_what_is_no_bundle_of_a_child_is_refused_in_fhir(
    client: TestClient, bundle: Any, status: int
) -> None:
    answer = ask(client, bundle)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/fhir+json"
    OperationOutcome.model_validate(answer.json())


@pytest.mark.parametrize(
    "content, told",
    [
        (b"", "the body: expected a JSON object, but there is none"),
        (b"[]", "the body: expected a JSON object"),
        (b'{"type": "searchset"}', "/resourceType: expected, but not there"),
        (b'{"resourceType": "Bundel", "type": "batch"}', "/resourceType: expected Bundle"),
    ],
    ids=["nothing", "a list", "no type", "misspelt type"],
)
def test_a_fault_is_told_with_its_place_in_fhir_too(
    client: TestClient, content: bytes, told: str
) -> None:
    headers = {"content-type": "application/fhir+json"}
    answer = client.post("/v1/fhir/predict", content=content, headers=headers)

    assert answer.json()["issue"][1]["diagnostics"] == told


@pytest.mark.parametrize("name", ["STU3", "DSTU2", "R5"])
def test_other_versions_are_refused_by_name(client: TestClient, name: str) -> None:
    mark = {
        "STU3": {"resourceType": "Condition", "clinicalStatus": "active",
                 "verificationStatus": "confirmed", "subject": {"reference": "Patient/child"}},
        "DSTU2": {"resourceType": "MedicationOrder"},
        "R5": {"resourceType": "MedicationRequest", "medication": {"concept": {"text": "x"}}},
    }[name]  # fmt: skip
    answer = ask(client, bundle_of([*childs_resources(), mark]))

    assert answer.status_code == 422
    assert name in answer.text


def test_a_day_that_is_none_is_refused(client: TestClient) -> None:
    answer = ask(client, bundle_of([]), "/v1/fhir/predict?as_of=tomorrow")

    assert answer.status_code == 422
    assert "tomorrow" not in answer.text


def test_what_has_not_happened_yet_cannot_be_asked_about(client: TestClient) -> None:
    answer = ask(client, bundle_of([]), "/v1/fhir/predict?as_of=9999-12-31")

    assert answer.status_code == 422
    assert "not in the future" in answer.text


def test_today_is_the_day_in_the_hospital() -> None:
    days = {Desk(zone=ZoneInfo(name)).today() for name in ("Pacific/Kiritimati", "Etc/GMT+12")}

    assert len(days) == 2  # 26 hours apart, so never on one day


def test_json_that_is_nested_too_deep_is_refused(client: TestClient) -> None:
    deep = b'{"resourceType": "Bundle", "entry": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    answer = client.post(ROUTE, content=deep, headers={"content-type": "application/fhir+json"})

    assert answer.status_code == 400
    OperationOutcome.model_validate(answer.json())


def test_a_bundle_of_four_megabytes_is_read(client: TestClient) -> None:
    filling = [
        observation("bmi", 17.0 + n / 1000, "kg/m2", n % 90, id=f"filling-{n}")
        for n in range(9_000)
    ]
    bundle = bundle_of([*childs_resources(), *filling])
    assert len(json.dumps(bundle)) > 3_000_000

    assert percents(ask(client, bundle)) == percents(ask(client, bundle_of(childs_resources())))
