"""What an operator is given, the Containerfile and the page about it, says what the service is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from serving.__main__ import main
from serving.desk import Desk
from serving.premises import Premises
from serving.security.errors import OpenDoor
from serving.settings import Settings, variable, without_it

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "deploy.md"
VARIABLES = {variable(each) for each in fields(Settings)}


class Instruction(NamedTuple):
    """One line of a Containerfile, however many lines it was written on."""

    name: str
    said: str


def instructions() -> list[Instruction]:
    text = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return [Instruction(*line.split(maxsplit=1)) for line in lines]


def said(name: str) -> list[str]:
    return [each.said for each in instructions() if each.name == name]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for each in said("ENV") for pair in each.split())


def ignored(name: str) -> bool:
    lines = (ROOT / ".containerignore").read_text("utf-8").splitlines()
    kept = {line.removeprefix("!") for line in lines if line.startswith("!")}
    return not any(name == each or name.startswith(f"{each}/") for each in kept)


# ---- the image -----------------------------------------------------------------------------------


def test_the_image_starts_from_a_short_name_alone() -> None:
    assert {each.split()[0] for each in said("FROM")} == {"python:3.11-slim"}


def test_everything_that_is_copied_is_there_and_is_handed_over() -> None:
    copied = [each.split()[:-1] for each in said("COPY") if not each.startswith("--from")]
    sources = [source for each in copied for source in each]

    assert {"lorpredict", "serving", "requirements/serving.txt"} <= set(sources)
    assert [source for source in sources if not (ROOT / source).exists() or ignored(source)] == []


def test_the_image_holds_no_training_no_tests_and_no_model() -> None:
    assert all(ignored(name) for name in ("training", "tests", "mlruns", "mlflow.db", ".git"))


def test_packages_are_installed_from_the_lock_with_its_hashes() -> None:
    (install,) = (each for each in said("RUN") if "pip install" in each)

    assert "--require-hashes" in install
    assert "--only-binary :all:" in install


def test_the_user_is_not_root_from_the_last_copy_on() -> None:
    names = [each.name for each in instructions()]
    (user,) = said("USER")

    assert 0 not in [int(number) for number in user.split(":")]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert max(at for at, name in enumerate(names) if name in ("COPY", "RUN")) < names.index("USER")


def test_every_variable_of_the_image_is_a_setting() -> None:
    ours = {name for name in environment() if name.startswith("LORPREDICT_")}

    assert ours
    assert ours <= VARIABLES


def test_what_is_written_stands_in_a_volume_or_in_tmp() -> None:
    volumes = (*json.loads(said("VOLUME")[0]), "/tmp")  # noqa: S108  a name, nothing is made
    names = ("LORPREDICT_CACHE", "LORPREDICT_AUDIT", "NUMBA_CACHE_DIR", "BENTOML_HOME")
    places = [environment()[name].removeprefix("sqlite:///") for name in names]

    assert [place for place in places if not place.startswith(volumes)] == []


def test_the_image_does_not_start_before_it_knows_its_clients(tmp_path: Path) -> None:
    told = environment() | {"LORPREDICT_AUDIT": f"sqlite:///{tmp_path / 'audit.db'}"}

    with pytest.raises(OpenDoor, match=r"0\.0\.0\.0 is reached by other machines"):
        Premises(Settings.from_environment(told), Desk())


def test_the_image_becomes_the_service_and_asks_whether_it_is_ready() -> None:
    entry = json.loads(said("ENTRYPOINT")[0])
    (health,) = said("HEALTHCHECK")

    assert entry[:3] == ["python", "-m", "serving"]
    assert "/readyz" in health
    assert entry[-1] in health
    assert said("EXPOSE") == [entry[-1]]
    compile(json.loads(health.partition("CMD")[2])[2], "HEALTHCHECK", "exec")


# ---- the page ------------------------------------------------------------------------------------


def row_of(setting: Field[Any]) -> str:
    meaning = setting.metadata["meaning"]
    return f"| `{variable(setting)}` | {meaning} | {_default(setting)} |"


def _default(setting: Field[Any]) -> str:
    told = without_it(setting) or "none"
    in_words = setting.metadata["otherwise"] if "/" not in told else ""
    return told if told == "none" or in_words else f"`{told}`"


def test_the_page_has_every_setting_as_the_service_tells_it() -> None:
    expected = [row_of(each) for each in fields(Settings)]
    found = [line for line in PAGE.read_text("utf-8").splitlines() if "| `LORPREDICT_" in line]

    assert found == expected, "the table of docs/how-to/deploy.md has to be\n" + "\n".join(expected)


def test_the_audit_is_where_the_page_says_it_is() -> None:
    (audit,) = (each for each in fields(Settings) if each.name == "audit")

    assert Settings().audit == without_it(audit).replace("~", str(Path.home()))


def test_help_tells_of_every_option_what_holds_without_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "300")  # where nothing is broken across lines
    with pytest.raises(SystemExit):
        main(["--help"])
    told = " ".join(capsys.readouterr().out.split())

    for each in fields(Settings):
        if each.name not in ("registry", "allow_stages", "model"):
            default = without_it(each) or "none"
            assert f"{each.metadata['meaning']} (default: {default})" in told, each.name
    for default in ("3001", "candidate alone", "mlflow.db of the folder it is started from"):
        assert f"(default: {default})" in told


def _variables_of_the_page() -> Iterator[str]:
    yield from re.findall(r"\bLORPREDICT_[A-Z_]+\b", PAGE.read_text("utf-8"))


def test_the_page_names_no_variable_that_is_no_setting() -> None:
    assert sorted(set(_variables_of_the_page()) - VARIABLES) == []


def test_the_service_of_systemd_on_the_page_is_whole() -> None:
    (unit,) = re.findall(r"```ini\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    lines = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line)

    assert lines["ExecStart"].endswith("-m serving --port 3001")
    assert lines["User"] != "root"
    assert lines["RestartPreventExitStatus"] == "2"
    assert "MemoryDenyWriteExecute" not in lines  # what numba compiles could not run
