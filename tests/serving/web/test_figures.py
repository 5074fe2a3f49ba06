"""In a real browser: every figure on the page is the API's, to the last digit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.guidanceresponse import GuidanceResponse
from fhir.resources.R4B.riskassessment import RiskAssessment
from playwright.sync_api import expect

from lorpredict.clinical import catalogue, criteria
from serving.web._files import examples
from tests.serving.conftest import Server
from tests.serving.web.conftest import Opened, Visit
from tests.serving.web.figures import Figures, shown, told

FULL, GAPS, LOST = (examples()[name]["record"] for name in ("full", "gaps", "lost"))
MODELS = ("champion", "challenger")


def _asked_for(visit: Visit, record: dict[str, Any]) -> dict[str, Any]:
    """The part of a record that the form has fields for."""
    keys = visit.page.eval_on_selector_all("[data-field]", "all => all.map(e => e.dataset.field)")
    return {key: value for key, value in record.items() if key in keys}


def _saved(visit: Visit, folder: Path, name: str) -> bytes:
    with visit.page.expect_download() as download:
        visit.page.click(f'a[download="{name}"]')
    assert download.value.suggested_filename == name
    download.value.save_as(folder / name)
    return (folder / name).read_bytes()


@pytest.mark.parametrize("place", [0, 23, 61])
def test_every_figure_of_a_child_is_the_apis(
    opened: Opened, api: Any, children: list[dict[str, Any]], place: int
) -> None:
    visit = opened()
    record = _asked_for(visit, children[place])
    visit.enter(record).ask().beside()

    for model in MODELS:
        figures = shown(visit, model)
        assert figures.horizons
        assert figures == told(api(record, model), figures)


def test_what_is_computed_of_weight_and_height_is_what_the_api_computes(
    opened: Opened, api: Any
) -> None:
    visit = opened("gaps").ask().beside()

    assert "bmi_z" not in GAPS
    for model in MODELS:
        figures = shown(visit, model)
        assert "bmi_z" in figures.panels[-1].contributions
        assert figures == told(api(GAPS, model), figures)


def test_every_value_may_be_typed_in_its_other_unit(opened: Opened, api: Any) -> None:
    visit, record = opened("full"), dict(FULL)
    for key, value in FULL.items():
        for other in catalogue()[key].other_units[-1:]:
            if other.factor != 1:
                text = repr(round(value / other.factor, 4))
                visit.fill(key, text, other.unit)
                record[key] = float(text) * other.factor
    assert record != FULL
    visit.ask()

    figures = shown(visit, "champion")
    assert figures == told(api(record), figures)
    assert figures != told(api({**FULL, "age_years": 11}), figures)


def test_without_scripts_the_figures_are_the_same(opened: Opened, api: Any) -> None:
    visit = opened("gaps", java_script_enabled=False)
    visit.page.click("#submit")
    visit.page.wait_for_url("**/risk?model=champion#answers")
    figures = shown(visit, "champion")
    assert figures == told(api(GAPS), figures)

    visit.page.click("[data-beside=challenger]")
    visit.page.wait_for_url("**/risk?model=challenger#answers")
    figures = shown(visit, "challenger")
    assert figures == told(api(GAPS, "challenger"), figures)


def test_what_is_saved_is_what_was_said(opened: Opened, server: Server, tmp_path: Path) -> None:
    visit = opened("gaps").ask().beside()

    for model in MODELS:
        said = server.post(f"/v1/explain?model={model}", json={"record": GAPS})
        assert _saved(visit, tmp_path, f"lorpredict-{model}.json") == said.content
        fhir = _saved(visit, tmp_path, f"lorpredict-{model}-fhir.json")
        RiskAssessment.model_validate_json(fhir)
        percents = [each["probabilityDecimal"] for each in json.loads(fhir)["prediction"]]
        risks = [100 * each["risk"] for each in said.json()["answers"][0]["horizons"]]
        assert percents == pytest.approx(risks, abs=0.005)  # FHIR tells two decimals


def test_of_a_child_who_has_lost_the_response_no_figure_is_saved(
    opened: Opened, server: Server, tmp_path: Path
) -> None:
    visit = opened("lost").ask()
    said = server.post("/v1/explain", json={"record": LOST})

    assert "%" not in visit.text()
    assert shown(visit, "champion") == Figures([], [], [], [])
    assert _saved(visit, tmp_path, "lorpredict-champion.json") == said.content
    fhir = _saved(visit, tmp_path, "lorpredict-champion-fhir.json")
    assert GuidanceResponse.model_validate_json(fhir).status == "failure"
    assert b"Decimal" not in fhir


def test_everything_that_was_not_confirmed_is_named_and_nothing_told(opened: Opened) -> None:
    visit = opened("full")
    for tick in visit.page.locator('[name^="eligible."]').all():
        tick.uncheck()
    visit.ask()

    statements = [each.statement for each in criteria()]
    assert visit.page.locator("#answers li").all_inner_texts() == statements
    assert "%" not in visit.text()
    expect(visit.page.locator("#answers").locator("svg, table, a, pre")).to_have_count(0)
