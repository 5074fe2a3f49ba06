"""In a real browser: a service that asks for a key, and whose model says how sure it is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from lorpredict import Cohort, ModelDesign, develop
from lorpredict.evaluation import ValidationPlan
from serving.web._files import examples, texts
from tests.serving.conftest import ROOT, Server, running
from tests.serving.web.conftest import SIZES, Opened, Visit
from tests.serving.web.figures import shown, told

FULL = examples()["full"]["record"]
SAID = texts()["service"]
PLAN = ValidationPlan(repeats=1, resamples=20, resamples_of_trees=0, draws=0)
UNAUTHORISED = "401"


@pytest.fixture(scope="module")
def sure(
    folder: Path, cohort: Cohort, design: ModelDesign, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Ridge Cox as champion, which says how sure it is; the forest as challenger, which cannot."""
    place = tmp_path_factory.mktemp("sure")
    made = develop(cohort, design, family_names=("ridge",), plan=PLAN)
    made.packaged("ridge").save(place / "champion")
    shutil.copytree(folder / "champion", place / "challenger")
    return place


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A file of keys, and the one that it takes."""
    file = tmp_path_factory.mktemp("keys") / "keys.toml"
    made = subprocess.run(
        [sys.executable, "-m", "serving", "keys", "new", "--client", "ward", "--scope", "explain",
         "--file", str(file)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return file, next(word for word in made.stdout.split() if word.startswith("lor_"))


@pytest.fixture(scope="module")
def guarded(
    sure: Path, keys: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("guarded")
    options = ("--api-keys", str(keys[0]), "--contact", "it@ward.example")
    with running(sure, place, *options) as server:
        yield server


@pytest.fixture
def key(keys: tuple[Path, str]) -> str:
    return keys[1]


def _refused(visit: Visit) -> None:
    visit.page.click("#submit")
    expect(visit.page.locator("#answers .refusal")).to_contain_text(SAID["no_key"])
    expect(visit.page.locator(".refusal h2")).to_be_focused()


def test_without_a_key_the_page_says_that_one_is_needed(opened: Opened, guarded: Server) -> None:
    visit = opened("full", url=guarded.url, errors=UNAUTHORISED)
    with visit.page.expect_response("**/risk*") as answer:
        _refused(visit)

    # To "Basic" a browser would ask for a name and a password itself.
    assert answer.value.headers.get("www-authenticate", "").split(" ")[0] == "Bearer"
    assert len(visit.errors) == 1
    assert "it@ward.example" in visit.text("footer")


def test_the_key_that_was_typed_opens_and_is_written_nowhere(
    opened: Opened, guarded: Server, key: str
) -> None:
    visit = opened("full", url=guarded.url, errors=UNAUTHORISED)
    visit.page.fill("#key", "lor_wrong")
    _refused(visit)
    sent: list[str] = []
    visit.page.on("request", lambda asked: sent.append(f"{asked.url} {asked.post_data}"))
    visit.page.fill("#key", key)
    visit.ask().beside()

    assert visit.sections() == ["champion", "challenger"]
    assert visit.page.input_value("#key") == key
    assert sent
    for written in (guarded.told(), visit.page.url, visit.page.content(), *sent):
        assert key not in written


def test_without_scripts_the_page_says_that_a_key_is_needed(
    opened: Opened, guarded: Server
) -> None:
    visit = opened("full", url=guarded.url, errors=UNAUTHORISED, java_script_enabled=False)
    visit.page.click("#submit")
    visit.page.wait_for_url("**/risk*")

    assert SAID["no_key"] in visit.text("main")


@pytest.mark.parametrize("size", SIZES, ids=["320", "1440"])
def test_how_sure_a_risk_is_stands_beside_it_as_the_api_says(
    opened: Opened, guarded: Server, key: str, size: dict[str, int]
) -> None:
    visit = opened("full", url=guarded.url, viewport=size)
    visit.page.fill("#key", key)
    visit.ask()
    said: dict[str, Any] = guarded.post(
        "/v1/explain", json={"record": FULL}, headers={"X-API-Key": key}
    ).json()

    figures = shown(visit, "champion")
    assert None not in {each.low for each in figures.horizons}
    assert figures == told(said, figures)
    assert "the 95 % interval reaches from" in str(
        visit.page.get_attribute(".icons >> nth=0", "aria-label")
    )
    assert visit.violations() == visit.too_wide() == []
