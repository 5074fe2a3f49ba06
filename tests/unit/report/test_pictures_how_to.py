"""What looks like code in docs/how-to/pictures.md runs, on a folder and a file as it names them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lorpredict import AtRisk, Cohort
from tests.unit.report.explaining import model_of, table_of, told_in

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "pictures.md"


def test_the_how_to_runs(
    cohort: Cohort, at_risk: AtRisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model_of("forest", cohort, at_risk).save("model-folder")
    children = table_of(23).drop(columns=["outcome", "follow_up_days"])
    children.to_csv("ours.csv", index=False)
    blocks = re.findall(r"```python\n(.*?)```", HOW_TO.read_text("utf-8"), re.S)
    exec(compile("\n".join(blocks), HOW_TO.name, "exec"), {})  # noqa: S102  our own page
    written = {path.name for path in tmp_path.iterdir()}
    assert written >= {"beeswarm.png", "heat_map.png", "trough.png", "together.png"}
    assert told_in((tmp_path / "explanation.html").read_text("utf-8"))["children"] == 23
