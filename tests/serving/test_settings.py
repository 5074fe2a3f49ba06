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


def test_a_user_without_a_home_is_told_to_name_another_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)  # whom no list of users knows

    with pytest.raises(SettingsError, match="this user has none; name another place"):
        Settings()


@pytest.mark.parametrize(
    "name, value, told",
    [
        ("WORKERS", "0", "whole number, 1 or more"),
        ("WORKERS", "two", "whole number, 1 or more"),
        ("AUDIT_KEEP_DAYS", "30", "whole days, 183 or more"),
        ("RENEW_SECONDS", "nan", "seconds, 0 or more"),
        ("BASE_URL", "risk.example", "expected an address such as https"),
        ("ALLOWED_ORIGINS", "https://a.example/path", "is no origin"),
        ("DOCS", "perhaps", "neither on nor off"),
        ("API_KEYS", "/nowhere/keys.toml", "there is no file"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError, match=f"LORPREDICT_{name}: .*{told}"):
        Settings.from_environment({f"LORPREDICT_{name}": value})


def test_all_faults_are_told_at_once() -> None:
    wrong = {"LORPREDICT_WORKERS": "0", "LORPREDICT_DOCS": "x", "LORPREDICT_DOC": "on"}
    with pytest.raises(SettingsError) as told:
        Settings.from_environment(wrong)

    assert all(name in str(told.value) for name in wrong)


def test_every_setting_survives_the_way_through_the_environment(tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    keys.touch()
    settings = Settings(
        "models/", ("demo",), tmp_path, registry="http://127.0.0.1:5000", renew_seconds=7.5,
        host="::1", workers=3, base_url="https://risk.example", api_keys=keys, issuers=keys,
        allowed_origins=("https://a.example", "https://b.example"), requests_per_minute=12.0,
        time_limit_seconds=2.0, docs=True, audit="sqlite:////tmp/a.db", audit_key=keys,
        audit_keep_days=200, fhir_rules=keys, pathway=keys,
    )  # fmt: skip

    assert Settings.from_environment(settings.to_environment()) == settings
