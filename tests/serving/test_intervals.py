"""How sure a risk is travels with the answer; a model that cannot say says so."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from lorpredict import Cohort, ModelDesign, develop
from lorpredict.evaluation import ValidationPlan
from lorpredict.survival import NO_INTERVAL
from serving.app import create_app
from serving.models import ServedModels
from serving.settings import Settings
from tests.fhir_bundles import bundle_of
from tests.serving.hooks.calling import card
from tests.serving.today import resources_today

PLAN = ValidationPlan(repeats=1, resamples=20, resamples_of_trees=0, draws=0)


@pytest.fixture(scope="module")
def sure(
    cohort: Cohort, design: ModelDesign, tmp_path_factory: pytest.TempPathFactory
) -> TestClient:
    """Ridge Cox as champion, which can say; XGBoost as challenger, which cannot."""
    place = tmp_path_factory.mktemp("served")
    made = develop(cohort, design, family_names=("boosting",), plan=PLAN)
    for alias, family in {"champion": "ridge", "challenger": "boosting"}.items():
        made.packaged(family).save(place / alias)
    settings = Settings(model=str(place), allow_stages=("demo",))
    return TestClient(create_app(ServedModels.load(settings)))


def risks(answer: dict[str, Any]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = answer["answers"][0]["risks"]
    return told


def test_every_risk_comes_with_its_interval(sure: TestClient, child: dict[str, Any]) -> None:
    answer = sure.post("/v1/predict", json={"record": child}).json()
    assert answer["interval"].startswith("95 % interval")
    for told in risks(answer):
        assert 0 < told["risk_low"] < told["risk"] < told["risk_high"] < 1


def test_an_explanation_carries_the_same_interval(sure: TestClient, child: dict[str, Any]) -> None:
    told = risks(sure.post("/v1/predict", json={"record": child}).json())
    explained = sure.post("/v1/explain", json={"record": child}).json()
    horizons = explained["answers"][0]["horizons"]
    for end in ("risk_low", "risk_high"):
        assert [each[end] for each in horizons] == [each[end] for each in told]


def test_a_card_and_a_risk_assessment_carry_the_interval_too(sure: TestClient) -> None:
    told = card(sure)
    assert "95 % interval" in told["summary"]
    answer = sure.post("/v1/fhir/predict", json=bundle_of(resources_today()))
    for prediction in answer.json()["prediction"]:
        ends = prediction["probabilityRange"]
        assert 0 < ends["low"]["value"] < ends["high"]["value"] < 100
        assert f"{ends['low']['value']:.0f} to {ends['high']['value']:.0f} %" in told["detail"]


def test_a_family_that_cannot_say_says_so(sure: TestClient, child: dict[str, Any]) -> None:
    answer = sure.post("/v1/predict?model=challenger", json={"record": child}).json()
    assert answer["interval"] == NO_INTERVAL
    assert all(each["risk_low"] is None and each["risk_high"] is None for each in risks(answer))
