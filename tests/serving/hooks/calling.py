"""Calls as a clinical system makes them."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.testclient import TestClient

from tests.serving.today import prefetch_today

SERVICE = "/cds-services/lorpredict-week14"


def asked(**changes: Any) -> dict[str, Any]:
    """A good call about the child of today; a change to ... takes the field away."""
    good = {
        "hook": "patient-view",
        "hookInstance": str(uuid.uuid4()),
        "context": {"userId": "Practitioner/p1", "patientId": "child"},
        "prefetch": prefetch_today(),
    }
    return {name: value for name, value in (good | changes).items() if value is not ...}


def call(client: TestClient, **changes: Any) -> Any:
    return client.post(SERVICE, json=asked(**changes))


def card(client: TestClient, **changes: Any) -> dict[str, Any]:
    """The one card of a call that has to succeed."""
    answer = call(client, **changes)
    assert answer.status_code == 200, answer.text
    (told,) = answer.json()["cards"]
    found: dict[str, Any] = told
    return found
