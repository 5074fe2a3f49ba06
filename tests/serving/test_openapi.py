"""The OpenAPI document says what the server does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from lorpredict.clinical import catalogue
from serving.answers import ExplainAnswers, ModelsDescribed, RiskAnswers
from serving.app import create_app, show_docs
from serving.errors import Problem
from serving.messages import record_fields

NUMBERS = [name for name, column in record_fields().items() if column.kind == "number"]
CATEGORIES = [name for name, column in record_fields().items() if column.kind == "category"]


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/v1/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def columns(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]["ChildRecord"]["properties"]
    return found


def test_albumin_is_documented_with_unit_and_range(columns: dict[str, Any]) -> None:
    albumin = columns["albumin_g_l"]

    assert (albumin["unit"], albumin["minimum"], albumin["maximum"]) == ("g/L", 10, 60)
    assert albumin["type"] == ["number", "null"]
    assert albumin["title"] == "Albumin"
    assert "Missing means" in albumin["description"]


def test_every_column_that_is_known_at_the_landmark_may_be_sent_and_no_other(
    columns: dict[str, Any],
) -> None:
    known = {key for key, column in catalogue().items() if column.may_predict}

    assert set(columns) == known | {"landmark_day", "patient_id"}


def _status(client: TestClient, name: str, value: Any) -> int:
    record = {"sex": "female", "crp_mg_l": 1.0} | {name: value}
    return int(client.post("/v1/predict", json={"record": record}).status_code)


@pytest.mark.parametrize("name", NUMBERS)
def test_a_documented_range_is_the_range_that_is_taken(
    client: TestClient, columns: dict[str, Any], name: str
) -> None:
    low, high = columns[name]["minimum"], columns[name]["maximum"]

    assert [_status(client, name, value) for value in (low, high, None)] == [200, 200, 200]
    assert [_status(client, name, value) for value in (low - 0.1, high + 0.1)] == [422, 422]


@pytest.mark.parametrize("name", CATEGORIES)
def test_documented_levels_are_the_levels_that_are_taken(
    client: TestClient, columns: dict[str, Any], name: str
) -> None:
    assert {_status(client, name, level) for level in columns[name]["enum"]} == {200}
    assert _status(client, name, "another") == 422


def test_the_example_of_the_document_is_answered(
    client: TestClient, document: dict[str, Any]
) -> None:
    (example,) = document["components"]["schemas"]["Question"]["examples"]

    assert client.post("/v1/predict", json=example).status_code == 200


def test_refusals_are_documented_as_problems(document: dict[str, Any]) -> None:
    responses = document["paths"]["/v1/predict"]["post"]["responses"]

    refused = {"400", "401", "403", "404", "413", "415", "422", "429", "503", "504"}
    assert set(responses) == {"200", *refused}
    for status in refused:
        (media,) = responses[status]["content"].items()
        schema = {"$ref": "#/components/schemas/Problem"}
        assert media == ("application/problem+json", {"schema": schema})


def test_answers_have_the_documented_form(client: TestClient, child: dict[str, Any]) -> None:
    body = {"record": child}

    # Nothing more and nothing less than these types hold, or the validation fails.
    RiskAnswers.model_validate_json(client.post("/v1/predict", json=body).text)
    ExplainAnswers.model_validate_json(client.post("/v1/explain", json=body).text)
    ModelsDescribed.model_validate_json(client.get("/v1/models").text)
    Problem.model_validate_json(client.post("/v1/predict", json={}).text)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["record", "records", "days_since_first_infusion", "age_years", "sex"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(body=JSON_VALUES)
def test_no_body_meets_an_unexpected_error(client: TestClient, body: Any) -> None:
    # A refusal names its faults; only an error in the service itself would be a 500.
    assert _post(client, body).status_code in (200, 422)


def _post(client: TestClient, body: Any) -> Any:
    content = json.dumps(body)
    return client.post("/v1/explain", content=content, headers={"content-type": "application/json"})


def test_the_documentation_page_is_off_unless_asked_for(client: TestClient) -> None:
    assert client.get("/v1/docs").status_code == 404


def test_the_documentation_page_asks_no_other_host() -> None:
    app = create_app()
    show_docs(app)
    page = TestClient(app).get("/v1/docs").text

    assert "swagger-ui-bundle.js" in page
    assert "http://" not in page
    assert "https://" not in page
