"""What is told has the form that the OpenAPI document promises, byte by byte, or is not told."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from lorpredict.survival import RiskInterval
from serving.answers import ExplainAnswers, RiskAnswers
from serving.app import create_app
from serving.models import Served, ServedModels

FORMS: dict[str, type[BaseModel]] = {"/v1/predict": RiskAnswers, "/v1/explain": ExplainAnswers}
ABSTAINED = [{"sex": "male"}, {"albumin_g_l": 36.0, "pcdai_week14": 45.0}]


@pytest.mark.parametrize("route", FORMS)
@pytest.mark.parametrize("alias", ["champion", "challenger"])
@pytest.mark.parametrize("days", [None, [150.0, 365.0]])
def test_an_answer_has_the_form_that_is_promised(
    client: TestClient, children: list[Any], route: str, alias: str, days: list[float] | None
) -> None:
    body = {"records": [*children, *ABSTAINED]}
    asked = body if days is None else {**body, "days_since_first_infusion": days}

    answer = client.post(f"{route}?model={alias}", json=asked)

    assert answer.status_code == 200
    form = FORMS[route].model_validate_json(answer.content, strict=True)
    assert form.model_dump_json().encode() == answer.content
    reasons = [each["abstention"] for each in answer.json()["answers"] if each["abstention"]]
    assert len(reasons) == len(ABSTAINED)


class Wrong:
    """A model whose answer is spoilt in one place."""

    def __init__(self, model: Any, place: str, value: float) -> None:
        self._model, self._place, self._value = model, place, value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def predict(self, children: Any, **more: Any) -> Any:
        prediction = self._model.predict(children, **more)
        if self._place == "risk":
            return replace(prediction, risk=self._spoilt(prediction.risk))
        low, high = 0 * prediction.risk, 0 * prediction.risk + 1
        ends = {"low": low, "high": high}
        if self._place in ends:
            ends[self._place] = self._spoilt(ends[self._place])
        return replace(prediction, interval=RiskInterval(ends["low"], ends["high"], "made up"))

    def answer(self, children: Any, **more: Any) -> Any:
        contributions = self._model.explain(children, **more)
        if self._place == "values":
            contributions = replace(contributions, values=self._spoilt(contributions.values))
        return self.predict(children, **more), contributions

    def _spoilt(self, numbers: Any) -> Any:
        spoilt = np.array(numbers)
        spoilt[(0,) * spoilt.ndim] = self._value
        return spoilt


@pytest.mark.parametrize("route", FORMS)
@pytest.mark.parametrize(
    "place, value",
    [("risk", math.nan), ("risk", 1.2), ("risk", -0.1), ("low", -0.1), ("high", math.inf)],
)
def test_what_is_no_probability_is_told_to_nobody(
    models: ServedModels, child: Any, route: str, place: str, value: float
) -> None:
    answer = _of_wrong(models, place, value).post(route, json={"record": child})

    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:problem:lorpredict:unexpected"


def test_of_whom_nothing_is_told_nothing_can_be_wrong(models: ServedModels, child: Any) -> None:
    client = _of_wrong(models, "risk", math.nan)
    answer = client.post("/v1/predict", json={"records": [ABSTAINED[0], child]})

    assert answer.status_code == 200
    first, second = answer.json()["answers"]
    assert first["abstention"]["reason"] == "no_usable_labs"
    assert len(second["risks"]) == 2


def test_a_contribution_that_is_no_number_is_told_to_nobody(
    models: ServedModels, child: Any
) -> None:
    client = _of_wrong(models, "values", math.nan)

    assert client.post("/v1/explain", json={"record": child}).status_code == 500
    assert client.post("/v1/predict", json={"record": child}).status_code == 200


def _of_wrong(models: ServedModels, place: str, value: float) -> TestClient:
    model: Any = Wrong(models["champion"].model, place, value)
    app = create_app(ServedModels(Served("champion", model, fingerprint="")))
    return TestClient(app, raise_server_exceptions=False)
