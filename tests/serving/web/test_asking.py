"""In a real browser: from the form to the answer, by mouse and by keyboard."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.riskassessment import RiskAssessment
from playwright.sync_api import expect

from serving.web._files import examples, texts
from serving.web.rendering import percent
from tests.serving.conftest import Server
from tests.serving.web.conftest import SIZES, Opened, Visit

FULL = examples()["full"]["record"]


def _horizons(visit: Visit, alias: str = "champion") -> list[dict[str, str]]:
    found: list[dict[str, str]] = visit.page.eval_on_selector_all(
        f"[data-alias={alias}] .horizon", "all => all.map(each => ({ ...each.dataset }))"
    )
    return found


def _saved(visit: Visit, end: str) -> bytes:
    address = visit.page.get_attribute(f'a[download="lorpredict-champion{end}.json"]', "href")
    assert address
    return base64.b64decode(address.split(",")[1])


def test_an_answer_comes_without_a_reload_and_its_heading_has_the_focus(opened: Opened) -> None:
    visit = opened("full")
    before = visit.page.url
    visit.page.evaluate("window.mark = 1")
    visit.ask()

    assert "children like this one" in visit.text()
    assert visit.page.evaluate("window.mark") == 1
    assert visit.page.url == before


def test_what_the_page_says_is_what_the_api_says(opened: Opened, api: Any) -> None:
    visit = opened("full").ask()
    said = api(FULL)["answers"][0]["horizons"]

    for told, horizon in zip(_horizons(visit), said, strict=True):
        assert float(told["day"]) == horizon["days_since_first_infusion"]
        assert float(told["risk"]) == horizon["risk"]
    shown = visit.page.locator(".percent").all_inner_texts()
    assert shown == [f"{percent(horizon['risk'])} %" for horizon in said]
    falls = visit.page.eval_on_selector_all(
        ".waterfall", "all => all.map(each => [each.dataset.base, each.dataset.predicted])"
    )
    assert [[float(each) for each in fall] for fall in falls] == [
        [horizon["base_value"], horizon["predicted"]] for horizon in said
    ]
    rows = dict(
        visit.page.eval_on_selector_all(
            "tr[data-day]",
            "all => all.map(row => [row.dataset.day, row.querySelector('td').dataset.risk])",
        )
    )
    assert [float(rows["365.0"]), float(rows["730.0"])] == [each["risk"] for each in said]


def test_a_value_in_another_unit_is_the_same_value(opened: Opened, api: Any) -> None:
    visit = opened("full").fill("albumin_g_l", "3.1", "g/dL").fill("crp_mg_l", "3.8", "mg/dL").ask()

    said = api(FULL)["answers"][0]["horizons"]
    assert [float(each["risk"]) for each in _horizons(visit)] == [each["risk"] for each in said]


def test_what_was_not_measured_is_named_with_what_it_leaves_open(opened: Opened) -> None:
    visit = opened("gaps").ask()

    names = visit.page.eval_on_selector_all(".open li", "all => all.map(e => e.dataset.predictor)")
    assert "trough_week14_ug_ml" in names
    assert "bmi_z" not in names  # computed from weight and height
    assert "(computed)" in visit.text(".typed")


def test_a_child_who_has_lost_the_response_is_told_no_number(opened: Opened) -> None:
    visit = opened("lost").ask()

    assert texts()["answer"]["no_estimate"] in visit.text()
    assert "already happened" in visit.text()
    assert visit.page.locator(".horizon, .percent").count() == 0


def test_without_every_tick_no_risk_is_told(opened: Opened) -> None:
    visit = opened("full")
    visit.page.uncheck('[name="eligible.in_response"]')
    visit.ask()

    assert visit.page.locator(".answer li").count() == 1
    assert "In response at week 14" in visit.text()
    assert visit.page.locator(".horizon").count() == 0


def test_the_challenger_stands_beside_the_champion_and_only_once(opened: Opened, api: Any) -> None:
    visit = opened("full").ask()
    for _ in range(2):
        visit.page.click("[data-alias=champion] [data-beside=challenger]")
        expect(visit.page.locator("#busy")).to_have_text("")
        expect(visit.page.locator("[data-alias=challenger] h2")).to_be_focused()

    assert visit.page.locator("[data-alias]").count() == 2
    left, right = (visit.page.locator(f"[data-alias={alias}]").bounding_box()
                   for alias in ("champion", "challenger"))  # fmt: skip
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]
    said = api(FULL, "challenger")["answers"][0]["horizons"]
    found = [float(each["risk"]) for each in _horizons(visit, "challenger")]
    assert found == [each["risk"] for each in said]


def test_the_keyboard_alone_leads_to_an_answer(opened: Opened) -> None:
    visit = opened()
    keys = visit.page.keyboard
    keys.press("Tab")
    expect(visit.page.locator(".skip")).to_be_focused()
    keys.press("Enter")
    for _ in range(3):
        keys.press("Tab")
        if visit.page.evaluate("document.activeElement.textContent") == "everything known":
            break
    keys.press("Enter")
    visit.page.wait_for_url("**/?example=full")
    for _ in range(140):
        keys.press("Tab")
        shown = visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert shown == "solid"
        if visit.page.evaluate("document.activeElement.id") == "submit":
            break
    keys.press("Enter")
    expect(visit.page.locator("#champion-title")).to_be_focused()


def test_ticks_choices_and_tabs_take_keys(opened: Opened) -> None:
    visit = opened("full")
    keys = visit.page.keyboard
    visit.page.focus('[name="eligible.in_response"]')
    keys.press("Space")
    expect(visit.page.locator('[name="eligible.in_response"]')).not_to_be_checked()
    keys.press("Space")
    visit.page.focus("#sex")
    keys.press("ArrowUp")
    assert visit.page.input_value("#sex") != FULL["sex"]
    visit.page.focus('[name="perianal"][value="true"]')
    keys.press("ArrowDown")
    expect(visit.page.locator('[name="perianal"][value="false"]')).to_be_checked()
    visit.page.focus('[name="albumin_g_l.not_measured"]')
    keys.press("Space")
    assert visit.page.input_value("#albumin_g_l") == ""
    visit.page.focus("#submit")
    keys.press("Space")
    expect(visit.page.locator("#champion-title")).to_be_focused()

    visit.page.focus(".tab:last-of-type input")
    expect(visit.page.locator(".panel-2")).to_be_visible()
    keys.press("ArrowUp")
    expect(visit.page.locator(".panel-1")).to_be_visible()
    expect(visit.page.locator(".panel-2")).to_be_hidden()
    assert "female" not in visit.text(".typed")


@pytest.mark.parametrize("size", SIZES, ids=["320", "1440"])
def test_nothing_is_wider_than_the_window(opened: Opened, size: dict[str, int]) -> None:
    visit = opened("gaps", viewport=size)
    assert visit.too_wide() == []
    visit.ask()
    visit.page.click("[data-beside=challenger]")
    visit.page.wait_for_selector("[data-alias=challenger]")
    visit.page.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")
    assert visit.too_wide() == []


def test_the_print_has_everything_but_the_form(opened: Opened) -> None:
    visit = opened("full").ask()
    visit.page.emulate_media(media="print")

    for hidden in ("#record", ".actions", ".skip"):
        assert not visit.page.locator(hidden).is_visible(), hidden
    for shown in (
        ".demo",
        ".lead",
        "footer",
        ".percent >> nth=0",
        ".waterfall >> nth=0",
        ".waterfall >> nth=1",
    ):
        assert visit.page.locator(shown).is_visible(), shown


def test_the_answer_is_taken_along(opened: Opened, server: Server, tmp_path: Path) -> None:
    visit = opened("full", permissions=["clipboard-read", "clipboard-write"]).ask()
    said = server.post("/v1/explain", json={"record": FULL})
    with visit.page.expect_download() as download:
        visit.page.click('a[download="lorpredict-champion.json"]')
    download.value.save_as(tmp_path / "saved.json")

    assert (tmp_path / "saved.json").read_bytes() == said.content == _saved(visit, "")
    assessment = json.loads(_saved(visit, "-fhir"))
    assert RiskAssessment.model_validate(assessment).status == "final"
    assert "Albumin 31 g/L" in assessment["note"][1]["text"]
    visit.page.click("[data-copy]")
    expect(visit.page.locator(".said")).to_have_text(texts()["actions"]["copied"])
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert "DEMONSTRATION ONLY" in copied
    assert f"12 months: {percent(said.json()['answers'][0]['horizons'][0]['risk'])} %" in copied


def test_where_a_browser_lets_no_page_copy_the_text_is_there_to_mark(opened: Opened) -> None:
    visit = opened("full")
    visit.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")
    visit.ask().page.click("[data-copy]")

    expect(visit.page.locator(".said")).to_have_text(texts()["actions"]["copy_failed"])
    expect(visit.page.locator("#champion-plain")).to_be_focused()
    assert "DEMONSTRATION ONLY" in visit.text("#champion-plain")


def test_the_page_weighs_less_than_600_kb(opened: Opened) -> None:
    sizes: list[int] = []
    visit = opened()
    visit.page.on("response", lambda answer: sizes.append(len(answer.body())))
    visit.open("full").ask()

    assert len(sizes) >= 5  # page, styles, two scripts, answer
    assert sum(sizes) < 600_000
