"""The page about troughs in a real browser: asked, read, printed, without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.serving.conftest import Server
from tests.serving.web.conftest import SIZES, Opened, Visit
from tests.serving.web.troughs import CHILD, LEVEL, TARGET

_OPEN = "all => all.forEach(each => { each.open = true })"
_CHOSEN = {"dose_unit", "albumin_unit", "level_unit", "level-1-assay"}


def at_trough(visit: Visit) -> Visit:
    visit.page.click("nav.pages >> text=Dosing by trough")
    expect(visit.page.locator("nav.pages [aria-current]")).to_have_text("Dosing by trough")
    return visit


def fill_in(visit: Visit, typed: dict[str, str]) -> Visit:
    for key, text in typed.items():
        if key in _CHOSEN:
            visit.page.select_option(f"#{key}", text)
        else:
            visit.fill(key, text)
    return visit


def test_the_third_tab_answers_in_the_page_that_is_there(opened: Opened) -> None:
    visit = fill_in(at_trough(opened()), CHILD | LEVEL | TARGET).ask()

    assert visit.text(".research").startswith("For research only")
    assert "the trough on day 154" in visit.text("#trough-title")
    assert visit.page.locator(".by-model tbody tr").count() == 6
    assert visit.page.locator(".regimens tr[data-dose]").count() == 15
    assert visit.page.input_value("#infusion-4-weight") == "42"
    visit.fill("next", "140")
    expect(visit.page.locator(".changed")).to_be_visible()
    assert "the trough on day 140" in visit.ask().text("#trough-title")


def test_faults_stand_beside_their_fields_and_go_when_they_are_mended(opened: Opened) -> None:
    visit = fill_in(at_trough(opened(errors="422")), CHILD | {"infusion-2-dose": "200"})
    visit.fill("age_years", "40").ask()

    assert "Did you mean mg in all?" in visit.told("infusion-2-dose")
    assert "0 to 19 years" in visit.told("age_years")
    visit.page.click("[data-fault=infusion-2-dose]")
    expect(visit.page.locator("#infusion-2-dose")).to_be_focused()
    visit.fill("infusion-2-dose", "5").fill("age_years", "12").ask()
    assert visit.told("infusion-2-dose") == visit.told("age_years") == ""
    assert "the trough on day 154" in visit.text()


def test_an_age_that_will_be_refused_says_so_while_it_is_typed(opened: Opened) -> None:
    visit = at_trough(opened()).fill("age_years", "150")

    assert visit.told("age_years") == "Outside 0 to 19 years, so it will be refused."


def test_a_fault_in_what_is_folded_away_is_seen(opened: Opened) -> None:
    visit = fill_in(at_trough(opened(errors="422")), CHILD)
    visit.page.eval_on_selector_all("details", _OPEN)
    visit.fill("infusion-9-dose", "5")
    visit.page.eval_on_selector_all("details", _OPEN.replace("true", "false"))
    visit.ask()

    assert "expected the day" in visit.told("infusion-9-day")


def test_it_works_without_scripts(opened: Opened) -> None:
    visit = fill_in(at_trough(opened(java_script_enabled=False)), CHILD | LEVEL)
    visit.page.click("#submit")

    assert "the trough on day 154" in visit.text("#trough-title")
    assert visit.page.input_value("#level-1-value") == "4.1"
    assert visit.page.input_value("#dose_unit") == "mg/kg"


def test_on_paper_stands_what_it_is_for_and_not_the_form(opened: Opened) -> None:
    visit = fill_in(at_trough(opened()), CHILD | TARGET).ask()
    visit.page.emulate_media(media="print")

    assert visit.page.locator(".research").is_visible()
    assert visit.page.locator(".plot.trough").is_visible()
    assert not visit.page.locator("#record").is_visible()


@pytest.mark.parametrize("size", SIZES, ids=["320", "1440"])
def test_nothing_is_against_wcag_and_nothing_is_too_wide(
    opened: Opened, size: dict[str, int]
) -> None:
    visit = at_trough(opened(errors="422", viewport=size))
    assert visit.violations() == visit.too_wide() == []
    for more in ({"age_years": "40", "infusion-2-day": "x"}, {}, LEVEL | TARGET):
        fill_in(visit, CHILD | more).ask()
        visit.page.eval_on_selector_all("details", _OPEN)
        assert visit.violations() == visit.too_wide() == []
    visit.page.check('[name="antibodies"][value="true"]')
    visit.fill("level-1-value", "<").ask()
    visit.page.eval_on_selector_all("details", _OPEN)
    assert visit.violations() == visit.too_wide() == []


def test_nothing_typed_is_in_the_log_or_an_address(opened: Opened, server: Server) -> None:
    visit = fill_in(at_trough(opened()), CHILD | LEVEL | {"level-1-value": "7.65432"}).ask()

    assert "7.65432" not in server.told()
    assert "7.65432" not in visit.page.url
