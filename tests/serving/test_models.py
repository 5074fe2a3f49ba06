"""Which models are served: what they say of themselves, and which are not let in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from lorpredict import PackagedModel
from lorpredict.errors import DamagedModel
from lorpredict.packaged import fingerprint
from serving.errors import UnknownAlias
from serving.models import RefusedStage, ServedModels
from serving.settings import Settings


def test_models_tell_their_stage_and_their_card(
    client: TestClient, champion: PackagedModel
) -> None:
    first, second = client.get("/v1/models").json()["models"]

    assert (first["alias"], first["family"]) == ("champion", "forest")
    assert (second["alias"], second["family"]) == ("challenger", "ridge")
    assert first["stage"] == "demo"
    assert first["card"] == champion.documents["card.md"]
    assert first["horizons_days_since_first_infusion"] == [365, 730]
    assert first["last_day_since_landmark"] == champion.facts.follow_up_days_since_landmark
    assert first["predictors"] == list(champion.encoding.predictors)
    assert first["training"] == {
        "cohort": "beijing-reconstructed",
        "children": 69,
        "events": 18,
        "synthetic": True,
    }
    assert first["metrics"] == dict(champion.facts.metrics)


def test_a_model_folder_alone_is_the_champion(folder: Path) -> None:
    models = ServedModels.load(Settings(str(folder / "challenger"), ("demo",)))

    assert list(models) == ["champion"]
    assert models["champion"].model.facts.family == "ridge"


def test_an_alias_that_is_not_served_is_an_error_that_names_the_known(settings: Settings) -> None:
    with pytest.raises(UnknownAlias, match="known: champion, challenger"):
        ServedModels.load(settings)["chalenger"]


def test_a_demo_is_not_served_unless_allowed_by_name(folder: Path) -> None:
    with pytest.raises(RefusedStage, match=r"champion is at stage demo.*--allow-stage demo"):
        ServedModels.load(Settings(str(folder)))


def test_allowing_another_stage_does_not_allow_a_demo(folder: Path) -> None:
    with pytest.raises(RefusedStage):
        ServedModels.load(Settings(str(folder), ("exploratory",)))


def test_one_changed_byte_keeps_a_model_from_being_served(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    curves = copy / "challenger" / "curves.npz"
    content = bytearray(curves.read_bytes())
    content[len(content) // 2] ^= 1
    curves.write_bytes(content)

    with pytest.raises(DamagedModel, match=r"curves\.npz was changed"):
        ServedModels.load(Settings(str(copy), ("demo",)))


def test_the_fingerprint_tells_models_apart(settings: Settings) -> None:
    models = ServedModels.load(settings)

    assert models["champion"].fingerprint != models["challenger"].fingerprint


def test_a_model_that_is_replaced_while_it_is_loaded_never_carries_anothers_fingerprint(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "served" / "champion"
    shutil.copytree(folder / "champion", place)
    load, swaps = PackagedModel.load, ["challenger"]

    def load_slowly(path: Path) -> PackagedModel:
        loaded = load(path)
        if swaps:  # another process puts the next version in place meanwhile
            shutil.rmtree(place)
            shutil.copytree(folder / swaps.pop(), place)
        return loaded

    monkeypatch.setattr(PackagedModel, "load", load_slowly)
    served = ServedModels.load(Settings(str(place.parent), ("demo",)))["champion"]

    assert served.model.facts.family == "ridge"
    assert served.fingerprint == fingerprint(folder / "challenger")
