"""What has to be true of the folder itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

NAMED_BY_THE_DESIGN = [
    ".ci/run", ".importlinter", ".pre-commit-config.yaml", "CHANGELOG.md", "CONTRIBUTING.md",
    "GLOSSARY.md", "LICENSE", "MLproject", "Makefile", "README.md", "benchmarks", "docs",
    "lorpredict", "pyproject.toml", "python_env.yaml", "requirements", "serving", "tests",
    "training",
]  # fmt: skip

HEAVY = {"pandas", "sklearn", "numba", "mlflow", "bentoml"}

# The brackets keep the patterns from matching themselves.
REGISTRY_ADDRESS = re.compile(
    r"python[h]osted\.org|[p]ypi\.org/(?:simple|pypi)|(?<!no-emit-)index[-]url"
    r"|://\S*/simpl[e]\b|registry\.[n]pm"
)
MACHINE_PATH = re.compile(r"(?<![\w.<>{}$*-])/(?:work|root|opt|home|Users)[/]\w")


@cache
def _files() -> tuple[Path, ...]:
    """What is or may be committed; everything where this is no git checkout."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not _is_made_by_a_tool(path)]
    return tuple(path for path in found if path.is_file())


def _is_made_by_a_tool(path: Path) -> bool:
    folders = set(path.relative_to(ROOT).parts[:-1]) - {".ci"}
    return "__pycache__" in folders or any(folder.startswith(".") for folder in folders)


def _lines() -> Iterator[tuple[str, str]]:
    for path in _files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        for number, line in enumerate(text.splitlines(), start=1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def _places_of(pattern: re.Pattern[str]) -> list[str]:
    return [place for place, line in _lines() if pattern.search(line)]


@pytest.mark.parametrize("name", NAMED_BY_THE_DESIGN)
def test_everything_that_the_design_names_is_there(name: str) -> None:
    assert (ROOT / name).exists()


def test_no_file_names_a_package_registry() -> None:
    assert _places_of(REGISTRY_ADDRESS) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert _places_of(MACHINE_PATH) == []


def test_no_file_names_the_folder_it_was_written_in() -> None:
    assert _places_of(re.compile(re.escape(str(ROOT)) + r"\b")) == []


@pytest.mark.parametrize(
    "line",
    [f"--index{'-'}url x", f"https://{'pypi'}.org/sim{'ple'}", f"x = '{'/'}home/me'"],
)
def test_an_address_or_path_would_be_found(line: str) -> None:
    assert REGISTRY_ADDRESS.search(line) or MACHINE_PATH.search(line)


@pytest.mark.parametrize("line", ["--no-emit-index-url", "https://example.org/home/page"])
def test_what_only_looks_like_one_is_left_alone(line: str) -> None:
    assert not REGISTRY_ADDRESS.search(line)
    assert not MACHINE_PATH.search(line)


def test_importing_lorpredict_loads_nothing_heavy() -> None:
    program = "import sys, lorpredict; print(*{name.split('.')[0] for name in sys.modules})"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ,
    )  # fmt: skip

    assert HEAVY.isdisjoint(answer.stdout.split())
