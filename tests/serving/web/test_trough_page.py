"""The page about troughs, without a browser: it says what the API says, and no more."""

from __future__ import annotations

import base64
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lorpredict.pharmacokinetics import population_models, research_only
from serving.app import create_app
from serving.models import ServedModels
from serving.web._files import HERE, trough_texts
from serving.web._trough_form import trough_form
from serving.web.rendering import chance, level
from tests.serving.borders import recorded, settings_for, within

PAGE, ASK = "/trough", "/trough/answer"
FRAGMENT = {"HX-Request": "true"}
SAVED = re.compile(r'trough\.json" href="data:application/json;base64,(.+?)"')
CHILD = {
    "dose_unit": "mg/kg", "albumin_unit": "g/L", "level_unit": "ug/mL", "age_years": "12.5",
    "infusion-1-day": "0", "infusion-1-dose": "5", "infusion-1-weight": "40",
    "infusion-1-albumin": "38", "infusion-2-day": "14", "infusion-2-dose": "5",
    "infusion-3-day": "42", "infusion-3-dose": "5", "infusion-4-day": "98",
    "infusion-4-dose": "5", "infusion-4-weight": "42", "next": "154",
}  # fmt: skip
LEVEL = {"level-1-day": "98", "level-1-value": "4.1", "level-1-assay": "immunoassay"}
TARGET = {"target": "5", "vial": "100"}
BODY: dict[str, Any] = {
    "history": {
        "age_years": 12.5,
        "infusions": [{"day": day, "dose": 5} for day in (0, 14, 42, 98)],
        "dose_unit": "mg/kg",
        "weight": [{"kg": 40}, {"day": 98, "kg": 42}],
        "albumin": [{"value": 38}],
        "albumin_unit": "g/L",
    },
    "levels": [{"day": 98, "value": 4.1, "unit": "ug/mL", "assay": "immunoassay"}],
    "days_since_first_infusion": [154],
    "regimens": {"target_ug_ml": 5, "vial_mg": 100, "from_day": 154},
}


@pytest.fixture(scope="module")
def alone() -> TestClient:
    """The app without any model."""
    return TestClient(create_app(), raise_server_exceptions=False)


def asked(client: TestClient, typed: dict[str, str]) -> str:
    page = client.post(ASK, data=typed, headers=FRAGMENT)
    assert page.status_code == 200, page.text
    told: str = page.text
    return told


def saved(page: str) -> Any:
    return json.loads(base64.b64decode(SAVED.findall(page)[0]))


def rows(page: str, kind: str) -> list[list[str]]:
    """Return the text of every cell of a table, row by row."""
    table = re.findall(rf'<table class="{kind}.*?</table>', page, re.DOTALL)[0]
    body = table.partition("</thead>")[2]
    found = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [[bare(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in found]


def with_interval(each: dict[str, float]) -> str:
    return f"{level(each['median'])} ({level(each['low'])} to {level(each['high'])})"


def bare(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


def test_the_page_says_what_the_api_says(alone: TestClient) -> None:
    page = asked(alone, CHILD | LEVEL | TARGET)
    said = alone.post("/v1/trough", json=BODY)

    assert said.status_code == 200
    assert base64.b64decode(SAVED.findall(page)[0]) == said.content


def test_what_it_is_for_is_said_first_and_on_paper_too(alone: TestClient) -> None:
    page = asked(alone, CHILD)
    before, _, after = page.partition('<p class="research" role="note"><strong>')

    assert bare(before) == "For research only: the trough on day 154"
    assert after.startswith(research_only())
    assert '<p class="demo" role="note"><strong>For research only' in alone.get(PAGE).text
    assert (
        ".research"
        not in (HERE / "static/page.css").read_text("utf-8").partition("@media print")[2]
    )


def test_all_models_stand_side_by_side_with_their_intervals(alone: TestClient) -> None:
    page = asked(alone, CHILD | LEVEL)
    answer = saved(page)
    table = rows(page, "by-model")

    labels = [each.label for each in population_models().values()]
    assert [row[0].removesuffix(" (default)") for row in table] == [*labels, "All, same weight"]
    assert [row[0] for row in table if "(default)" in row[0]] == [f"{labels[0]} (default)"]
    told = [*answer["population"]["models"], answer["population"]["pooled"]]
    own = [*answer["individual"]["models"], answer["individual"]["pooled"]]
    for row, *forecasts in zip(table, told, own, strict=True):
        assert row[1:] == [with_interval(each["levels_ug_ml"][0]) for each in forecasts]


def test_the_spread_between_models_is_told_before_any_of_them(alone: TestClient) -> None:
    page = asked(alone, CHILD)
    (spread,) = saved(page)["population"]["between_models"]

    low, high = (level(spread[f"{end}_median"]) for end in ("lowest", "highest"))
    assert f"The medians of 5 models lie between {low} and {high} µg/mL." in page
    assert page.index("The medians of 5 models") < page.index('class="by-model"')


def test_the_estimate_is_told_with_its_spread_and_only_where_a_level_was_given(
    alone: TestClient,
) -> None:
    page = asked(alone, CHILD | LEVEL)
    first = saved(page)["estimate"]["models"][0]
    own = first["parameters"][0]

    assert own["parameter"] == "clearance"
    assert rows(page, "estimate")[0][1:] == [
        f"{first['clearance_l_day']:.3f}",
        f"{own['factor']:.2f} ({own['low']:.2f} to {own['high']:.2f})",
        f"{first['fitted_ug_ml'][0]:.1f}",
    ]
    assert 'class="estimate' not in asked(alone, CHILD)
    assert "No level was given" in asked(alone, CHILD)


def test_regimens_stand_by_dose_with_the_probability_of_every_model(alone: TestClient) -> None:
    page = asked(alone, CHILD | TARGET)
    regimens = saved(page)["regimens"]["regimens"]
    table = [row for row in rows(page, "regimens") if len(row) > 1]

    doses = [float(each) for each in re.findall(r'data-dose="([\d.]+)"', page)]
    assert doses == sorted(doses) == [each["dose_mg"] for each in regimens]
    assert [len(row) for row in table] == [7] * len(regimens)
    for row, each in zip(table, regimens, strict=True):
        assert row[2:] == [f"{chance(of['probability'])} %" for of in each["models"]]
    assert "2 of your vials" in page
    assert "recommend" not in page.lower()


def test_without_a_target_no_regimen_is_told(alone: TestClient) -> None:
    assert 'class="regimens"' not in asked(alone, CHILD)


def test_a_dose_that_is_too_large_is_named(alone: TestClient) -> None:
    page = asked(alone, CHILD | TARGET | {"maximum": "300"})

    assert "made up to 400 mg: the maximum is 300 mg" in page


@pytest.mark.parametrize("value", ["<1", "<"])
def test_below_the_limit_is_told_and_drawn_as_such(alone: TestClient, value: str) -> None:
    level = {"level-1-day": "98", "level-1-value": value, "level-1-assay": "lc_ms_ms"}
    page = asked(alone, CHILD | level)

    assert "below 1" in page
    assert page.count('<circle class="below-limit"') == 2  # in the picture, and in its key
    assert 'circle class="measured"' not in page


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


def test_what_is_not_known_is_said_to_be_reckoned_as_none(alone: TestClient) -> None:
    page = asked(alone, CHILD)

    assert "Antibodies: not known, and reckoned as none." in page
    assert "Antibodies: not known" not in asked(alone, CHILD | {"antibodies": "false"})


def test_antibodies_of_unknown_onset_are_told_without_them_too(alone: TestClient) -> None:
    page = asked(alone, CHILD | {"antibodies": "true"})
    without = saved(page)["population"]["if_without_antibodies"]

    assert "As if there were no antibodies" in page
    assert rows(page, "by-model")[0][-1] == f"{without[0][0]:.1f}"
    dated = asked(alone, CHILD | {"antibodies": "true", "antibodies_from": "98"})
    assert "As if there were no antibodies" not in dated


def test_what_the_models_do_not_know_is_said(alone: TestClient) -> None:
    page = asked(alone, CHILD)

    for each in population_models().values():
        assert each.population in page.replace("&#39;", "'")
    for told in trough_texts()["answer"]["unknown_list"]:
        assert told in page


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


def test_the_page_runs_nothing_but_its_own_files(alone: TestClient) -> None:
    page = alone.post(ASK, data=CHILD | LEVEL | TARGET)

    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert re.findall(r"\son\w+=|\sstyle=|<style|<script(?! src)", page.text) == []


def test_what_the_page_asks_is_on_record_without_a_dose_a_level_or_a_day(
    tmp_path: Path, models: ServedModels
) -> None:
    typed = CHILD | LEVEL | {"level-1-value": "4.7654", "infusion-4-dose": "5.7654"}
    with within(settings_for(tmp_path), models) as client:
        assert client.post(ASK, data=typed).status_code == 200
        assert client.post(ASK, data=typed | {"age_years": "97.654"}).status_code == 422
    answer, failure = recorded(tmp_path)

    assert (answer.event, answer.content["infusions"], answer.content["levels"]) == (
        "forecast",
        4,
        1,
    )
    assert (failure.event, failure.content) == ("failure", {"problem": "invalid-request"})
    assert not re.search("7654|154", re.sub(r'"[0-9a-f]{64}"', "", answer.content_json))
    assert "7654" not in failure.content_json


@pytest.mark.parametrize(
    ("ug_ml", "told"),
    [(0.04, "<0.1"), (0.349, "0.35"), (2.62, "2.6"), (14.46, "14.5"), (123.4, "123")],
)
def test_a_level_is_told_without_digits_that_no_forecast_has(ug_ml: float, told: str) -> None:
    assert level(ug_ml) == told


def test_none_or_all_of_the_drawn_children_is_not_never_or_always() -> None:
    assert [chance(each) for each in (0.0, 0.002, 0.5, 1.0)] == ["<1", "<1", "50", ">99"]


def test_every_word_of_the_page_is_said_somewhere() -> None:
    written = "".join(
        file.read_text("utf-8") for file in [*HERE.glob("*trough*.py"), *HERE.glob("templates/*")]
    )
    unsaid = [
        f"{group}.{name}"
        for group in ("page", "form", "answer")
        for name in trough_texts()[group]
        if f"w.{group}.{name}" not in written
        and f'said["{name}"]' not in written
        and f'["{group}"]["{name}"]' not in written
        and not name.endswith("_unknown")
    ]
    assert unsaid == []
    needed = [name for name in trough_texts()["typed"] if f'"{name}"' not in written]
    assert [name for name in needed if name not in ("weight_expected", "albumin_expected")] == []
