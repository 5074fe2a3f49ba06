"""Discovery tells the one service, and queries that any client can run."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from lorpredict.clinical import catalogue
from lorpredict.fhir import FhirRules
from serving.app import create_app
from serving.desk import Desk
from tests.serving.hooks.calling import SERVICE

TOKEN = re.compile(r"\{\{(.*?)\}\}")


@pytest.fixture
def service(client: TestClient) -> dict[str, Any]:
    (found,) = client.get("/cds-services").json()["services"]
    told: dict[str, Any] = found
    return told


def test_discovery_is_answered_with_a_list_of_services(client: TestClient) -> None:
    answer = client.get("/cds-services")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert isinstance(answer.json()["services"], list)


def test_there_is_one_service(client: TestClient) -> None:
    services = client.get("/cds-services").json()["services"]

    assert [(each["hook"], each["id"]) for each in services] == [
        ("patient-view", "lorpredict-week14")
    ]


@pytest.mark.parametrize("field", ["hook", "id", "title", "description", "usageRequirements"])
def test_a_service_is_described(service: dict[str, Any], field: str) -> None:
    assert isinstance(service[field], str)
    assert service[field]


def test_the_service_answers_where_its_id_says(service: dict[str, Any]) -> None:
    assert f"/cds-services/{service['id']}" == SERVICE
    assert service["hook"] == "patient-view"


def test_every_query_has_a_key_and_is_about_the_patient_in_context(service: dict[str, Any]) -> None:
    assert len(service["prefetch"]) == 8
    for key, query in service["prefetch"].items():
        assert re.fullmatch(r"[A-Za-z]+", key)
        assert TOKEN.findall(query) == ["context.patientId"]


def test_no_brace_stands_in_a_query_but_those_of_a_token(service: dict[str, Any]) -> None:
    for query in service["prefetch"].values():
        assert not set(TOKEN.sub("", query)) & set("{}")


def test_queries_use_only_what_every_client_has_to_know(service: dict[str, Any]) -> None:
    allowed = {"patient", "code", "_count", "_sort"}
    for query in service["prefetch"].values():
        parameters = query.partition("?")[2]
        names = {each.partition("=")[0] for each in parameters.split("&") if each}
        assert names <= allowed


def test_every_code_of_a_laboratory_column_is_asked_for(service: dict[str, Any]) -> None:
    queries = " ".join(service["prefetch"].values())

    for column in catalogue().values():
        for system, code in column.codes:
            if system == "http://loinc.org":
                assert f"{system}|{code}" in queries


def test_a_sites_own_codes_are_asked_for() -> None:
    rules = FhirRules.from_toml({"codes": {"crp_mg_l": [{"system": "urn:ours", "code": "CRP-7"}]}})
    client = TestClient(create_app(desk=Desk(rules=rules)))
    (service,) = client.get("/cds-services").json()["services"]

    assert "urn:ours|CRP-7" in service["prefetch"]["labs"]
