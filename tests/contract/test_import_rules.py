"""Every import rule is broken on purpose, in a copy, and import-linter has to say which."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

LINE = "Imports in lorpredict run one way"
FAMILIES = "Model families do not know one another"
LIBRARY = "The library stands alone"
STRANGERS = "Training and serving never meet"
MLFLOW = "MLflow is spoken in three modules"
BENTOML = "BentoML is spoken in serving alone"

ABSENT = ("lorpredict/utils.py",)  # no room has this name, and none should
FOREST = "import lorpredict.models.forest"

# rule, file, the line that breaks it
VIOLATIONS = {
    "a lower room looks up": (LINE, "lorpredict/errors.py", "import lorpredict.clinical"),
    "neighbours meet": (LINE, "lorpredict/survival.py", "import lorpredict.clinical"),
    "a room without a place": (LINE, "lorpredict/utils.py", ""),
    "a family knows another": (FAMILIES, "lorpredict/models/ridge.py", FOREST),
    "a private module knows a family": (FAMILIES, "lorpredict/models/_curves.py", FOREST),
    "the library knows MLflow": (LIBRARY, "lorpredict/errors.py", "import mlflow"),
    "the library knows BentoML": (LIBRARY, "lorpredict/errors.py", "import bentoml"),
    "the library knows training": (LIBRARY, "lorpredict/errors.py", "import training"),
    "the library knows serving": (LIBRARY, "lorpredict/errors.py", "import serving"),
    "training knows serving": (STRANGERS, "training/__init__.py", "import serving"),
    "serving knows training": (STRANGERS, "serving/__init__.py", "import training"),
    "MLflow elsewhere in training": (MLFLOW, "training/pictures.py", "from mlflow import log_text"),
    "MLflow in a training script": (MLFLOW, "training/main.py", "import mlflow"),
    "MLflow elsewhere in serving": (MLFLOW, "serving/app.py", "import mlflow"),
    "MLflow in the library": (MLFLOW, "lorpredict/errors.py", "import mlflow"),
    "BentoML in training": (BENTOML, "training/__init__.py", "import bentoml"),
}  # fmt: skip

ALLOWED = {
    "a family rests on a private module": (
        "lorpredict/models/ridge.py",
        "lorpredict.models._curves",
    ),
    "the tracker speaks to MLflow": ("training/tracking/_quiet.py", "mlflow"),
    "the pyfunc script speaks to MLflow": ("training/pyfunc_model.py", "mlflow"),
    "the registry speaks to MLflow": ("serving/registry.py", "mlflow"),
    "serving speaks BentoML": ("serving/__init__.py", "bentoml"),
    "a report rests on anything below": ("lorpredict/report/__init__.py", "lorpredict.errors"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tree as it stands, to be broken."""
    for folder in ("lorpredict", "training", "serving", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=_without_caches)
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


_without_caches = shutil.ignore_patterns("__pycache__")


def _plant(tree: Path, file: str, line: str) -> None:
    path = tree / file
    assert path.is_file() or file in ABSENT, f"{file} is gone: plant the line where code still is"
    with path.open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")


def _broken_rules(tree: Path) -> set[str]:
    answer = subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"],
        cwd=tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    broken = set(re.findall(r"^(.+?) BROKEN$", answer.stdout, flags=re.MULTILINE))
    assert bool(broken) == bool(answer.returncode), answer.stdout + answer.stderr
    return broken


def test_every_rule_holds_on_the_tree_as_it_stands(copy: Path) -> None:
    assert _broken_rules(copy) == set()


@pytest.mark.parametrize("rule, file, line", VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_broken_rule_is_named(copy: Path, rule: str, file: str, line: str) -> None:
    _plant(copy, file, line)

    assert rule in _broken_rules(copy)


@pytest.mark.parametrize("file, module", ALLOWED.values(), ids=ALLOWED)
def test_what_the_design_allows_breaks_no_rule(copy: Path, file: str, module: str) -> None:
    _plant(copy, file, f"import {module}")

    assert _broken_rules(copy) == set()


def test_every_rule_is_broken_once_on_purpose() -> None:
    rules = ConfigParser()
    rules.read(ROOT / ".importlinter")
    names = {section["name"] for section in rules.values() if "name" in section}

    assert names == {rule for rule, _, _ in VIOLATIONS.values()}
