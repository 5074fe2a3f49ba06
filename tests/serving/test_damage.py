"""A model folder with one wrong byte is never served."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from lorpredict.errors import DamagedModel
from serving.models import ServedModels
from serving.settings import Settings, SettingsError

FOLDERS = 1000


def test_none_of_a_thousand_folders_with_one_flipped_bit_is_served(
    folder: Path, tmp_path: Path
) -> None:
    place = Path(shutil.copytree(folder / "champion", tmp_path / "champion"))
    settings = Settings(str(place), ("demo",))
    files = sorted(file for file in place.iterdir() if file.stat().st_size)
    draw = random.Random(14)  # noqa: S311  no secret
    for _ in range(FOLDERS):
        file = draw.choice(files)
        whole = file.read_bytes()
        byte, bit = draw.randrange(len(whole)), 1 << draw.randrange(8)
        file.write_bytes(whole[:byte] + bytes([whole[byte] ^ bit]) + whole[byte + 1 :])
        with pytest.raises((DamagedModel, SettingsError)):
            ServedModels.load(settings)
        file.write_bytes(whole)

    assert ServedModels.load(settings)["champion"].model.facts.family == "forest"
