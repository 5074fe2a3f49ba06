"""How long a clinician waits: from the click on the risk page to the answer on the screen.

Debian's Chromium without a window asks the real service over loopback, with its audit on; the
clock is the page's own, from the click to the second frame after the answer stands there. Page
weight is what the browser was sent, uncompressed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks._servers import ours
from benchmarks._side_by_side import machine
from benchmarks.service import trained
from scripts.browser import QUIET, browser

RESULT = Path(__file__).parent / "results" / "page.md"
PACKAGES = ("bentoml", "jinja2", "playwright")
CLICKS = 40
LONGEST_MS, HEAVIEST_KB = 150, 600
_CLICK = """() => new Promise(done => {
  const begun = performance.now();
  const shown = () => requestAnimationFrame(() => requestAnimationFrame(
    () => done(performance.now() - begun)));
  document.body.addEventListener("htmx:afterSettle", shown, { once: true });
  document.getElementById("submit").click();
})"""


def main() -> None:
    """Click, write what was waited for."""
    with tempfile.TemporaryDirectory() as told:
        place = Path(told)
        folder = trained(place)
        with ours(folder, place, "--audit", f"sqlite:///{place / 'page.db'}") as server:
            lines = list(_measured(f"http://127.0.0.1:{server.port}"))
    text = "\n".join(["# The risk page", "", (__doc__ or "").strip(), "", *lines, ""])
    RESULT.write_text(f"{text}\nMeasured on {machine(PACKAGES)}. `python -m benchmarks.page`\n")
    print("\n".join(lines))


def _measured(address: str) -> Iterator[str]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=list(QUIET))
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        sizes: list[int] = []
        page.on("response", lambda answer: sizes.append(len(answer.body())))
        page.goto(f"{address}/?example=full")
        first = page.evaluate(_CLICK)
        weight = sum(sizes) / 1000
        waits = sorted([_wait(page) for _ in range(CLICKS)])
        chromium.close()
    yield "| | asked | found |"
    yield "| --- | ---: | ---: |"
    for what, waited in (
        ("the first click", first),
        (f"half of {CLICKS} clicks", median(waits)),
        ("19 of 20 clicks", waits[round(0.95 * CLICKS) - 1]),
    ):
        yield f"| from the click to the answer, {what} | {LONGEST_MS} ms | {waited:.0f} ms |"
    yield f"| page and first answer | {HEAVIEST_KB} kB | {weight:.0f} kB |"


def _wait(page: Page) -> float:
    waited: float = page.evaluate(_CLICK)
    return waited


if __name__ == "__main__":
    main()
