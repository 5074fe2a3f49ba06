"""In a real browser: what is wrong is said while it is typed, and nothing typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from serving.web._files import texts
from tests.serving.web.conftest import Opened, Visit


def _is_wrong(visit: Visit, key: str) -> bool:
    return visit.page.get_attribute(f"#{key}", "aria-invalid") == "true"


@pytest.mark.parametrize(
    "key, text, told",
    [
        ("albumin_g_l", "abc", "a number such as 5.3"),
        ("albumin_g_l", "36,5", "a decimal point"),
        ("albumin_g_l", "3.8", "Outside 10 to 60 g/L, so it will be refused. Is it in g/dL?"),
        ("trough_week14_ug_ml", "-1", "Outside 0 to 100 µg/mL"),
        ("pcdai_baseline", "41", "In steps of 2.5"),
    ],
)
def test_what_will_be_refused_is_said_while_it_is_typed(
    opened: Opened, key: str, text: str, told: str
) -> None:
    visit = opened("full").fill(key, text)

    assert told in visit.told(key)
    assert _is_wrong(visit, key)
    visit.fill(key, "")
    assert visit.told(key) == ""
    assert not _is_wrong(visit, key)


def test_the_right_unit_takes_the_warning_away(opened: Opened) -> None:
    visit = opened("full").fill("albumin_g_l", "3.8")
    assert "g/dL" in visit.told("albumin_g_l")
    visit.page.select_option("#albumin_g_l-unit", "g/dL")

    assert visit.told("albumin_g_l") == ""


def test_what_is_unusual_is_said_and_taken(opened: Opened) -> None:
    visit = opened("full").fill("albumin_g_l", "15")

    assert visit.told("albumin_g_l").startswith("Unusual: 95 of 100 training children")
    assert not _is_wrong(visit, "albumin_g_l")
    visit.ask()
    assert "Albumin: outside the central 95 %" in visit.text(".warnings")


def test_a_number_of_crp_without_its_unit_is_not_read(opened: Opened) -> None:
    visit = opened("full", errors="422")
    visit.page.select_option("#crp_mg_l-unit", "")
    visit.fill("crp_mg_l", "38")
    assert "mg/L, mg/dL" in visit.told("crp_mg_l")
    visit.ask()

    assert "expected the unit of this value" in visit.text(".faults")


def test_every_fault_is_listed_and_leads_to_its_field(opened: Opened) -> None:
    visit = opened("full", errors="422")  # the browser tells of every 422 on its console
    visit.fill("albumin_g_l", "3.8").fill("age_years", "x").fill("onset_age_years", "abc").ask()

    assert visit.page.locator(".faults li").count() == 3
    assert "3 things to mend" in visit.text(".faults h2")
    visit.page.click('.faults a[href="#albumin_g_l"]')
    expect(visit.page.locator("#albumin_g_l")).to_be_focused()
    assert visit.page.input_value("#albumin_g_l") == "3.8"
    assert _is_wrong(visit, "albumin_g_l")
    visit.fill("albumin_g_l", "38").fill("age_years", "11").fill("onset_age_years", "10").ask()
    assert not _is_wrong(visit, "albumin_g_l")


def test_fields_that_contradict_one_another_are_named(opened: Opened) -> None:
    visit = opened("full", errors="422").fill("onset_age_years", "15").ask()

    assert "Age at onset" in visit.text(".faults")
    assert "expected at most Age at first infusion" in visit.text(".faults")
    assert "age_years" not in visit.text(".faults")


def test_not_measured_is_a_choice(opened: Opened) -> None:
    visit = opened("full")
    absent = visit.page.locator('[name="albumin_g_l.not_measured"]')
    assert not absent.is_checked()
    absent.check()
    assert visit.page.input_value("#albumin_g_l") == ""
    visit.fill("albumin_g_l", "31")
    assert not absent.is_checked()
    absent.check()
    visit.ask()

    assert "Albumin" in visit.text(".open")


def test_what_was_not_measured_is_ticked_from_the_start(opened: Opened) -> None:
    visit = opened("gaps")

    assert visit.page.locator('[name="trough_week14_ug_ml.not_measured"]').is_checked()
    assert not visit.page.locator('[name="weight_kg.not_measured"]').is_checked()


# ---- without scripts ------------------------------------------------------------------------


def test_without_scripts_a_plain_form_leads_to_a_plain_answer(opened: Opened) -> None:
    visit = opened("full", java_script_enabled=False)
    visit.page.click("#submit")
    visit.page.wait_for_url("**/risk?model=champion#answers")

    assert "children like this one" in visit.text()
    assert visit.page.input_value("#albumin_g_l") == "31"
    assert visit.page.locator("a[download]").count() == 2
    visit.page.click("[data-beside=challenger]")
    visit.page.wait_for_url("**/risk?model=challenger#answers")
    assert "Answer of the challenger" in visit.text()


def test_without_scripts_faults_stand_by_their_fields(opened: Opened) -> None:
    visit = opened("full", java_script_enabled=False, errors="422").fill("albumin_g_l", "3.8")
    visit.page.click("#submit")

    assert "Is it in g/dL?" in visit.told("albumin_g_l")
    assert visit.page.input_value("#albumin_g_l") == "3.8"
    assert texts()["faults"]["one"] in visit.text(".faults h2")
