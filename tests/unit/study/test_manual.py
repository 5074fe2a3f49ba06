"""The manual's example runs, and its figures are those that the analysis gives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lorpredict.report.study._words import words

MANUAL = (Path(__file__).parents[3] / "docs/how-to/published-analysis.md").read_text("utf-8")


def test_the_example_runs_and_says_what_it_gives() -> None:
    [example] = re.findall(r"```python\n(.*?)```", MANUAL, re.S)
    names: dict[str, Any] = {}
    exec(compile(example, "published-analysis.md", "exec"), names)  # noqa: S102  our own page
    assert names["analysis"].table_two[17].lost == (4, 14)


def test_the_four_codings_are_told_as_in_the_report() -> None:
    told = re.findall(r"^\|.*\| (\d\.\d\d) \|$", MANUAL, re.M)
    assert told == list(words()["null_world"].values())
