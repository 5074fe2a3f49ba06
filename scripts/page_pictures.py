"""Pictures of the pages, as they stand in the documentation.

python -m scripts.page_pictures http://127.0.0.1:3001 docs/pictures

The service has to run, with a demonstration model; the child is the page's own made-up one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from scripts.browser import QUIET, browser

_DESK, _PHONE, _LOSS, _TROUGH = (1280, 1060), (360, 760), (1280, 1900), (1280, 1300)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.page_pictures", description=__doc__)
    parser.add_argument("service", help="address of a running service")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    asked = parser.parse_args(arguments)
    if (program := browser()) is None:
        print("no Chromium here: make servers")
        return 1
    with _answered(program, asked.service, _DESK) as page:
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=asked.folder / "risk-page.png")
        page.set_viewport_size({"width": _DESK[0], "height": 3000})
        _picture(page, "Why", ".tabs", asked.folder / "risk-page-why.png")
        _picture(page, "When", ".followed", asked.folder / "risk-page-over-time.png")
    with _answered(program, asked.service, _PHONE) as page:
        page.screenshot(path=asked.folder / "risk-page-phone.png")
    _other_tabs(program, asked.service, asked.folder)
    return 0


def _other_tabs(program: Path, service: str, folder: Path) -> None:
    with _opened(program, f"{service}/loss-of-response", _LOSS) as page:
        page.fill("#trough", "8.9")
        page.select_option("#antibodies", "negative")
        page.click("#submit")
        page.wait_for_selector("#answers .remission")
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=folder / "loss-of-response.png")
    with _opened(program, f"{service}/trough?example=level", _TROUGH) as page:
        page.click("#submit")
        page.wait_for_selector("#answers .plot")
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=folder / "trough.png")


def _picture(page: Page, title: str, selector: str, file: Path) -> None:
    page.locator(f"[data-alias=champion] {selector}").screenshot(path=file)
    print(f"{title}: {file}")


@contextmanager
def _answered(program: Path, service: str, size: tuple[int, int]) -> Iterator[Page]:
    """Open the page and ask about the first made-up child."""
    with _opened(program, f"{service}/?example=full", size) as page:
        page.click("#submit")
        page.wait_for_selector("[data-alias=champion] .followed")
        page.wait_for_timeout(300)
        yield page


@contextmanager
def _opened(program: Path, address: str, size: tuple[int, int]) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        page = chromium.new_page(viewport={"width": size[0], "height": size[1]})
        page.goto(address)
        yield page
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
