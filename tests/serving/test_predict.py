"""What the service answers is what the packaged model says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from lorpredict import PackagedModel

Child = dict[str, Any]


def _risks(answers: dict[str, Any]) -> np.ndarray[Any, Any]:
    return np.array([[told["risk"] for told in one["risks"]] for one in answers["answers"]])


def test_risks_of_the_whole_cohort_are_those_of_the_packaged_model(
    client: TestClient, champion: PackagedModel, children: list[Child]
) -> None:
    answer = client.post("/v1/predict", json={"records": children})

    expected = champion.predict(children)
    assert len(children) == 69
    assert answer.status_code == 200
    # The same numbers travel as JSON, which keeps every digit.
    assert np.abs(_risks(answer.json()) - expected.risk).max() <= 1e-12
    assert [tuple(one["missing"]) for one in answer.json()["answers"]] == list(expected.missing)
    assert [tuple(one["warnings"]) for one in answer.json()["answers"]] == list(expected.warnings)


def test_a_missing_trough_is_answered_and_named(client: TestClient, children: list[Child]) -> None:
    without = next(child for child in children if "trough_week14_ug_ml" not in child)

    answer = client.post("/v1/predict", json={"record": without}).json()

    assert answer["answers"][0]["missing"] == ["trough_week14_ug_ml"]


def test_null_means_not_measured(client: TestClient, child: Child) -> None:
    absent = client.post("/v1/predict", json={"record": child}).json()
    null = client.post("/v1/predict", json={"record": child | {"crp_mg_l": None}}).json()

    assert absent == null


def test_the_challenger_answers_when_it_is_asked(
    client: TestClient, challenger: PackagedModel, children: list[Child]
) -> None:
    answer = client.post("/v1/predict?model=challenger", json={"records": children}).json()

    assert answer["model"]["alias"] == "challenger"
    assert answer["model"]["family"] == "ridge"
    assert np.abs(_risks(answer) - challenger.predict(children).risk).max() <= 1e-12


def test_every_answer_says_which_model_and_how_far_to_trust_it(
    client: TestClient, champion: PackagedModel, child: Child
) -> None:
    model = client.post("/v1/predict", json={"record": child}).json()["model"]

    assert model["stage"] == "demo"
    assert model["reasons"] == list(champion.facts.reasons)
    assert model["cautions"] == ["trained on synthetic children: demonstration only"]
    assert model["design"] == {"name": "week14", "version": 1}
    assert len(model["fingerprint"]) == 64


def test_horizons_count_from_the_first_infusion_and_from_the_landmark(
    client: TestClient, child: Child
) -> None:
    answer = client.post("/v1/predict", json={"record": child | {"landmark_day": 100}}).json()

    days = [
        (told["days_since_first_infusion"], told["days_since_landmark"])
        for told in answer["answers"][0]["risks"]
    ]
    assert days == [(365, 265), (730, 630)]


def test_other_times_are_told_for_each_child_by_its_own_landmark(
    client: TestClient, champion: PackagedModel, child: Child
) -> None:
    records = [child | {"landmark_day": day} for day in (100, 90, 100)]
    request = {"records": records, "days_since_first_infusion": [200, 400]}

    answer = client.post("/v1/predict", json=request).json()

    told = [[risk["days_since_landmark"] for risk in one["risks"]] for one in answer["answers"]]
    assert told == [[100, 300], [110, 310], [100, 300]]
    assert _risks(answer)[1] == pytest.approx(
        champion.predict(records[1:2], days_since_first_infusion=[200, 400]).risk[0], abs=1e-12
    )


def test_a_thousand_records_are_answered_in_their_order(
    client: TestClient, champion: PackagedModel, children: list[Child]
) -> None:
    many = (children * 15)[:1000]

    answer = client.post("/v1/predict", json={"records": many}).json()

    assert np.abs(_risks(answer) - champion.predict(many).risk).max() <= 1e-12


def test_whole_numbers_are_numbers(client: TestClient, child: Child) -> None:
    whole = client.post("/v1/predict", json={"record": child | {"albumin_g_l": 36}}).json()
    with_point = client.post("/v1/predict", json={"record": child | {"albumin_g_l": 36.0}}).json()

    assert whole == with_point
