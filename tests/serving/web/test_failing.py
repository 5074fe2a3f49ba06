"""In a real browser: a slow service, a failed one, one with keys; and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from serving.web._files import texts
from tests.serving.conftest import ROOT, Server, running
from tests.serving.web.conftest import DESK, PHONE, Opened, Visit

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
    visit = opened("full", errors=True)
    visit.page.route(RISK, lambda route: route.abort())
    visit.page.click("#submit")
    _says(visit, SAID["unreachable"])
    expect(visit.page.locator(".refusal h2")).to_be_focused()

    assert visit.page.input_value("#albumin_g_l") == "31"
    visit.page.unroute(RISK)
    visit.ask()
    assert "children like this one" in visit.text()


def test_a_gateway_that_answers_in_the_place_of_the_service_is_told(opened: Opened) -> None:
    visit = opened("full", errors=True)
    visit.page.route(RISK, lambda route: route.fulfill(status=502, body="<h1>nginx</h1>"))
    visit.page.click("#submit")

    _says(visit, SAID["unreachable"])
    assert "nginx" not in visit.text()


def test_what_the_service_refuses_is_told_in_its_words(opened: Opened) -> None:
    visit = opened("full", errors=True)
    visit.page.evaluate("document.getElementById('record').setAttribute('hx-post', '/risk?model=x')"
                        " || htmx.process(document.getElementById('record'))")  # fmt: skip
    visit.page.click("#submit")

    _says(visit, "No such model")


@pytest.fixture(scope="module")
def guarded(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A service that asks for a key, and one that it takes."""
    place = tmp_path_factory.mktemp("guarded")
    file = place / "keys.toml"
    made = subprocess.run(
        [sys.executable, "-m", "serving", "keys", "new", "--client", "ward", "--scope", "explain",
         "--file", str(file)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    key = next(word for word in made.stdout.split() if word.startswith("lor_"))
    with running(folder, place, "--api-keys", str(file), "--contact", "it@ward.example") as server:
        yield server, key


def test_a_service_with_keys_answers_who_types_one(
    opened: Opened, guarded: tuple[Server, str]
) -> None:
    server, key = guarded
    visit = opened("full", url=server.url, errors=True)
    visit.page.click("#submit")
    _says(visit, SAID["no_key"])
    assert len(visit.errors) == 1  # the browser's own line about a 401
    visit.page.fill("#key", key)
    visit.ask()

    assert "children like this one" in visit.text()
    assert key not in visit.page.url
    assert visit.page.input_value("#key") == key
    assert key not in server.told()
    assert "it@ward.example" in visit.text("footer")


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


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["320", "1440"])
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


def test_nothing_is_against_wcag_where_no_risk_is_told(opened: Opened) -> None:
    visit = opened("full", errors=True).fill("albumin_g_l", "3.8").fill("age_years", "x").ask()
    assert visit.violations() == []
    visit.open("lost").ask()
    assert visit.violations() == []
    visit.page.goto(f"{visit.url}/?example=full")
    visit.page.uncheck('[name="eligible.in_response"]')
    visit.ask()
    assert visit.violations() == []


def test_nothing_is_against_wcag_on_a_refusal(opened: Opened) -> None:
    visit = opened("full", errors=True, java_script_enabled=True)
    visit.page.goto(f"{visit.url}/risk")

    assert "Back to the form" in visit.text("main")
    assert visit.violations() == []
