"""Nobody passes who may not, and no answer leaves that is not on record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.models import ServedModels
from tests.serving.borders import recorded, settings_for, within

Child = dict[str, Any]
PLANTED = "PLANTEDTEXT"


@pytest.fixture
def open_client(tmp_path: Path, models: ServedModels) -> Iterator[TestClient]:
    with within(settings_for(tmp_path), models) as client:
        yield client


def test_every_answer_is_on_record_with_model_and_child(
    open_client: TestClient, tmp_path: Path, child: Child
) -> None:
    answer = open_client.post("/v1/explain", json={"record": child | {"patient_id": "anna"}})

    (kept,) = recorded(tmp_path)
    assert (kept.event, kept.route, kept.status) == ("answer", "/v1/explain", 200)
    assert kept.request_id == answer.headers["x-request-id"]
    assert kept.model is not None
    assert kept.model["fingerprint"] == answer.json()["model"]["fingerprint"]
    (row,) = kept.content["children"]
    told = answer.json()["answers"][0]
    assert row["risks"] == [[h["days_since_first_infusion"], h["risk"]] for h in told["horizons"]]
    assert row["missing"] == told["missing"]


def test_one_child_has_one_pseudonym_and_another_record_another_fingerprint(
    open_client: TestClient, tmp_path: Path, child: Child
) -> None:
    named = child | {"patient_id": "anna"}
    for record in (named, dict(reversed(named.items())), named | {"albumin_g_l": 31}):
        open_client.post("/v1/predict", json={"record": record})

    first, again, other = (each.content["children"][0] for each in recorded(tmp_path))
    assert first == again
    assert first["pseudonym"] == other["pseudonym"]
    assert first["fingerprint"] != other["fingerprint"]


def test_a_child_beyond_the_model_is_an_abstention_on_record(
    open_client: TestClient, tmp_path: Path, child: Child
) -> None:
    body = {"record": child | {"pcdai_week14": 30, "remission_week14": False}}
    answer = open_client.post("/v1/predict", json=body).json()["answers"][0]

    assert answer["risks"] == []
    assert answer["abstention"]["reason"] == "already_lost_response"
    (kept,) = recorded(tmp_path)
    assert kept.event == "abstention"
    assert kept.content["children"][0]["reason"] == "already_lost_response"


@pytest.mark.parametrize(
    "before, now, reason",
    [
        (40.0, 17.5, "already_lost_response"),
        (20.0, 15.0, "no_response"),
        (20.0, 5.0, None),
        (12.5, 7.5, None),  # remission, however small the fall
        (40.0, 15.0, None),
    ],
)
def test_a_response_that_is_not_there_cannot_be_lost(
    open_client: TestClient, child: Child, before: float, now: float, reason: str | None
) -> None:
    known = {name: value for name, value in child.items() if name != "remission_week14"}
    record = known | {"pcdai_baseline": before, "pcdai_week14": now}
    answer = open_client.post("/v1/predict", json={"record": record}).json()["answers"][0]

    assert (answer["abstention"] or {}).get("reason") == reason
    assert bool(answer["risks"]) is (reason is None)


def test_a_refusal_is_a_failure_on_record(open_client: TestClient, tmp_path: Path) -> None:
    open_client.post("/v1/predict", json={"record": {"albumin_g_l": 3.6}})
    open_client.post("/v1/predict", content=b"{", headers={"content-type": "application/json"})
    open_client.post("/v1/predict?model=nobody", json={"record": {"albumin_g_l": 36}})

    kept = [(each.event, each.status, each.content) for each in recorded(tmp_path)]
    assert kept == [
        ("failure", 422, {"problem": "invalid-request"}),
        ("failure", 400, {"problem": "not-json"}),
        ("failure", 404, {"problem": "unknown-model"}),
    ]


def test_an_outcome_is_on_record_under_the_pseudonym_of_the_child(
    open_client: TestClient, tmp_path: Path, child: Child
) -> None:
    open_client.post("/v1/predict", json={"record": child | {"patient_id": "anna"}})
    body = {"patient_id": "anna", "outcome": "secondary_lor", "follow_up_days": 411}
    answer = open_client.post("/v1/outcome", json=body)

    asked, became = recorded(tmp_path)
    assert answer.json() == {"recorded": True, "request_id": became.request_id}
    assert became.event == "outcome"
    assert became.content == {
        "pseudonym": asked.content["children"][0]["pseudonym"],
        "outcome": "secondary_lor",
        "follow_up_months": 13,
    }


@pytest.mark.parametrize(
    "fault, pointer, problem",
    [
        ({"outcome": "died"}, "/outcome",
         "expected one of secondary_lor, administrative_end, stopped_infliximab, transferred, "
         "surgery, death"),
        ({"patient_id": ""}, "/patient_id", "expected a text that is not empty"),
        ({"patient_id": "a" * 129}, "/patient_id", "expected a text of at most 128 characters"),
        ({"follow_up_days": -1}, "/follow_up_days", "expected 0 or more"),
        ({"follow_up_days": 1e6}, "/follow_up_days", "expected at most 7300"),
        ({"follow_up_days": None}, "/follow_up_days", "expected a number"),
    ],
    ids=["outcome", "no identifier", "long identifier", "negative", "too long ago", "null"],
)  # fmt: skip
def test_an_outcome_with_a_fault_is_refused_with_what_was_expected(
    open_client: TestClient, fault: Child, pointer: str, problem: str
) -> None:
    body = {"patient_id": "a", "outcome": "death", "follow_up_days": 1} | fault
    answer = open_client.post("/v1/outcome", json=body)

    assert answer.status_code == 422
    assert answer.json()["faults"] == [{"pointer": pointer, "problem": problem, "hint": None}]


def test_an_outcome_of_nobody_in_particular_is_refused(open_client: TestClient) -> None:
    answer = open_client.post("/v1/outcome", json={"outcome": "death", "follow_up_days": 1})

    assert answer.json()["faults"][0]["problem"] == "expected, but not there"


def test_where_the_audit_cannot_be_written_nothing_is_answered_and_later_all_is_well(
    tmp_path: Path, models: ServedModels, child: Child, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "serving.recording")
    place = tmp_path / "audit"
    place.mkdir()
    with within(settings_for(place), models) as client:
        assert client.post("/v1/predict", json={"record": child}).status_code == 200
        aside = place.rename(tmp_path / "aside")
        place.write_text("no folder", "utf-8")
        refused = client.post("/v1/predict", json={"record": child})
        assert client.post("/v1/predict", json={"record": child}).status_code == 503
        place.unlink()
        aside.rename(place)
        after = client.post("/v1/predict", json={"record": child})

    assert (refused.status_code, after.status_code) == (503, 200)
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["type"] == "urn:problem:lorpredict:audit-unavailable"
    assert "risks" not in refused.text
    assert str(tmp_path) not in refused.text
    told = [each.getMessage() for each in caplog.records if each.name == "serving.recording"]
    assert len(told) == 2  # once when it began to refuse, once when that was over
    assert told[0].startswith("nothing is answered, since the audit cannot be written: ")
    assert told[1] == "the audit is written again"


def test_where_no_audit_is_kept_no_outcome_is_said_to_be(client: TestClient) -> None:
    body = {"patient_id": "anna", "outcome": "death", "follow_up_days": 200}
    answer = client.post("/v1/outcome", json=body)

    assert answer.status_code == 503
    assert "keeps no audit" in answer.json()["detail"]


BODIES: list[bytes] = [
    b'{"record": {"albumin_g_l": 36, "age_years": 12}}',
    b'{"records": [{"albumin_g_l": 36}, {"crp_mg_l": 3.5, "pcdai_week14": 40}]}',
    b'{"record": {"albumin_g_l": 3.6, "sex": 1}, "unknown": 1}',
    b'{"record": {"albumin_g_l": NaN}}',
    b'{"record": {"onset_age_years": 9, "age_years": 5, "crp_mg_l": "5,3"}}',
    b'{"record": {"albumin_g_l": 36}, "days_since_first_infusion": [1e9]}',
    b"[]",
    b"{",
    b"",
    b"[" * 100_000,
]


@pytest.mark.parametrize("query", ["", "?model=challenger", "?model=nobody", "?modle=champion"])
@pytest.mark.parametrize("route", ["/v1/predict", "/v1/explain"])
def test_the_short_way_and_the_long_way_answer_alike(
    client: TestClient, open_client: TestClient, route: str, query: str
) -> None:
    for body in BODIES:
        for headers in ({"content-type": "application/json"}, {}):
            short = open_client.post(route + query, content=body, headers=headers)
            long = client.post(route + query, content=body, headers=headers)

            assert (short.status_code, short.content) == (long.status_code, long.content)
            assert short.headers["content-type"] == long.headers["content-type"]
