"""In a real browser: a slow service and a failed one, WCAG, and what no other page may do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Response, Route, expect

from serving.web._files import texts
from serving.web.rendering import POLICY
from tests.serving.conftest import Server
from tests.serving.web.conftest import SIZES, Opened, Visit

SAID = texts()["service"]
RISK = "**/risk*"


def _says(visit: Visit, text: str) -> None:
    expect(visit.page.locator("#answers .refusal")).to_contain_text(text)


def test_a_slow_service_is_told_to_be_slow(opened: Opened) -> None:
    visit = opened("full")

    held: list[Route] = []
    visit.page.route(RISK, lambda route: held.append(route))
    visit.page.click("#submit")
    expect(visit.page.locator("#busy")).to_have_text(texts()["form"]["busy"])
    expect(visit.page.locator("#submit")).to_be_disabled()
    expect(visit.page.locator("#busy")).to_have_text(SAID["slow"])
    held.pop().continue_()
    expect(visit.page.locator("#champion-title")).to_be_focused()
    expect(visit.page.locator("#busy")).to_have_text("")


def test_a_service_out_of_reach_is_told_and_what_was_typed_stays(opened: Opened) -> None:
    visit = opened("full", errors="ERR_FAILED|^htmx:")
    visit.page.route(RISK, lambda route: route.abort())
    visit.page.click("#submit")
    _says(visit, SAID["unreachable"])
    expect(visit.page.locator(".refusal h2")).to_be_focused()

    assert visit.page.input_value("#albumin_g_l") == "31"
    visit.page.unroute(RISK)
    visit.ask()
    assert "children like this one" in visit.text()


def test_a_gateway_that_answers_in_the_place_of_the_service_is_told(opened: Opened) -> None:
    visit = opened("full", errors="502")
    visit.page.route(RISK, lambda route: route.fulfill(status=502, body="<h1>nginx</h1>"))
    visit.page.click("#submit")

    _says(visit, SAID["unreachable"])
    assert "nginx" not in visit.text()


def test_what_the_service_refuses_is_told_in_its_words(opened: Opened) -> None:
    visit = opened("full", errors="404")
    visit.page.evaluate("document.getElementById('record').setAttribute('hx-post', '/risk?model=x')"
                        " || htmx.process(document.getElementById('record'))")  # fmt: skip
    visit.page.click("#submit")

    _says(visit, "No such model")


def test_nothing_typed_is_in_the_log_or_an_address(opened: Opened, server: Server) -> None:
    visit = opened("full")
    addresses: list[str] = []
    visit.page.on("request", lambda asked: addresses.append(asked.url))
    visit.fill("age_years", "11.273").fill("crp_mg_l", "37.193").ask()

    assert "37.2 mg/L" in visit.text()
    assert addresses
    for told in (server.told(), *addresses):
        assert "37.193" not in told
        assert "11.273" not in told


# ---- what axe-core finds --------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=["320", "1440"])
def test_nothing_is_against_wcag_on_the_form_and_the_answers(
    opened: Opened, size: dict[str, int]
) -> None:
    visit = opened(viewport=size)
    assert visit.violations() == []
    visit.open("gaps").ask()
    visit.page.click("[data-beside=challenger]")
    visit.page.wait_for_selector("[data-alias=challenger]")
    visit.page.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")

    assert visit.violations() == []


@pytest.mark.parametrize("size", SIZES, ids=["320", "1440"])
def test_nothing_is_against_wcag_where_no_risk_is_told(
    opened: Opened, size: dict[str, int]
) -> None:
    visit = opened("full", errors="422|ERR_FAILED|^htmx:", viewport=size)
    visit.fill("albumin_g_l", "3.8").fill("age_years", "x").ask()
    assert visit.sections() == ["answer faults"]
    assert visit.violations() == visit.too_wide() == []
    visit.open("full").page.uncheck('[name="eligible.in_response"]')
    assert visit.ask().sections() == ["answer none"]
    assert visit.violations() == visit.too_wide() == []
    visit.page.route(RISK, lambda route: route.abort())
    assert visit.ask().sections() == ["answer refusal"]
    assert visit.violations() == visit.too_wide() == []
    visit.page.unroute(RISK)
    assert visit.open("lost").ask().sections() == ["champion"]
    assert visit.violations() == visit.too_wide() == []


@pytest.mark.parametrize("size", SIZES, ids=["320", "1440"])
def test_a_refusal_that_is_a_page_of_its_own_looks_like_the_others(
    opened: Opened, size: dict[str, int]
) -> None:
    visit = opened("full", errors="405", viewport=size)
    visit.page.goto(f"{visit.url}/risk")

    border = "main => getComputedStyle(main).borderLeftWidth"
    assert visit.page.eval_on_selector("main", border) == "5px"
    assert visit.violations() == visit.too_wide() == []
    visit.page.get_by_text(SAID["back"]).click()
    expect(visit.page.locator("#record")).to_be_visible()


# ---- what no other page may do --------------------------------------------------------------


def test_the_form_of_another_site_is_refused_in_words(browser: Browser, server: Server) -> None:
    page = browser.new_context().new_page()
    elsewhere = (
        f'<form method="post" action="{server.url}/risk?model=champion">'
        '<input name="sex" value="male"><button>Win a prize</button></form>'
    )
    page.route(
        "http://elsewhere.example/",
        lambda route: route.fulfill(content_type="text/html", body=elsewhere),
    )
    page.goto("http://elsewhere.example/")
    with page.expect_response(RISK) as answer:
        page.click("button")

    assert answer.value.status == 403
    assert SAID["cross_site"] in page.inner_text("main")
    page.context.close()


def test_page_and_answers_come_with_the_policy_and_are_not_kept(opened: Opened) -> None:
    visit = opened(errors="422")
    answers: list[Response] = []
    visit.page.on("response", lambda answer: answers.append(answer))
    visit.open("full").ask().fill("albumin_g_l", "x").ask()

    told = [each for each in answers if "/web/" not in each.url]
    assert [each.status for each in told] == [200, 200, 422]
    for each in told:
        assert each.headers["content-security-policy"] == POLICY
        assert each.headers["cache-control"] == "no-store"
        assert re.findall(r"\son\w+=|\sstyle=|<style|<script(?! src)", each.text()) == []
    assert "unsafe" not in POLICY
