"""Explanations are exact, sorted, and told in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from lorpredict import Cohort, ModelDesign, PackagedModel, develop
from serving.app import create_app
from serving.models import ServedModels
from serving.settings import Settings

Child = dict[str, Any]


def _horizons(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [horizon for one in answer["answers"] for horizon in one["horizons"]]


@pytest.mark.parametrize("alias", ["champion", "challenger"])
def test_contributions_add_up_for_every_child(
    client: TestClient, children: list[Child], alias: str
) -> None:
    answer = client.post(f"/v1/explain?model={alias}", json={"records": children}).json()

    for horizon in _horizons(answer):
        total = sum(each["contribution"] for each in horizon["contributions"])
        # Sums of 18 doubles in another order differ in the last digits.
        assert total == pytest.approx(horizon["contributions_sum"], abs=1e-12)
        assert horizon["base_value"] + total == pytest.approx(horizon["predicted"], abs=1e-12)


def test_contributions_are_those_of_the_packaged_model(
    client: TestClient, champion: PackagedModel, children: list[Child]
) -> None:
    answer = client.post("/v1/explain", json={"records": children}).json()

    explained = champion.explain(children)
    for row, one in enumerate(answer["answers"]):
        for time, horizon in enumerate(one["horizons"]):
            told = {each["predictor"]: each["contribution"] for each in horizon["contributions"]}
            found = np.array([told[name] for name in explained.predictors])
            assert np.abs(found - explained.values[row, :, time]).max() <= 1e-12


def test_a_forest_is_explained_on_the_risk_that_predict_tells(
    client: TestClient, child: Child
) -> None:
    explained = client.post("/v1/explain", json={"record": child}).json()
    predicted = client.post("/v1/predict", json={"record": child}).json()

    risks = [told["risk"] for told in predicted["answers"][0]["risks"]]
    assert explained["scale"] == "risk"
    assert [horizon["risk"] for horizon in _horizons(explained)] == risks
    assert [horizon["predicted"] for horizon in _horizons(explained)] == pytest.approx(risks)


def test_a_cox_model_is_explained_on_the_log_hazard(client: TestClient, child: Child) -> None:
    answer = client.post("/v1/explain?model=challenger", json={"record": child}).json()

    assert answer["scale"] == "log_hazard"
    assert "hazard ×" in _horizons(answer)[0]["contributions"][0]["text"]


def test_a_model_of_times_is_explained_on_the_log_acceleration(
    cohort: Cohort, design: ModelDesign, child: Child, tmp_path: Path
) -> None:
    model = develop(cohort, design, family_names=("aft",), plan="quick").packaged("aft")
    model.save(tmp_path / "served" / "champion")
    settings = Settings(model=str(tmp_path / "served"), allow_stages=("demo",))
    client = TestClient(create_app(ServedModels.load(settings)))

    answer = client.post("/v1/explain", json={"record": child}).json()
    first, last = _horizons(answer)

    assert answer["scale"] == "log_acceleration"
    assert first["contributions"] == last["contributions"]
    largest = first["contributions"][0]
    sooner = "÷" if largest["contribution"] > 0 else "×"
    assert f"time to loss of response {sooner} " in largest["text"]


def test_the_largest_contribution_comes_first(client: TestClient, children: list[Child]) -> None:
    answer = client.post("/v1/explain", json={"records": children[:5]}).json()

    for horizon in _horizons(answer):
        sizes = [abs(each["contribution"]) for each in horizon["contributions"]]
        assert sizes == sorted(sizes, reverse=True)


def test_a_contribution_names_the_value_and_its_unit(client: TestClient, child: Child) -> None:
    answer = client.post("/v1/explain", json={"record": child}).json()

    told = {each["predictor"]: each for each in _horizons(answer)[0]["contributions"]}
    albumin, trough = told["albumin_g_l"], told["trough_week14_ug_ml"]
    assert (albumin["label"], albumin["value"], albumin["unit"]) == ("Albumin", 36, "g/L")
    assert albumin["measured"]
    assert albumin["text"].startswith("Albumin (36 g/L): ")
    assert (trough["value"], trough["measured"]) == (None, False)
    assert told["sex"]["value"] == "female"
    assert told["remission_week14"]["value"] is True


def test_other_times_are_explained_too(client: TestClient, child: Child) -> None:
    request = {"record": child, "days_since_first_infusion": [300, 500, 700]}

    answer = client.post("/v1/explain", json=request).json()

    assert [told["days_since_first_infusion"] for told in _horizons(answer)] == [300, 500, 700]


def test_an_explanation_says_that_it_is_no_advice(client: TestClient, child: Child) -> None:
    assert "not causes" in client.post("/v1/explain", json={"record": child}).json()["reading"]
