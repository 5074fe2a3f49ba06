"""What documents say at loss of response, asked over HTTP: answered, refused, kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lorpredict.pathway import at_loss_of_response, default_pathway
from serving.app import create_app
from serving.models import ServedModels
from tests.serving.borders import recorded, settings_for, within

PATH = "/v1/loss-of-response"
ROWS = {row.key: row for row in default_pathway().rows}
SOUND: dict[str, Any] = {"trough": 5.0, "trough_unit": "ug/mL", "antibodies": "negative"}


@pytest.fixture
def audited(tmp_path: Path, models: ServedModels) -> Iterator[TestClient]:
    with within(settings_for(tmp_path), models) as client:
        yield client


@pytest.mark.parametrize("key", ROWS)
def test_the_answer_is_that_of_the_library(client: TestClient, key: str) -> None:
    asked = dict(ROWS[key].example)
    answer = client.post(PATH, json=asked)

    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(at_loss_of_response(asked).to_dict()))


def test_it_needs_no_model() -> None:
    answer = TestClient(create_app()).post(PATH, json=SOUND)

    assert answer.status_code == 200
    assert answer.json()["mechanism"] == "pharmacodynamic"


def test_every_unit_of_the_document_is_taken(client: TestClient) -> None:
    schema = client.get("/v1/openapi.json").json()["components"]["schemas"]["LossOfResponse"]
    (units,) = (each for each in schema["properties"]["trough_unit"]["anyOf"] if "enum" in each)

    assert set(units["enum"]) == {"ug/mL", "µg/mL", "mg/L", "ng/mL"}
    for unit in units["enum"]:
        value = 5000.0 if unit == "ng/mL" else 5.0
        told = client.post(PATH, json=SOUND | {"trough": value, "trough_unit": unit}).json()
        assert (told["trough"], told["remission"]["trough_ug_ml"]) == ("within", 5.0)


def test_all_faults_are_told_at_once_with_the_way_out(client: TestClient) -> None:
    answer = client.post(PATH, json={
        "trough": -1, "trough_unit": "g", "trough_assay": "radio", "age_years": 40,
        "antibodies": 3, "trogh": 2, "patient_id": "",
    })  # fmt: skip
    told = {fault["pointer"]: fault for fault in answer.json()["faults"]}

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.json()["faults"]) == len(told) == 7
    assert "Leave it out" in told["/trough"]["hint"]
    assert "LC-MS/MS, immunoassay" in told["/trough_assay"]["problem"]
    assert told["/age_years"]["problem"] == "expected 0 to 19 years (house limit)"
    assert told["/trogh"]["hint"] == "Did you mean trough?"
    assert told["/patient_id"]["problem"] == "expected a text that is not empty"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"trough": 5.0}, "/trough_unit"), (SOUND | {"trough": 5200.0}, "/trough"),
     (SOUND | {"trough_loq": 50.0}, "/trough_loq"), ({"titre": 3.0}, "/titre_unit")],
)  # fmt: skip
def test_what_the_form_cannot_know_is_refused_by_the_library(
    client: TestClient, body: dict[str, Any], pointer: str
) -> None:
    answer = client.post(PATH, json=body)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["faults"]] == [pointer]


def test_no_refusal_repeats_what_was_sent(client: TestClient) -> None:
    answer = client.post(PATH, json={"trough": -987.6, "trough_assay": "SECRET", "titre": "SECRET"})

    assert answer.status_code == 422
    assert "SECRET" not in answer.text
    assert "987" not in answer.text


def test_a_contradiction_is_answered_with_what_would_decide_it(client: TestClient) -> None:
    told = client.post(PATH, json=SOUND | {"escalations": 0, "escalation_failed": True}).json()

    assert (told["mechanism"], told["row"]) == ("undetermined", "contradictory")
    assert told["contradictions"]
    assert told["needed"]


def test_the_audit_keeps_bands_and_hashes_and_no_level(audited: TestClient, tmp_path: Path) -> None:
    for titre in (87.65, 43.21):
        body = SOUND | {"trough": 7.6543, "titre": titre, "titre_unit": "AU/mL",
                        "antibodies": "low", "patient_id": "anna"}  # fmt: skip
        assert audited.post(PATH, json=body).status_code == 200
    first, other = recorded(tmp_path)
    kept = first.content["loss_of_response"]

    assert (first.event, first.route, first.model) == ("answer", PATH, None)
    assert kept["row"] == "within-without-antibodies"
    assert (kept["mechanism"], kept["trough"]) == ("pharmacodynamic", "within")
    assert kept["pseudonym"] == other.content["loss_of_response"]["pseudonym"]
    assert kept["fingerprint"] != other.content["loss_of_response"]["fingerprint"]
    assert not any(each in first.content_json for each in ("7.6543", "87.65", "anna"))


def test_of_a_refusal_nothing_is_kept_but_that_there_was_one(
    audited: TestClient, tmp_path: Path
) -> None:
    audited.post(PATH, json={"trough": -1.0})

    (kept,) = recorded(tmp_path)
    assert (kept.event, kept.content) == ("failure", {"problem": "invalid-request"})


def test_a_sites_own_pathway_answers(tmp_path: Path, models: ServedModels) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('[thresholds.window_low_ug_ml]\nvalue = 7\nsource = "our board"', "utf-8")
    with within(settings_for(tmp_path, pathway=file), models) as client:
        told = client.post(PATH, json=SOUND).json()

    assert (told["trough"], told["pathway"]) == ("below", "ours.toml")
    assert told["thresholds"][0]["source"] == "our board"
