"""What was done with a card is kept without a word of whoever did it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from serving.models import ServedModels
from tests.serving.borders import recorded, settings_for, within
from tests.serving.hooks.calling import SERVICE, card

WHEN = "2026-11-27T10:00:00Z"
OURS = "urn:lorpredict:override-reasons"


@pytest.fixture
def client(tmp_path: Path, models: ServedModels) -> Iterator[TestClient]:
    with within(settings_for(tmp_path), models) as opened:
        yield opened


def overridden(**changes: Any) -> dict[str, Any]:
    reason = {"reason": {"code": "data-wrong", "system": OURS}, "userComment": "SECRET"}
    good = {
        "card": str(uuid4()),
        "outcome": "overridden",
        "outcomeTimestamp": WHEN,
        "overrideReason": reason,
    }
    return {name: value for name, value in (good | changes).items() if value is not ...}


def give(client: TestClient, *items: dict[str, Any]) -> Any:
    return client.post(f"{SERVICE}/feedback", json={"feedback": list(items)})


def test_feedback_is_taken_and_kept_under_the_name_of_its_card(
    client: TestClient, tmp_path: Path
) -> None:
    told = card(client)
    answer = give(client, overridden(card=told["uuid"]))

    assert (answer.status_code, answer.json()) == (200, {"taken": 1})
    shown, given = recorded(tmp_path)
    assert given.event == "feedback"
    assert given.content["cards"] == [
        {"card": shown.content["cards"][0], "outcome": "overridden", "reason": "data-wrong"}
    ]


def test_nothing_that_somebody_wrote_is_kept(client: TestClient, tmp_path: Path) -> None:
    foreign = {"reason": {"code": "SECRET", "system": "urn:SECRET", "display": "SECRET"},
               "userComment": "SECRET"}  # fmt: skip
    give(client, overridden(), overridden(overrideReason=foreign))

    (given,) = recorded(tmp_path)
    assert [each["reason"] for each in given.content["cards"]] == ["data-wrong", "another system's"]
    assert "SECRET" not in (tmp_path / "audit.db").read_bytes().decode("latin-1")
    assert "SECRET" not in (tmp_path / "audit.db-wal").read_bytes().decode("latin-1")


def test_a_card_that_was_accepted_names_its_suggestions(client: TestClient) -> None:
    accepted = overridden(outcome="accepted", overrideReason=...)

    assert give(client, accepted).status_code == 422
    with_suggestion = accepted | {"acceptedSuggestions": [{"id": str(uuid4())}]}
    assert give(client, with_suggestion).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"card": ...},
        {"card": "no uuid"},
        {"outcome": ...},
        {"outcome": "ignored"},
        {"outcomeTimestamp": ...},
        {"outcomeTimestamp": "yesterday"},
        {"outcomeTimestamp": "2026-11-27T10:00:00"},
        {"overrideReason": {"reason": {"code": "x"}}},
    ],
)
def test_feedback_with_a_fault_is_refused(client: TestClient, changes: dict[str, Any]) -> None:
    answer = give(client, overridden(**changes))

    assert answer.status_code == 422
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_feedback_to_another_service_is_not_taken(client: TestClient) -> None:
    answer = client.post("/cds-services/another/feedback", json={"feedback": [overridden()]})

    assert answer.status_code == 404
