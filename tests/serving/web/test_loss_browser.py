"""The page at loss of response in a real browser: asked, read, printed, without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.serving.conftest import Server
from tests.serving.web.conftest import SIZES, Opened, Visit

_OPEN = "all => all.forEach(each => { each.open = true })"


def at_loss(visit: Visit) -> Visit:
    visit.page.click("nav.pages >> text=At loss of response")
    expect(visit.page.locator("nav.pages [aria-current]")).to_have_text("At loss of response")
    return visit


def test_the_second_tab_answers_in_the_page_that_is_there(opened: Opened) -> None:
    visit = at_loss(opened())
    visit.fill("trough", "8.9", "mg/L")
    visit.page.select_option("#antibodies", "negative")
    visit.ask()

    assert "pharmacodynamic" in visit.text("#loss-title")
    assert visit.page.input_value("#trough") == "8.9"
    assert "within the window" in visit.text()
    visit.fill("trough", "9.1")
    expect(visit.page.locator(".changed")).to_be_visible()
    assert "above the window" in visit.ask().text()


def test_a_fault_stands_beside_its_field_and_goes_when_it_is_mended(opened: Opened) -> None:
    visit = at_loss(opened(errors="422"))
    visit.fill("trough", "5").fill("titre", "12").ask()

    assert "a titre has no meaning without it" in visit.told("titre_unit")
    visit.fill("titre_unit", "AU/mL").ask()
    assert visit.told("titre_unit") == ""
    assert visit.page.locator("[data-mechanism=undetermined]").is_visible()


def test_a_unit_that_fits_better_is_named_while_it_is_typed(opened: Opened) -> None:
    visit = at_loss(opened()).fill("trough", "5200")

    assert "Is it in ng/mL?" in visit.told("trough")


def test_it_works_without_scripts(opened: Opened) -> None:
    visit = at_loss(opened(java_script_enabled=False))
    visit.fill("trough", "0.6")
    visit.page.select_option("#antibodies", "high")
    visit.page.click("#submit")

    assert "immunogenic" in visit.text("#loss-title")
    assert visit.page.input_value("#trough") == "0.6"


@pytest.mark.parametrize("size", SIZES, ids=["320", "1440"])
def test_nothing_is_against_wcag_and_nothing_is_too_wide(
    opened: Opened, size: dict[str, int]
) -> None:
    visit = at_loss(opened(errors="422", viewport=size))
    assert visit.violations() == visit.too_wide() == []
    for trough, antibodies in (("8.9", "negative"), ("0.6", "high"), ("x", "low"), ("2", "")):
        visit.fill("trough", trough)
        visit.page.select_option("#antibodies", antibodies)
        visit.ask()
        visit.page.eval_on_selector_all("details", _OPEN)
        assert visit.violations() == visit.too_wide() == []


def test_nothing_typed_is_in_the_log_or_an_address(opened: Opened, server: Server) -> None:
    visit = at_loss(opened())
    visit.fill("trough", "7.65432").ask()

    assert "7.65432" not in server.told()
    assert "7.65432" not in visit.page.url
