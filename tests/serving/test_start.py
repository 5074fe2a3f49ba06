"""``python -m serving`` says what is wrong before any server starts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lorpredict import ModelDesign, develop, read_cohort
from lorpredict.synthetic import reconstructed_cohort
from serving.__main__ import main

ROOT = Path(__file__).parents[2]

HEAVY = {"pandas", "joblib", "sklearn", "sksurv", "mlflow", "shap", "xgboost", "matplotlib"}


def _told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_without_a_model_it_explains_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main([]) == 2
    assert "Train one (mlflow run . --env-manager local)" in _told(capsys)


def test_without_a_model_it_takes_the_registry_of_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mlflow.db").write_text("no database", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LORPREDICT_CACHE", str(tmp_path / "cache"))

    assert main([]) == 2
    assert f"sqlite:///{tmp_path / 'mlflow.db'} could not be fetched" in _told(capsys)


def test_a_demo_is_refused_with_the_way_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--model", str(folder)]) == 2
    assert "To serve it all the same: --allow-stage demo" in _told(capsys)


def test_a_changed_folder_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    with (copy / "champion" / "card.md").open("a", encoding="utf-8") as card:
        card.write(".")

    assert main(["--model", str(copy), "--allow-stage", "demo"]) == 2
    assert "card.md was changed" in _told(capsys)


def test_a_damaged_description_is_refused_and_breaks_no_import(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / "champion" / "model.toml").write_text("a = = 1", "utf-8")

    assert main(["--model", str(copy), "--allow-stage", "demo"]) == 2
    assert "model.toml was changed" in _told(capsys)
    subprocess.run(
        [sys.executable, "-c", "import serving.messages"],
        cwd=ROOT, check=True, env={**os.environ, "LORPREDICT_MODEL": str(copy)},
    )  # fmt: skip


def test_an_unknown_variable_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LORPREDICT_ALOW_STAGES", "demo")

    assert main([]) == 2
    assert "Did you mean LORPREDICT_ALLOW_STAGES" in _told(capsys)


def test_an_unknown_stage_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--model", str(folder), "--allow-stage", "dem"]) == 2
    assert "Did you mean demo" in _told(capsys)


def test_a_busy_port_is_told_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert main(["--model", str(folder), "--allow-stage", "demo", "--port", str(port)]) == 2
    told = _told(capsys)
    assert f"port {port} of 127.0.0.1 cannot be listened on (Address already in use)" in told
    assert "--port" in told


def _loaded_after(program: str, *arguments: str) -> set[str]:
    told = "; import sys; print(*{name.split('.')[0] for name in sys.modules})"
    answer = subprocess.run(
        [sys.executable, "-c", program + told, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(answer.stdout.split())


def test_a_service_that_has_loaded_and_explained_has_loaded_nothing_heavy(folder: Path) -> None:
    program = (
        "import sys, serving.service; from serving.models import ServedModels; "
        "from serving.settings import Settings; from serving.messages import Question; "
        "from serving.predictions import alone, explanations; "
        "models = ServedModels.load(Settings(sys.argv[1], ('demo',))); "
        "alone(explanations, models['champion'], Question(record={'albumin_g_l': 36.0}))"
    )

    assert HEAVY.isdisjoint(_loaded_after(program, str(folder)))


def test_the_supervisor_does_not_even_load_numba() -> None:
    assert (HEAVY | {"numba"}).isdisjoint(_loaded_after("import serving.service"))


def test_a_sites_own_predictor_is_a_field_where_its_model_is_served(tmp_path: Path) -> None:
    site = {
        "name": "ghent",
        "version": "3",
        "predictors": {
            "smoker_at_home": {
                "label": "Smoker at home",
                "description": "Whether anybody smokes where the child lives.",
                "kind": "boolean",
                "known": "first_infusion",
                "source": "questionnaire",
            }
        },
    }
    cohort = reconstructed_cohort()
    design = ModelDesign(
        name="ghent", version=1, description="", site_catalogue=site,
        predictors=("remission_week14", "smoker_at_home"),
    )  # fmt: skip
    table = cohort.table.assign(smoker_at_home=[row % 3 == 0 for row in range(len(cohort))])
    ghent = read_cohort(table, known=design.catalogue)
    made = develop(ghent, design, family_names=("ridge",), plan="quick")
    folder = made.packaged("ridge").save(tmp_path / "model")
    answered = subprocess.run(
        [sys.executable, "-c", _ASK_WITH_A_SITES_PREDICTOR],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "LORPREDICT_MODEL": str(folder), "LORPREDICT_ALLOW_STAGES": "demo"},
    )  # fmt: skip
    assert answered.stdout.split() == ["200", "Smoker", "at", "home"]


_ASK_WITH_A_SITES_PREDICTOR = """
from starlette.testclient import TestClient
from serving.app import create_app
from serving.models import ServedModels
from serving.settings import Settings

client = TestClient(create_app(ServedModels.load(Settings.from_environment())))
answer = client.post("/v1/explain", json={"record": {"smoker_at_home": True}})
fields = client.get("/v1/openapi.json").json()["components"]["schemas"]["ChildRecord"]
print(answer.status_code, fields["properties"]["smoker_at_home"]["title"])
"""
