"""What a card says: of what there is none, what moved the risk, and who taught the model."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from starlette.testclient import TestClient

from lorpredict.explanation.wording import rounds_to_nothing
from lorpredict.fhir import FhirRules, read_prefetch
from serving import hooks
from serving.assessing import Assessed, assess
from serving.models import ServedModels
from tests.serving.hooks.calling import card
from tests.serving.today import prefetch_today


@pytest.fixture
def assessed(models: ServedModels) -> Assessed:
    """The child of today, before the challenger, whose scale is the hazard."""
    reading = read_prefetch(prefetch_today(), as_of=datetime.now(UTC).date())
    return assess(reading, models["challenger"], FhirRules.default())


def moved(assessed: Assessed, *contributions: float) -> Assessed:
    """The same child, of whom the first predictors moved the risk so far and the others not."""
    assert assessed.contributions is not None
    values = np.full_like(assessed.contributions.values, -2e-16)
    values[0, : len(contributions)] = np.array(contributions)[:, None]
    return replace(assessed, contributions=replace(assessed.contributions, values=values))


def detail(assessed: Assessed) -> str:
    (told,) = hooks.response(assessed, base_url="").cards
    return told.detail


def test_what_rounds_to_nothing_did_not_move_the_risk(assessed: Assessed) -> None:
    child = moved(assessed, 0.27, 0.004)

    (reason,) = child.reasons(0)
    assert reason.text == "hazard × 1.31"
    assert "hazard × 1.00" not in detail(child)


def test_where_nothing_moved_the_risk_nothing_is_said_to(assessed: Assessed) -> None:
    assert "What moved the risk by 24 months most" in detail(assessed)
    assert "What moved" not in detail(moved(assessed))


def test_nothing_is_what_is_worded_so() -> None:
    assert rounds_to_nothing(0.004, "log_hazard")
    assert not rounds_to_nothing(0.006, "log_hazard")
    assert rounds_to_nothing(-2e-16, "risk")


def test_what_the_client_has_none_of_is_named(client: TestClient) -> None:
    prefetch = prefetch_today() | {"medicationStatements": None, "anna": None}
    told = card(client, prefetch=prefetch)["detail"]

    assert "- medicationStatements: the client has none" in told
    assert "- a key that was not asked for: the client has none" in told
    assert "anna" not in told


def test_synthetic_children_are_called_so(client: TestClient) -> None:
    told = card(client)["detail"]

    assert "trained with 69 synthetic children of whom 18 lost the response." in told
