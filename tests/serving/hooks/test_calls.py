"""A call is answered by one card, or refused in words; never by silence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from markdown_it import MarkdownIt
from starlette.testclient import TestClient

from lorpredict import PackagedModel
from lorpredict.fhir import read_prefetch
from serving.app import create_app
from serving.desk import Desk
from serving.models import ServedModels
from tests.fhir_bundles import bundle_of
from tests.serving.hooks.calling import SERVICE, asked, call, card
from tests.serving.today import prefetch_today

FAILED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "timeout", "diagnostics": "SECRET"}],
}


def test_the_card_tells_the_risk_that_the_model_tells(
    client: TestClient, champion: PackagedModel
) -> None:
    prefetch = prefetch_today()
    told = card(client, prefetch=prefetch)
    record = read_prefetch(prefetch, as_of=datetime.now(UTC).date()).record
    risk = champion.predict([record]).risk[0]

    of_100 = round(100 * risk[0])
    assert f"{of_100} of 100 such children by 12 months after the first infusion" in told["summary"]
    assert f"| 24 months | {100 * risk[1]:.0f} % |" in told["detail"]


def test_the_card_names_reasons_cautions_and_the_model(client: TestClient) -> None:
    told = card(client)

    assert "| 12 months |" in told["detail"]
    assert "percentage points" in told["detail"]
    assert "describe the model, not causes" in told["detail"]
    assert "demonstration only" in told["detail"].lower()
    assert "stage demo" in told["source"]["label"]


def test_a_card_has_the_form_that_the_standard_asks_for(client: TestClient) -> None:
    told = card(client)

    assert len(told["summary"]) < 140
    assert told["indicator"] in ("info", "warning", "critical")
    assert len(told["uuid"]) == 36
    for link in told["links"]:
        assert link.keys() == {"label", "url", "type"}
        assert link["type"] == "absolute"
        assert link["url"].startswith("https://")
    for reason in told["overrideReasons"]:
        assert reason.keys() == {"code", "system", "display"}
        assert reason["display"]


def test_a_card_has_no_other_field(client: TestClient) -> None:
    told = card(client)

    fields = {"uuid", "summary", "detail", "indicator", "source", "links", "overrideReasons"}
    assert told.keys() == fields
    assert told["source"].keys() <= {"label", "url"}


def test_the_detail_is_markdown_that_renders(client: TestClient) -> None:
    page = MarkdownIt("commonmark").enable("table").render(card(client)["detail"])

    assert "<th>after the first infusion</th>" in page
    assert page.count("<li>") >= 6
    assert "<strong>" in page


def test_a_card_links_to_the_service_where_its_address_is_known(models: ServedModels) -> None:
    desk = Desk(models, base_url="https://risk.example")
    told = card(TestClient(create_app(desk=desk)))

    assert told["source"]["url"] == "https://risk.example/"
    assert told["links"][0]["url"] == "https://risk.example/"


def test_two_cards_have_two_names(client: TestClient) -> None:
    assert card(client)["uuid"] != card(client)["uuid"]


def _nothing_empty(content: Any) -> bool:
    if isinstance(content, dict):
        return bool(content) and all(map(_nothing_empty, content.values()))
    if isinstance(content, list):
        return bool(content) and all(map(_nothing_empty, content))
    return content is not None and content != ""


@pytest.mark.parametrize("without", ["", "patient", "crohns", "infusions", "trough"])
def test_nothing_in_an_answer_is_null_or_empty(client: TestClient, without: str) -> None:
    prefetch = prefetch_today(without=[without] if without else [])
    answer = call(client, prefetch=prefetch).json()

    assert _nothing_empty(answer)
    assert answer.keys() == {"cards"}


# ---- the three states of a prefetch -------------------------------------------------------------


@pytest.mark.parametrize("key", ["patient", "conditions", "labs"])
def test_what_is_needed_and_was_not_prefetched_is_a_failed_precondition(
    client: TestClient, key: str
) -> None:
    prefetch = prefetch_today()
    del prefetch[key]
    answer = call(client, prefetch=prefetch)

    assert answer.status_code == 412
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert key in answer.text


def test_one_source_of_infusions_is_enough(client: TestClient) -> None:
    prefetch = prefetch_today()
    del prefetch["medicationRequests"]
    assert call(client, prefetch=prefetch).status_code == 200

    del prefetch["medicationAdministrations"]
    answer = call(client, prefetch=prefetch)
    assert answer.status_code == 412
    assert "medicationAdministrations or medicationRequests" in answer.text


def test_without_any_prefetch_the_precondition_fails(client: TestClient) -> None:
    assert call(client, prefetch=...).status_code == 412


def test_null_means_that_the_client_has_none_and_the_card_says_what_is_needed(
    client: TestClient,
) -> None:
    told = card(client, prefetch=prefetch_today() | {"conditions": None})

    assert "no estimate" in told["summary"]
    assert "Crohn" in told["detail"]
    assert "What would be needed" in told["detail"]


def test_a_clients_failure_is_said_on_the_card_without_its_words(client: TestClient) -> None:
    told = card(client, prefetch=prefetch_today() | {"trough": FAILED})

    assert told["indicator"] == "warning"
    assert "could not give all of the record" in told["detail"]
    assert "SECRET" not in str(told)


def test_a_search_with_further_pages_is_said_on_the_card(client: TestClient) -> None:
    prefetch = prefetch_today()
    prefetch["labs"]["link"] = [{"relation": "next", "url": "https://ehr.example/next"}]

    assert "more pages than were given" in card(client, prefetch=prefetch)["detail"]


@pytest.mark.parametrize("spoilt", [FAILED, {"link": [{"relation": "next", "url": "x"}]}])
def test_where_not_all_infusions_were_given_no_risk_is_told(
    client: TestClient, spoilt: dict[str, Any]
) -> None:
    prefetch = prefetch_today()
    infusions = prefetch["medicationAdministrations"]
    prefetch["medicationAdministrations"] = spoilt if spoilt is FAILED else infusions | spoilt
    told = card(client, prefetch=prefetch)

    assert "no estimate" in told["summary"]
    assert told["indicator"] == "warning"


def test_what_was_used_with_doubts_is_on_the_card(client: TestClient) -> None:
    prefetch = prefetch_today()
    entries = prefetch["conditions"]["entry"]
    for entry in entries:
        entry["resource"].pop("verificationStatus")
    told = card(client, prefetch=prefetch)

    assert "of 100" in told["summary"]
    assert "**To be checked**" in told["detail"]
    assert told["indicator"] == "warning"


def test_columns_are_called_what_people_call_them(client: TestClient) -> None:
    told = card(client, prefetch=prefetch_today(without=["infusions"]))["detail"]

    assert "- C-reactive protein: measured outside the windows" in told
    assert "crp_mg_l" not in told


def test_a_demonstration_says_so_where_only_the_summary_is_read(client: TestClient) -> None:
    assert card(client)["summary"].startswith("DEMO: ")


def test_a_patient_without_a_name_is_not_taken_for_the_open_one(client: TestClient) -> None:
    prefetch = prefetch_today()
    urn = "urn:uuid:7d9f2c5e-0000-4000-8000-000000000001"
    content = json.loads(json.dumps(prefetch).replace("Patient/child", urn))
    del content["patient"]["id"]

    assert call(client, prefetch=content).status_code == 422


# ---- abstention ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "without, told",
    [
        ("crohns", "No active diagnosis of Crohn's disease"),
        ("infusions", "No infusion of infliximab"),
        ("patient", "no Patient"),
    ],
)
def test_a_child_beyond_the_model_gets_a_card_without_a_risk(
    client: TestClient, without: str, told: str
) -> None:
    found = card(client, prefetch=prefetch_today(without=[without]))

    assert found["summary"].startswith("Loss of response to infliximab: no estimate.")
    assert told in found["detail"]
    assert "of 100" not in found["summary"]
    assert "| 12 months |" not in found["detail"]


# ---- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, pointer",
    [
        ({"hook": "order-sign"}, "/hook"),
        ({"hook": ...}, "/hook"),
        ({"hookInstance": "not a uuid"}, "/hookInstance"),
        ({"hookInstance": ...}, "/hookInstance"),
        ({"context": ...}, "/context"),
        ({"context": {"userId": "Practitioner/p1"}}, "/context/patientId"),
        ({"context": {"patientId": "child"}}, "/context/userId"),
        ({"extension": [1]}, "/extension"),
        ({"extension": None}, "/extension"),
        ({"fhirAuthorization": {"access_token": "SECRET"}}, ""),
    ],
)
def test_a_call_with_a_fault_is_refused_where_it_stands(
    client: TestClient, changes: dict[str, Any], pointer: str
) -> None:
    answer = call(client, **changes)

    assert answer.status_code == 422
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    told = [issue.get("diagnostics", "") for issue in outcome["issue"]]
    assert any(each.startswith(f"{pointer or 'the body'}:") for each in told)
    assert "SECRET" not in answer.text


def test_another_service_is_not_there(client: TestClient) -> None:
    answer = client.post("/cds-services/another", json=asked())

    assert answer.status_code == 404
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_what_is_no_json_is_refused_as_an_operation_outcome(client: TestClient) -> None:
    answer = client.post(SERVICE, content=b"{", headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_resources_of_two_patients_are_refused(client: TestClient) -> None:
    prefetch = prefetch_today()
    other = prefetch["patient"] | {"id": "another"}
    prefetch["patient"] = bundle_of([prefetch["patient"], other])

    answer = call(client, prefetch=prefetch)
    assert answer.status_code == 422
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_the_record_of_another_patient_than_the_open_one_is_refused(client: TestClient) -> None:
    context = {"userId": "Practitioner/p1", "patientId": "another"}
    answer = call(client, context=context)

    assert answer.status_code == 422
    assert "not said to be of context.patientId" in answer.text
    assert call(client, context=context | {"patientId": "Patient/child"}).status_code == 200


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_a_number_that_json_does_not_know_is_refused(client: TestClient, number: bytes) -> None:
    content = json.dumps(asked(extension={"n": 12321})).encode().replace(b"12321", number)
    answer = client.post(SERVICE, content=content, headers={"content-type": "application/json"})

    assert answer.status_code == 400


def test_unknown_fields_of_a_later_version_change_nothing(client: TestClient) -> None:
    told = card(client, hookVersion="2.0", version="3.0", extension={"org.example.x": {"a": 1}})

    assert "of 100" in told["summary"]


def test_the_server_that_a_call_names_is_never_asked(client: TestClient) -> None:
    # pytest-socket lets nothing out but to this machine; nobody listens there.
    told = card(
        client,
        fhirServer="http://127.0.0.1:9/fhir",
        fhirAuthorization={"access_token": "t", "token_type": "Bearer", "expires_in": 300,
                           "scope": "patient/*.read", "subject": "s"},
    )  # fmt: skip

    assert "of 100" in told["summary"]
