"""The page about troughs, without a browser: it says what the API says, and no more."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from lorpredict.pharmacokinetics import population_models, research_only
from serving.app import create_app
from serving.models import ServedModels
from serving.web._files import HERE, trough_texts
from serving.web.rendering import chance, level
from tests.serving.borders import recorded, settings_for, within
from tests.serving.web.troughs import (
    ASK,
    BODY,
    CHILD,
    LEVEL,
    PAGE,
    SAVED,
    TARGET,
    asked,
    bare,
    rows,
    saved,
    with_interval,
)


@pytest.fixture(scope="module")
def alone() -> TestClient:
    """The app without any model."""
    return TestClient(create_app(), raise_server_exceptions=False)


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
    assert answer.content.keys() == {"infusions", "levels", "estimated", "regimens", "fingerprint"}
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
