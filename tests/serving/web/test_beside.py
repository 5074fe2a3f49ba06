"""In a real browser: what stands beside an answer, and an answer beside a form that has changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect
from starlette.exceptions import HTTPException

from serving.errors import problem_of
from serving.web._files import texts
from serving.web.rendering import rendered
from tests.serving.web.conftest import Opened, Visit

RISK = "**/risk*"
SAID = texts()["service"]
CHANGED = texts()["answer"]["changed"]


def refused(status: int) -> Callable[[Route], None]:
    """Answer as the service does where it cannot."""
    body = rendered("refusal.html", problem=problem_of(HTTPException(status)), whole=False)
    headers = {"content-type": "text/html", "x-request-id": "1"}
    return lambda route: route.fulfill(status=status, headers=headers, body=body)


def _albumin(visit: Visit) -> list[str]:
    """Of every answer that is shown, the albumin that it is about."""
    rows = visit.page.locator(".typed tr", has_text="Albumin").locator("td")
    return rows.all_inner_texts()


@pytest.mark.parametrize("status", [500, 503, 504])
def test_a_refusal_is_told_in_words_where_the_answer_would_stand(
    opened: Opened, status: int
) -> None:
    visit = opened("full", errors=str(status)).fill("albumin_g_l", "32.5")
    visit.page.route(RISK, refused(status))
    visit.ask()
    assert visit.sections() == ["answer refusal"]
    assert SAID["problem"] in visit.text("#answers h2")
    assert visit.page.input_value("#albumin_g_l") == "32.5"

    visit.page.unroute(RISK)
    visit.ask()
    assert visit.sections() == ["champion"]
    assert _albumin(visit) == ["32.5 g/L"]


def test_an_answer_that_does_not_come_in_time_is_told_and_may_be_asked_for_again(
    opened: Opened,
) -> None:
    visit = opened("full", errors="^htmx:")
    visit.page.evaluate("htmx.config.timeout = 300")
    unanswered: list[Route] = []
    visit.page.route(RISK, lambda route: unanswered.append(route))
    visit.ask()
    assert SAID["timed_out"] in visit.text()
    assert visit.page.inner_text("#busy") == ""

    visit.page.unroute(RISK)
    visit.page.evaluate("htmx.config.timeout = 0")
    visit.ask()
    assert visit.sections() == ["champion"]


def test_what_fails_beside_an_answer_leaves_it_standing(opened: Opened) -> None:
    visit = opened("full", errors="503|ERR_FAILED|^htmx:").ask()
    for cannot in (refused(503), refused(503), lambda route: route.abort()):
        visit.page.route(RISK, cannot)
        visit.beside()
        assert visit.sections() == ["champion", "answer refusal"]
        expect(visit.page.locator(".refusal h2")).to_be_focused()
        visit.page.unroute(RISK)

    assert visit.beside().sections() == ["champion", "challenger"]


def test_each_model_stands_there_once_however_often_it_is_asked(opened: Opened) -> None:
    visit = opened("full").ask().beside()
    assert visit.beside("champion").sections() == ["challenger", "champion"]
    assert visit.beside().sections() == ["champion", "challenger"]
    assert visit.ask().sections() == ["champion"]


def test_two_answers_about_two_records_never_stand_side_by_side(opened: Opened) -> None:
    visit = opened("full").ask()
    visit.fill("albumin_g_l", "45").beside()
    assert visit.sections() == ["challenger"]
    assert _albumin(visit) == ["45 g/L"]
    visit.beside("champion")
    assert visit.sections() == ["challenger", "champion"]
    assert _albumin(visit) == ["45 g/L", "45 g/L"]


def test_faults_of_a_changed_form_take_the_place_of_its_answer(opened: Opened) -> None:
    visit = opened("full", errors="422").ask()
    visit.fill("albumin_g_l", "3.8").beside()

    assert visit.sections() == ["answer faults"]
    expect(visit.page.locator("#albumin_g_l")).to_have_attribute("aria-invalid", "true")


def test_an_answer_says_that_the_form_has_changed_since(opened: Opened) -> None:
    visit = opened("full").ask()
    note = visit.page.get_by_text(CHANGED)
    expect(note).to_be_hidden()
    visit.fill("albumin_g_l", "45")
    expect(note).to_be_visible()
    visit.fill("albumin_g_l", "31")
    expect(note).to_be_hidden()
    visit.page.uncheck('[name="eligible.in_response"]')
    expect(note).to_be_visible()
    assert visit.violations() == []
    visit.page.check('[name="eligible.in_response"]')
    visit.page.select_option("#albumin_g_l-unit", "g/dL")
    expect(note).to_be_visible()
    visit.fill("albumin_g_l", "4.5").ask()
    expect(note).to_be_hidden()


def test_enter_in_a_field_asks(opened: Opened) -> None:
    visit = opened("full").fill("albumin_g_l", "33")
    visit.page.press("#albumin_g_l", "Enter")
    expect(visit.page.locator("#champion-title")).to_be_focused()

    assert _albumin(visit) == ["33 g/L"]
