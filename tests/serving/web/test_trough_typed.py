"""What is typed into the form about troughs: read, or refused with every fault beside its field."""

from __future__ import annotations

import json
import re

import pytest
from starlette.testclient import TestClient

from serving.app import create_app
from serving.web._files import trough_texts
from serving.web._trough_form import trough_form
from tests.serving.web.troughs import (
    ASK,
    BODY,
    CHILD,
    FRAGMENT,
    LEVEL,
    PAGE,
    TARGET,
    asked,
    bare,
    saved,
)


@pytest.fixture(scope="module")
def alone() -> TestClient:
    """The app without any model."""
    return TestClient(create_app(), raise_server_exceptions=False)


def test_a_level_in_ng_ml_is_the_same_level(alone: TestClient) -> None:
    other = LEVEL | {"level-1-value": "4100"}

    assert saved(asked(alone, CHILD | other | {"level_unit": "ng/mL"})) == saved(
        asked(alone, CHILD | LEVEL)
    )


def test_dates_are_counted_into_days(alone: TestClient) -> None:
    dates = {"infusion-1-day": "2026-01-05", "infusion-2-day": "2026-01-19",
             "infusion-3-day": "2026-02-16", "infusion-4-day": "2026-04-13",
             "next": "2026-06-08", "level-1-day": "2026-04-13"}  # fmt: skip
    page = asked(alone, CHILD | LEVEL | dates)

    assert saved(page) == saved(asked(alone, CHILD | LEVEL))
    assert "the trough on day 154 (2026-06-08)" in page


@pytest.mark.parametrize("example", trough_texts()["examples"])
def test_every_made_up_child_is_answered(alone: TestClient, example: str) -> None:
    page = alone.get(PAGE, params={"example": example}).text
    typed = trough_texts()["examples"][example]["typed"]

    assert f'value="{typed["age_years"]}"' in page
    assert "the trough on" in asked(alone, {key: each for key, each in typed.items() if each})


def test_faults_stand_beside_their_fields_all_at_once(alone: TestClient) -> None:
    wrong = CHILD | {"infusion-2-dose": "200", "infusion-4-weight": "x", "age_years": "40",
                     "infusion-3-day": "7", "level-1-day": "0", "level-1-value": "-2",
                     "target": "-5"}  # fmt: skip
    page = alone.post(ASK, data=wrong)

    assert page.status_code == 422
    for key in wrong.keys() - CHILD.keys() | {"infusion-2-dose", "infusion-4-weight", "age_years",
                                              "infusion-3-day"}:  # fmt: skip
        assert re.search(rf'id="{key}-told"[^>]*>[^<]+</p>', page.text), key
        assert f'data-fault="{key}"' in page.text
    assert "Did you mean mg in all?" in page.text
    assert 'value="200"' in page.text


def test_an_empty_form_says_everything_that_is_expected(alone: TestClient) -> None:
    page = alone.post(ASK, data={"albumin_unit": "g/L"}, headers=FRAGMENT)

    expected = ["infusion-1-day", "infusion-1-dose", "infusion-1-weight", "infusion-1-albumin",
                "dose_unit", "next", "age_years"]  # fmt: skip
    assert page.status_code == 422
    assert re.findall(r'data-fault="(.*?)"', page.text) == expected


def test_what_cannot_be_read_makes_no_fault_elsewhere_and_hides_none(alone: TestClient) -> None:
    wrong = CHILD | {"infusion-1-day": "x", "infusion-3-dose": "", "infusion-4-weight": "-1"}
    page = alone.post(ASK, data=wrong, headers=FRAGMENT)

    expected = ["infusion-1-day", "infusion-3-dose", "infusion-4-weight"]
    assert re.findall(r'data-fault="(.*?)"', page.text) == expected


def test_a_row_that_is_left_out_moves_no_fault(alone: TestClient) -> None:
    moved = {"infusion-6-day": "140", "infusion-6-dose": "900", "level-1-day": "98",
             "level-1-value": "4", "level-3-day": "120", "level-3-value": "-1"}  # fmt: skip
    page = alone.post(ASK, data=CHILD | moved, headers=FRAGMENT)

    assert re.findall(r'data-fault="(.*?)"', page.text) == ["infusion-6-dose", "level-3-value"]


@pytest.mark.parametrize("example", ["level", "limit"])
def test_no_name_of_the_api_is_left_in_the_words(alone: TestClient, example: str) -> None:
    typed = {
        key: each for key, each in trough_texts()["examples"][example]["typed"].items() if each
    }
    wrong = typed | {"infusion-1-albumin": "38" if example == "limit" else "3.8",
                     "infusion-2-dose": "7" if example == "limit" else "200", "hours": "0",
                     "level-1-value": "<", "level-1-assay": "", "level-2-day": "50",
                     "level-2-value": "-1"}  # fmt: skip
    page = alone.post(ASK, data=wrong, headers=FRAGMENT)
    told = bare(re.sub(r"\s+", " ", page.text))

    assert page.status_code == 422
    assert re.findall(r"\w+_\w+|\bloq\b", told) == []
    assert "Did you mean" in told


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("infusion-2-dose", "5,5", "decimal point"),
        ("infusion-2-day", "2026-01-05", "2026-03-14"),
        ("next", "week 22", "expected days since the first infusion"),
        ("next", "90", "expected the day of the next infusion"),
        ("level-1-value", "low", "or &lt;0.4"),
        ("infusions", "2.5", "a whole number"),
        ("doses", "5,7", "with blanks between"),
        ("intervals", "4", "expected 7 to 182 days"),
        ("dose_unit", "g", "expected one of mg/kg"),
        ("antibodies_from", "42", "expected only where"),
        ("vial", "0", "above 0"),
        ("colour", "red", "this form has no such field"),
    ],
)
def test_what_cannot_be_meant_is_told(alone: TestClient, name: str, value: str, told: str) -> None:
    page = alone.post(ASK, data=CHILD | LEVEL | TARGET | {name: value}, headers=FRAGMENT)

    assert page.status_code == 422
    assert told in page.text


def test_regimens_without_a_target_ask_for_one(alone: TestClient) -> None:
    page = alone.post(ASK, data=CHILD | {"vial": "100"}, headers=FRAGMENT)

    assert re.findall(r'data-fault="(.*?)"', page.text) == ["target"]


def test_a_folded_row_with_a_fault_is_open(alone: TestClient) -> None:
    page = alone.post(ASK, data=CHILD | {"infusion-7-day": "x", "infusion-7-dose": "5"}).text

    assert "<details open>" in page
    assert "<details open>" not in alone.post(ASK, data=CHILD | {"age_years": "x"}).text


def test_every_field_of_the_form_is_read(alone: TestClient) -> None:
    typed = CHILD | LEVEL | TARGET | {
        "hours": "3", "antibodies": "true", "antibodies_from": "98", "immunomodulator": "true",
        "immunomodulator_from": "14", "immunomodulator_until": "98", "maximum": "500",
        "rounding": "up", "infusions": "4", "doses": "5 10", "intervals": "42 56",
    }  # fmt: skip
    body = json.loads(json.dumps(BODY))
    for each in body["history"]["infusions"]:
        each["hours"] = 3
    body["history"] |= {
        "antibodies": True,
        "antibodies_from_day": 98,
        "immunomodulator": [
            {"taken": False},
            {"day": 14, "taken": True},
            {"day": 98, "taken": False},
        ],
    }
    body["regimens"] |= {"maximum_mg": 500, "rounding": "up", "infusions": 4,
                         "doses_mg_kg": [5, 10], "intervals_days": [42, 56]}  # fmt: skip

    assert saved(asked(alone, typed)) == alone.post("/v1/trough", json=body).json()
    singles = {key for key in trough_form().fields if "-" not in key}
    assert singles <= typed.keys()


def test_what_was_typed_cannot_become_part_of_the_page(alone: TestClient) -> None:
    page = alone.post(ASK, data=CHILD | {"next": '"><script>alert(1)</script>'})

    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
def test_no_other_site_can_ask(alone: TestClient, headers: dict[str, str]) -> None:
    assert alone.post(ASK, data=CHILD, headers=headers).status_code == 403


def test_a_body_that_is_no_form_is_refused_in_words(alone: TestClient) -> None:
    answer = alone.post(ASK, json=CHILD)

    assert answer.status_code == 422
    assert "could not be read" in answer.text
