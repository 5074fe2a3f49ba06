"""Every tutorial runs from its first line to its last, and prints what it says it prints."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pytest

TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorials"

# A block of Python, and right below it, if the page shows it, what it prints.
STEP = re.compile(r"```python\n(.*?)```\n(?:\s*```text\n(.*?)```\n)?", re.S)


class Step(NamedTuple):
    code: str
    printed: str | None
    line: int


def steps(page: str) -> Iterator[Step]:
    for found in STEP.finditer(page):
        yield Step(found[1], found[2], page.count("\n", 0, found.start(1)) + 1)


def printed_by(step: Step, page: Path, names: dict[str, Any]) -> str:
    """Run a step; errors point to their line of the page."""
    code = compile("\n" * (step.line - 1) + step.code, str(page), "exec")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, names)  # noqa: S102  our own page
    return printed.getvalue()


@contextlib.contextmanager
def put_back() -> Iterator[None]:
    """Pages draw with shap, which draws from the global random state and on pyplot."""
    state = np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
        plt.close("all")


@pytest.mark.slow
@pytest.mark.parametrize("page", sorted(TUTORIALS.glob("*.md")), ids=lambda page: page.stem)
def test_a_tutorial_runs_and_prints_what_it_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    with put_back():
        for step in steps(page.read_text("utf-8")):
            assert printed_by(step, page, names) == (step.printed or ""), f"line {step.line}"


def test_every_text_of_a_tutorial_is_the_output_of_a_step() -> None:
    for page in TUTORIALS.glob("*.md"):
        text = page.read_text("utf-8")
        shown = [step for step in steps(text) if step.printed is not None]
        assert len(shown) == text.count("```text\n"), page.name


def test_a_step_knows_its_output_and_its_line() -> None:
    page = "# Page\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n```python\nx = 1\n```\n"

    assert list(steps(page)) == [Step("print(1)\n", "1\n", 4), Step("x = 1\n", None, 12)]
