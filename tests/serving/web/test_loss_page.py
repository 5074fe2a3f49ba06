"""The page at loss of response, without a browser: it says what the API says, and no more."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lorpredict.pathway import (
    Situation,
    default_pathway,
    pathway_of,
    remission_by_trough,
)
from serving.app import create_app
from serving.desk import Desk
from serving.models import ServedModels
from serving.web._files import HERE, loss_texts
from serving.web._loss_drawing import spreads
from serving.web._loss_form import LossForm
from serving.web._tabs import tabs
from tests.serving.borders import recorded, settings_for, within

ASK, PAGE = "/loss-of-response/answer", "/loss-of-response"
ROWS = {row.key: row for row in default_pathway().rows}
SAVED = re.compile(r'of-response\.json" href="data:application/json;base64,(.+?)"')
FRAGMENT = {"HX-Request": "true"}
SOUND = {"trough": "8.9", "trough_unit": "ug/mL", "antibodies": "negative"}


def typed(situation: dict[str, Any]) -> dict[str, str]:
    """What a person types for a situation."""
    words = {True: "true", False: "false"}
    return {
        name: words[value] if isinstance(value, bool) else str(value)
        for name, value in situation.items()
    }


@pytest.mark.parametrize("key", ROWS)
def test_the_page_says_what_the_api_says(client: TestClient, key: str) -> None:
    asked = dict(ROWS[key].example)
    page = client.post(ASK, data=typed(asked), headers=FRAGMENT)
    said = client.post("/v1/loss-of-response", json=asked)

    assert page.status_code == 200
    assert base64.b64decode(SAVED.findall(page.text)[0]) == said.content
    assert f'data-row="{key}"' in page.text
    for option in said.json()["options"]:
        assert f'data-option="{option["key"]}"' in page.text
    for told in said.json()["not_covered"]:
        assert f"<li>{told}</li>" in page.text


def test_every_field_of_a_situation_can_be_typed() -> None:
    form = LossForm.of(default_pathway())

    assert {*form.fields, "trough_unit"} == set(Situation.__dataclass_fields__)


def test_both_documents_stand_side_by_side(client: TestClient) -> None:
    page = client.post(ASK, data=SOUND, headers=FRAGMENT).text

    assert page.count('class="position"') == 2
    assert "another class of drug" in page
    assert "regained remission" in page


def test_remission_is_told_with_bands_spread_and_the_authors_words(client: TestClient) -> None:
    page = client.post(ASK, data=SOUND, headers=FRAGMENT).text

    assert page.count('class="remission"') == 2
    assert "0 of 12 to 6 of 18" in page
    assert "stand at 32 and 39 %" in page
    assert "The authors:" in page
    assert "very unlikely" in page


def test_why_remission_is_not_told_is_said(client: TestClient) -> None:
    page = client.post(ASK, data=SOUND | {"antibodies": "low"}, headers=FRAGMENT).text

    assert 'class="remission"' not in page
    assert "Not told here: Patients with antibodies were not in Ungar 2019" in page


def test_effects_stand_with_their_intervals(client: TestClient) -> None:
    page = client.post(ASK, data=SOUND | {"trough": "0.6", "antibodies": "high"}).text

    assert "combination less monotherapy: 55 percentage points (95 % interval 35 to 69)" in page
    assert "combination divided by monotherapy: 0.29 (95 % interval 0.17 to 0.51)" in page


def test_faults_stand_beside_their_fields_in_the_words_of_the_page(client: TestClient) -> None:
    wrong = {"trough": "-1", "trough_unit": "ug/mL", "age_years": "40", "titre": "3",
             "escalations": "1,5", "antibodies": "much"}  # fmt: skip
    page = client.post(ASK, data=wrong)

    assert page.status_code == 422
    for key in ("trough", "age_years", "titre_unit", "escalations", "antibodies"):
        assert re.search(rf'id="{key}-told">[^<]+</p>', page.text), key
    assert "“Below the limit of quantification”" in page.text
    assert "trough_below_loq</p>" not in page.text
    assert 'value="-1"' in page.text


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("trough", "12,5", "decimal point"),
        ("trough", "<0.4", "expected a number such as"),
        ("escalations", "1.5", "expected a number"),
        ("steroids", "perhaps", "expected one of yes, no"),
        ("trough_unit", "g", "expected one of ug/mL"),
        ("colour", "red", "this form has no such field"),
    ],
)
def test_what_cannot_be_read_is_told(client: TestClient, name: str, value: str, told: str) -> None:
    page = client.post(ASK, data=SOUND | {name: value}, headers=FRAGMENT)

    assert page.status_code == 422
    assert told in page.text


def test_what_was_typed_cannot_become_part_of_the_page(client: TestClient) -> None:
    page = client.post(ASK, data=SOUND | {"titre_unit": '"><script>alert(1)</script>'})

    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
def test_no_other_site_can_ask(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post(ASK, data=SOUND, headers=headers).status_code == 403


def test_a_body_that_is_no_form_is_refused_in_words(client: TestClient) -> None:
    answer = client.post(ASK, json=SOUND)

    assert answer.status_code == 422
    assert "could not be read" in answer.text


def test_it_needs_no_model() -> None:
    client = TestClient(create_app())

    assert client.get(PAGE).status_code == client.post(ASK, data=SOUND).status_code == 200


def test_the_page_offers_the_assays_of_the_site() -> None:
    site = pathway_of({"assays": {"ours": {"label": "Our kit", "loq_ug_ml": 0.3, "source": "us"}}})
    client = TestClient(create_app(desk=Desk(pathway=site)))

    assert ">Our kit</option>" in client.get(PAGE).text


def test_what_the_page_asks_is_on_record_without_a_level(
    tmp_path: Path, models: ServedModels
) -> None:
    with within(settings_for(tmp_path), models) as client:
        assert client.post(ASK, data=SOUND | {"trough": "7.6543"}).status_code == 200
        assert client.post(ASK, data=SOUND | {"trough": "-7.6543"}).status_code == 422
    answer, failure = recorded(tmp_path)

    assert answer.content["loss_of_response"]["row"] == "within-without-antibodies"
    assert (failure.event, failure.content) == ("failure", {"problem": "invalid-request"})
    assert "7.6543" not in answer.content_json + failure.content_json


@pytest.mark.parametrize("tab", tabs(), ids=lambda tab: tab.address)
def test_every_tab_leads_to_a_page_that_knows_where_it_is(client: TestClient, tab: Any) -> None:
    page = client.get(tab.address)

    assert page.status_code == 200
    assert f'<a href="{tab.address}" aria-current="page">{tab.label}</a>' in page.text
    assert page.text.count("aria-current") == 1
    assert all(f'href="{other.address}"' in page.text for other in tabs())


def test_the_page_runs_nothing_but_its_own_files(client: TestClient) -> None:
    page = client.post(ASK, data=SOUND)

    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert re.findall(r"\son\w+=|\sstyle=|<style|<script(?! src)", page.text) == []


def test_every_word_of_the_page_is_said_somewhere() -> None:
    written = "".join(
        file.read_text("utf-8") for file in [*HERE.glob("loss_*.py"), *HERE.glob("templates/*")]
    )
    unsaid = [
        f"{group}.{name}"
        for group in ("page", "form", "answer")
        for name in loss_texts()[group]
        if f"w.{group}.{name}" not in written and f'["{group}"]["{name}"]' not in written
    ]
    assert unsaid == []


def test_the_picture_shows_the_bands_the_families_and_the_trough() -> None:
    first, second = spreads(remission_by_trough(9.5))

    assert (first.at.months, second.at.months) == (6, 12)
    assert first.mark == pytest.approx(1000 * 6.5 / 13)
    assert len(first.counts) == len(first.intervals) == 3
    low, _, high = first.counts
    assert (low.x, low.x + low.width) == pytest.approx((0, 1000 * 1.7 / 13), abs=0.02)
    assert (high.y, high.height) == pytest.approx((1000 * 2 / 3, 1000 / 3), abs=0.02)
    assert first.log_normal.startswith("M")
    assert first.log_normal != first.shifted


def test_beyond_the_last_quartile_no_trough_is_marked() -> None:
    assert [each.mark for each in spreads(remission_by_trough(20.0))] == [None, None]


def test_the_answer_that_is_saved_is_json(client: TestClient) -> None:
    page = client.post(ASK, data=SOUND, headers=FRAGMENT).text

    assert json.loads(base64.b64decode(SAVED.findall(page)[0]))["mechanism"] == "pharmacodynamic"
