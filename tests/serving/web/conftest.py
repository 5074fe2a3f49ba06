"""A real browser, and a page that fails its test for an error, another host or a stored value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from scripts.browser import QUIET
from tests.serving.conftest import Server

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_VIOLATIONS = """async values => {
  const found = await axe.run({ runOnly: { type: "tag", values }, resultTypes: ["violations"] });
  return found.violations.flatMap(each =>
    each.nodes.map(node => `${each.id}: ${node.html.slice(0, 120)}`));
}"""
_STORED = """async () => [
  localStorage.length, sessionStorage.length, document.cookie,
  (await indexedDB.databases()).length, (await caches.keys()).length,
]"""
_CANONICAL = """all => all.forEach(unit => {
  unit.value = unit.querySelector('[data-factor="1.0"]').value
})"""
_MILLISECONDS = 15_000  # a machine that does much else at the same time
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 320, "height": 700}
SIZES = (PHONE, DESK)

Opened = Callable[..., "Visit"]


class Visit:
    """One look at the page, with what a clinician does there."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._asked)

    def _heard(self, told: ConsoleMessage) -> None:
        if told.type == "error":
            self.errors.append(told.text)

    def _asked(self, request: Request) -> None:
        if request.url.startswith("http"):
            self.hosts.add(request.url.split("/")[2])

    def open(self, example: str = "") -> Visit:
        self.page.goto(f"{self.url}/?example={example}" if example else self.url)
        return self

    def ask(self) -> Visit:
        self.page.click("#submit")
        expect(self.page.locator("#answers [data-focus]").last).to_be_focused()
        return self

    def fill(self, key: str, text: str, unit: str = "") -> Visit:
        if unit:
            self.page.select_option(f"#{key}-unit", unit)
        self.page.fill(f"#{key}", text)
        return self

    def text(self, selector: str = "#answers") -> str:
        return self.page.inner_text(selector)

    def enter(self, record: dict[str, Any]) -> Visit:
        """Confirm everything and type a record in canonical units."""
        for tick in self.page.locator('[name^="eligible."]').all():
            tick.check()
        self.page.eval_on_selector_all("select[id$=-unit]", _CANONICAL)
        for key, value in record.items():
            if isinstance(value, bool):
                self.page.check(f'[name="{key}"][value="{str(value).lower()}"]')
            elif isinstance(value, str):
                self.page.select_option(f"#{key}", value)
            else:
                self.page.fill(f"#{key}", repr(value))
        return self

    def beside(self, alias: str = "challenger") -> Visit:
        """Ask another model, and wait for what comes."""
        self.page.locator(f"[data-beside={alias}]").last.click()
        expect(self.page.locator("#busy")).to_have_text("")
        expect(self.page.locator("#answers [data-focus]").last).to_be_focused()
        return self

    def sections(self) -> list[str]:
        """What stands beside the form: models by their alias, everything else by its kind."""
        found: list[str] = self.page.eval_on_selector_all(
            "#answers > *", "all => all.map(each => each.dataset.alias || each.className)"
        )
        return found

    def told(self, key: str) -> str:
        return self.page.inner_text(f"#{key}-told") if self._is_told(key) else ""

    def _is_told(self, key: str) -> bool:
        return self.page.locator(f"#{key}-told").is_visible()

    def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.1 AA."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found: list[str] = self.page.evaluate(_VIOLATIONS, _RULES)
        return found

    def too_wide(self) -> list[str]:
        """The window, where the document is wider."""
        found: list[str] = self.page.evaluate(
            "document.documentElement.scrollWidth > innerWidth ? [`${innerWidth}`] : []"
        )
        return found

    def stored(self) -> list[Any]:
        found: list[Any] = self.page.evaluate(_STORED)
        return found


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    expect.set_options(timeout=_MILLISECONDS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Open the page; at the end there was no error, no other host, and nothing is stored.

    What the browser may complain of, such as the status of a refusal, is named by ``errors``.
    """
    contexts: list[tuple[BrowserContext, Visit, str]] = []

    def open_page(example: str = "", *, url: str = "", errors: str = "", **options: Any) -> Visit:
        context = browser.new_context(**{"viewport": DESK, **options})
        context.set_default_timeout(_MILLISECONDS)
        visit = Visit(context.new_page(), url or request.getfixturevalue("server").url)
        contexts.append((context, visit, errors))
        return visit.open(example)

    yield open_page
    for context, visit, errors in contexts:
        scripted = visit.page.evaluate("typeof htmx") == "object"
        stored = visit.stored() if scripted else [0, 0, "", 0, 0]
        context.close()
        assert [told for told in visit.errors if not (errors and re.search(errors, told))] == []
        assert visit.hosts <= {visit.url.split("/")[2]}
        assert stored == [0, 0, "", 0, 0]


@pytest.fixture
def api(server: Server) -> Callable[[dict[str, Any], str], dict[str, Any]]:
    """What ``POST /v1/explain`` says of a record."""

    def asked(record: dict[str, Any], model: str = "champion") -> dict[str, Any]:
        answer = server.post(f"/v1/explain?model={model}", json={"record": record})
        assert answer.is_success, answer.text
        found: dict[str, Any] = json.loads(answer.content)
        return found

    return asked
