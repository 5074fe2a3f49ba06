"""What looks like code in the documents runs."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

import lorpredict

PROJECT = Path(__file__).parents[2]


def modules() -> list[str]:
    found = pkgutil.walk_packages(lorpredict.__path__, "lorpredict.")
    return sorted(module.name for module in found)


def blocks(document: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (PROJECT / document).read_text("utf-8"), re.S)


@pytest.mark.parametrize("module", modules())
def test_examples_in_docstrings_run(module: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(module))
    assert failed == 0


def test_the_library_example_of_the_readme_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT)
    (example,) = (block for block in blocks("README.md") if "import lorpredict" in block)
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102  our own page
    assert "69 at risk at the landmark" in capsys.readouterr().out


def test_the_example_of_the_readme_about_a_forest_of_ones_own_runs() -> None:
    (example,) = (block for block in blocks("README.md") if "load_veterans_lung_cancer" in block)
    names: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), names)  # noqa: S102  our own page
    assert names["explanation"].shape == (137, 3, 3)


@pytest.mark.parametrize("document", [*sorted(PROJECT.glob("docs/**/*.md")), PROJECT / "README.md"])
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8"))
    assert not [link for link in links if not (document.parent / link).exists()]
