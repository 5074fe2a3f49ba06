"""What is refused: all faults at once, with the way out, and without what was sent."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from lorpredict import PackagedModel
from serving.app import create_app
from serving.models import Served, ServedModels

SECRET_NUMBER, SECRET_TEXT = 987654.321, "SECRETTEXT"
JSON = {"content-type": "application/json"}
ROUTES = ["/v1/predict", "/v1/explain"]

CHILD = {"albumin_g_l": 36}
# body, pointer, problem, hint
FAULTS: dict[str, tuple[Any, str, str, str | None]] = {
    "empty object": ({}, "", "expected either record or records, and one of them", None),
    "record and records": (
        {"record": CHILD, "records": [CHILD]}, "",
        "expected either record or records, and one of them", None),
    "no object": ([CHILD], "", "expected a JSON object", None),
    "empty list": ({"records": []}, "/records", "expected at least 1", None),
    "1001 records": ({"records": [CHILD] * 1001}, "/records", "expected at most 1000", None),
    "null": ({"record": None}, "/record", "expected a JSON object", None),
    "record is text": ({"record": "x"}, "/record", "expected a JSON object", None),
    "misspelt field": (
        {"recrod": CHILD}, "/recrod", "no such field", "Did you mean record or records?"),
    "text for a number": (
        {"record": {"age_years": "12"}}, "/record/age_years", "expected 0 to 19 years", None),
    "true for a number": (
        {"record": {"crp_mg_l": True}}, "/record/crp_mg_l", "expected 0 to 500 mg/L", None),
    "number for true": (
        {"record": {"perianal": 1}}, "/record/perianal", "expected true or false", None),
    "unknown level": (
        {"record": {"sex": "f"}}, "/record/sex", "expected one of male, female", None),
    "out of range, another unit": (
        {"record": {"albumin_g_l": 4.2}}, "/record/albumin_g_l", "expected 10 to 60 g/L",
        "Is it in g/dL? g/dL times 10 is g/L"),
    "months for years": (
        {"record": {"age_years": 150}}, "/record/age_years", "expected 0 to 19 years",
        "Is it in months? months divided by 12 is years"),
    "out of range": (
        {"record": {"landmark_day": 200}}, "/record/landmark_day", "expected 84 to 112 days", None),
    "not a step": (
        {"record": {"pcdai_baseline": 31}}, "/record/pcdai_baseline",
        "expected 0 to 100 in steps of 2.5", None),
    "more digits than any number has": (
        {"record": {"esr_mm_h": 10**400}}, "/record/esr_mm_h", "expected 0 to 150 mm/h", None),
    "misspelt column": (
        {"record": {"albumn_g_l": 36}}, "/record/albumn_g_l", "not a column of the catalogue",
        "Did you mean albumin_g_l or albumin_week14_g_l?"),
    "column in another unit": (
        {"record": {"albumin_g_dl": 3.6}}, "/record/albumin_g_dl",
        "not a column of the catalogue", "Send albumin_g_l. g/dL times 10 is g/L"),
    "known only later": (
        {"record": {"ifx_duration_months": 20}}, "/record/ifx_duration_months",
        "not known when the prediction is made, so it may not be sent", None),
    "identity": (
        {"record": {"site": "x"}}, "/record/site",
        "not known when the prediction is made, so it may not be sent", None),
    "a name that is no name": (
        {"record": {"Anna Muster": 1}}, "/record/(unreadable name)",
        "not a column of the catalogue", None),
    "contradiction": (
        {"record": {"age_years": 9, "onset_age_years": 12}}, "/record/onset_age_years",
        "expected at most age_years", None),
    "text for a time": (
        {"record": CHILD, "days_since_first_infusion": ["x"]}, "/days_since_first_infusion/0",
        "expected a number", None),
}  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("body, pointer, problem, hint", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_place_and_the_way_out(
    client: TestClient, route: str, body: Any, pointer: str, problem: str, hint: str | None
) -> None:
    answer = client.post(route, json=body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["faults"] == [{"pointer": pointer, "problem": problem, "hint": hint}]
    assert answer.json()["instance"] == route


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_not_finite_are_refused(client: TestClient, literal: str) -> None:
    body = f'{{"record": {{"albumin_g_l": {literal}}}}}'

    answer = client.post("/v1/predict", content=body, headers=JSON)

    assert answer.status_code == 422
    assert answer.json()["faults"][0]["pointer"] == "/record/albumin_g_l"


def test_all_faults_of_all_records_are_told_at_once(client: TestClient) -> None:
    records = [
        {"albumin_g_l": 4.2, "sex": "x", "albumn_g_l": 1},
        CHILD,
        {"age_years": 9, "onset_age_years": 12, "crp_mg_l": "x"},
    ]

    answer = client.post("/v1/predict", json={"records": records, "dais": [1]})

    assert {fault["pointer"] for fault in answer.json()["faults"]} == {
        "/records/0/albumin_g_l",
        "/records/0/sex",
        "/records/0/albumn_g_l",
        "/records/2/crp_mg_l",
        "/records/2/onset_age_years",
        "/dais",
    }


def test_of_very_many_faults_the_first_hundred_are_listed(client: TestClient) -> None:
    answer = client.post("/v1/predict", json={"records": [{"albumin_g_l": 4.2}] * 150}).json()

    assert answer["detail"] == "150 faults; the first 100 are listed."
    assert len(answer["faults"]) == 100


def test_a_record_with_none_of_the_predictors_is_refused(client: TestClient) -> None:
    (fault,) = client.post("/v1/predict", json={"records": [CHILD, {}]}).json()["faults"]

    assert fault["pointer"] == "/records/1"
    assert fault["problem"] == "holds none of the model's predictors"
    assert "albumin_g_l" in fault["hint"]


@pytest.mark.parametrize("days", [[7300], [365, 7300], [97], [-1]], ids=str)
def test_times_outside_the_follow_up_are_refused(client: TestClient, days: list[float]) -> None:
    body = {"record": CHILD, "days_since_first_infusion": days}

    answer = client.post("/v1/predict", json=body)

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:problem:lorpredict:beyond-follow-up"
    (fault,) = answer.json()["faults"]
    assert fault["pointer"] == f"/days_since_first_infusion/{len(days) - 1}"
    assert "nothing is extrapolated" in fault["hint"]


# content, headers, status, type
BODIES = {
    "nothing": (b"", JSON, 422, "invalid-request"),
    "half an object": (b'{"record": {', JSON, 400, "not-json"),
    "no JSON": (b"albumin=36", JSON, 400, "not-json"),
    "not UTF-8": (b'{"record": "\xff"}', JSON, 400, "not-json"),
    "very deep": (b"[" * 100_000, JSON, 400, "not-json"),
    "text/plain": (b'{"record": {}}', {"content-type": "text/plain"}, 415, "not-json"),
    "no content type": (b'{"record": {}}', {}, 415, "not-json"),
    "a form": (b"record=1", {"content-type": "application/x-www-form-urlencoded"}, 415, "not-json"),
}  # fmt: skip


@pytest.mark.parametrize("content, headers, status, kind", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_json_is_refused(
    client: TestClient, content: bytes, headers: dict[str, str], status: int, kind: str
) -> None:
    answer = client.post("/v1/predict", content=content, headers=headers)

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.json()["type"] == f"urn:problem:lorpredict:{kind}"


@pytest.mark.parametrize("route", [*ROUTES, "/v1/outcome", "/v1/loss-of-response", "/v1/trough"])
def test_of_no_body_it_is_said_that_there_is_none(client: TestClient, route: str) -> None:
    answer = client.post(route, headers=JSON)
    problem = "expected a JSON object, but there is none"

    assert answer.status_code == 422
    assert answer.json()["faults"] == [{"pointer": "", "problem": problem, "hint": None}]


def test_an_unknown_alias_is_not_found_and_the_known_are_named(client: TestClient) -> None:
    answer = client.post("/v1/predict?model=challanger", json={"record": CHILD})

    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "No model is served under this alias; known: champion, challenger. Did you mean challenger?"
    )


def test_a_misspelt_parameter_is_not_answered_by_the_champion(client: TestClient) -> None:
    answer = client.post("/v1/predict?modle=challenger", json={"record": CHILD})

    assert answer.status_code == 422
    assert answer.json()["faults"] == [
        {"pointer": "?modle", "problem": "no such field", "hint": "Did you mean model?"}
    ]


@pytest.mark.parametrize(
    "method, path, status",
    [("GET", "/v1/nothing", 404), ("GET", "/v1/predict", 405), ("DELETE", "/v1/models", 405)],
)
def test_addresses_and_methods_that_are_not_there_are_problems_too(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"]


@pytest.mark.parametrize("route", ROUTES)
def test_no_refusal_repeats_what_was_sent(client: TestClient, route: str) -> None:
    fields = ["albumin_g_l", "sex", "perianal", "pcdai_baseline", "landmark_day", "unknown"]
    for value in (SECRET_NUMBER, SECRET_TEXT, [SECRET_TEXT], {"a": SECRET_NUMBER}):
        for body in (
            {"record": dict.fromkeys(fields, value)},
            {"record": value, "records": value, "days_since_first_infusion": value},
            {"record": CHILD, "days_since_first_infusion": [value]},
            [value],
            value,
        ):
            answer = client.post(route, content=json.dumps(body), headers=JSON)

            assert answer.status_code == 422
            assert str(SECRET_NUMBER) not in answer.text
            assert SECRET_TEXT not in answer.text


@pytest.mark.parametrize(
    "route, records, days, most",
    [("/v1/predict", 334, 60, 20000), ("/v1/explain", 34, 60, 2000), ("/v1/explain", 667, 3, 2000)],
)
def test_more_than_can_be_answered_in_time_is_refused(
    client: TestClient, route: str, records: int, days: int, most: int
) -> None:
    body = {"records": [CHILD] * records, "days_since_first_infusion": [*range(200, 200 + days)]}

    answer = client.post(route, json=body)

    (fault,) = answer.json()["faults"]
    assert (answer.status_code, fault["pointer"]) == (422, "/records")
    assert fault["problem"] == f"expected at most {most} answers (records times days)"
    # As many as a request may hold are explained by the model's own two days.
    assert client.post(route, json={"records": [CHILD] * 1000}).status_code == 200


class Failing:
    """A model that quotes the record when it fails."""

    facts = SimpleNamespace(horizons=(267, 632))

    def predict(self, records: Any, **_: Any) -> None:
        raise KeyError(f"{records} {SECRET_TEXT}")

    answer = predict


@pytest.mark.parametrize("route", ROUTES)
def test_an_unexpected_error_is_logged_by_class_and_place_alone(
    route: str, caplog: pytest.LogCaptureFixture
) -> None:
    served = Served("champion", cast(PackagedModel, Failing()), fingerprint="")
    client = TestClient(create_app(ServedModels(served)))

    answer = client.post(route, json={"record": CHILD})

    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:problem:lorpredict:unexpected"
    assert (answer.json()["detail"], answer.json()["faults"]) == (None, [])
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "unexpected KeyError at test_refusals.py"
    ]
    assert SECRET_TEXT not in answer.text + caplog.text


def test_until_a_model_is_loaded_the_service_says_so() -> None:
    for method, path in [("POST", "/v1/predict"), ("POST", "/v1/explain"), ("GET", "/v1/models")]:
        answer = TestClient(create_app()).request(method, path, json={"record": CHILD})

        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:problem:lorpredict:not-ready"


def test_a_number_that_no_float_can_hold_is_a_fault_like_any_other(client: TestClient) -> None:
    body = '{"record": {"age_years": 1' + "0" * 400 + "}}"
    answer = client.post("/v1/predict", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["pointer"] == "/record/age_years"


def test_a_child_whose_own_landmark_puts_a_time_beyond_follow_up_is_refused(
    client: TestClient, child: dict[str, Any]
) -> None:
    request = {"record": child | {"landmark_day": 112}, "days_since_first_infusion": [105]}
    answer = client.post("/v1/predict", json=request)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:problem:lorpredict:beyond-follow-up"
    assert answer.json()["faults"][0]["pointer"] == "/days_since_first_infusion/0"
