"""A moved model is picked up between two requests; one that cannot be served changes nothing."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lorpredict.packaged import fingerprint
from serving.app import create_app
from serving.desk import Desk
from serving.models import ServedModels
from serving.renewal import Renewal
from serving.settings import Settings

BODY = {"record": {"albumin_g_l": 36, "age_years": 12}}


@pytest.fixture
def place(folder: Path, tmp_path: Path) -> Path:
    """A folder of its own, with the champion alone."""
    shutil.copytree(folder / "champion", tmp_path / "served" / "champion")
    return tmp_path / "served"


@pytest.fixture
def settings(place: Path, tmp_path: Path) -> Settings:
    return Settings(str(place), ("demo",), cache=tmp_path / "cache", renew_seconds=1)


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return Desk(ServedModels.load(settings))


def replace(place: Path, model: Path) -> None:
    """Put another model in the champion's place, as a fetch does."""
    fresh = Path(shutil.copytree(model, place.parent / "fresh"))
    (place / "champion").rename(place.parent / "old")
    fresh.rename(place / "champion")
    shutil.rmtree(place.parent / "old")


def served(desk: Desk) -> str:
    return desk.asked("champion").fingerprint


def test_what_has_not_changed_is_not_loaded_again(settings: Settings, desk: Desk) -> None:
    before = desk.models
    Renewal(settings, desk).look()

    assert desk.models is before


def test_a_replaced_model_answers_the_next_request(
    settings: Settings, desk: Desk, place: Path, folder: Path
) -> None:
    client = TestClient(create_app(desk=desk))
    before = client.post("/v1/predict", json=BODY).json()["model"]["family"]
    replace(place, folder / "challenger")
    Renewal(settings, desk).look()
    after = client.post("/v1/predict", json=BODY).json()["model"]["family"]

    assert (before, after) == ("forest", "ridge")


def test_a_damaged_model_leaves_the_old_one_in_its_place_and_is_told_once(
    settings: Settings, desk: Desk, place: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = served(desk)
    replace(place, folder / "challenger")
    card = place / "champion" / "card.md"
    card.write_text(card.read_text("utf-8") + ".", "utf-8")
    renewal = Renewal(settings, desk)
    for _ in range(3):
        renewal.look()

    assert served(desk) == before
    told = [each.getMessage() for each in caplog.records if each.name == "serving.renewal"]
    assert len(told) == 1
    assert "card.md was changed" in told[0]


def test_a_folder_that_is_gone_leaves_the_old_model_in_its_place(
    settings: Settings, desk: Desk, place: Path
) -> None:
    before = served(desk)
    shutil.rmtree(place)
    Renewal(settings, desk).look()

    assert served(desk) == before


def test_a_model_that_was_mended_is_taken_after_all(
    settings: Settings, desk: Desk, place: Path, folder: Path
) -> None:
    replace(place, folder / "challenger")
    hashes = place / "champion" / "SHA256SUMS"
    whole = hashes.read_bytes()
    hashes.write_bytes(whole.replace(b"0", b"1"))
    renewal = Renewal(settings, desk)
    renewal.look()
    hashes.write_bytes(whole)
    renewal.look()

    assert served(desk) == fingerprint(folder / "challenger")


def test_a_stage_that_is_not_allowed_is_not_taken(
    settings: Settings, desk: Desk, place: Path, folder: Path
) -> None:
    before = served(desk)
    replace(place, folder / "challenger")
    Renewal(Settings(str(place), cache=settings.cache), desk).look()

    assert served(desk) == before


def test_requests_during_a_change_are_all_answered_by_one_model_or_the_other(
    settings: Settings, desk: Desk, place: Path, folder: Path
) -> None:
    client = TestClient(create_app(desk=desk))
    answers: list[Any] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            answers.append(client.post("/v1/predict", json=BODY))

    asking = threading.Thread(target=ask)
    asking.start()
    for model in ("challenger", "champion", "challenger"):
        seen = len(answers)
        while len(answers) == seen:  # each model answers at least once
            time.sleep(0.001)
        replace(place, folder / model)
        Renewal(settings, desk).look()
    stop.set()
    asking.join()

    assert {each.status_code for each in answers} == {200}
    assert {each.json()["model"]["family"] for each in answers} == {"forest", "ridge"}


def test_a_registry_that_is_down_leaves_the_models_as_they_are(
    settings: Settings, desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = served(desk)
    gone = Settings(
        settings.model, ("demo",), cache=tmp_path / "cache", renew_seconds=0,
        registry=f"sqlite:///{tmp_path / 'gone.db'}",
    )  # fmt: skip
    Renewal(gone, desk).look()

    assert served(desk) == before
    assert "gone.db is not there" in caplog.text
