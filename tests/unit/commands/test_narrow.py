"""A terminal that is too narrow for a table costs no figure and no label."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.unit.commands.conftest import Run

FIGURE = re.compile(r"\(-?[\d.]+, -?[\d.]+\)|\d+ \(\d+ %\)|\d+\.\d %|hazard × \d\.\d\d")


def figures(text: str) -> Counter[str]:
    found = Counter(FIGURE.findall(text))
    assert sum(found.values()) >= 3, "the test looks at nothing"
    return found


@pytest.mark.parametrize("columns", ["20", "40", "60"])
def test_no_figure_is_cut(
    run: Run, ours: Path, ridge: Path, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (["describe", ours], ["predict", ridge, ours], ["explain", ridge, ours]):
        usual = run(*words).out
        with monkeypatch.context() as narrow:
            narrow.setenv("COLUMNS", columns)
            assert figures(run(*words).out) == figures(usual), words[0]


def test_labels_stay_readable(run: Run, ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    said = run("describe", ours).out
    assert "Age at onset,  " in said
    assert "lost response" in said
