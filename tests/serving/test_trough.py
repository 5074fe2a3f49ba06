"""``POST /v1/trough``: forecasts, the individual estimate and regimens of one child."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from lorpredict.pharmacokinetics import (
    DoseHistory,
    MeasuredLevel,
    estimate,
    forecast,
    population_models,
    research_only,
    search_regimens,
)
from lorpredict.pharmacokinetics import _posterior as posterior
from serving.app import create_app
from serving.models import ServedModels
from serving.trough_answers import TroughAnswer
from tests.serving.borders import recorded, settings_for, within

Body = dict[str, Any]
BODY: Body = {
    "history": {
        "age_years": 12.5,
        "infusions": [{"day": day, "dose": 5} for day in (0, 14, 42, 98)],
        "dose_unit": "mg/kg",
        "weight": [{"kg": 40.0}, {"day": 98, "kg": 42.0}],
        "albumin": [{"value": 38}],
        "albumin_unit": "g/L",
    },
    "levels": [{"day": 98, "value": 4.1, "unit": "ug/mL", "assay": "immunoassay"}],
    "days_since_first_infusion": [120, 154],
    "regimens": {"target_ug_ml": 5, "vial_mg": 100, "from_day": 154},
}
HISTORY = DoseHistory.of(
    infusion_days=[0, 14, 42, 98],
    doses_mg_kg=5,
    weight_kg=[(0, 40.0), (98, 42.0)],
    albumin_g_l=38,
)
ESTIMATES = estimate(HISTORY, [MeasuredLevel.of(98, 4.1)])


@pytest.fixture(scope="module")
def alone() -> TestClient:
    """The app without any model."""
    return TestClient(create_app(), raise_server_exceptions=False)


def changed(**parts: Any) -> Body:
    body = copy.deepcopy(BODY)
    for name, change in parts.items():
        body[name] = {**body[name], **change} if isinstance(change, dict) else change
    return body


def answer(client: TestClient, body: Body) -> Body:
    got = client.post("/v1/trough", json=body)
    assert got.status_code == 200, got.text
    told: Body = got.json()
    return told


def faults(client: TestClient, body: Body) -> dict[str, str]:
    got = client.post("/v1/trough", json=body)
    assert got.status_code == 422, got.text
    assert got.headers["content-type"] == "application/problem+json"
    return {
        each["pointer"]: f"{each['problem']}. {each['hint'] or ''}" for each in got.json()["faults"]
    }


def test_the_answer_is_the_librarys_and_needs_no_model(alone: TestClient) -> None:
    told = answer(alone, BODY)
    assert told["population"] == forecast(HISTORY, [120, 154]).to_dict()
    assert told["individual"] == forecast(HISTORY, [120, 154], estimates=ESTIMATES).to_dict()
    assert told["estimate"] == ESTIMATES.to_dict()
    searched = search_regimens(HISTORY, 5, vial_mg=100, from_day=154, estimates=ESTIMATES)
    assert told["regimens"] == searched.to_dict()
    assert told["estimate_missing"] is None
    TroughAnswer.model_validate(told)


def test_every_part_says_that_it_is_for_research_only_and_how_far_models_differ(
    alone: TestClient,
) -> None:
    told = answer(alone, BODY)
    assert told["research_only"] == told["regimens"]["research_only"] == research_only()
    for name in ("population", "individual", "estimate"):
        assert told[name]["research_only"] == research_only()
        assert told[name]["between_models"]
        assert [each["model"] for each in told[name]["models"]] == list(population_models())
    assert all(each["between_models"] for each in told["regimens"]["regimens"])
    assert {each["source"] for each in told["thresholds"]} >= {"Papamichael 2019"}


def test_without_a_level_and_regimens_the_population_is_told_alone(alone: TestClient) -> None:
    body = {name: BODY[name] for name in ("history", "days_since_first_infusion")}
    told = answer(alone, body)
    assert told["individual"] is told["estimate"] is told["regimens"] is None
    assert told["estimate_missing"] == "No level was sent."


def test_an_estimate_that_is_not_found_is_said_and_the_population_answers(
    alone: TestClient,
) -> None:
    with patch.object(posterior, "_MOST_ROUNDS", 1):
        told = answer(alone, BODY)
    assert told["individual"] is told["estimate"] is None
    assert "was not found" in told["estimate_missing"]
    assert told["regimens"]["individual"] is False


@pytest.mark.parametrize(
    "history",
    [
        {"albumin_unit": "g/dL", "albumin": [{"value": 3.8}]},
        {"dose_unit": "mg", "infusions": [
            {"day": day, "dose": dose} for day, dose in ((0, 200), (14, 200), (42, 200), (98, 210))
        ]},
    ],
    ids=["albumin in g/dL", "doses in mg"],
)  # fmt: skip
def test_the_same_child_in_other_units_has_the_same_answer(
    alone: TestClient, history: Body
) -> None:
    assert answer(alone, changed(history=history)) == answer(alone, BODY)


@pytest.mark.parametrize("unit, value", [("mg/L", 4.1), ("µg/mL", 4.1), ("ng/mL", 4100)])
def test_the_same_level_in_other_units_has_the_same_answer(
    alone: TestClient, unit: str, value: float
) -> None:
    level = {**BODY["levels"][0], "unit": unit, "value": value}
    told = answer(alone, changed(levels=[level]))["estimate"]["models"][0]
    assert told["clearance_l_day"] == pytest.approx(
        ESTIMATES["fasanmade-2011-paediatric"].clearance_l_day
    )


def test_weeks_typed_as_days_are_asked_about_in_every_part(alone: TestClient) -> None:
    weeks = [{"day": day, "dose": 5} for day in (0, 2, 6, 14)]
    told = answer(alone, changed(history={"infusions": weeks}))
    for part in ("population", "individual", "estimate", "regimens"):
        assert any("were weeks meant?" in each for each in told[part]["warnings"])


def test_an_onset_alone_says_that_antibodies_were_found(alone: TestClient) -> None:
    onset = {"antibodies_from_day": 20}
    told = answer(alone, changed(history=onset))
    assert told == answer(alone, changed(history={"antibodies": True, **onset}))
    assert told["population"] != answer(alone, BODY)["population"]


def test_a_level_below_its_limit_is_taken_as_such(alone: TestClient) -> None:
    below = [{"day": 98, "unit": "ug/mL", "below_loq": True, "assay": "LC-MS/MS"}]
    told = answer(alone, changed(levels=below))["estimate"]["models"][0]
    expected = estimate(HISTORY, [MeasuredLevel.of(98, below_loq=True, loq=1.0)])
    assert told["clearance_l_day"] == expected[told["model"]].clearance_l_day


INFUSIONS = BODY["history"]["infusions"]
WRONG: dict[str, tuple[Body, str, str]] = {
    "out of order": (
        {"history": {"infusions": [INFUSIONS[0], INFUSIONS[2], INFUSIONS[1]]}},
        "/history/infusions/2/day", "not after the infusion above it",
    ),
    "mg/kg as mg": (
        {"history": {"dose_unit": "mg"}}, "/history/infusions/0/dose",
        "Did you mean mg for each kilogram?",
    ),
    "mg as mg/kg": (
        {"history": {"infusions": [{"day": 0, "dose": 210}]}}, "/history/infusions/0/dose",
        "Did you mean mg in all?",
    ),
    "g/dL as g/L": (
        {"history": {"albumin": [{"value": 3.8}]}}, "/history/albumin/0/value",
        "Did you mean g/dL (albumin_unit)?",
    ),
    "g/L as g/dL": (
        {"history": {"albumin_unit": "g/dL"}}, "/history/albumin/0/value",
        "Did you mean g/L (albumin_unit)?",
    ),
    "age 40": ({"history": {"age_years": 40}}, "/history/age_years", "This is for children"),
    "onset of none": (
        {"history": {"antibodies": False, "antibodies_from_day": 20}},
        "/history/antibodies_from_day", "leave the onset out",
    ),
    "weight": (
        {"history": {"weight": [{"kg": 40}, {"day": 9, "kg": 400}]}}, "/history/weight/1/kg",
        "expected 2 to 150 kg",
    ),
    "negative level": (
        {"levels": [{"day": 98, "value": -1, "unit": "ug/mL"}]}, "/levels/0/value",
        "expected 0 to 500",
    ),
    "level before the first dose": (
        {"levels": [{"day": -1, "value": 1, "unit": "ug/mL"}]}, "/levels/0/day",
        "before the first dose",
    ),
    "unknown assay": (
        {"levels": [{"day": 98, "value": 1, "unit": "ug/mL", "assay": "ouija"}]},
        "/levels/0/assay", "known: LC-MS/MS, immunoassay",
    ),
    "unknown unit": (
        {"levels": [{"day": 98, "value": 1, "unit": "g/L"}]}, "/levels/0/unit", "expected one of",
    ),
    "no dose unit": ({"history": {"dose_unit": "ml"}}, "/history/dose_unit", "mg, mg/kg"),
    "target": ({"regimens": {"target_ug_ml": -5}}, "/regimens/target_ug_ml", "expected above 0"),
    "from a day before": ({"regimens": {"from_day": 90}}, "/regimens/from_day", "next infusion"),
    "weeks": (
        {"regimens": {"intervals_days": [4]}},
        "/regimens/intervals_days", "in days, not in weeks",
    ),
    "a day before": ({"days_since_first_infusion": [-1]}, "/days_since_first_infusion/0", "0 or"),
}  # fmt: skip


@pytest.mark.parametrize("change, pointer, told", WRONG.values(), ids=WRONG)
def test_what_cannot_be_meant_is_named_with_the_way_out(
    alone: TestClient, change: Body, pointer: str, told: str
) -> None:
    assert told in faults(alone, changed(**change))[pointer]


def test_faults_of_form_and_of_content_are_told_at_once(alone: TestClient) -> None:
    body = changed(
        history={"age_years": 40},
        levels=[{"day": 98, "value": -1, "unit": "ug/mL"}, {"day": "late"}],
        regimens={"target_ug_ml": -1},
        between_occasions="yes",
    )
    assert set(faults(alone, body)) == {
        "/history/age_years",
        "/levels/0/value",
        "/levels/1/day",
        "/levels/1/unit",
        "/regimens/target_ug_ml",
        "/between_occasions",
    }


def test_an_unreadable_history_does_not_hide_the_faults_of_levels(alone: TestClient) -> None:
    body = changed(history={"weight": "heavy"}, levels=[{"day": 0, "value": 1, "unit": "mg/L"}])
    assert set(faults(alone, body)) == {"/history/weight", "/levels/0/day"}


@pytest.fixture
def open_client(tmp_path: Path, models: ServedModels) -> Iterator[TestClient]:
    with within(settings_for(tmp_path), models) as opened:
        yield opened


def test_the_audit_keeps_hashes_and_counts(open_client: TestClient, tmp_path: Path) -> None:
    for patient in ("anna", "berta"):
        answer(open_client, {**BODY, "patient_id": patient})
    one, other = recorded(tmp_path)
    assert (one.event, one.status, one.route, one.model) == ("forecast", 200, "/v1/trough", None)
    counts = {name: one.content[name] for name in ("infusions", "levels", "estimated", "regimens")}
    assert counts == {"infusions": 4, "levels": 1, "estimated": True, "regimens": 15}
    assert set(one.content) == {*counts, "fingerprint", "pseudonym"}
    assert one.content["fingerprint"] == other.content["fingerprint"]
    assert one.content["pseudonym"] != other.content["pseudonym"]
    assert "anna" not in json.dumps(one.content)


def test_a_refused_question_is_a_failure_on_record(open_client: TestClient, tmp_path: Path) -> None:
    faults(open_client, changed(history={"age_years": 40}))
    (kept,) = recorded(tmp_path)
    assert (kept.event, kept.content) == ("failure", {"problem": "invalid-request"})


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["day", "dose", "kg", "value", "unit"]), inner)
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=150)
@given(part=st.sampled_from([*BODY, *BODY["history"]]), value=VALUES)
def test_no_body_meets_an_unexpected_error(alone: TestClient, part: str, value: Any) -> None:
    of_history = part in BODY["history"]
    body = changed(history={part: value}) if of_history else {**BODY, part: value}
    content = json.dumps(body)
    got = alone.post("/v1/trough", content=content, headers={"content-type": "application/json"})
    assert got.status_code in (200, 400, 422)
