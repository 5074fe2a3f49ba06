"""What looks like code on the page about dosing runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "dosing-by-trough.md"


def test_the_page_about_dosing_by_trough_runs(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S):
        exec(compile(block, PAGE.name, "exec"), names)  # noqa: S102  our own page
    told = capsys.readouterr().out
    assert told.startswith("Forecasts(medians of 5 models from ")
    assert "Estimates(clearance by 2 levels and 5 models from " in told
    assert len(names["compared"]) == 30
