"""What a model folder says of itself."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lorpredict import PackagedModel
from lorpredict.packaged import Recalibration
from lorpredict.report import model_card
from tests.unit.commands.conftest import Run


def test_the_stage_is_told_with_its_reasons(run: Run, ridge: Path) -> None:
    answer = run("model", ridge)
    assert (answer.code, answer.err) == (0, "")
    assert "stage demo" in answer.out.splitlines()[0]
    assert "\nStage demo, because\n  - trained on synthetic" in answer.out


@pytest.mark.parametrize(
    "line",
    [
        r"  trough_week14_ug_ml +Infliximab trough at week 14 +µg/mL +landmark",
        r"  by +12 months, 24 months after the first infusion",
        r"  children +69 at risk, 18 lost response",
        r"  uno_c +0\.710 +0\.600 to 0\.800",
    ],
)
def test_what_is_told_of_it(run: Run, ridge: Path, line: str) -> None:
    assert re.search(f"^{line}$", run("model", ridge).out, flags=re.M)


def test_the_fingerprint_is_that_of_the_folder(run: Run, ridge: Path) -> None:
    hashed = hashlib.sha256((ridge / "SHA256SUMS").read_bytes()).hexdigest()
    assert f"\n  {hashed}\n" in run("model", ridge).out
    assert run("model", ridge, "--json").json["model"]["fingerprint"] == hashed


def test_the_card_is_printed_as_it_was_written(run: Run, ridge: Path, tmp_path: Path) -> None:
    model = PackagedModel.load(ridge)
    assert run("model", ridge, "--card").out == model_card(model)
    own = model.save(tmp_path / "own", documents={"card.md": "# Written by hand\n"})
    assert run("model", own, "--card").out == "# Written by hand\n"


def test_the_json_has_design_predictors_training_and_figures(run: Run, forest: Path) -> None:
    told = run("model", forest, "--json").json
    assert told["model"]["design"] == {"name": "week14", "version": 1}
    assert len(told["predictors"]) == 18
    assert told["horizons_days_since_first_infusion"] == [365, 730]
    assert (told["training"]["children"], told["training"]["events"]) == (69, 18)
    assert told["metrics"] == {"uno_c": 0.71, "uno_c_low": 0.6, "uno_c_high": 0.8}
    assert told["card"].startswith("# lorpredict-test")


def test_a_recalibration_is_told(
    run: Run, asked_models: dict[str, PackagedModel], tmp_path: Path
) -> None:
    model = asked_models["ridge"]
    again = Recalibration("slope", "ghent", "0" * 64, 120, 30, synthetic=False, slope=0.8)
    facts = replace(model.facts, recalibrations=(again,))
    folder = replace(model, facts=facts).save(tmp_path / "again")
    assert "slope, on ghent: 120 children, 30 events" in run("model", folder).out
    assert run("model", folder, "--json").json["recalibrations"][0]["slope"] == 0.8


def test_a_model_of_observed_children_is_told_to_be_exploratory(
    run: Run, asked_models: dict[str, PackagedModel], ours: Path, tmp_path: Path
) -> None:
    model = asked_models["ridge"]
    training = replace(model.facts.training, synthetic=False)
    facts = replace(model.facts, stage="exploratory", training=training, reasons=("too few",))
    folder = replace(model, facts=facts).save(tmp_path / "exploratory")
    for command in (["model", folder], ["predict", folder, ours], ["explain", folder, ours]):
        told = run(*command).out
        assert "Stage exploratory, not for patients: too few\n" in told
        assert "DEMONSTRATION" not in told


def test_a_figure_that_is_not_defined_is_null(
    run: Run, asked_models: dict[str, PackagedModel], tmp_path: Path
) -> None:
    model = asked_models["ridge"]
    facts = replace(model.facts, metrics={"uno_c": float("nan")})
    folder = replace(model, facts=facts).save(tmp_path / "undefined")
    assert run("model", folder, "--json").json["metrics"] == {"uno_c": None}


def test_a_folder_that_was_changed_is_refused(run: Run, ridge: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ridge, tmp_path / "changed"))
    (folder / "model.toml").write_text("stage = 'candidate'")
    answer = run("model", folder, "--json")
    assert answer.code == 2
    assert "model.toml was changed" in answer.err
    assert answer.json["error"]["type"] == "DamagedModel"


def test_what_is_no_model_folder_is_named(run: Run) -> None:
    answer = run("model", "nowhere")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error: nowhere is not a model folder")


def test_a_model_that_mlflow_has_fetched_is_found_inside(
    run: Run, ridge: Path, tmp_path: Path
) -> None:
    shutil.copytree(ridge, tmp_path / "fetched" / "artifacts" / "model")
    (tmp_path / "fetched" / "MLmodel").write_text("flavors: {}\n")
    assert run("model", "fetched").out == run("model", ridge).out


def test_two_models_are_named_and_not_chosen_from(run: Run, ridge: Path, tmp_path: Path) -> None:
    for alias in ("champion", "challenger"):
        shutil.copytree(ridge, tmp_path / "both" / alias)
    answer = run("model", "both")
    assert answer.code == 2
    assert "holds 2 model folders: challenger, champion" in answer.err


def test_the_address_of_a_registry_is_answered_by_the_command_that_fetches(
    run: Run, ours: Path
) -> None:
    for words in (["model"], ["predict"], ["explain"]):
        answer = run(*words, "models:/ours@champion", *([ours] if words != ["model"] else []))
        assert answer.code == 2
        fetch = "mlflow artifacts download --artifact-uri models:/ours@champion --dst-path model"
        assert fetch in answer.err
