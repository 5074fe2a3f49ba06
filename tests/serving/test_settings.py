"""The environment is read in one place, and what it says wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.settings import Settings, SettingsError


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "LORPREDICT_MODEL": "models/",
            "LORPREDICT_ALLOW_STAGES": "demo, exploratory",
            "LORPREDICT_CACHE": "/tmp/cache",  # noqa: S108  never written
            "PATH": "/bin",
        }
    )

    assert settings.model == "models/"
    assert settings.served_stages == {"demo", "exploratory", "candidate"}
    assert settings.cache == Path("/tmp/cache")  # noqa: S108  never written


def test_without_any_variable_candidates_alone_are_served() -> None:
    settings = Settings.from_environment({})

    assert settings.served_stages == {"candidate"}
    assert settings.cache.is_absolute()


def test_an_unknown_variable_is_an_error_that_names_the_nearest() -> None:
    told = r"LORPREDICT_MODLE is not a setting\. Did you mean LORPREDICT_MODEL"

    with pytest.raises(SettingsError, match=told):
        Settings.from_environment({"LORPREDICT_MODLE": "x"})


@pytest.mark.parametrize(
    "name",
    ["LORPREDICT_REQUIRE_SERVERS", "LORPREDICT_COHORT_ADDRESS", "LORPREDICT_STUDIES_ADDRESS"],
)
def test_a_variable_that_others_read_is_known(name: str) -> None:
    assert Settings.from_environment({name: "1"}) == Settings()


def test_an_unknown_stage_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match="Did you mean exploratory"):
        Settings.from_environment({"LORPREDICT_ALLOW_STAGES": "explorative"})


def test_settings_survive_the_way_through_the_environment() -> None:
    settings = Settings("models/", ("demo",), Path("/tmp/cache"))  # noqa: S108  never written

    assert Settings.from_environment(settings.to_environment()) == settings


def test_an_address_with_a_password_is_not_in_the_repr() -> None:
    assert "secret" not in repr(Settings("https://user:secret@host"))
