"""Values planted in every field of every request come out nowhere but in its answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.fhir_bundles import bundle_of
from tests.serving.conftest import Server
from tests.serving.hooks.calling import SERVICE, asked
from tests.serving.today import prefetch_today, resources_today

pytestmark = pytest.mark.server

TEXT = "PLANTEDTEXT"
KEY = f"Anna {TEXT}"  # a name that a program would give to a field is told
NUMBER = 31.9182736
FHIR = {"content-type": "application/fhir+json"}
RECORD = {
    "patient_id": TEXT, "sex": "female", "age_years": 11.9182736, "albumin_g_l": NUMBER,
    "crp_mg_l": NUMBER, "trough_week14_ug_ml": NUMBER, "weight_kg": NUMBER + 10,
}  # fmt: skip


def planted(content: Any) -> Any:
    """Plant a text into what may hold any, and digits into every value."""
    if isinstance(content, dict):
        return {name: _planted(name, value) for name, value in content.items()}
    if isinstance(content, list):
        return [planted(value) for value in content]
    return content


def _planted(name: str, value: Any) -> Any:
    if name == "id":
        return f"{TEXT}-{value}"
    if name == "value" and isinstance(value, float):
        return value + 0.0182736
    return planted(value)


def personal(resource: dict[str, Any]) -> dict[str, Any]:
    """Add what real resources hold besides."""
    return {
        **planted(resource),
        "identifier": [{"system": f"urn:{TEXT}", "value": TEXT}],
        "text": {"status": "generated", "div": f"<div>{TEXT}</div>"},
        "note": [{"text": TEXT}],
        "extension": [{"url": f"urn:{TEXT}", "valueString": TEXT}],
    }


def planted_trough() -> dict[str, Any]:
    """Doses and a level of one child, with what nobody should find anywhere."""
    history = {
        "age_years": 12.9182736, "dose_unit": "mg/kg", "albumin_unit": "g/L",
        "infusions": [{"day": 0, "dose": 5.9182736}, {"day": 14.9182736, "dose": 5}],
        "weight": [{"kg": 40.9182736}], "albumin": [{"value": 38.9182736}],
    }  # fmt: skip
    level = {"day": 40.9182736, "value": 6.9182736, "unit": "mg/L", "assay": TEXT, "loq": 1}
    return {
        "patient_id": TEXT,
        "history": history,
        "levels": [level],
        "days_since_first_infusion": [60.9182736],
    }


def answered() -> Iterator[tuple[str, Any, dict[str, str]]]:
    """Requests that are answered, abstentions among them."""
    for route in ("/v1/predict", "/v1/explain", "/predict", "/explain"):
        yield route, {"record": RECORD}, {}
        yield route, {"records": [RECORD, RECORD | {"pcdai_week14": 50.0}]}, {}
    resources = [personal(each) for each in resources_today()]
    patient = f"Patient/{TEXT}-child"
    content = json.loads(json.dumps(resources).replace("Patient/child", patient))
    yield "/v1/fhir/predict", bundle_of(content), FHIR
    yield "/v1/fhir/predict", bundle_of(content[1:]), FHIR
    prefetch = {
        key: json.loads(json.dumps(value).replace("Patient/child", patient)) if value else value
        for key, value in {k: planted(v) for k, v in prefetch_today().items()}.items()
    }
    context = {"patientId": f"{TEXT}-child", "userId": f"Practitioner/{TEXT}", "encounterId": TEXT}
    token = {"access_token": TEXT, "token_type": "Bearer", "scope": TEXT, "subject": TEXT}
    yield SERVICE, asked(
        context=context, prefetch=prefetch, fhirServer=f"https://{TEXT}.example",
        fhirAuthorization=token, extension={KEY: TEXT},
    ), {}  # fmt: skip
    yield "/v1/trough", planted_trough(), {}
    yield "/v1/outcome", {"patient_id": TEXT, "outcome": "death", "follow_up_days": 987.918}, {}
    lost = {"trough": 987.918, "trough_unit": "ng/mL", "titre": 987918.5, "titre_unit": TEXT,
            "antibodies": "high", "patient_id": TEXT}  # fmt: skip
    yield "/v1/loss-of-response", lost, {}
    comment = {"reason": {"code": TEXT, "system": TEXT, "display": TEXT}, "userComment": TEXT}
    given = {"card": str(uuid4()), "outcome": "overridden", "overrideReason": comment,
             "outcomeTimestamp": "2026-11-27T10:00:00Z"}  # fmt: skip
    yield f"{SERVICE}/feedback", {"feedback": [given]}, {}


def refused() -> Iterator[tuple[str, Any, dict[str, str]]]:
    """The same with something wrong in them, in the body or in a header."""
    for route, body, headers in answered():
        spoilt = dict(body)
        first = next(iter(spoilt))
        yield route, spoilt | {first: [TEXT, NUMBER]}, headers
        yield route, [body], headers
        yield f"{route}?model={TEXT}&as_of={TEXT}", body | {KEY: TEXT}, headers
    for record in ({"albumin_g_l": TEXT}, {KEY: NUMBER}, {"sex": TEXT}, {"crp_mg_l": -NUMBER}):
        yield "/v1/explain", {"record": RECORD | record}, {}
    yield "/v1/fhir/predict", bundle_of([{"resourceType": TEXT, KEY: TEXT}] * 3, TEXT), FHIR
    yield SERVICE, asked(hook=TEXT, hookInstance=TEXT), {}
    yield f"/cds-services/{TEXT}", asked(), {}
    yield f"/{TEXT}", {KEY: TEXT}, {"Authorization": f"Bearer {TEXT}", "X-API-Key": TEXT}


def test_what_was_sent_stands_in_no_log_no_metric_and_no_record(server: Server) -> None:
    for route, body, headers in answered():
        answer = server.post(route, json=body, headers={**headers, "X-Request-ID": TEXT})
        assert answer.status_code == 200, (route, answer.text)
    for route, body, headers in refused():
        answer = server.post(route, json=body, headers=headers)
        assert answer.status_code in (200, 404, 412, 422), (route, answer.status_code)
        if answer.status_code != 200:  # what CDS Hooks does not know it lets pass
            _holds_nothing(answer.text + str(answer.headers))
    _holds_nothing(server.get("/metrics").text)
    _holds_nothing(server.told())
    for file in server.log.parent.glob("audit.db*"):
        _holds_nothing(file.read_bytes().decode("latin-1"))


def _holds_nothing(told: str) -> None:
    assert TEXT not in told
    for digits in ("9182736", "0182736", "987.918"):
        assert digits not in told


def test_every_line_that_a_worker_writes_is_json_and_names_the_request(server: Server) -> None:
    answer = server.post(f"/v1/predict?model={TEXT}", json={"record": RECORD})
    told = _line_about(answer.headers["x-request-id"], server)

    assert {"time", "level", "logger", "message", "milliseconds"} <= told.keys()
    assert (told["route"], told["status"], told["client"]) == ("/v1/predict", 404, "anonymous")


def _line_about(request: str, server: Server) -> dict[str, Any]:
    """The line is written once the answer is on its way, so it may take a moment."""
    for _ in range(100):
        lines = [json.loads(each) for each in server.told().splitlines() if each.startswith("{")]
        found = [each for each in lines if each.get("request_id") == request]
        if found:
            (line,) = found
            assert isinstance(line, dict)
            return line
        time.sleep(0.05)
    raise AssertionError("no line about the request")
