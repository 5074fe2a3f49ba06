"""What looks like code in docs/how-to/fhir.md runs, and tells what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from lorpredict.fhir._abstention import Reason

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "fhir.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.S)


def test_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site.toml").write_text(blocks("toml")[0], "utf-8")
    told: dict[str, Any] = {}
    exec(compile("\n".join(blocks("python")), PAGE.name, "exec"), told)  # noqa: S102  our own page
    assert told["reading"].record["crp_mg_l"] == 21
    assert told["reading"].abstention is None
    assert told["no_answer"]["status"] == "failure"
    assert "outside_age" in capsys.readouterr().out


def test_the_page_names_every_reason_not_to_answer() -> None:
    page = PAGE.read_text("utf-8")
    assert [reason for reason in get_args(Reason) if f"`{reason}`" not in page] == []
